//! Entity tags, alone and in lists (RFC 9110 §8.8.3, §13.1.1).

use crate::fields::{Fields, Name};

/// An entity tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntityTag<'a> {
    /// Whether it begins with `W/`: what it is the tag of may differ in its octets.
    pub weak: bool,
    /// The opaque tag with its quotes.
    pub opaque: &'a [u8],
}

impl<'a> EntityTag<'a> {
    /// Reads a value that is one entity tag.
    #[must_use]
    pub fn parse(value: &'a [u8]) -> Option<Self> {
        let (tag, rest) = Self::read(value)?;
        rest.is_empty().then_some(tag)
    }

    /// Reads the tag at the front of a text, and what comes after it.
    fn read(text: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let weak = text.starts_with(b"W/");
        let quoted = if weak { text.get(2..)? } else { text };
        let inside = quoted.strip_prefix(b"\"")?;
        let len = inside.iter().position(|octet| *octet == b'"')?;
        let good = |octet: &u8| matches!(octet, 0x21 | 0x23..=0x7E | 0x80..=0xFF);
        let (opaque, rest) = quoted.split_at_checked(len + 2)?;
        inside.iter().take(len).all(good).then_some((Self { weak, opaque }, rest))
    }

    /// Whether both are the tag of the same octets (strong comparison, RFC 9110 §8.8.3.2).
    #[must_use]
    pub fn is_strongly(&self, other: &EntityTag<'_>) -> bool {
        !self.weak && !other.weak && self.opaque == other.opaque
    }

    /// Whether both are the tag of what is as good as the same (weak comparison).
    #[must_use]
    pub fn is_weakly(&self, other: &EntityTag<'_>) -> bool {
        self.opaque == other.opaque
    }
}

/// The tags that the lines of a field list, in their order; `None` for what is no tag, after which its line is over.
/// A line that is `*` lists nothing.
pub fn tags(fields: &Fields, name: Name) -> impl Iterator<Item = Option<EntityTag<'_>>> {
    fields.all(name).filter(|line| *line != b"*").flat_map(|line| Line { rest: line })
}

/// What is left of one line of a list.
struct Line<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Line<'a> {
    type Item = Option<EntityTag<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        // Empty members are passed over (RFC 9110 §5.6.1.2).
        while let [b' ' | b'\t' | b',', rest @ ..] = self.rest {
            self.rest = rest;
        }
        if self.rest.is_empty() {
            return None;
        }
        let read = EntityTag::read(self.rest);
        let after = read.map_or(&[][..], |(_, rest)| rest.trim_ascii_start());
        let ends = matches!(after, [] | [b',', ..]);
        self.rest = if ends { after } else { &[] };
        Some(read.map(|(tag, _)| tag).filter(|_| ends))
    }
}
