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
            "https" => "443",
            "http" => "80",
            _ => return None,
        };
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = host_and_port(authority)?;
        let host = host.to_ascii_lowercase();
        let (colon, port) = if port.is_empty() || port == default_port { ("", "") } else { (":", port) };
        let path = if path.is_empty() { "/".to_owned() } else { normal_path(path)? };
        Some(Self(format!("{scheme}://{host}{colon}{port}{path}")))
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

/// Splits an authority without a user (RFC 3986 §3.2); the port is empty where there is none.
fn host_and_port(authority: &str) -> Option<(&str, &str)> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|octet| octet.is_ascii_digit()) => (host, port),
        _ => (authority, ""),
    };
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~');
    let literal = |octet: u8| octet.is_ascii_hexdigit() || matches!(octet, b':' | b'.');
    let well_formed = match host.strip_prefix('[').map(|rest| rest.strip_suffix(']')) {
        Some(address) => address.is_some_and(|address| !address.is_empty() && address.bytes().all(literal)),
        None => !host.is_empty() && host.bytes().all(plain),
    };
    well_formed.then_some((host, port))
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
