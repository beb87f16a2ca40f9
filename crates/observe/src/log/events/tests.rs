//! Lines of events and gaps.
