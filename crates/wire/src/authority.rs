//! A host and port, as in `Host`, `:authority` and absolute targets (RFC 3986 §3.2, RFC 9110 §7.2).
//!
//! Narrower than the grammar on purpose: names are DNS names (letters, digits, `-`
//! and `_`, in labels), addresses are IPv4 or `[IPv6]`; no user information, no
//! percent-encoding, no empty port, no trailing dot. What remains has one reading.

use std::net::Ipv6Addr;

use thiserror::Error;

/// What makes a host missing or ambiguous.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HostError {
    /// No host at all. HTTP/1.0 does not demand one; a door does, because it chooses the API by it.
    #[error("the request names no host")]
    Missing,
    /// More than one Host field.
    #[error("the request names its host more than once")]
    Repeated,
    /// Host and the target, or Host and `:authority`, differ.
    #[error("Host and the request target name different hosts")]
    Disagree,
    /// Something before an `@`.
    #[error("the host has user information before it")]
    UserInformation,
    /// A character, label or address that is not a host's.
    #[error("the host is neither a name nor an address")]
    Name,
    /// A port that is not 1 to 65535 in plain digits.
    #[error("the port is not a number from 1 to 65535")]
    Port,
}

/// A host and port as received, and the host in lower case.
///
/// What was read last is remembered beyond `clear`: the requests of a connection mostly
/// name the same host, and to see that it is the same costs less than to read it again.
#[derive(Clone, Debug)]
pub(crate) struct Authority {
    text: String,
    host: String,
    port: Option<u16>,
    is_set: bool,
}

impl Authority {
    pub(crate) const fn new() -> Self {
        Self { text: String::new(), host: String::new(), port: None, is_set: false }
    }

    /// Forgets that a host was named.
    pub(crate) const fn clear(&mut self) {
        self.is_set = false;
    }

    /// Reads `host[:port]`.
    pub(crate) fn read(&mut self, text: &[u8]) -> Result<(), HostError> {
        self.is_set = false;
        if text.is_empty() {
            return Err(HostError::Missing);
        }
        if self.text.as_bytes() != text {
            self.text.clear();
            self.host.clear();
            let (host_len, port) = split(text)?;
            let text = std::str::from_utf8(text).map_err(|_| HostError::Name)?;
            self.text.push_str(text);
            self.host.push_str(text.get(..host_len).unwrap_or_default());
            self.host.make_ascii_lowercase();
            self.port = port;
        }
        self.is_set = true;
        Ok(())
    }

    /// As received; empty if no host was named.
    pub(crate) fn text(&self) -> &str {
        if self.is_set { &self.text } else { "" }
    }

    /// In lower case, an IPv6 address in brackets; empty if no host was named.
    pub(crate) fn host(&self) -> &str {
        if self.is_set { &self.host } else { "" }
    }

    pub(crate) const fn port(&self) -> Option<u16> {
        if self.is_set { self.port } else { None }
    }
}

/// The length of the host, and the port.
fn split(text: &[u8]) -> Result<(usize, Option<u16>), HostError> {
    let host_len = match text {
        [b'[', after @ ..] => address_len(after)?,
        _ => name_len(text)?,
    };
    let port = match text.get(host_len..) {
        Some([]) | None => None,
        Some([b':', digits @ ..]) => Some(port(digits)?),
        Some(_) => return Err(HostError::Name),
    };
    Ok((host_len, port))
}

/// The length of `[address]`, both brackets counted.
fn address_len(after: &[u8]) -> Result<usize, HostError> {
    let len = memchr::memchr(b']', after).ok_or(HostError::Name)?;
    let text = after.get(..len).and_then(|text| std::str::from_utf8(text).ok()).ok_or(HostError::Name)?;
    text.parse::<Ipv6Addr>().map_err(|_| HostError::Name)?;
    Ok(len + 2)
}

/// The length of a name: labels of 1 to 63 octets with single dots between, 253 octets at most.
fn name_len(text: &[u8]) -> Result<usize, HostError> {
    let len = text.iter().position(|&octet| !is_name_octet(octet)).unwrap_or(text.len());
    match text.get(len) {
        None | Some(b':') => {}
        Some(b'@') => return Err(HostError::UserInformation),
        Some(_) => return Err(HostError::Name),
    }
    let name = text.get(..len).unwrap_or_default();
    if len > 253 || !name.split(|&octet| octet == b'.').all(|label| (1..=63).contains(&label.len())) {
        return Err(HostError::Name);
    }
    // `user:password@host` looks like a name and a port up to the sign.
    if text.get(len..).is_some_and(|rest| rest.contains(&b'@')) {
        return Err(HostError::UserInformation);
    }
    Ok(len)
}

static NAME: [bool; 256] = name_table();

#[expect(clippy::indexing_slicing, reason = "an octet is always inside a table of 256")]
const fn name_table() -> [bool; 256] {
    let mut table = [false; 256];
    let mut octet = 0_u8;
    while octet < u8::MAX {
        table[octet as usize] = octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_');
        octet += 1;
    }
    table
}

fn is_name_octet(octet: u8) -> bool {
    NAME.get(usize::from(octet)).is_some_and(|&is_name| is_name)
}

fn port(digits: &[u8]) -> Result<u16, HostError> {
    match digits {
        [b'1'..=b'9', ..] if digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit) => {
            std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(HostError::Port)
        }
        _ => Err(HostError::Port),
    }
}

#[cfg(test)]
mod tests;
