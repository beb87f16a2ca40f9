//! Whose request it is by the word of the proxies in front: `Forwarded` (RFC 7239) and `X-Forwarded-For`.
//!
//! Each proxy adds at the end where the request came to it from, so that the list is read from its end: what a named
//! proxy wrote is believed, and what stands before the first address that is no named proxy's is whatever the caller
//! wrote.
//!
//! ```text
//! x-forwarded-for: 10.0.0.1, 192.0.2.7, 10.9.0.2      from 10.9.0.1, where 10.9.0.0/16 are proxies
//!                  made up   the caller  a proxy
//! ```
//!
//! Deliberately absent: what proxies say of host, scheme and themselves.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str;

use thiserror::Error;

use crate::fields::{Fields, Name};
use crate::octets;

/// Which field the proxies write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForwardingField {
    /// `Forwarded`, of RFC 7239.
    Forwarded,
    /// `X-Forwarded-For`, older, and written by nearly all.
    XForwardedFor,
}

/// Why nobody can be told from the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ForwardingError {
    /// The proxy did not write it.
    #[error("the proxy in front does not say whose request it is")]
    Missing,
    /// It breaks its own grammar, so that two readers could see two lists.
    #[error("the forwarding field is malformed")]
    Malformed,
    /// A proxy's word is no address: `unknown`, a name, or garbage.
    #[error("the forwarding field has something else than an address where a proxy wrote")]
    NoAddress,
}

/// The caller: the last address of the field that is not a proxy's, or the first where all are.
///
/// # Errors
/// Nobody can be told; the request is nobody's then, and above all not the proxy's own.
pub fn caller(
    fields: &Fields,
    field: ForwardingField,
    is_proxy: impl Fn(IpAddr) -> bool,
) -> Result<IpAddr, ForwardingError> {
    let mut nodes = Vec::new();
    match field {
        ForwardingField::XForwardedFor => {
            for line in fields.all(Name::XForwardedFor) {
                nodes.extend(line.split(|octet| *octet == b',').map(|node| Some(octets::trim(node))));
            }
        }
        ForwardingField::Forwarded => {
            for line in fields.all(Name::Forwarded) {
                read_line(line, &mut nodes)?;
            }
        }
    }
    let mut first = None;
    for node in nodes.into_iter().rev() {
        let node = node.and_then(|node| str::from_utf8(node).ok()).ok_or(ForwardingError::NoAddress)?;
        let ip = address(node).ok_or(ForwardingError::NoAddress)?.to_canonical();
        if !is_proxy(ip) {
            return Ok(ip);
        }
        first = Some(ip);
    }
    first.ok_or(ForwardingError::Missing)
}

/// An address alone or with a port; one of IPv6 with a port is in brackets (RFC 7239 §6), alone it may be.
fn address(node: &str) -> Option<IpAddr> {
    if let Ok(ip) = node.parse() {
        return Some(ip);
    }
    if let Some(inside) = node.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inside.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    }
    // A zone means something on one machine only.
    if node.contains('%') {
        return None;
    }
    node.parse::<SocketAddr>().ok().map(|address| address.ip())
}

/// Adds the `for` of each element of one line of `Forwarded`; `None` where it has none.
///
/// The whole line has to be well formed: what a caller left open would swallow what the proxy wrote behind it.
fn read_line<'a>(line: &'a [u8], nodes: &mut Vec<Option<&'a [u8]>>) -> Result<(), ForwardingError> {
    let mut rest = Some(line);
    while let Some(line) = rest {
        let element = read_element(octets::trim(line))?;
        nodes.push(element.node);
        rest = element.rest;
    }
    Ok(())
}

/// One element of a line.
struct Element<'a> {
    /// Its `for`.
    node: Option<&'a [u8]>,
    /// What follows behind a comma.
    rest: Option<&'a [u8]>,
}

fn read_element(line: &[u8]) -> Result<Element<'_>, ForwardingError> {
    let mut node = None;
    let mut rest = line;
    loop {
        let (name, after) = token(rest)?;
        let after = after.strip_prefix(b"=").ok_or(ForwardingError::Malformed)?;
        let (value, after) = if after.first() == Some(&b'"') { quoted(after)? } else { token(after)? };
        if name.eq_ignore_ascii_case(b"for") && node.replace(value).is_some() {
            return Err(ForwardingError::Malformed);
        }
        match octets::trim(after) {
            [] => return Ok(Element { node, rest: None }),
            [b';', after @ ..] => rest = octets::trim(after),
            [b',', after @ ..] => return Ok(Element { node, rest: Some(after) }),
            _ => return Err(ForwardingError::Malformed),
        }
    }
}

fn token(text: &[u8]) -> Result<(&[u8], &[u8]), ForwardingError> {
    match text.split_at_checked(octets::token_len(text)) {
        Some((token, rest)) if !token.is_empty() => Ok((token, rest)),
        _ => Err(ForwardingError::Malformed),
    }
}

/// What stands between the quotes. A backslash in it is left, which no address has.
fn quoted(text: &[u8]) -> Result<(&[u8], &[u8]), ForwardingError> {
    let inside = text.strip_prefix(b"\"").ok_or(ForwardingError::Malformed)?;
    let mut escaped = false;
    for (at, octet) in inside.iter().enumerate() {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => {
                let (value, rest) = inside.split_at_checked(at).ok_or(ForwardingError::Malformed)?;
                return Ok((value, rest.strip_prefix(b"\"").unwrap_or(rest)));
            }
            _ => {}
        }
    }
    Err(ForwardingError::Malformed)
}

#[cfg(test)]
mod tests;
