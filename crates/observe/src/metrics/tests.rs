//! The list of metrics against its page.
