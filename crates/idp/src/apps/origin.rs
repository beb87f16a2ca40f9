//! Origins of an app's pages, as browsers send them in `Origin` (RFC 6454 §7).

use std::fmt;

use thiserror::Error;

use super::redirect::host_and_port;

/// `https://host[:port]`, or `http` at a loopback address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin(Box<str>);

/// A text that no browser sends as an origin, or that must not be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "an origin is `https://host` or `https://host:port` in lower case with nothing after it; `http` on loopback only"
)]
pub struct OriginError;

impl Origin {
    /// Reads an origin strictly.
    ///
    /// # Errors
    /// Anything that a browser would not send.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let (scheme, authority) = text.split_once("://").ok_or(OriginError)?;
        let (host, port) = host_and_port(authority).map_err(|_| OriginError)?;
        let usual = match scheme {
            "https" => "443",
            "http" if matches!(host, "127.0.0.1" | "[::1]" | "localhost") => "80",
            _ => return Err(OriginError),
        };
        if port == Some(usual) || port == Some("0") { Err(OriginError) } else { Ok(Self(text.into())) }
    }

    /// As a browser sends it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
