//! The origin of a page (RFC 6454), as browsers write it.

use std::fmt;
use std::net::Ipv6Addr;
use std::sync::Arc;

use thiserror::Error;

/// Longest origin taken, in bytes: a name of 253, its scheme and port.
const AT_MOST: usize = 270;

/// An origin in the one form in which browsers write it (RFC 6454 §6.2): scheme, host in lower case, and the port
/// where it is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(Arc<str>);

/// What makes a text not an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OriginError {
    /// Neither `https` nor `http`.
    #[error("an origin starts with `https://`; with `http://` only for `localhost` and loopback addresses")]
    Scheme,
    /// A path, a query, or a fragment.
    #[error("an origin ends with the host or port: without a path, and without a `/`")]
    Path,
    /// Not a host in lower case, or a `*`.
    #[error("the host of an origin is one name in lower case, or an address; there are no wildcards")]
    Host,
    /// Not a port, or the scheme's own, which browsers leave out.
    #[error("the port of an origin is a number, and is left out where it is the scheme's own (443, 80)")]
    Port,
}

impl Origin {
    /// Reads an origin as browsers write it; nothing is repaired, because a page of another form never comes.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let (rest, own_port) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (rest, "443"),
            (None, Some(rest)) => (rest, "80"),
            (None, None) => return Err(OriginError::Scheme),
        };
        if rest.contains(['/', '?', '#']) {
            return Err(OriginError::Path);
        }
        let (host, port) = split_port(rest);
        if !is_host(host) || text.len() > AT_MOST {
            return Err(OriginError::Host);
        }
        if own_port == "80" && !is_loopback(host) {
            return Err(OriginError::Scheme);
        }
        match port {
            Some(port) if port == own_port || !is_port(port) => Err(OriginError::Port),
            _ => Ok(Self(Arc::from(text))),
        }
    }

    /// As an `Origin` field has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Host and port.
    fn authority(&self) -> &str {
        self.0.split_once("://").map_or("", |(_, authority)| authority)
    }

    /// Whether a URL is one of this origin.
    pub(crate) fn is_of(&self, url: &[u8]) -> bool {
        let rest = url.strip_prefix(self.0.as_bytes());
        rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'/' | b'?' | b'#')))
    }

    /// Whether the requests for this authority are those of the origin's own host; the scheme was the browser's matter.
    pub(crate) fn is_at(&self, authority: &str) -> bool {
        let without = |port| authority.strip_suffix(port).unwrap_or(authority);
        let own_port = if self.0.starts_with("https") { ":443" } else { ":80" };
        without(own_port).eq_ignore_ascii_case(self.authority())
    }
}

/// Host and port; the colons of an IPv6 address stand in brackets.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok_and(|port| port > 0 && port.to_string() == text)
}

fn is_host(host: &str) -> bool {
    if let Some(six) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return six.parse::<Ipv6Addr>().is_ok_and(|address| address.to_string() == six);
    }
    let label = |label: &str| {
        let inside = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        (1..=63).contains(&label.len()) && inside && !label.starts_with('-') && !label.ends_with('-')
    };
    host.len() <= 253 && host.split('.').all(label)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    //! What is an origin, and which requests are of it.

    use super::{Origin, OriginError};

    #[test]
    fn an_origin_has_the_form_in_which_browsers_write_it() {
        for text in [
            "https://shop.example",
            "https://shop.example:8443",
            "http://localhost:3000",
            "http://127.0.0.1:8080",
            "https://[2001:db8::1]:8443",
            "http://[::1]:3000",
        ] {
            assert_eq!(Origin::parse(text).map(|origin| origin.to_string()), Ok(text.to_owned()));
        }
        for (text, error) in [
            ("shop.example", OriginError::Scheme),
            ("null", OriginError::Scheme),
            ("*", OriginError::Scheme),
            ("http://shop.example", OriginError::Scheme),
            ("HTTPS://shop.example", OriginError::Scheme),
            ("https://shop.example/", OriginError::Path),
            ("https://shop.example?a", OriginError::Path),
            ("https://*.shop.example", OriginError::Host),
            ("https://Shop.example", OriginError::Host),
            ("https://user@shop.example", OriginError::Host),
            ("https://", OriginError::Host),
            ("https://shop..example", OriginError::Host),
            ("https://[2001:DB8::1]", OriginError::Host),
            ("https://shop.example:443", OriginError::Port),
            ("http://localhost:80", OriginError::Port),
            ("https://shop.example:", OriginError::Port),
            ("https://shop.example:08443", OriginError::Port),
            ("https://shop.example:0", OriginError::Port),
            ("https://shop.example:70000", OriginError::Port),
        ] {
            assert_eq!(Origin::parse(text), Err(error), "{text}");
        }
        assert_eq!(Origin::parse(&format!("https://{}.example", "a".repeat(300))), Err(OriginError::Host));
    }

    #[test]
    fn a_url_is_of_an_origin_only_where_host_and_port_end() {
        let origin = Origin::parse("https://shop.example").expect("an origin");
        for url in
            ["https://shop.example", "https://shop.example/a?b", "https://shop.example?b", "https://shop.example#"]
        {
            assert!(origin.is_of(url.as_bytes()), "{url}");
        }
        for url in [
            "https://shop.example.evil.example/",
            "https://shop.example:8443/",
            "https://shop.example@evil.example/",
            "http://shop.example/",
            "null",
            "",
        ] {
            assert!(!origin.is_of(url.as_bytes()), "{url}");
        }
    }

    #[test]
    fn an_authority_is_the_origins_with_or_without_the_schemes_own_port() {
        let origin = Origin::parse("https://shop.example").expect("an origin");
        assert!(origin.is_at("shop.example") && origin.is_at("Shop.Example:443"));
        assert!(!origin.is_at("shop.example:80") && !origin.is_at("api.shop.example"));
        let other = Origin::parse("https://shop.example:8443").expect("an origin");
        assert!(other.is_at("shop.example:8443") && !other.is_at("shop.example"));
    }
}
