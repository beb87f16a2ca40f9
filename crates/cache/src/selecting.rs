//! The selecting fields of a stored answer: what a request must say alike to get it (RFC 9111 §4.1).

use wire::fields::{Fields, Name, is_name};

/// More names than this in one `Vary` and the answer is not kept: it would fit nobody.
const NAMES_AT_MOST: usize = 16;

/// One field that the answer varies by, and what the request said in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selecting {
    known: Name,
    name: Box<str>,
    /// Its lines joined as RFC 9110 §5.3 says; `None` where it was not sent.
    value: Option<Box<[u8]>>,
}

impl Selecting {
    /// Whether a request says the same.
    fn fits(&self, request: &Fields) -> bool {
        let mut rest = self.value.as_deref();
        let mut first = true;
        let mut same = true;
        each(request, self.known, &self.name, |line| {
            let after = rest.and_then(|text| if first { Some(text) } else { text.strip_prefix(b", ") });
            rest = after.and_then(|text| text.strip_prefix(line));
            same &= rest.is_some();
            first = false;
        });
        same && if first { self.value.is_none() } else { rest.is_some_and(<[u8]>::is_empty) }
    }

    pub(crate) fn weight(&self) -> usize {
        size_of::<Self>() + self.name.len() + self.value.as_ref().map_or(0, |value| value.len())
    }
}

/// Whether a request selects what was stored with these.
pub(crate) fn fits(selecting: &[Selecting], request: &Fields) -> bool {
    selecting.iter().all(|one| one.fits(request))
}

/// What an answer varies by, or `None` where it may not be kept: it varies by everything, by something that the
/// service did not get from the caller as it came (`rewritten`), by a credential that was sent, or by what is no name,
/// so that nobody knows what was meant.
pub(crate) fn of(answer: &Fields, request: &Fields, rewritten: fn(Name, &str) -> bool) -> Option<Box<[Selecting]>> {
    let mut all = Vec::new();
    for line in answer.all(Name::Vary) {
        for name in line.split(|octet| *octet == b',').map(<[u8]>::trim_ascii).filter(|name| !name.is_empty()) {
            if name == b"*" || !is_name(name) {
                return None;
            }
            let name = std::str::from_utf8(name).ok()?.to_ascii_lowercase();
            let known = Name::of(name.as_bytes());
            let value = joined(request, known, &name);
            let is_secret = matches!(known, Name::Authorization | Name::Cookie | Name::XApiKey) && value.is_some();
            if is_secret || known.is_hop_by_hop() || rewritten(known, &name) || all.len() == NAMES_AT_MOST {
                return None;
            }
            all.push(Selecting { known, name: name.into(), value });
        }
    }
    Some(all.into())
}

fn joined(request: &Fields, known: Name, name: &str) -> Option<Box<[u8]>> {
    let mut all: Option<Vec<u8>> = None;
    each(request, known, name, |line| match &mut all {
        None => all = Some(line.to_vec()),
        Some(text) => {
            text.extend_from_slice(b", ");
            text.extend_from_slice(line);
        }
    });
    all.map(Vec::into_boxed_slice)
}

/// Each line of a field.
fn each<'a>(fields: &'a Fields, known: Name, name: &str, with: impl FnMut(&'a [u8])) {
    match known {
        Name::Other => fields.iter().filter(|field| field.name == name).map(|field| field.value).for_each(with),
        known => fields.all(known).for_each(with),
    }
}

#[cfg(test)]
mod tests;
