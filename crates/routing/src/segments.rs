//! Percent-decoding of paths, and the hashing of their segments.

use std::hash::Hasher;

/// The path with its percent-encodings decoded; `None` where one is broken, hides a slash or is not UTF-8.
///
/// A request head has been checked for all of that; what is asked here by hand may not have been.
pub(crate) fn decoded(path: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [octet, after @ ..] = rest {
        rest = after;
        if *octet != b'%' {
            octets.push(*octet);
            continue;
        }
        let [high, low, after @ ..] = after else { return None };
        let octet = digit(*high)? << 4 | digit(*low)?;
        if octet == b'/' {
            return None;
        }
        octets.push(octet);
        rest = after;
    }
    String::from_utf8(octets).ok()
}

fn digit(octet: u8) -> Option<u8> {
    char::from(octet).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// Hashes the short texts between slashes, eight octets at a time.
///
/// It is not keyed: the maps hold what the file publishes, and no caller puts anything into them.
#[derive(Clone, Copy, Default)]
pub(crate) struct SegmentHasher(u64);

/// 2^64 divided by the golden ratio: odd, with its bits well spread.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl SegmentHasher {
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ SPREAD) * u128::from(SPREAD);
        self.0 = (product as u64) ^ ((product >> 64) as u64);
    }
}

impl Hasher for SegmentHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((word, after)) = rest.split_first_chunk::<8>() {
            self.mix(u64::from_le_bytes(*word));
            rest = after;
        }
        let mut last = [0_u8; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        // The length keeps `a` and `a\0` apart.
        self.mix(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    fn write_u8(&mut self, _end_of_text: u8) {}

    fn finish(&self) -> u64 {
        self.0
    }
}
