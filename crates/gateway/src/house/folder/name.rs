//! From a path to the name of a file below the folder, and what its name says of how long it holds.

use super::INDEX;

/// The one name with a dot in front that is meant for others (RFC 8615), and only at the top.
const WELL_KNOWN: &str = ".well-known";
/// Longer names are no names of files.
const SEGMENT_BYTES: usize = 255;

/// The name of the file, with `/` between its parts; `None` for what is never served. A path that ends in a slash
/// names the index of that folder.
pub(super) fn of(below: &str) -> Option<String> {
    let path = below.strip_prefix('/').unwrap_or(below);
    let mut name = String::with_capacity(path.len() + INDEX.len());
    for (at, segment) in path.split('/').enumerate() {
        if at > 0 {
            name.push('/');
        }
        let before = name.len();
        decode(segment, &mut name)?;
        let decoded = name.get(before..)?;
        let hidden = decoded.starts_with('.') && !(at == 0 && decoded == WELL_KNOWN);
        if hidden || decoded.len() > SEGMENT_BYTES || decoded.contains(['/', '\\', '\0']) {
            return None;
        }
    }
    if name.is_empty() || name.ends_with('/') {
        name.push_str(INDEX);
    }
    Some(name)
}

/// Appends a segment with its percent-encodings taken out; the path was checked when the head was read.
fn decode(segment: &str, out: &mut String) -> Option<()> {
    if !segment.contains('%') {
        out.push_str(segment);
        return Some(());
    }
    let mut octets = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'%' {
            let [high, low, after @ ..] = after else { return None };
            let digit = |octet: &u8| char::from(*octet).to_digit(16);
            octets.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
            rest = after;
        } else {
            octets.push(*first);
            rest = after;
        }
    }
    out.push_str(&String::from_utf8(octets).ok()?);
    Some(())
}

/// For how long a file of this name may be used without asking. One whose name has the hash of its content in it is
/// never another; of any other it is asked each time whether it has changed.
pub(super) fn cache_control(name: &str) -> &'static str {
    if is_hashed(name) { "max-age=31536000, immutable" } else { "no-cache" }
}

/// Whether the last part of the name before its ending is a hash, as build tools write it: `app.3f9a1c2b.js`,
/// `index-DxK3mP9q.css`. A date or a word is none.
fn is_hashed(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    let Some((stem, ending)) = file.rsplit_once('.') else { return false };
    let Some((_, last)) = stem.rsplit_once(['.', '-']) else { return false };
    let has = |kind: fn(&u8) -> bool| last.as_bytes().iter().any(kind);
    let hex = last.bytes().all(|octet| matches!(octet, b'0'..=b'9' | b'a'..=b'f'));
    if hex && has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) {
        return matches!(last.len(), 8 | 10 | 16 | 20 | 32 | 40 | 64);
    }
    let mixed = has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    let built = matches!(ending, "js" | "mjs" | "css" | "wasm" | "woff" | "woff2");
    built && mixed && last.len() == 8 && last.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'_')
}

#[cfg(test)]
mod tests;
