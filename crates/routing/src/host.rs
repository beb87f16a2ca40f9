//! The host names of doors and routes.

use std::fmt;
use std::net::Ipv6Addr;

use thiserror::Error;

/// A host, or every host with one label before a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HostPattern {
    /// This name or address; lower case, IPv6 in brackets.
    Exact(String),
    /// `*.shop.example`, kept as `shop.example`: exactly one label before it.
    Wildcard(String),
}

/// What makes a text not a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HostPatternError {
    /// Upper case, which would be compared with the lower case of a request.
    #[error("a host is written in lower case")]
    UpperCase,
    /// A port, which belongs to `listen`.
    #[error("a host has no port here")]
    Port,
    /// A `*` other than as the whole first label of a name.
    #[error("a `*` may stand only as the first label, as in `*.shop.example`")]
    Wildcard,
    /// An IPv6 address in another than its shortest form (RFC 5952), or broken.
    #[error("an IPv6 address is written in brackets and in its shortest form, as in `[2001:db8::1]`")]
    Address,
    /// Not labels of 1 to 63 letters, digits, `-` and `_`, with single dots between, 253 characters at most.
    #[error("a host is labels of letters, digits, `-` and `_`, with single dots between")]
    Name,
}

impl HostPattern {
    /// Reads a host as the file has it: `shop.example`, `*.shop.example`, `192.0.2.1` or `[2001:db8::1]`.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, HostPatternError> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(HostPatternError::UpperCase);
        }
        if let Some(address) = text.strip_prefix('[') {
            return address_of(address).map(|()| Self::Exact(text.to_owned()));
        }
        let (name, pattern): (_, fn(String) -> Self) = match text.strip_prefix("*.") {
            Some(name) => (name, Self::Wildcard),
            None => (text, Self::Exact),
        };
        if name.contains('*') {
            return Err(HostPatternError::Wildcard);
        }
        if name.contains(':') {
            return Err(HostPatternError::Port);
        }
        let byte_ok = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let label_ok = |label: &str| !label.is_empty() && label.len() <= 63 && label.bytes().all(byte_ok);
        if text.len() > 253 || !name.split('.').all(label_ok) {
            return Err(HostPatternError::Name);
        }
        Ok(pattern(name.to_owned()))
    }

    /// Whether it covers this host of a request head (lower case, without port).
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        match self {
            Self::Exact(name) => host == name,
            Self::Wildcard(name) => after_first_label(host) == Some(name),
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(name) => f.write_str(name),
            Self::Wildcard(name) => write!(f, "*.{name}"),
        }
    }
}

/// What a wildcard is compared with: the name after a host's first label, which is not empty.
pub(crate) fn after_first_label(host: &str) -> Option<&str> {
    host.split_once('.').filter(|(label, _)| !label.is_empty()).map(|(_, name)| name)
}

fn address_of(after_bracket: &str) -> Result<(), HostPatternError> {
    let (address, after) = after_bracket.split_once(']').ok_or(HostPatternError::Address)?;
    if after.starts_with(':') {
        return Err(HostPatternError::Port);
    }
    let parsed: Ipv6Addr = address.parse().map_err(|_| HostPatternError::Address)?;
    if after.is_empty() && parsed.to_string() == address { Ok(()) } else { Err(HostPatternError::Address) }
}

#[cfg(test)]
mod tests;
