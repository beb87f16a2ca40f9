//! The one table of defaults: what holds at each kind of door where the file says nothing.
//!
//! Loading takes the table as an argument, so that a test can change one entry
//! and see that it mattered. Nothing else in this room knows a default.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use gateway::{Errors, UpstreamErrors};
use model::DoorKind;
use wire::coding::Codings;

/// Every default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// At client doors.
    pub client: DoorDefaults,
    /// At server doors.
    pub server: DoorDefaults,
    /// Of services.
    pub service: ServiceDefaults,
    /// For the answer of an external authorisation service.
    pub ask_deadline: Duration,
}

/// What holds at one kind of door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorDefaults {
    /// An unfinished file is not on the network: loopback.
    pub listen: SocketAddr,
    /// Whether the door may bind addresses that are not private.
    pub public_address: bool,
    /// Whether a caller's certificate is demanded.
    pub client_certificate: bool,
    /// Whether TLS 1.2 is taken: old phones exist, old back ends can be updated.
    pub tls12: bool,
    /// Who may call an operation whose API says nothing but its `callers`.
    pub unidentified: Unidentified,
    /// From where an operation may be called.
    pub networks: NetworksDefault,
    /// For the whole answer: people leave, servers wait.
    pub deadline: Duration,
    /// For silence on a body under way.
    pub idle: Duration,
    /// Largest request body, in bytes.
    pub body_bytes: u64,
    /// How much a refusal tells.
    pub errors: Errors,
    /// What becomes of a service's 5xx.
    pub upstream_errors: UpstreamErrors,
    /// Content codings of answers: people have slow lines, back ends stand side by side.
    pub compress: Codings,
    /// Further attempts at a service: people would rather be told soon, servers have patience.
    pub attempts: u8,
    /// Connections in all.
    pub connections: u32,
    /// Connections from one address: one address must not fill the door.
    pub connections_per_address: u32,
    /// Bytes of a request's head.
    pub head_bytes: usize,
    /// Fields of a request's head.
    pub head_fields: usize,
    /// Bytes of a request's target.
    pub target_bytes: usize,
    /// For the TLS handshake.
    pub handshake: Duration,
    /// For a whole head.
    pub head_time: Duration,
    /// For the next request on an open connection.
    pub keep_alive: Duration,
    /// For the next bytes of a body.
    pub stall: Duration,
    /// Slowest body taken, in bytes per second.
    pub body_bytes_per_second: u64,
}

/// Who may call without saying who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unidentified {
    /// Nobody, but where an API says `public: true`.
    OnlyPublic,
    /// Everybody. No table in use says this: it is here so that a test can show that it would be noticed.
    Everywhere,
}

/// From where an operation may be called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworksDefault {
    /// From anywhere.
    Any,
    /// From private and loopback addresses: the second wall when a certificate leaks.
    Private,
}

/// What holds for services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceDefaults {
    /// For one connection attempt.
    pub connect_timeout: Duration,
    /// For an unused connection.
    pub idle: Duration,
    /// How often a replica is probed, where it is.
    pub probe_every: Duration,
    /// Good probes in a row until a replica is used.
    pub probe_healthy_after: u32,
    /// Bad probes in a row until it is not.
    pub probe_unhealthy_after: u32,
    /// Share of requests that may be repetitions, in percent: retries must not make an outage.
    pub retry_budget: u8,
    /// Share of requests that failed, in percent, from which a service is left alone.
    pub breaker_failures: u8,
    /// Over what time that share is taken.
    pub breaker_within: Duration,
    /// For how long a service is left alone.
    pub breaker_open_for: Duration,
    /// For the kept answers of one API, in bytes.
    pub cache_bytes: u64,
    /// For an answer to be given out without asking.
    pub cache_at_most: Duration,
}

impl Defaults {
    /// The defaults of format 1.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            client: DoorDefaults {
                listen: SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8443),
                public_address: true,
                client_certificate: false,
                tls12: true,
                unidentified: Unidentified::OnlyPublic,
                networks: NetworksDefault::Any,
                deadline: Duration::from_secs(10),
                idle: Duration::from_secs(60),
                body_bytes: 1 << 20,
                errors: Errors::Terse,
                upstream_errors: UpstreamErrors::Replace,
                compress: Codings::ALL,
                attempts: 1,
                connections: 20_000,
                connections_per_address: 100,
                head_bytes: 32 << 10,
                head_fields: 100,
                target_bytes: 8 << 10,
                handshake: Duration::from_secs(10),
                head_time: Duration::from_secs(10),
                keep_alive: Duration::from_secs(60),
                stall: Duration::from_secs(10),
                body_bytes_per_second: 1 << 10,
            },
            server: DoorDefaults {
                listen: SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9443),
                public_address: false,
                client_certificate: true,
                tls12: false,
                unidentified: Unidentified::OnlyPublic,
                networks: NetworksDefault::Private,
                deadline: Duration::from_secs(60),
                idle: Duration::from_secs(5 * 60),
                body_bytes: 10 << 20,
                errors: Errors::Detailed,
                upstream_errors: UpstreamErrors::Pass,
                compress: Codings::NONE,
                attempts: 3,
                connections: 5_000,
                connections_per_address: 1_000,
                head_bytes: 64 << 10,
                head_fields: 100,
                target_bytes: 16 << 10,
                handshake: Duration::from_secs(10),
                head_time: Duration::from_secs(30),
                keep_alive: Duration::from_secs(5 * 60),
                stall: Duration::from_secs(30),
                body_bytes_per_second: 1 << 10,
            },
            service: ServiceDefaults {
                connect_timeout: Duration::from_secs(1),
                idle: Duration::from_secs(60),
                probe_every: Duration::from_secs(10),
                probe_healthy_after: 2,
                probe_unhealthy_after: 3,
                retry_budget: 10,
                breaker_failures: 50,
                breaker_within: Duration::from_secs(10),
                breaker_open_for: Duration::from_secs(5),
                cache_bytes: 64 << 20,
                cache_at_most: Duration::from_mins(5),
            },
            ask_deadline: Duration::from_millis(500),
        }
    }

    /// What holds at a kind of door.
    #[must_use]
    pub const fn of(&self, kind: DoorKind) -> &DoorDefaults {
        match kind {
            DoorKind::Client => &self.client,
            DoorKind::Server => &self.server,
        }
    }
}
