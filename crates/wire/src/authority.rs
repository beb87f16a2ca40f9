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

/// Where the host ends, and the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Authority {
    /// Octets of the host, brackets included.
    pub(crate) host_len: usize,
    pub(crate) port: Option<u16>,
}

/// Reads `host[:port]`.
pub(crate) fn read(text: &[u8]) -> Result<Authority, HostError> {
    if text.is_empty() {
        return Err(HostError::Missing);
    }
    let host_len = match text {
        [b'[', after @ ..] => address_len(after)?,
        _ => name_len(text)?,
    };
    let port = match text.get(host_len..) {
        Some([]) | None => None,
        Some([b':', digits @ ..]) => Some(port(digits)?),
        Some(_) => return Err(HostError::Name),
    };
    Ok(Authority { host_len, port })
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
    let mut label = 0;
    let mut len = 0;
    for &octet in text {
        match octet {
            b'.' if label > 0 => label = 0,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' if label < 63 => label += 1,
            b':' => break,
            b'@' => return Err(HostError::UserInformation),
            _ => return Err(HostError::Name),
        }
        len += 1;
    }
    if label == 0 || len > 253 {
        return Err(HostError::Name);
    }
    // `user:password@host` looks like a name and a port up to the sign.
    if text.get(len..).is_some_and(|rest| rest.contains(&b'@')) {
        return Err(HostError::UserInformation);
    }
    Ok(len)
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
