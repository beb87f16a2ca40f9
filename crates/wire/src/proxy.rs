//! The PROXY protocol, versions 1 and 2: what a proxy in front says of a connection before its first byte.
//!
//! [`write()`] says it to a service. [`read`] takes the front of what came; the header is whole, more is needed, or
//! it is none. Only what one reader of the specification can read in one way is
//! taken: one version, the one that the file names, and addresses of TCP alone.
//!
//! Deliberately absent: the attributes behind the addresses of version 2 (their
//! lengths are checked, their contents skipped), datagrams, and Unix sockets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str;

use thiserror::Error;

/// Octets of the longest header of version 1 with its line end (§2.1).
const V1_AT_MOST: usize = 107;
/// What version 2 begins with (§2.2).
const V2_SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// Signature, version and command, family, length.
const V2_FIXED: usize = 16;
/// Octets behind these; attributes of real proxies need a fraction, and nothing is kept of them.
const V2_AT_MOST: usize = 2048;

/// Which version is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyVersion {
    /// A line of text.
    V1,
    /// Binary.
    V2,
}

/// A whole header, and the octets that it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProxyHeader {
    /// Where the connection to the proxy came from; `None` where the proxy speaks for itself (`LOCAL`, as its health
    /// checks do) or does not know (`UNKNOWN`).
    pub source: Option<SocketAddr>,
    /// Octets of the header.
    pub length: usize,
}

/// Why octets are not a header of that version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProxyError {
    /// It begins as no header of that version does.
    #[error("the connection does not begin with the PROXY header that the file names")]
    Start,
    /// The line of version 1 is not of the one form there is, or too long.
    #[error("the line of the PROXY header is not of the form that version 1 has")]
    Line,
    /// An address or port that is none.
    #[error("an address of the PROXY header is none")]
    Address,
    /// A version or command of version 2 that does not exist.
    #[error("the PROXY header has an unknown version or command")]
    Command,
    /// A family or protocol other than TCP over IPv4 or IPv6.
    #[error("the PROXY header is not for TCP over IPv4 or IPv6")]
    Family,
    /// A length that does not hold the addresses, breaks an attribute, or is beyond 2,048.
    #[error("the length of the PROXY header does not fit what it holds")]
    Length,
}

/// Reads a header at the front of `input`: `None` where more is needed.
///
/// # Errors
/// As soon as what is there can no longer become a header of this version.
pub fn read(input: &[u8], version: ProxyVersion) -> Result<Option<ProxyHeader>, ProxyError> {
    match version {
        ProxyVersion::V1 => read_v1(input),
        ProxyVersion::V2 => read_v2(input),
    }
}

fn read_v1(input: &[u8]) -> Result<Option<ProxyHeader>, ProxyError> {
    const START: &[u8] = b"PROXY ";
    let begun = input.len().min(START.len());
    if input.get(..begun) != START.get(..begun) {
        return Err(ProxyError::Start);
    }
    let window = input.get(..V1_AT_MOST).unwrap_or(input);
    let Some(end) = memchr::memchr(b'\n', window) else {
        return if window.len() == V1_AT_MOST { Err(ProxyError::Line) } else { Ok(None) };
    };
    let line = window.get(..end).and_then(|line| line.strip_suffix(b"\r")).ok_or(ProxyError::Line)?;
    let line = str::from_utf8(line).map_err(|_| ProxyError::Line)?;
    let source = match line.split(' ').collect::<Vec<_>>().as_slice() {
        // What follows `UNKNOWN` means nothing (§2.1).
        ["PROXY", "UNKNOWN", ..] => None,
        ["PROXY", family @ ("TCP4" | "TCP6"), source, target, source_port, target_port] => {
            // All of it is judged, though only the source is of use.
            address(family, target, target_port)?;
            Some(address(family, source, source_port)?)
        }
        _ => return Err(ProxyError::Line),
    };
    Ok(Some(ProxyHeader { source, length: end + 1 }))
}

fn address(family: &str, text: &str, port: &str) -> Result<SocketAddr, ProxyError> {
    let ip = match family {
        "TCP4" => text.parse::<Ipv4Addr>().map(IpAddr::V4),
        _ => text.parse::<Ipv6Addr>().map(IpAddr::V6),
    };
    let plain = port.bytes().all(|octet| octet.is_ascii_digit()) && (port == "0" || !port.starts_with('0'));
    let port = port.parse().ok().filter(|_| plain).ok_or(ProxyError::Address)?;
    Ok(SocketAddr::new(ip.map_err(|_| ProxyError::Address)?, port))
}

fn read_v2(input: &[u8]) -> Result<Option<ProxyHeader>, ProxyError> {
    let begun = input.len().min(V2_SIGNATURE.len());
    if input.get(..begun) != V2_SIGNATURE.get(..begun) {
        return Err(ProxyError::Start);
    }
    let Some([command, family, high, low]) = input.get(V2_SIGNATURE.len()..V2_FIXED) else { return Ok(None) };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if length > V2_AT_MOST {
        return Err(ProxyError::Length);
    }
    let local = match command {
        0x20 => true,
        0x21 => false,
        _ => return Err(ProxyError::Command),
    };
    let addresses = match family {
        0x11 => 12,
        0x21 => 36,
        // Whoever speaks for itself need not say what it speaks (§2.2).
        0x00 if local => 0,
        _ => return Err(ProxyError::Family),
    };
    if length < addresses {
        return Err(ProxyError::Length);
    }
    let Some(rest) = input.get(V2_FIXED..V2_FIXED + length) else { return Ok(None) };
    let (addresses, attributes) = rest.split_at_checked(addresses).ok_or(ProxyError::Length)?;
    // Whoever names no family has no addresses, and what follows then has no form.
    if *family != 0 {
        check_attributes(attributes)?;
    }
    let source = if local { None } else { source(addresses) };
    Ok(Some(ProxyHeader { source, length: V2_FIXED + length }))
}

fn source(addresses: &[u8]) -> Option<SocketAddr> {
    match addresses {
        [a, b, c, d, _, _, _, _, high, low, _, _] => {
            let ip = Ipv4Addr::new(*a, *b, *c, *d);
            Some(SocketAddr::new(ip.into(), u16::from_be_bytes([*high, *low])))
        }
        _ => {
            let ip = Ipv6Addr::from(*addresses.first_chunk::<16>()?);
            let [high, low] = addresses.get(32..34)?.first_chunk::<2>()?;
            Some(SocketAddr::new(ip.into(), u16::from_be_bytes([*high, *low])))
        }
    }
}

/// Writes the header of a connection that is made for this caller; `None` where the house speaks for itself.
///
/// Where the caller connected to is not told: the address in its place is no address (RFC 1122 §3.2.1.3 a).
pub fn write(out: &mut Vec<u8>, version: ProxyVersion, source: Option<SocketAddr>) {
    let source = source.map(|source| SocketAddr::new(source.ip().to_canonical(), source.port()));
    match version {
        ProxyVersion::V1 => out.extend_from_slice(line(source).as_bytes()),
        ProxyVersion::V2 => write_v2(out, source),
    }
}

fn line(source: Option<SocketAddr>) -> String {
    match source {
        Some(SocketAddr::V4(four)) => format!("PROXY TCP4 {} 0.0.0.0 {} 0\r\n", four.ip(), four.port()),
        Some(SocketAddr::V6(six)) => format!("PROXY TCP6 {} :: {} 0\r\n", six.ip(), six.port()),
        None => "PROXY UNKNOWN\r\n".to_owned(),
    }
}

fn write_v2(out: &mut Vec<u8>, source: Option<SocketAddr>) {
    out.extend_from_slice(V2_SIGNATURE);
    match source {
        Some(SocketAddr::V4(four)) => {
            out.extend_from_slice(&[0x21, 0x11, 0, 12]);
            out.extend_from_slice(&four.ip().octets());
            out.extend_from_slice(&[0; 4]);
        }
        Some(SocketAddr::V6(six)) => {
            out.extend_from_slice(&[0x21, 0x21, 0, 36]);
            out.extend_from_slice(&six.ip().octets());
            out.extend_from_slice(&[0; 16]);
        }
        None => return out.extend_from_slice(&[0x20, 0, 0, 0]),
    }
    out.extend_from_slice(&source.map_or(0, |source| source.port()).to_be_bytes());
    out.extend_from_slice(&[0; 2]);
}

/// Type, length and value, to the last octet.
fn check_attributes(mut rest: &[u8]) -> Result<(), ProxyError> {
    while !rest.is_empty() {
        let [_, high, low, value @ ..] = rest else { return Err(ProxyError::Length) };
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        rest = value.get(length..).ok_or(ProxyError::Length)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
