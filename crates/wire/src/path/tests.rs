//! Tests of path.
