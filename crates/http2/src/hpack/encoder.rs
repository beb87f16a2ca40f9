//! Writes field blocks (RFC 7541 §6).

use super::{DynamicTable, ENTRY_BYTES, Entry, TABLE_BYTES, huffman, integer, known};

/// Where the dynamic table is searched: by a hash of the whole field.
const SLOTS: usize = 64;

/// Whether a field is kept for those to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indexing {
    /// It may well come again with the same value.
    Likely,
    /// Its value is another each time.
    Once,
    /// Nobody on the way may keep it (RFC 7541 §7.1.3).
    Never,
}

/// Writes the blocks of one connection, in their order.
#[derive(Debug)]
pub struct Encoder {
    table: DynamicTable,
    /// How many fields were ever kept.
    inserted: u32,
    /// By hash: which of them, counted from 1. What the table has lost since is found by its number.
    places: [u32; SLOTS],
    /// The smallest size that the peer has asked for since the last block, where it asked.
    shrunk: Option<usize>,
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    /// With an empty table of 4,096 octets.
    #[must_use]
    pub const fn new() -> Self {
        Self { table: DynamicTable::new(), inserted: 0, places: [0; SLOTS], shrunk: None }
    }

    /// The peer keeps a table of at most so many octets.
    pub fn allow(&mut self, bound: usize) {
        let bound = bound.min(TABLE_BYTES);
        if bound != self.table.bound || self.shrunk.is_some() {
            self.shrunk = Some(self.shrunk.map_or(bound, |smallest| smallest.min(bound)));
            self.table.resize(bound);
        }
    }

    /// Begins a block: says the new size of the table where it has one.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        let Some(smallest) = self.shrunk.take() else { return };
        if smallest < self.table.bound {
            integer::write(smallest, 5, 0x20, out);
        }
        integer::write(self.table.bound, 5, 0x20, out);
    }

    /// Appends `:status`.
    pub fn status(&mut self, status: u16, out: &mut Vec<u8>) {
        if let Some(index) = known::of_status(status) {
            return integer::write(index, 7, 0x80, out);
        }
        let digits = [status / 100 % 10, status / 10 % 10, status % 10].map(|digit| b'0' + digit as u8);
        // Literally, by the name of index 8.
        integer::write(8, 4, 0x00, out);
        string(&digits, out);
    }

    /// Appends a field; its name is in lower case.
    pub fn field(&mut self, name: &[u8], value: &[u8], indexing: Indexing, out: &mut Vec<u8>) {
        match indexing {
            Indexing::Once => literal(4, 0x00, name, value, out),
            Indexing::Never => literal(4, 0x10, name, value, out),
            Indexing::Likely if name.len() + value.len() + ENTRY_BYTES > self.table.bound => {
                literal(4, 0x00, name, value, out);
            }
            Indexing::Likely => {
                let slot = hash(name, value);
                if let Some(index) = self.find(slot, name, value) {
                    return integer::write(index, 7, 0x80, out);
                }
                literal(6, 0x40, name, value, out);
                self.table.insert(Entry::new(name, value));
                self.inserted = self.inserted.wrapping_add(1);
                if let Some(place) = self.places.get_mut(slot) {
                    *place = self.inserted;
                }
            }
        }
    }

    /// The index of a field that was kept.
    fn find(&self, slot: usize, name: &[u8], value: &[u8]) -> Option<usize> {
        let place = self.inserted.wrapping_sub(*self.places.get(slot)?) as usize;
        let (known_name, known_value) = self.table.entries.get(place)?.parts();
        (known_value == value && known_name == name).then_some(known::COUNT + 1 + place)
    }
}

/// A field whose value is said in full.
fn literal(prefix: u32, pattern: u8, name: &[u8], value: &[u8], out: &mut Vec<u8>) {
    match known::of_name(name) {
        Some(index) => integer::write(index, prefix, pattern, out),
        None => {
            out.push(pattern);
            string(name, out);
        }
    }
    string(value, out);
}

/// A string, in the shorter of its two forms.
fn string(text: &[u8], out: &mut Vec<u8>) {
    let length = huffman::encoded_len(text);
    if length < text.len() {
        integer::write(length, 7, 0x80, out);
        huffman::encode(text, out);
    } else {
        integer::write(text.len(), 7, 0x00, out);
        out.extend_from_slice(text);
    }
}

/// Spreads fields over the slots. Two that meet there push each other out, which costs some octets and nothing else.
fn hash(name: &[u8], value: &[u8]) -> usize {
    const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut hash = (name.len() as u64) << 32 | value.len() as u64;
    let mut mix = |word: u64| hash = (hash.rotate_left(5) ^ word).wrapping_mul(MULTIPLIER);
    for text in [name, value] {
        let (words, rest) = text.as_chunks::<8>();
        for word in words {
            mix(u64::from_le_bytes(*word));
        }
        let rest = rest.iter().fold(0, |rest, &octet| rest << 8 | u64::from(octet));
        mix(rest);
    }
    (hash >> 58) as usize
}
