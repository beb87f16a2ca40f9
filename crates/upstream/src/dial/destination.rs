//! Where the house calls: a host and a port, and whose word for it that is.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::address::{AddressKind, is_metadata_name};
use super::error::TargetError;

/// A name has at most so many octets (RFC 1035 §2.3.4).
const NAME_BYTES: usize = 253;
/// The port of `https`, the only one that somebody else may name.
const HTTPS_PORT: u16 = 443;

/// Whose word it is that this should be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trust {
    /// The file's: it may be in a private network, and this machine itself where it says that in so many words.
    Configured,
    /// A caller's: a public address only, and every address of a name must be.
    Supplied,
}

/// A name or an address, read strictly.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// A DNS name in lower case.
    Name(Box<str>),
    /// An address that was written as such.
    Address(IpAddr),
}

/// A host and a port to call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Destination {
    host: Host,
    port: u16,
    trust: Trust,
}

impl Host {
    /// Reads a name, an IPv4 address, or an IPv6 address in brackets.
    ///
    /// Whatever some reader takes for an address and another for a name is refused: octal, hexadecimal, short and
    /// whole-number forms of IPv4 (`0177.0.0.1`, `0x7f.1`, `127.1`, `2130706433`), and zones of IPv6.
    ///
    /// # Errors
    /// [`TargetError::Host`] and [`TargetError::OddAddress`].
    pub fn read(text: &str) -> Result<Self, TargetError> {
        if let Some(six) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return six.parse::<Ipv6Addr>().map(|six| Self::Address(six.into())).map_err(|_| TargetError::OddAddress);
        }
        if text.is_empty() || text.len() > NAME_BYTES || !text.split('.').all(is_label) {
            return Err(TargetError::Host);
        }
        // The rule by which browsers know an address: the last label is a number (WHATWG URL, "ends in a number").
        let last = text.rsplit('.').next().unwrap_or_default();
        if is_number(last) {
            return text
                .parse::<Ipv4Addr>()
                .map(|four| Self::Address(four.into()))
                .map_err(|_| TargetError::OddAddress);
        }
        Ok(Self::Name(text.to_ascii_lowercase().into()))
    }

    /// Whether this machine itself is meant in so many words (RFC 6761 §6.3).
    fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => &**name == "localhost" || name.ends_with(".localhost"),
            Self::Address(ip) => AddressKind::of(*ip) == AddressKind::Loopback,
        }
    }
}

/// Letters, digits, `-` and `_`, up to 63 (RFC 1035 §2.3.4), no `-` at either end.
fn is_label(label: &str) -> bool {
    let plain = label.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_'));
    plain && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
}

fn is_number(label: &str) -> bool {
    let hexadecimal = label.strip_prefix("0x").or_else(|| label.strip_prefix("0X"));
    match hexadecimal {
        Some(digits) => digits.bytes().all(|octet| octet.is_ascii_hexdigit()),
        None => label.bytes().all(|octet| octet.is_ascii_digit()),
    }
}

impl Destination {
    /// One that the file names.
    ///
    /// # Errors
    /// [`TargetError`]: not a host, or one that is never called.
    pub fn configured(host: &str, port: u16) -> Result<Self, TargetError> {
        Self::new(Host::read(host)?, port, Trust::Configured, &[])
    }

    /// One that a caller named; at port 443, and at those ports that the file allows besides.
    ///
    /// # Errors
    /// [`TargetError`]: not a host, one that a caller may not have called, or a port that it may not.
    pub fn supplied(host: &str, port: u16, ports: &[u16]) -> Result<Self, TargetError> {
        Self::new(Host::read(host)?, port, Trust::Supplied, ports)
    }

    pub(super) fn new(host: Host, port: u16, trust: Trust, ports: &[u16]) -> Result<Self, TargetError> {
        let to = Self { host, port, trust };
        let supplied = trust == Trust::Supplied;
        if port == 0 || (supplied && port != HTTPS_PORT && !ports.contains(&port)) {
            return Err(TargetError::Port);
        }
        match &to.host {
            Host::Address(ip) => to.admits(*ip).map_err(TargetError::Refused)?,
            Host::Name(name) if is_metadata_name(name) => return Err(TargetError::Refused(AddressKind::Metadata)),
            // A single label is a machine of this network, whatever its address is.
            Host::Name(name) if supplied && (!name.contains('.') || to.host.is_loopback()) => {
                return Err(TargetError::Refused(AddressKind::Private));
            }
            Host::Name(_) => {}
        }
        Ok(to)
    }

    /// Whether one of its addresses may be connected to.
    ///
    /// # Errors
    /// What kind of address stands against it.
    pub(super) fn admits(&self, ip: IpAddr) -> Result<(), AddressKind> {
        let kind = AddressKind::of(ip);
        let admitted = match (self.trust, kind) {
            (_, AddressKind::Public) => true,
            (Trust::Supplied, _) => false,
            (Trust::Configured, AddressKind::Loopback) => self.host.is_loopback(),
            (Trust::Configured, AddressKind::LinkLocal) => false,
            (Trust::Configured, kind) => !kind.is_never_called(),
        };
        if admitted { Ok(()) } else { Err(kind) }
    }

    /// Whether this machine itself is meant in so many words.
    pub(super) fn is_loopback(&self) -> bool {
        self.host.is_loopback()
    }

    /// The host.
    #[must_use]
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whose word it is.
    #[must_use]
    pub const fn trust(&self) -> Trust {
        self.trust
    }
}

/// As certificates and resolvers have it: an IPv6 address without brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(ip) => ip.fmt(f),
        }
    }
}

/// As `Host` has it, the port always written.
impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Address(IpAddr::V6(six)) => write!(f, "[{six}]:{}", self.port),
            host => write!(f, "{host}:{}", self.port),
        }
    }
}
