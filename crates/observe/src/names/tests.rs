//! Rows and the names that keep them.
