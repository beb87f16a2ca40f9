//! The JSON form of a line.
