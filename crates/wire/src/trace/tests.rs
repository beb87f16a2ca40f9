//! Tests of trace.
