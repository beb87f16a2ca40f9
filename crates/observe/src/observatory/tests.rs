//! Threads, reloads and sums.
