//! Sinks that stall, fail, or take a little at a time.
