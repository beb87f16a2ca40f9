//! The address of a request as a proof names it (`htu`, RFC 9449 §4.2): without query and fragment, in one spelling.

use std::fmt::Write as _;

/// Octets that an address may have.
const AT_MOST: usize = 8 * 1024;

/// An address without query and fragment, normalised by RFC 3986 §6.2.2 and §6.2.3; equal ones mean the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(String);

impl Target {
    /// Reads an absolute address of `https` or `http`; `None` where it is none, or not one that is ours to compare: with
    /// a user, with `.` or `..` as a segment, with a broken `%`.
    #[must_use]
    pub fn parse(address: &str) -> Option<Self> {
        if address.len() > AT_MOST || !address.bytes().all(|octet| octet.is_ascii_graphic()) {
            return None;
        }
        let (scheme, rest) = address.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let default_port = match scheme.as_str() {
            "https" => ":443",
            "http" => ":80",
            _ => return None,
        };
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.is_empty() || authority.contains(['@', '\\']) {
            return None;
        }
        let authority = authority.to_ascii_lowercase();
        let authority = authority.strip_suffix(default_port).or(authority.strip_suffix(':')).unwrap_or(&authority);
        let path = if path.is_empty() { "/".to_owned() } else { normal_path(path)? };
        Some(Self(format!("{scheme}://{authority}{path}")))
    }

    /// The address of a request from its parts, as the gateway read them: scheme, host with port, and the path.
    #[must_use]
    pub fn of_request(scheme: &str, authority: &str, path: &str) -> Option<Self> {
        Self::parse(&format!("{scheme}://{authority}{path}"))
    }

    /// The address in its one spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Letters that are encoded without need stand for themselves; digits of the others are in upper case.
fn normal_path(path: &str) -> Option<String> {
    let mut normal = String::with_capacity(path.len());
    let mut octets = path.bytes();
    while let Some(octet) = octets.next() {
        if octet != b'%' {
            normal.push(char::from(octet));
            continue;
        }
        let high = char::from(octets.next()?).to_digit(16)?;
        let low = char::from(octets.next()?).to_digit(16)?;
        let octet = u8::try_from(high * 16 + low).ok()?;
        if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~') {
            normal.push(char::from(octet));
        } else {
            write!(normal, "%{octet:02X}").ok()?;
        }
    }
    if normal.split('/').any(|segment| matches!(segment, "." | "..")) { None } else { Some(normal) }
}
