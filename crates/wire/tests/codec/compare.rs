//! Whatever the codec accepts hyper accepts, and reads alike.
//!
//! The other way round it need not hold: refusing what hyper repairs is what the codec is for.
//!
//! Where hyper has bounds of its own it refuses more, and no message here reaches them:
//! 100 fields, 16 KiB of chunk extensions in one body, 16 KiB of trailers, 65,534
//! octets of target. No other exception is known.

use wire::Method;

use crate::{by_hyper, by_wire};

/// Compares the readings of a connection's requests; how many were read alike.
pub(crate) fn requests(input: &[u8]) -> usize {
    let ours = by_wire::requests(input);
    if ours.is_empty() {
        return 0;
    }
    let theirs = by_hyper::requests(input);
    for (index, request) in ours.iter().enumerate() {
        assert_eq!(theirs.get(index), Some(request), "request {index} of {:?}", String::from_utf8_lossy(input));
    }
    ours.len()
}

/// Compares the readings of an answer; whether it was read alike.
pub(crate) fn response(input: &[u8], method: Method) -> bool {
    let Some(ours) = by_wire::response(input, method) else { return false };
    let theirs = by_hyper::response(input, method.as_str().unwrap_or("GET"));
    assert_eq!(theirs, Some(ours), "{:?}", String::from_utf8_lossy(input));
    true
}
