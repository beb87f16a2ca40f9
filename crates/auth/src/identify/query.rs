//! Credentials in the query, where logs, histories and `Referer` keep them.

use crate::keys;

/// Names that say what they hold: RFC 6750 §2.3, and what keys are called elsewhere.
const NAMES: [&[u8]; 3] = [b"access_token", b"api_key", b"apikey"];

/// Whether a query has a parameter of such a name, or one of our keys anywhere. Allocates nothing.
pub(super) fn has_credential(query: &str) -> bool {
    query.split('&').any(is_named_so) || has_key(Decoded(query.as_bytes()))
}

/// Whether a key of ours stands in the path.
pub(super) fn has_key_in_path(path: &str) -> bool {
    // Nearly all paths have nothing that even begins so.
    keys::prefix_in_path(path).and_then(|at| path.get(at..)).is_some_and(|rest| has_key(Decoded(rest.as_bytes())))
}

fn is_named_so(parameter: &str) -> bool {
    let name = parameter.split_once('=').map_or(parameter, |(name, _)| name);
    let decoded = Decoded(name.as_bytes());
    NAMES.iter().any(|name| decoded.map(|octet| octet.to_ascii_lowercase()).eq(name.iter().copied()))
}

fn has_key(mut rest: Decoded<'_>) -> bool {
    loop {
        let here = rest;
        match rest.next() {
            None => return false,
            // What keys begin with; most octets need no closer look.
            Some(b'v') if keys::begins_key(here) => return true,
            Some(_) => {}
        }
    }
}

/// The octets of a query with its percent-encodings decoded; a broken one stands for itself.
#[derive(Clone, Copy)]
struct Decoded<'a>(&'a [u8]);

impl Iterator for Decoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (octet, rest) = self.0.split_first()?;
        if let (b'%', [high, low, rest @ ..]) = (octet, rest)
            && let (Some(high), Some(low)) = (char::from(*high).to_digit(16), char::from(*low).to_digit(16))
        {
            self.0 = rest;
            return u8::try_from(high << 4 | low).ok();
        }
        self.0 = rest;
        Some(*octet)
    }
}

#[cfg(test)]
mod tests;
