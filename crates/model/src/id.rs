//! Identifiers of a request, of its trace, and of the things a configuration numbers.

use std::fmt;

/// An operation's place in the loaded configuration; only meaningful within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperationId(pub u32);

/// A service's place in the loaded configuration; only meaningful within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceId(pub u32);

/// The id of one request: 128 bits, 48 of them milliseconds since 1970, printed as the 26 characters of a ULID.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(u128);

const CROCKFORD: [u8; 32] = *b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl RequestId {
    /// Characters in the printed form.
    pub const LEN: usize = 26;

    /// Made of the time in milliseconds since 1970 and 80 random bits (the upper bits of `random` are dropped).
    #[must_use]
    pub const fn new(unix_ms: u64, random: u128) -> Self {
        Self(((unix_ms as u128 & 0xFFFF_FFFF_FFFF) << 80) | (random & ((1 << 80) - 1)))
    }

    /// The printed form, without allocation.
    #[must_use]
    pub fn to_ascii(self) -> [u8; Self::LEN] {
        let mut out = [b'0'; Self::LEN];
        let mut rest = self.0;
        for byte in out.iter_mut().rev() {
            *byte = CROCKFORD.get((rest & 31) as usize).copied().unwrap_or(b'0');
            rest >>= 5;
        }
        out
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.to_ascii()).unwrap_or_default())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The trace id of W3C Trace Context §3.2.2.3; never all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceId(pub [u8; 16]);

/// The parent id of W3C Trace Context §3.2.2.4; never all zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SpanId(pub [u8; 8]);

#[cfg(test)]
mod tests;
