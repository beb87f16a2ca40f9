//! A URL that the house calls, read strictly: a scheme, a host, perhaps a port, a path, perhaps a query, nothing else.
//!
//! Deliberately absent: user information, fragments, percent-encoded hosts, names beyond ASCII (their `xn--` form is
//! one within it), and resolving a reference against a base: a redirect is followed by nobody here.

use std::fmt;

use super::destination::{Destination, Host, Trust};
use super::error::TargetError;

/// A URL may have so many octets.
const URL_BYTES: usize = 2048;

/// A URL that may be called.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    to: Destination,
    tls: bool,
    /// With its query, as it was written; begins with `/`.
    path: Box<str>,
}

impl Target {
    /// Reads one that the file has, or that somebody said whom the file names.
    ///
    /// `http` only to this machine itself, written as such.
    ///
    /// # Errors
    /// [`TargetError`].
    pub fn configured(url: &str) -> Result<Self, TargetError> {
        Self::read(url, Trust::Configured, &[])
    }

    /// Reads one that a caller supplied: `https`, port 443 or one of these, and no address that is not public.
    ///
    /// # Errors
    /// [`TargetError`].
    pub fn supplied(url: &str, ports: &[u16]) -> Result<Self, TargetError> {
        Self::read(url, Trust::Supplied, ports)
    }

    fn read(url: &str, trust: Trust, ports: &[u16]) -> Result<Self, TargetError> {
        if url.len() > URL_BYTES {
            return Err(TargetError::TooLong);
        }
        let (tls, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => return Err(TargetError::Scheme),
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(TargetError::UserInformation);
        }
        let (host, port) = split_port(authority)?;
        let to = Destination::new(Host::read(host)?, port.unwrap_or(if tls { 443 } else { 80 }), trust, ports);
        let to = match to {
            // What is wrong with a plain URL is that first of all.
            Err(TargetError::Port) if !tls => return Err(TargetError::Plain),
            to => to?,
        };
        if !tls && (trust == Trust::Supplied || !to.is_loopback()) {
            return Err(TargetError::Plain);
        }
        let path = if path.is_empty() { "/" } else { path };
        if !path.starts_with('/') || !path.bytes().all(may_stand) {
            return Err(TargetError::Path);
        }
        Ok(Self { to, tls, path: path.into() })
    }

    /// Where it leads.
    #[must_use]
    pub const fn destination(&self) -> &Destination {
        &self.to
    }

    /// Whether it is spoken to over TLS.
    #[must_use]
    pub const fn is_tls(&self) -> bool {
        self.tls
    }

    /// Path and query.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What stands in `Host`: without the port where that is the scheme's own (RFC 9110 §4.2.3).
    #[must_use]
    pub fn authority(&self) -> String {
        let text = self.to.to_string();
        let own = if self.tls { ":443" } else { ":80" };
        text.strip_suffix(own).map(str::to_owned).unwrap_or(text)
    }
}

/// `host`, `host:port`, `[address]` or `[address]:port`; the port in plain digits, as it would be written again.
fn split_port(authority: &str) -> Result<(&str, Option<u16>), TargetError> {
    let from = authority.rfind(']').unwrap_or(0);
    let Some(at) = authority.get(from..).and_then(|rest| rest.find(':')).map(|at| from + at) else {
        return Ok((authority, None));
    };
    let (host, port) = authority.split_at(at);
    let digits = port.strip_prefix(':').unwrap_or_default();
    let plain = digits.len() <= 5 && !digits.starts_with('0') && digits.bytes().all(|octet| octet.is_ascii_digit());
    let port = if plain { digits.parse().ok() } else { None };
    port.map(|port| (host, Some(port))).ok_or(TargetError::Port)
}

/// The characters of a path and query (RFC 3986 §3.3, §3.4).
const fn may_stand(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(
            octet,
            b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'&' | b'\'' | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'='
        )
        || matches!(octet, b':' | b'@' | b'/' | b'?' | b'%')
}

/// The URL as it could be read again.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", if self.tls { "https" } else { "http" }, self.authority(), self.path)
    }
}

#[cfg(test)]
mod tests;
