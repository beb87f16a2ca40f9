//! The fields of one head: a buffer of octets, where each field lies in it, and where each known name stands first.
//!
//! Names are lower case, values are trimmed and otherwise exactly as they came.
//! The order of arrival is kept. `clear` keeps the memory, so that a head that is
//! used again allocates nothing.

mod connection;
mod line;
mod name;

use std::ops::Range;

use crate::HeadError;
use crate::octets;

pub(crate) use line::{Line, read_line};
pub use name::Name;

/// Memory that a cleared head keeps; what one large head needed is given back.
pub(crate) const KEPT_BYTES: usize = 8 * 1024;
const KEPT_FIELDS: usize = 128;

/// One field as it was received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name in lower case.
    pub name: &'a str,
    /// The name, where it is a known one.
    pub known: Name,
    /// The value without white space at its ends.
    pub value: &'a [u8],
    /// It ends at this hop and is not forwarded (RFC 9110 §7.6.1).
    pub hop_by_hop: bool,
}

/// The fields of one head or trailer section.
#[derive(Clone, Debug)]
pub struct Fields {
    /// Values lie in here, and between them whatever stood between them.
    bytes: Vec<u8>,
    /// The names that are not known ones, in lower case, one after the other.
    names: String,
    spans: Vec<Span>,
    places: [Place; Name::COUNT],
    repeats_a_single: bool,
}

/// Where one field lies.
#[derive(Clone, Copy, Debug)]
struct Span {
    value_start: u32,
    value_len: u32,
    name_start: u32,
    name_len: u16,
    known: Name,
    hop_by_hop: bool,
}

/// Where a known name stands first, and how often it stands.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    first: u16,
    count: u16,
}

impl Default for Fields {
    fn default() -> Self {
        Self::new()
    }
}

/// Whether a text may be the name of a field: a token (RFC 9110 §5.1).
#[must_use]
pub fn is_name(text: &[u8]) -> bool {
    octets::is_token(text)
}

impl Fields {
    /// No fields, and no memory yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            bytes: Vec::new(),
            names: String::new(),
            spans: Vec::new(),
            places: [Place { first: 0, count: 0 }; Name::COUNT],
            repeats_a_single: false,
        }
    }

    /// Forgets all fields and keeps a moderate amount of memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES);
        self.names.clear();
        self.names.shrink_to(KEPT_BYTES);
        self.spans.clear();
        self.spans.shrink_to(KEPT_FIELDS);
        self.places.fill(Place::default());
        self.repeats_a_single = false;
    }

    /// Becomes a copy of others, in the memory that it has already.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.bytes.clear();
        self.bytes.extend_from_slice(&other.bytes);
        self.names.clear();
        self.names.push_str(&other.names);
        self.spans.clear();
        self.spans.extend_from_slice(&other.spans);
        self.places = other.places;
        self.repeats_a_single = other.repeats_a_single;
    }

    /// How many field lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Adds a field: the name is checked and made lower case, the value is checked and trimmed.
    ///
    /// # Errors
    /// [`HeadError::FieldName`], [`HeadError::FieldValue`]; [`HeadError::TooLarge`] and
    /// [`HeadError::TooManyFields`] beyond what the index can hold (4 GiB, 65,535 fields).
    pub fn push(&mut self, name: &[u8], value: &[u8]) -> Result<(), HeadError> {
        if !octets::is_token(name) {
            return Err(HeadError::FieldName);
        }
        let value = octets::trim(value);
        if !octets::is_value(value) {
            return Err(HeadError::FieldValue);
        }
        self.push_checked(Name::of(name), name, value)
    }

    /// Adds a field that was checked: the name is a token, and `known` is what it is; the value is one, and trimmed.
    pub(crate) fn push_checked(&mut self, known: Name, name: &[u8], value: &[u8]) -> Result<(), HeadError> {
        let start = self.bytes.len();
        self.record(known, name, start..start + value.len())?;
        self.bytes.extend_from_slice(value);
        Ok(())
    }

    /// Notes a checked field whose value will lie at `value` once [`keep`](Self::keep) has been given the octets.
    #[inline]
    pub(crate) fn record(&mut self, known: Name, name: &[u8], value: Range<usize>) -> Result<(), HeadError> {
        let name_start = self.names.len();
        let name_len = if known == Name::Other { self.keep_name(name)? } else { 0 };
        let index = u16::try_from(self.spans.len()).map_err(|_| HeadError::TooManyFields)?;
        let offset = |at: usize| u32::try_from(at).map_err(|_| HeadError::TooLarge);
        self.spans.push(Span {
            value_start: offset(value.start)?,
            value_len: offset(value.len())?,
            name_start: offset(name_start)?,
            name_len,
            known,
            hop_by_hop: known.is_hop_by_hop(),
        });
        if let Some(place) = self.places.get_mut(known as usize) {
            if place.count == 0 {
                place.first = index;
            } else {
                self.repeats_a_single |= known.is_single();
            }
            place.count = place.count.saturating_add(1);
        }
        Ok(())
    }

    /// Keeps a name that is not a known one, in lower case; its length.
    fn keep_name(&mut self, name: &[u8]) -> Result<u16, HeadError> {
        let start = self.names.len();
        self.names.push_str(std::str::from_utf8(name).map_err(|_| HeadError::FieldName)?);
        if let Some(pushed) = self.names.get_mut(start..) {
            pushed.make_ascii_lowercase();
        }
        u16::try_from(name.len()).map_err(|_| HeadError::TooLarge)
    }

    /// Takes over the octets that recorded values lie in; only for fields that were all recorded, none pushed.
    pub(crate) fn keep(&mut self, octets: &[u8]) {
        self.bytes.extend_from_slice(octets);
    }

    /// All fields in the order of arrival.
    pub fn iter(&self) -> impl Iterator<Item = Field<'_>> {
        self.spans.iter().map(|span| self.field(span))
    }

    /// The fields that are forwarded: without those that end at this hop or that `Connection` names.
    pub fn end_to_end(&self) -> impl Iterator<Item = Field<'_>> {
        self.spans.iter().filter(|span| !span.hop_by_hop).map(|span| self.field(span))
    }

    /// The first value of a known name; `None` for [`Name::Other`].
    #[must_use]
    pub fn get(&self, name: Name) -> Option<&[u8]> {
        let place = self.place(name);
        if place.count == 0 {
            return None;
        }
        self.spans.get(usize::from(place.first)).map(|span| self.value(span))
    }

    /// Whether a field stands whose name is not a known one, in lower case, and is among these.
    #[must_use]
    pub fn has_other(&self, names: &[&str]) -> bool {
        // The room for such names is empty where there is none, as in most heads.
        !self.names.is_empty() && self.iter().any(|field| field.known == Name::Other && names.contains(&field.name))
    }

    /// All values of a known name in the order of arrival; none for [`Name::Other`].
    pub fn all(&self, name: Name) -> impl Iterator<Item = &[u8]> {
        let place = self.place(name);
        self.spans
            .get(usize::from(place.first)..)
            .unwrap_or_default()
            .iter()
            .filter(move |span| span.known == name)
            .take(usize::from(place.count))
            .map(|span| self.value(span))
    }

    /// How often a known name stands; 0 for [`Name::Other`].
    #[must_use]
    pub fn count(&self, name: Name) -> usize {
        usize::from(self.place(name).count)
    }

    /// The first value of the name, known or not, in any case.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&[u8]> {
        match Name::of(name.as_bytes()) {
            Name::Other => self.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map(|field| field.value),
            known => self.get(known),
        }
    }

    /// Whether a name that may stand once only stands more often.
    pub(crate) const fn repeats_a_single(&self) -> bool {
        self.repeats_a_single
    }

    /// Whether a name spells a known one with underscores for its dashes.
    pub(crate) fn has_disguise(&self) -> bool {
        let is_disguise = |name: &str| name.contains('_') && Name::of(name.replace('_', "-").as_bytes()) != Name::Other;
        memchr::memchr(b'_', self.names.as_bytes()).is_some() && self.iter().any(|field| is_disguise(field.name))
    }

    /// Says that fields of this name end here.
    pub(crate) fn hide(&mut self, name: Name) {
        for span in self.spans.iter_mut().filter(|span| span.known == name) {
            span.hop_by_hop = true;
        }
    }

    fn place(&self, name: Name) -> Place {
        match name {
            Name::Other => Place::default(),
            known => self.places.get(known as usize).copied().unwrap_or_default(),
        }
    }

    fn field(&self, span: &Span) -> Field<'_> {
        let name = match span.known {
            Name::Other => {
                let start = span.name_start as usize;
                self.names.get(start..start + usize::from(span.name_len)).unwrap_or_default()
            }
            known => known.as_str(),
        };
        Field { name, known: span.known, value: self.value(span), hop_by_hop: span.hop_by_hop }
    }

    fn value(&self, span: &Span) -> &[u8] {
        let start = span.value_start as usize;
        self.bytes.get(start..start + span.value_len as usize).unwrap_or_default()
    }
}

/// Two sets of fields are equal when they have the same fields in the same order.
impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Fields {}

#[cfg(test)]
mod tests;
