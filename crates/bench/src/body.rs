//! The one body that origin and callers both know, so that every answer can be compared with what it must be.

/// The largest body that is asked for, in bytes.
pub(crate) const LONGEST: usize = 1 << 20;

/// The first `length` bytes of the body. Its period is prime, so that bytes which move or repeat are seen.
pub(crate) fn body(length: usize) -> Vec<u8> {
    (b'!'..=b'z')
        .cycle()
        .zip(0..)
        .filter(|(_, position)| position % 91 != 17)
        .map(|(byte, _)| byte)
        .take(length)
        .collect()
}
