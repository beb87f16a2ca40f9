//! Fields as h2 wants them, made without reading names and common values again that were read already.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use wire::fields::{Fields, Name};

/// The known names, in the order of [`Name::ALL`].
static KNOWN: LazyLock<Vec<HeaderName>> =
    LazyLock::new(|| Name::ALL.iter().map(|name| HeaderName::from_static(name.as_str())).collect());

/// Adds a field. It was read strictly when it came in, so that none is lost here.
pub(super) fn append(headers: &mut HeaderMap, known: Name, name: &str, value: &[u8]) {
    let Some(mut value) = usual(value).or_else(|| HeaderValue::from_bytes(value).ok()) else { return };
    // It never comes again: in the table of the compression (RFC 7541 §2.3.2) it would push out what does.
    value.set_sensitive(known == Name::RequestId);
    // `Other` comes before the known ones.
    if let Some(name) = (known as usize).checked_sub(1).and_then(|index| KNOWN.get(index)) {
        headers.append(name, value);
    } else if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
        headers.append(name, value);
    }
}

/// Values that stand in nearly every answer, and need no memory of their own.
fn usual(value: &[u8]) -> Option<HeaderValue> {
    match value {
        b"nosniff" => Some(const { HeaderValue::from_static("nosniff") }),
        b"DENY" => Some(const { HeaderValue::from_static("DENY") }),
        b"no-store" => Some(const { HeaderValue::from_static("no-store") }),
        _ => None,
    }
}

/// A trailer section.
pub(super) fn map(fields: &Fields) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(fields.len());
    for field in fields.iter() {
        append(&mut headers, field.known, field.name, field.value);
    }
    headers
}

#[cfg(test)]
mod tests;
