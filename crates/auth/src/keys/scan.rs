//! Finds keys of ours in octets that come in pieces, by their form and checksum alone.
//!
//! What is found is a key: six characters of checksum agree. Whether it opens
//! anything is not known here, and its secret is not given out. Memory is that
//! of one piece and of one key.

use memchr::memmem;
use model::KeyKind;

use super::{ID_LEN, KINDS, KeyId, PREFIX, PresentedKey, SECRET_LEN};
use crate::keys::base62::CHECKSUM_LEN;

/// Characters of the longest key.
const LONGEST: usize = PREFIX.len() + "publishable".len() + 1 + ID_LEN + 1 + SECRET_LEN + CHECKSUM_LEN;

/// A key in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundKey {
    /// Its kind.
    pub kind: KeyKind,
    /// Its public id.
    pub id: KeyId,
    /// The line that it begins in, from one.
    pub line: u64,
    /// The character of that line, from one; in UTF-8, or else the octet.
    pub column: u64,
}

/// Reads octets piece by piece, and tells of each key once.
#[derive(Debug)]
pub struct Scanner {
    /// The beginning of what may be a key that goes on in the next piece: less than a key.
    rest: Vec<u8>,
    line: u64,
    column: u64,
}

impl Default for Scanner {
    fn default() -> Self {
        Self { rest: Vec::with_capacity(LONGEST), line: 1, column: 1 }
    }
}

impl Scanner {
    /// At the beginning of a text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads on.
    pub fn feed(&mut self, piece: &[u8], mut found: impl FnMut(FoundKey)) {
        let octets = self.joined(piece);
        let undecided = self.look(&octets, false, &mut found);
        self.rest.extend_from_slice(octets.get(undecided..).unwrap_or_default());
    }

    /// Nothing follows: what is left is a key, or is none.
    pub fn finish(mut self, mut found: impl FnMut(FoundKey)) {
        let octets = self.joined(&[]);
        self.look(&octets, true, &mut found);
    }

    fn joined(&mut self, piece: &[u8]) -> Vec<u8> {
        let mut octets = std::mem::take(&mut self.rest);
        octets.extend_from_slice(piece);
        octets
    }

    /// Tells of the keys in these octets; what comes back is from where on that is not decided yet.
    fn look(&mut self, octets: &[u8], ends: bool, found: &mut impl FnMut(FoundKey)) -> usize {
        let mut from = 0;
        while let Some(at) = octets.get(from..).and_then(|rest| memmem::find(rest, PREFIX.as_bytes())) {
            let at = from + at;
            self.pass(octets.get(from..at).unwrap_or_default());
            let candidate = octets.get(at..).unwrap_or_default();
            if candidate.len() < LONGEST && !ends {
                return at;
            }
            let len = match key_at(candidate) {
                Some(key) => {
                    found(FoundKey { kind: key.kind, id: key.id, line: self.line, column: self.column });
                    key.len()
                }
                None => PREFIX.len(),
            };
            self.pass(candidate.get(..len).unwrap_or_default());
            from = at + len;
        }
        // The prefix itself may be cut in two.
        let rest = octets.get(from..).unwrap_or_default();
        let begins = |len: &usize| rest.ends_with(PREFIX.as_bytes().get(..*len).unwrap_or_default());
        let undecided = octets.len() - (1..PREFIX.len()).rev().find(begins).unwrap_or_default();
        self.pass(octets.get(from..undecided).unwrap_or_default());
        undecided
    }

    /// Octets that are behind us. One that continues a character of UTF-8 is no character of its own.
    fn pass(&mut self, octets: &[u8]) {
        for octet in octets {
            match octet {
                b'\n' => (self.line, self.column) = (self.line + 1, 1),
                0x80..=0xBF => {}
                _ => self.column += 1,
            }
        }
    }
}

/// The key that these octets begin with, whatever follows it.
fn key_at(octets: &[u8]) -> Option<PresentedKey<'_>> {
    KINDS.into_iter().find_map(|kind| {
        let len = PREFIX.len() + kind.as_str().len() + 1 + ID_LEN + 1 + SECRET_LEN + CHECKSUM_LEN;
        let text = std::str::from_utf8(octets.get(..len)?).ok()?;
        PresentedKey::read(text).filter(|key| key.kind == kind)
    })
}

#[cfg(test)]
mod tests;
