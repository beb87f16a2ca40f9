//! Redirect URIs: where a browser is sent with a code, and when one is the one that was registered.

use std::fmt;

use thiserror::Error;

/// A redirect URI as it was registered; compared octet by octet (RFC 9700 §2.1), the port of a loopback address apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RedirectUri {
    text: Box<str>,
    /// Where the port of a loopback literal is left out: what stands before and behind it.
    loopback: Option<(Box<str>, Box<str>)>,
}

/// What makes a text not a redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RedirectUriError {
    /// Longer than [`RedirectUri::MAX_LEN`].
    #[error("a redirect URI has at most 1024 characters")]
    Long,
    /// Not the printable ASCII that a URI consists of, or with `\`, `*`, `"`, `<`, `>`, `^`, a back-tick, `{`, `|` or `}`.
    #[error("a redirect URI is ASCII without spaces, controls, `\\`, `*` and quotes")]
    Character,
    /// RFC 6749 §3.1.2.
    #[error("a redirect URI has no fragment")]
    Fragment,
    /// No `https`, no `http` at a loopback address, and no scheme that is a reversed domain (RFC 8252 §7.1).
    #[error(
        "a redirect URI begins with `https://`, with `http://` and a loopback address, or with a scheme like `com.example.app:/`"
    )]
    Scheme,
    /// No host, a user name, upper case, or a port that is none.
    #[error("a redirect URI has a host in lower case, without user name")]
    Host,
    /// `.` or `..` as a segment, plainly or percent-encoded.
    #[error("a redirect URI has no segment `.` or `..`")]
    Dots,
}

impl RedirectUri {
    /// The most characters.
    pub const MAX_LEN: usize = 1024;

    /// Reads a redirect URI strictly; nothing is normalised.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        if text.len() > Self::MAX_LEN {
            return Err(RedirectUriError::Long);
        }
        let octet_ok = |octet: u8| octet.is_ascii_graphic() && !br#"\*"<>^`{|}"#.contains(&octet);
        if !text.bytes().all(octet_ok) {
            return Err(RedirectUriError::Character);
        }
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        let (scheme, rest) = text.split_once(':').ok_or(RedirectUriError::Scheme)?;
        if !matches!(scheme, "https" | "http") {
            return Self::private(text, scheme, rest);
        }
        let hierarchy = rest.strip_prefix("//").ok_or(RedirectUriError::Scheme)?;
        let end = hierarchy.find(['/', '?']).unwrap_or(hierarchy.len());
        let (authority, below) = hierarchy.split_at(end);
        let (host, port) = host_and_port(authority)?;
        let path = below.split('?').next().unwrap_or_default();
        if path.split('/').any(is_dots) {
            return Err(RedirectUriError::Dots);
        }
        if scheme == "http" && !matches!(host, "127.0.0.1" | "[::1]" | "localhost") {
            return Err(RedirectUriError::Scheme);
        }
        // RFC 8252 §7.3 speaks of the literals; `localhost` may resolve to something else (§8.3).
        let literal = scheme == "http" && host != "localhost" && port != Some("0");
        let loopback = literal.then(|| (format!("http://{host}").into(), below.into()));
        Ok(Self { text: text.into(), loopback })
    }

    /// A scheme of the app's own, RFC 8252 §7.1: a reversed domain, so that it has a dot.
    fn private(text: &str, scheme: &str, rest: &str) -> Result<Self, RedirectUriError> {
        let octet_ok = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || matches!(octet, b'.' | b'-');
        let label_ok = |label: &str| label.starts_with(|first: char| first.is_ascii_lowercase());
        let named = scheme.contains('.') && scheme.bytes().all(octet_ok) && scheme.split('.').all(label_ok);
        // Two slashes would make an authority of what follows.
        if !named || !rest.starts_with('/') || rest.starts_with("//") {
            return Err(RedirectUriError::Scheme);
        }
        let path = rest.split('?').next().unwrap_or_default();
        if path.split('/').any(is_dots) {
            return Err(RedirectUriError::Dots);
        }
        Ok(Self { text: text.into(), loopback: None })
    }

    /// As it was registered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is `http` at a loopback address.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.text.starts_with("http://")
    }

    /// Whether its scheme is an app's own.
    #[must_use]
    pub fn is_private_scheme(&self) -> bool {
        !self.text.starts_with("https://") && !self.is_loopback()
    }

    /// Whether `shown` is this one. With `any_port` (native apps, RFC 8252 §7.3) a loopback literal may have another port.
    #[must_use]
    pub fn matches(&self, shown: &str, any_port: bool) -> bool {
        if shown == &*self.text {
            return true;
        }
        let Some((before, behind)) = self.loopback.as_ref().filter(|_| any_port) else { return false };
        let port = shown.strip_prefix(&**before).and_then(|rest| rest.strip_suffix(&**behind));
        port.and_then(|port| port.strip_prefix(':')).is_some_and(|port| is_port(port) && port != "0")
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Host (with its brackets) and port of an authority.
pub(super) fn host_and_port(authority: &str) -> Result<(&str, Option<&str>), RedirectUriError> {
    let split = match authority.strip_prefix("[::1]") {
        Some("") => Some(("[::1]", None)),
        Some(rest) => rest.strip_prefix(':').map(|port| ("[::1]", Some(port))),
        None => match authority.split_once(':') {
            Some((host, port)) => Some((host, Some(port))),
            None => Some((authority, None)),
        },
    };
    let (host, port) = split.ok_or(RedirectUriError::Host)?;
    let octet_ok = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || matches!(octet, b'.' | b'-');
    let label_ok = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    let named = host.len() <= 253 && host.bytes().all(octet_ok) && host.split('.').all(label_ok);
    let hosted = host == "[::1]" || named;
    if hosted && port.is_none_or(is_port) { Ok((host, port)) } else { Err(RedirectUriError::Host) }
}

fn is_port(port: &str) -> bool {
    let plain = !port.is_empty() && port.bytes().all(|octet| octet.is_ascii_digit());
    plain && (port == "0" || !port.starts_with('0')) && port.parse::<u16>().is_ok()
}

/// Whether browsers read the segment as `.` or `..` (URL standard, "double-dot path segment").
fn is_dots(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}
