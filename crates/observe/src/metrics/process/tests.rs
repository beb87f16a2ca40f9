//! Figures out of `/proc`.
