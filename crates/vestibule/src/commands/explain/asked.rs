//! The request that is asked about: its words on the command line, as the bytes that a caller would send.

use crate::failure::{Exit, Failure};

/// A method, a URL and fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) url: String,
    /// Whether the URL is `https`.
    pub(super) secure: bool,
    /// The host in lower case, IPv6 in brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// The head of the request, as HTTP/1.1 writes it.
    pub(super) head: Vec<u8>,
}

impl Asked {
    /// Reads the words. The target is taken as it is: what is strange about it is for the gateway to say.
    ///
    /// # Errors
    /// A URL without scheme or host, or a field without name (2).
    pub(super) fn parse(method: &str, url: &str, fields: &[String]) -> Result<Self, Failure> {
        let (secure, rest) = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (true, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (false, rest),
            _ => return Err(bad_url(url)),
        };
        // A fragment is the caller's own and is never sent (RFC 9110 §4.2.5).
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, target) = match rest.find(['/', '?']) {
            Some(at) => rest.split_at_checked(at).unwrap_or((rest, "")),
            None => (rest, ""),
        };
        let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
        let (host, port) = host_and_port(authority, secure).ok_or_else(|| bad_url(url))?;
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {authority}\r\n");
        for field in fields {
            let (name, value) = field.split_once(':').ok_or_else(|| {
                Failure::new(Exit::Usage, "bad-field", format!("`{field}` is not a field")).help("write `NAME: VALUE`")
            })?;
            head.push_str(&format!("{name}: {}\r\n", value.trim()));
        }
        head.push_str("\r\n");
        let (method, url) = (method.to_owned(), url.to_owned());
        Ok(Self { method, url, secure, host, port, head: head.into_bytes() })
    }

    /// What a client would send as server name: a name, and never an address (RFC 6066 §3).
    pub(super) fn server_name(&self) -> Option<&str> {
        let is_address = self.host.starts_with('[') || self.host.parse::<std::net::Ipv4Addr>().is_ok();
        (self.secure && !is_address).then_some(&self.host)
    }
}

fn host_and_port(authority: &str, secure: bool) -> Option<(String, u16)> {
    let usual = if secure { 443 } else { 80 };
    let after_address = authority.rfind(']').unwrap_or(0);
    let colon = authority.rfind(':').filter(|at| *at > after_address);
    let (host, port) = match colon.and_then(|at| Some((authority.get(..at)?, authority.get(at + 1..)?))) {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (authority, usual),
    };
    (!host.is_empty()).then(|| (host.to_ascii_lowercase(), port))
}

fn bad_url(url: &str) -> Failure {
    Failure::new(Exit::Usage, "bad-url", format!("`{url}` is not the URL of a request"))
        .help("write it whole, as in `https://localhost:8443/notes`")
}

#[cfg(test)]
mod tests;
