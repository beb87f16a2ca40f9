//! Addresses: sockets, hosts, networks and the URLs of services.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use auth::keys::Origin;
use ipnet::IpNet;

use super::{Wrong, name};

/// Bytes that a Unix socket's path may have (`sun_path`, with its closing NUL).
const SOCKET_PATH_AT_MOST: usize = 107;

/// Where something listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Socket {
    /// On an IP address and port.
    Ip(SocketAddr),
    /// On a Unix socket.
    Unix(PathBuf),
}

/// `IP:PORT`, `[IPv6]:PORT` or `unix:PATH`.
///
/// # Errors
/// What is wrong and what to write.
pub fn socket(text: &str) -> Result<Socket, Wrong> {
    if let Some(path) = text.strip_prefix("unix:") {
        if path.is_empty() || path.len() > SOCKET_PATH_AT_MOST {
            let message = format!("`{text}` is not the path of a socket");
            return Err(Wrong::new(message, format!("`unix:` and a path of at most {SOCKET_PATH_AT_MOST} bytes")));
        }
        return Ok(Socket::Unix(PathBuf::from(path)));
    }
    listen_address(text).map(Socket::Ip)
}

/// `IP:PORT` or `[IPv6]:PORT`.
///
/// # Errors
/// What is wrong and what to write.
pub fn listen_address(text: &str) -> Result<SocketAddr, Wrong> {
    let form = "an IP address and a port, as in `127.0.0.1:8443` or `[::1]:8443`";
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Ok(address);
    }
    let port = text.strip_prefix(':').or_else(|| text.strip_prefix("*:")).unwrap_or(text);
    if port.parse::<u16>().is_ok() {
        let message = format!("`{text}` does not say on which address");
        return Err(Wrong::new(message, "a bare port would mean every interface; say which: `127.0.0.1:PORT`"));
    }
    let wrong = Wrong::new(format!("`{text}` is not an address"), form);
    match text.strip_prefix("localhost:").filter(|port| port.parse::<u16>().is_ok()) {
        Some(port) => Err(wrong.replace(format!("127.0.0.1:{port}"))),
        None if text.starts_with("unix:") => {
            Err(Wrong::new(format!("`{text}` is a Unix socket"), "only an IP address and a port can stand here"))
        }
        None => Err(wrong),
    }
}

/// A host name in lower case, or an IP address.
///
/// # Errors
/// What is wrong and what to write.
pub fn host(text: &str) -> Result<&str, Wrong> {
    if text.parse::<IpAddr>().is_ok() {
        return Ok(text);
    }
    let form = "a name in lower case, as in `shop.example`";
    let label = |label: &str| {
        let inside = label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_');
        (1..=63).contains(&label.len()) && inside && !label.starts_with('-') && !label.ends_with('-')
    };
    // A last label of digits only would be read as an IPv4 address by some (WHATWG URL §3.5).
    let numeric = text.rsplit('.').next().is_some_and(|last| last.bytes().all(|b| b.is_ascii_digit()));
    if text.len() <= 253 && text.split('.').all(label) && !numeric {
        return Ok(text);
    }
    let wrong = Wrong::new(format!("`{text}` is not a host"), form);
    if text.contains("://") {
        return Err(Wrong::new(format!("`{text}` is a URL, not a host"), form));
    }
    if text.contains(':') {
        return Err(Wrong::new(format!("`{text}` is not a host"), "the name alone; the port stands under `listen`"));
    }
    let lower = text.to_ascii_lowercase();
    Err(if lower != text && host(&lower).is_ok() { wrong.replace(lower) } else { wrong })
}

/// A host, or `*.` and a host: one label, any.
///
/// # Errors
/// What is wrong and what to write.
pub fn wildcard_host(text: &str) -> Result<&str, Wrong> {
    match text.strip_prefix("*.") {
        Some(rest) if rest.contains('.') && rest.parse::<IpAddr>().is_err() => host(rest).map(|_| text),
        Some(_) | None if text.contains('*') => Err(Wrong::new(
            format!("`{text}` is not a host"),
            "one `*` may stand as the whole first label: `\"*.shop.example\"`",
        )),
        _ => host(text),
    }
}

/// How a range of addresses is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NetworkText {
    /// As itself.
    Range(IpNet),
    /// By a name of `networks`, or `private` or `loopback`.
    Name(String),
}

impl NetworkText {
    /// A range, `private`, `loopback`, or the name of a range.
    ///
    /// # Errors
    /// What is wrong and what to write.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        if text == "private" || text == "loopback" {
            return Ok(Self::Name(text.to_owned()));
        }
        if text.contains(['/', ':', '.']) {
            return ip_network(text).map(Self::Range);
        }
        name(text).map(|name| Self::Name(name.to_owned()))
    }
}

/// A range of addresses, `10.0.0.0/16`, or one address.
///
/// # Errors
/// What is wrong and what to write.
pub fn ip_network(text: &str) -> Result<IpNet, Wrong> {
    let form = "a range as in `10.0.0.0/16`, or one address";
    let network = match text.parse::<IpAddr>() {
        Ok(address) => IpNet::from(address),
        Err(_) => text.parse().map_err(|_| Wrong::new(format!("`{text}` is not a range of addresses"), form))?,
    };
    if network.network() != network.addr() {
        let range = network.trunc();
        let message = format!("`{text}` has bits set behind its mask");
        return Err(Wrong::new(message, format!("the range is `{range}`")).replace(range.to_string()));
    }
    if let IpNet::V6(six) = network
        && six.addr().to_ipv4_mapped().is_some()
    {
        return Err(Wrong::new(format!("`{text}` is an IPv4 address written as IPv6"), "write it as IPv4"));
    }
    Ok(network)
}

/// Where a service listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Url {
    /// `http://host:port`.
    Http {
        /// A name or an IP address, without brackets.
        host: String,
        /// The port, 80 where none is written.
        port: u16,
    },
    /// `https://host:port`.
    Https {
        /// A name or an IP address, without brackets.
        host: String,
        /// The port, 443 where none is written.
        port: u16,
    },
    /// `unix:PATH`.
    Unix(PathBuf),
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, host, port) = match self {
            Self::Http { host, port } => ("http", host, port),
            Self::Https { host, port } => ("https", host, port),
            Self::Unix(path) => return write!(f, "unix:{}", path.display()),
        };
        if host.contains(':') { write!(f, "{scheme}://[{host}]:{port}") } else { write!(f, "{scheme}://{host}:{port}") }
    }
}

/// `http://host:port`, `https://host:port` or `unix:PATH`; no path, query, fragment or user.
///
/// # Errors
/// What is wrong and what to write.
pub fn url(text: &str) -> Result<Url, Wrong> {
    if text.starts_with("unix:") {
        return match socket(text)? {
            Socket::Unix(path) => Ok(Url::Unix(path)),
            Socket::Ip(_) => Err(Wrong::new(format!("`{text}` is not a URL"), "")),
        };
    }
    let wrong = || Wrong::new(format!("`{text}` is not the URL of a service"), "as in `http://127.0.0.1:3000`");
    let (secure, rest) = match (text.strip_prefix("http://"), text.strip_prefix("https://")) {
        (Some(rest), _) => (false, rest),
        (_, Some(rest)) => (true, rest),
        _ => {
            let guess = format!("http://{text}");
            return Err(if !text.contains("://") && url(&guess).is_ok() { wrong().replace(guess) } else { wrong() });
        }
    };
    if rest.contains('@') {
        return Err(Wrong::new(format!("`{text}` names a user"), "credentials do not belong in a URL"));
    }
    let authority = rest.strip_suffix('/').unwrap_or(rest);
    if authority.contains(['/', '?', '#']) {
        let message = format!("`{text}` goes on after the host");
        return Err(Wrong::new(message, "a service is a host and a port; paths are said at the API"));
    }
    let (host_text, port) = split_port(authority).ok_or_else(wrong)?;
    let host = host(host_text)?.to_owned();
    Ok(if secure {
        Url::Https { host, port: port.unwrap_or(443) }
    } else {
        Url::Http { host, port: port.unwrap_or(80) }
    })
}

/// The URL of a service, and the path and query on it that are asked for; `/` where there are none.
///
/// # Errors
/// What is wrong and what to write.
pub fn url_and_target(text: &str) -> Result<(Url, String), Wrong> {
    let after_scheme = text.find("://").map_or(text.len(), |at| at + 3);
    let path = text.get(after_scheme..).and_then(|rest| rest.find('/')).map(|at| after_scheme + at);
    let Some((service, target)) = path.and_then(|at| text.split_at_checked(at)) else {
        return Ok((url(text)?, "/".to_owned()));
    };
    if text.starts_with("unix:") {
        return Ok((url(text)?, "/".to_owned()));
    }
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"#<>\"\\^`{|}".contains(&byte);
    if !target.bytes().all(plain) {
        let message = format!("`{target}` is not the path of a URL");
        return Err(Wrong::new(message, "visible ASCII characters, the others percent-encoded"));
    }
    Ok((url(service)?, target.to_owned()))
}

/// The name of a field (RFC 9110 §5.1) that may be told to somebody else, in lower case.
///
/// # Errors
/// What is wrong and what to write.
pub fn told_field(text: &str) -> Result<String, Wrong> {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let name = text.to_ascii_lowercase();
    if name.is_empty() || name.len() > 64 || !name.bytes().all(token) {
        return Err(Wrong::new(format!("`{text}` is not the name of a header"), "as in `x-tenant`"));
    }
    let ours = ["host", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade", "expect"];
    if ours.contains(&name.as_str()) || ["x-forwarded-", "vestibule-"].iter().any(|family| name.starts_with(family)) {
        let message = format!("`{text}` is said by the house itself");
        return Err(Wrong::new(message, "leave it out; the documentation says what is always sent"));
    }
    Ok(name)
}

/// Host without brackets, and the port where there is one.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let port = |text: &str| text.parse::<u16>().ok().filter(|port| *port > 0 && !text.starts_with(['+', '0']));
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, after) = rest.split_once(']')?;
        host.parse::<std::net::Ipv6Addr>().ok()?;
        return match after.strip_prefix(':') {
            Some(text) => Some((host, Some(port(text)?))),
            None => after.is_empty().then_some((host, None)),
        };
    }
    match authority.split_once(':') {
        Some((host, text)) => Some((host, Some(port(text)?))),
        None => Some((authority, None)),
    }
}

/// The origin of a page, as browsers write it.
///
/// # Errors
/// What is wrong and what to write.
pub fn page_origin(text: &str) -> Result<Origin, Wrong> {
    Origin::parse(text).map_err(|error| {
        let wrong = Wrong::new(format!("`{text}` is not the origin of a page"), error.to_string());
        let lower = text.trim_end_matches('/').to_ascii_lowercase();
        if lower != text && Origin::parse(&lower).is_ok() { wrong.replace(lower) } else { wrong }
    })
}

/// An address on the web that people can open: it may be shown in a header field as it stands.
///
/// # Errors
/// What is wrong and what to write.
pub fn web_address(text: &str) -> Result<&str, Wrong> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |byte: u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
    };
    let good = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')) && text.len() <= 2048;
    if good && text.bytes().all(plain) {
        return Ok(text);
    }
    Err(Wrong::new(
        format!("`{text}` is not a web address"),
        "`https://` and the rest, as in `https://shop.example/news`",
    ))
}
