//! Places in a text, from characters to bytes.

/// From characters, as the YAML crate counts, to bytes.
pub(super) struct Offsets {
    /// Empty where each character is one byte.
    bytes: Vec<usize>,
    length: usize,
}

impl Offsets {
    pub(super) fn new(text: &str) -> Self {
        let bytes = if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(offset, _)| offset).collect() };
        Self { bytes, length: text.len() }
    }

    pub(super) fn byte(&self, character: usize) -> usize {
        if self.bytes.is_empty() {
            character.min(self.length)
        } else {
            self.bytes.get(character).copied().unwrap_or(self.length)
        }
    }
}
