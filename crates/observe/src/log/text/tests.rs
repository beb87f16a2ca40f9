//! The readable form of a line.
