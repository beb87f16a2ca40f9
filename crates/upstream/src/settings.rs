//! What the file says of a service, as this room needs it.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use wire::proxy::ProxyVersion;

use crate::balance::{Affinity, Balance};
use crate::breaker::BreakerSettings;
use crate::endpoint::Address;
use crate::retry::RetrySettings;
use crate::tls::ClientTls;

/// One service: where it listens, how one of its replicas is chosen, and how long to wait for it.
#[derive(Clone, Debug)]
pub struct ServiceSettings {
    /// Its name in the file.
    pub name: Arc<str>,
    /// Its replicas, at least one.
    pub origins: Vec<Origin>,
    /// How one of them is chosen.
    pub balance: Balance,
    /// How it is known which of them are well, besides by the requests that fail.
    pub probes: Option<ProbeSettings>,
    /// A share of requests goes elsewhere.
    pub canary: Option<CanarySettings>,
    /// When a request is sent again.
    pub retries: RetrySettings,
    /// When the service is left alone.
    pub breaker: Option<BreakerSettings>,
    /// How long one connection attempt may take.
    pub connect_timeout: Duration,
    /// How long the first byte of an answer may take; the operation's deadline where not said.
    pub first_byte: Option<Duration>,
    /// How long one attempt may take to the first byte of its answer; the operation's deadline where not said.
    pub attempt: Option<Duration>,
    /// How long an unused connection is kept.
    pub idle: Duration,
    /// Each connection begins with the address of the caller that it is made for, and is that caller's alone.
    pub introduce: Option<ProxyVersion>,
    /// What it is there for.
    pub purpose: Purpose,
}

/// What a service is there for. Requests of callers go to those that serve, with a permit; the house asks the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Serves requests of callers.
    Serves,
    /// Decides about requests, and sees none of their bodies.
    Decides,
}

/// One URL of a service: an address, or a name that has some.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// `http://host:port` or `https://host:port`; a name is looked up again and again while the configuration runs.
    Tcp {
        /// Host name or address literal, without brackets.
        host: Box<str>,
        /// Port.
        port: u16,
        /// How it is spoken to over TLS, with `https`.
        tls: Option<ClientTls>,
        /// In which version of HTTP.
        http: Http,
    },
    /// `unix:PATH`.
    Unix(Arc<Path>, Http),
}

/// The version of HTTP that a service is spoken to in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Http {
    /// HTTP/1.1.
    One,
    /// HTTP/2: over TLS agreed on by ALPN, in cleartext by prior knowledge (RFC 9113 §3.3).
    Two,
    /// Over TLS what ALPN agrees on, HTTP/2 first; HTTP/1.1 in cleartext.
    #[default]
    Auto,
}

/// Requests that the house itself sends to find out whether a replica is well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeSettings {
    /// `GET` or `HEAD`.
    pub method: Box<str>,
    /// The path asked for.
    pub path: Box<str>,
    /// How often each replica is asked.
    pub every: Duration,
    /// Good answers in a row after which it is used.
    pub healthy_after: u32,
    /// Bad ones in a row after which it is not.
    pub unhealthy_after: u32,
    /// Connections begin with a header in which the house speaks for itself.
    pub introduce: Option<ProxyVersion>,
}

/// A share of requests that goes to other replicas.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanarySettings {
    /// Those replicas, at least one.
    pub origins: Vec<Origin>,
    /// How much, in percent.
    pub share: u8,
    /// Whether the same caller always goes the same way.
    pub sticky: bool,
}

impl Origin {
    /// Its address, where that need not be looked up.
    pub(crate) fn literal(&self) -> Option<Address> {
        match self {
            Self::Tcp { host, port, .. } => host.parse::<IpAddr>().ok().map(|ip| self.at(SocketAddr::new(ip, *port))),
            Self::Unix(path, http) => Some(Address::Unix(Arc::clone(path), *http)),
        }
    }

    /// One of its addresses, and how it is spoken to there.
    pub(crate) fn at(&self, address: SocketAddr) -> Address {
        match self {
            Self::Tcp { tls: Some(tls), http, .. } => Address::Tls(address, tls.clone(), *http),
            Self::Tcp { tls: None, http, .. } | Self::Unix(_, http) => Address::Tcp(address, *http),
        }
    }

    /// What stands in the field `Host` of what the house itself asks.
    pub(crate) fn authority(&self) -> String {
        match self {
            Self::Tcp { host, port, .. } if host.contains(':') => format!("[{host}]:{port}"),
            Self::Tcp { host, port, .. } => format!("{host}:{port}"),
            Self::Unix(..) => "localhost".to_owned(),
        }
    }
}

impl ServiceSettings {
    /// What requests that go together have in common, where the file says it.
    #[must_use]
    pub const fn affinity(&self) -> Option<&Affinity> {
        match &self.balance {
            Balance::Hash(affinity) => Some(affinity),
            Balance::Ewma | Balance::RoundRobin => None,
        }
    }

    /// Whether the way of a request depends on who calls.
    #[must_use]
    pub fn is_sticky(&self) -> bool {
        self.canary.as_ref().is_some_and(|canary| canary.sticky)
    }
}
