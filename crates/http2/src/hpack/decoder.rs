//! Reads field blocks (RFC 7541 §6).

use super::{DynamicTable, Entry, TABLE_BYTES, Unreadable, huffman, integer, known};
use crate::section::Section;

/// Reads the blocks of one connection, in their order.
#[derive(Debug)]
pub struct Decoder {
    table: DynamicTable,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// With an empty table of 4,096 octets.
    #[must_use]
    pub const fn new() -> Self {
        Self { table: DynamicTable::new() }
    }

    /// Reads a whole block into `section`, which is emptied first. Fields beyond the section's bound are read and not
    /// kept.
    ///
    /// # Errors
    /// [`Unreadable`] where the block breaks a rule of RFC 7541.
    pub fn decode(&mut self, mut block: &[u8], section: &mut Section) -> Result<(), Unreadable> {
        section.clear();
        self.resize(&mut block)?;
        while let Some((&first, rest)) = block.split_first() {
            block = rest;
            match first {
                0x80.. => {
                    let index = integer::read(first, 7, &mut block)?;
                    let (name, value) = self.field(index)?;
                    section.push(name, value);
                }
                0x40..=0x7F => {
                    let start = self.literal(first, 6, &mut block, section)?;
                    let (name, value) = section.since(start);
                    self.table.insert(Entry::new(name, value));
                    section.close(start);
                }
                // Only at the beginning of a block (RFC 7541 §4.2).
                0x20..=0x3F => return Err(Unreadable),
                0x00..=0x1F => {
                    let start = self.literal(first, 4, &mut block, section)?;
                    section.close(start);
                }
            }
        }
        Ok(())
    }

    /// Updates of the table's size. Where it changed twice, both sizes may be said (RFC 7541 §4.2).
    fn resize(&mut self, block: &mut &[u8]) -> Result<(), Unreadable> {
        for _ in 0..2 {
            let Some((&first @ 0x20..=0x3F, rest)) = block.split_first() else { return Ok(()) };
            *block = rest;
            let bound = integer::read(first, 5, block)?;
            if bound > TABLE_BYTES {
                return Err(Unreadable);
            }
            self.table.resize(bound);
        }
        Ok(())
    }

    /// Reads a literal behind what the section holds; where its name and its value begin.
    fn literal(
        &self,
        first: u8,
        prefix: u32,
        block: &mut &[u8],
        section: &mut Section,
    ) -> Result<(usize, usize), Unreadable> {
        let name = section.text.len();
        match integer::read(first, prefix, block)? {
            0 => string(block, &mut section.text)?,
            index => section.text.extend_from_slice(self.field(index)?.0),
        }
        let value = section.text.len();
        string(block, &mut section.text)?;
        Ok((name, value))
    }

    /// The field of an index (RFC 7541 §2.3.3).
    fn field(&self, index: usize) -> Result<(&[u8], &[u8]), Unreadable> {
        if let Some(field) = known::field(index) {
            return Ok(field);
        }
        let place = index.checked_sub(known::COUNT + 1).ok_or(Unreadable)?;
        self.table.entries.get(place).map(Entry::parts).ok_or(Unreadable)
    }
}

/// Appends a string (RFC 7541 §5.2).
fn string(block: &mut &[u8], out: &mut Vec<u8>) -> Result<(), Unreadable> {
    let (&first, rest) = block.split_first().ok_or(Unreadable)?;
    *block = rest;
    let length = integer::read(first, 7, block)?;
    let (text, rest) = block.split_at_checked(length).ok_or(Unreadable)?;
    *block = rest;
    if first & 0x80 == 0 {
        out.extend_from_slice(text);
        return Ok(());
    }
    huffman::decode(text, out)
}
