//! HPACK: fields as they are compressed on an HTTP/2 connection (RFC 7541).

mod decoder;
mod encoder;
mod huffman;
mod integer;
mod known;

use std::collections::VecDeque;

pub use decoder::Decoder;
pub use encoder::{Encoder, Indexing};

/// The size of the tables where nobody says otherwise (RFC 7541 §4.2), and the largest that is kept here.
pub(crate) const TABLE_BYTES: usize = 4096;
/// What each entry counts beside its octets (RFC 7541 §4.1).
const ENTRY_BYTES: usize = 32;

/// A field block that cannot be read; the connection cannot go on, for its tables are out of step (RFC 7541 §2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// A field in a dynamic table.
#[derive(Debug)]
struct Entry {
    text: Box<[u8]>,
    name_len: usize,
}

impl Entry {
    fn new(name: &[u8], value: &[u8]) -> Self {
        Self { text: [name, value].concat().into(), name_len: name.len() }
    }

    fn parts(&self) -> (&[u8], &[u8]) {
        self.text.split_at_checked(self.name_len).unwrap_or_default()
    }

    fn size(&self) -> usize {
        self.text.len() + ENTRY_BYTES
    }
}

/// The fields that one side sent last (RFC 7541 §2.3.2).
#[derive(Debug)]
struct DynamicTable {
    /// The newest first.
    entries: VecDeque<Entry>,
    size: usize,
    bound: usize,
}

impl DynamicTable {
    const fn new() -> Self {
        Self { entries: VecDeque::new(), size: 0, bound: TABLE_BYTES }
    }

    /// Takes a field in. One that is larger than the table empties it (RFC 7541 §4.4).
    fn insert(&mut self, entry: Entry) {
        self.size += entry.size();
        self.entries.push_front(entry);
        self.evict();
    }

    fn resize(&mut self, bound: usize) {
        self.bound = bound;
        self.evict();
    }

    fn evict(&mut self) {
        while self.size > self.bound
            && let Some(oldest) = self.entries.pop_back()
        {
            self.size = self.size.saturating_sub(oldest.size());
        }
    }
}

#[cfg(test)]
mod tests;
