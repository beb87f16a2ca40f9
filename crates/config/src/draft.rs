//! The file as typed values that still know where they stand; nothing is defaulted or inherited yet.
//!
//! The draft ends where the plan is made: it never reaches run time. What a
//! file leaves out is `None` or empty here; what it writes badly was told as a
//! fault and is left out too.

mod access;
mod cache;
mod own;
mod proxies;
mod read;
mod services;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use auth::keys::KeyHash;
use gateway::{Errors, UpstreamErrors};
use ipnet::IpNet;
use model::{DoorKind, KeyKind, SpiffeId};
use upstream::{Balance, Http, Pin};
use wire::coding::Codings;
use wire::proxy::ProxyVersion;

use crate::source::Span;
use crate::value::{Day, NetworkText, RouteText, Url};

pub(crate) use access::{Access, Callers, KeyCallers, WorkloadCallers};
pub(crate) use cache::Cache;
pub(crate) use own::{Own, OwnAnswer};
pub(crate) use proxies::{Proxies, SPEAK};
pub(crate) use read::read;
pub(crate) use services::Breaker;

/// A value, and the words that say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it stands.
    pub(crate) span: Span,
}

/// A whole file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    /// The doors that the file has, and those of the two standing names that an API uses without the file having them.
    pub(crate) doors: Vec<Door>,
    /// The services.
    pub(crate) services: Vec<Service>,
    /// The APIs.
    pub(crate) apis: Vec<Api>,
    /// Names for ranges.
    pub(crate) networks: Vec<NamedNetwork>,
    /// Pinned keys.
    pub(crate) keys: Vec<PinnedKey>,
    /// Declared workloads.
    pub(crate) workloads: Vec<Workload>,
    /// Trust domain and root.
    pub(crate) trust: Trust,
    /// The form of the access log.
    pub(crate) log_format: Option<Said<LogFormat>>,
    /// The admin socket.
    pub(crate) admin_listen: Option<Said<PathBuf>>,
    /// The data directory.
    pub(crate) data_directory: Option<Said<PathBuf>>,
}

/// The form of the access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// JSON lines.
    Json,
    /// Columns for people.
    Text,
    /// Nothing is written: `log: none`.
    Off,
}

/// A door.
#[derive(Clone, Debug)]
pub(crate) struct Door {
    /// Its name; for a door that only an API names, where that API names it.
    pub(crate) name: Said<String>,
    /// Whether the file has it under `doors`.
    pub(crate) written: bool,
    /// Its kind, written or implied by its name.
    pub(crate) kind: Option<DoorKind>,
    /// Where it listens.
    pub(crate) listen: Vec<Said<SocketAddr>>,
    /// The names that it serves.
    pub(crate) hosts: Vec<Said<String>>,
    /// Its certificates.
    pub(crate) tls: Option<Said<Tls>>,
    /// Its plain port.
    pub(crate) redirect_from: Option<Said<SocketAddr>>,
    /// What it speaks.
    pub(crate) protocols: Vec<Said<Protocol>>,
    /// What stands in front.
    pub(crate) proxies: Option<Proxies>,
    /// Who may connect.
    pub(crate) addresses: Addresses,
    /// Times and sizes.
    pub(crate) bounds: Bounds,
    /// How much a refusal tells.
    pub(crate) errors: Option<Said<Errors>>,
    /// Connections in all.
    pub(crate) at_most: Option<Said<u64>>,
    /// Connections from one address.
    pub(crate) per_address: Option<Said<u64>>,
    /// Its loosenings.
    pub(crate) loosen: Vec<Loosened>,
}

/// A version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// HTTP/1.1 and 1.0.
    Http1,
    /// HTTP/2.
    Http2,
}

/// Where a door's certificates come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    /// The local CA.
    Local,
    /// Nowhere: there is no TLS.
    None,
    /// Files.
    Files(Vec<CertificateFiles>),
    /// A public CA.
    Acme(Box<Acme>),
}

/// A public CA, and how it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Acme {
    /// Where it may write to.
    pub(crate) contact: Said<String>,
    /// Its directory.
    pub(crate) directory: Option<Said<String>>,
    /// How it checks names.
    pub(crate) challenge: Option<Said<ca::acme::Challenge>>,
    /// The account of its own that ours is bound to.
    pub(crate) binding: Option<AccountBinding>,
    /// The authorities of its own server.
    pub(crate) ca: Option<Said<PathBuf>>,
}

/// A key that the CA gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountBinding {
    /// Its name.
    pub(crate) id: Said<String>,
    /// Its file.
    pub(crate) key: Said<PathBuf>,
}

/// A chain and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CertificateFiles {
    /// The chain.
    pub(crate) certificate: Said<PathBuf>,
    /// The leaf's key.
    pub(crate) key: Said<PathBuf>,
}

/// From where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// Only from these.
    pub(crate) networks: Option<Vec<Said<NetworkText>>>,
    /// Not from these.
    pub(crate) deny: Vec<Said<NetworkText>>,
}

/// Times and sizes that a door, an API or an operation may say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// For the whole answer.
    pub(crate) deadline: Option<Said<Duration>>,
    /// For silence.
    pub(crate) idle: Option<Said<Duration>>,
    /// Largest request body, in bytes.
    pub(crate) body: Option<Said<u64>>,
}

/// A service.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    /// Its name.
    pub(crate) name: Said<String>,
    /// Where it listens.
    pub(crate) urls: Vec<Said<Url>>,
    /// Which HTTP it speaks.
    pub(crate) http: Option<Said<Http>>,
    /// For one connection attempt.
    pub(crate) connect_timeout: Option<Said<Duration>>,
    /// How a replica is chosen.
    pub(crate) balance: Option<Said<Balance>>,
    /// Probes.
    pub(crate) health: Option<Probes>,
    /// For one attempt.
    pub(crate) attempt: Option<Said<Duration>>,
    /// Further attempts.
    pub(crate) retries: Retries,
    /// When it is left alone.
    pub(crate) breaker: Breaker,
    /// Where a share of requests goes.
    pub(crate) canary: Option<Canary>,
    /// For the first byte.
    pub(crate) first_byte: Option<Said<Duration>>,
    /// For an unused connection.
    pub(crate) idle: Option<Said<Duration>>,
    /// How it is told of each caller before each connection.
    pub(crate) proxy_protocol: Option<Said<ProxyVersion>>,
    /// How it is spoken to over TLS.
    pub(crate) tls: ServiceTls,
    /// Its loosenings.
    pub(crate) loosen: Vec<Loosened>,
    /// Whether it decides about requests of an API and gets none itself; no API can name it.
    pub(crate) decides: bool,
}

/// How a service is spoken to over TLS.
#[derive(Clone, Debug, Default)]
pub(crate) struct ServiceTls {
    /// The authorities of its certificate.
    pub(crate) ca: Option<Said<PathBuf>>,
    /// The name in its certificate.
    pub(crate) server_name: Option<Said<String>>,
    /// Hashes of its key.
    pub(crate) pins: Vec<Said<Pin>>,
    /// What it is shown.
    pub(crate) certificate: Option<CertificateFiles>,
}

/// Probes of a service.
#[derive(Clone, Debug)]
pub(crate) struct Probes {
    /// What is asked.
    pub(crate) route: Said<RouteText>,
    /// How often.
    pub(crate) every: Option<Said<Duration>>,
    /// Good ones until it is used.
    pub(crate) healthy_after: Option<Said<u64>>,
    /// Bad ones until it is not.
    pub(crate) unhealthy_after: Option<Said<u64>>,
}

/// Further attempts at a service.
#[derive(Clone, Debug, Default)]
pub(crate) struct Retries {
    /// How many; `none` is 0.
    pub(crate) attempts: Option<Said<u64>>,
    /// Share of requests, in percent.
    pub(crate) budget: Option<Said<u8>>,
    /// After what.
    pub(crate) on: Option<Vec<Said<RetryAfter>>>,
}

/// After what a request is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    /// The connection broke.
    Broken,
    /// An attempt was over.
    Timeout,
    /// The answer was 503.
    Unavailable,
}

/// Where a share of requests goes.
#[derive(Clone, Debug)]
pub(crate) struct Canary {
    /// Where it listens.
    pub(crate) urls: Vec<Said<Url>>,
    /// How much, in percent.
    pub(crate) share: Said<u8>,
    /// Whether a caller always goes the same way.
    pub(crate) sticky: Option<Said<()>>,
}

/// An API.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    /// Its name.
    pub(crate) name: Said<String>,
    /// The name of its door.
    pub(crate) door: Option<Said<String>>,
    /// Its host.
    pub(crate) host: Option<Said<String>>,
    /// Its path.
    pub(crate) path: Option<Said<String>>,
    /// The name of its service.
    pub(crate) service: Option<Said<String>>,
    /// What the house answers in the place of a service; one at most, or there is a fault.
    pub(crate) own: Vec<Own>,
    /// Who may call.
    pub(crate) access: Access,
    /// What it publishes.
    pub(crate) operations: Vec<Operation>,
    /// From where.
    pub(crate) addresses: Addresses,
    /// Times and sizes.
    pub(crate) bounds: Bounds,
    /// How much a refusal tells.
    pub(crate) errors: Option<Said<Errors>>,
    /// The codings of its answers.
    pub(crate) compress: Option<Said<Codings>>,
    /// What becomes of the service's 5xx.
    pub(crate) upstream_errors: Option<Said<UpstreamErrors>>,
    /// Its contract.
    pub(crate) contract: Option<ContractFile>,
    /// Its end.
    pub(crate) retire: Option<Retire>,
    /// Who else is asked whether a request may go on.
    pub(crate) ask: Option<Ask>,
    /// What is kept of its answers.
    pub(crate) cache: Option<Cache>,
    /// Its loosenings.
    pub(crate) loosen: Vec<Loosened>,
}

/// An external authorisation service.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// Where the word `ask` stands.
    pub(crate) span: Span,
    /// Where it listens, and what is asked for there.
    pub(crate) http: Option<Said<(Url, String)>>,
    /// For its answer.
    pub(crate) deadline: Option<Said<Duration>>,
    /// What it is told of a request besides.
    pub(crate) headers: Vec<Said<String>>,
}

impl Ask {
    /// The name of the service that answers for an API. No name of the file has a dot.
    pub(crate) fn service_of(api: &str) -> String {
        format!("{api}.ask")
    }
}

/// A contract, and what of it is published.
#[derive(Clone, Debug)]
pub(crate) struct ContractFile {
    /// Where the word `contract` stands.
    pub(crate) span: Span,
    /// The file.
    pub(crate) file: Option<Said<PathBuf>>,
    /// Where protobuf imports are looked for.
    pub(crate) imports: Vec<Said<PathBuf>>,
    /// Only these gRPC services.
    pub(crate) methods: Option<Vec<Said<String>>>,
    /// What stands in front of its paths, whatever its servers say.
    pub(crate) base: Option<Said<String>>,
    /// Only these operations.
    pub(crate) publish: Option<Vec<Said<String>>>,
    /// Not these operations.
    pub(crate) withhold: Vec<Said<String>>,
}

/// The end of an API or operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Retire {
    /// Since when it should not be used any more.
    pub(crate) since: Option<Said<Day>>,
    /// The first day on which it is gone.
    pub(crate) on: Option<Said<Day>>,
    /// Where to read about it.
    pub(crate) link: Option<Said<String>>,
}

/// An operation, written or of a contract.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// Its name.
    pub(crate) name: Said<String>,
    /// Method and template.
    pub(crate) route: Option<Said<RouteText>>,
    /// Who may call, where the operation says it.
    pub(crate) access: Access,
    /// Scopes that every caller must have.
    pub(crate) scopes: Vec<Said<String>>,
    /// Times and sizes.
    pub(crate) bounds: Bounds,
    /// Whether its author says that twice is as good as once.
    pub(crate) idempotent: Option<Said<bool>>,
    /// Whether it is a WebSocket.
    pub(crate) websocket: Option<Said<bool>>,
    /// What the house answers itself; one at most, or there is a fault.
    pub(crate) own: Vec<Own>,
    /// Its end.
    pub(crate) retire: Option<Retire>,
    /// Whether a contract has it.
    pub(crate) from_contract: bool,
    /// The scopes that its contract asks for: all of any one of these.
    pub(crate) contract_scopes: Vec<Vec<Said<String>>>,
    /// Where its contract says that it should not be used any more.
    pub(crate) deprecated: Option<Span>,
}

impl Operation {
    /// Whether it is a WebSocket.
    pub(crate) fn is_websocket(&self) -> bool {
        self.websocket.as_ref().is_some_and(|said| said.value)
    }

    /// One of which nothing is known but its name.
    pub(crate) fn named(name: Said<String>) -> Self {
        Self {
            name,
            route: None,
            access: Access::default(),
            scopes: Vec::new(),
            bounds: Bounds::default(),
            idempotent: None,
            websocket: None,
            own: Vec::new(),
            retire: None,
            from_contract: false,
            contract_scopes: Vec::new(),
            deprecated: None,
        }
    }
}

/// A name for ranges.
#[derive(Clone, Debug)]
pub(crate) struct NamedNetwork {
    /// The name.
    pub(crate) name: Said<String>,
    /// The ranges.
    pub(crate) ranges: Vec<Said<IpNet>>,
}

/// An API key, known by its hash.
#[derive(Clone, Debug)]
pub(crate) struct PinnedKey {
    /// Its name.
    pub(crate) name: Said<String>,
    /// Its kind.
    pub(crate) kind: Option<Said<KeyKind>>,
    /// Its hash.
    pub(crate) hash: Option<Said<KeyHash>>,
    /// What it opens.
    pub(crate) apis: Vec<Said<String>>,
    /// What it carries.
    pub(crate) scopes: Vec<Said<String>>,
    /// Its last day.
    pub(crate) expires: Option<Said<Day>>,
}

/// A declared workload.
#[derive(Clone, Debug)]
pub(crate) struct Workload {
    /// Its name.
    pub(crate) name: Said<String>,
    /// Its SPIFFE id.
    pub(crate) id: Option<Said<SpiffeId>>,
    /// Names in its certificate.
    pub(crate) dns: Vec<Said<String>>,
    /// From where it calls.
    pub(crate) networks: Option<Vec<Said<NetworkText>>>,
}

/// Whose certificates are believed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trust {
    /// The trust domain.
    pub(crate) domain: Option<Said<String>>,
    /// The root's certificate.
    pub(crate) certificate: Option<Said<PathBuf>>,
    /// The root's key.
    pub(crate) key: Option<Said<PathBuf>>,
}

/// A loosening that stands somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loosened {
    /// Its name, from the closed list.
    pub(crate) name: Said<&'static str>,
    /// What it opens.
    pub(crate) opens: &'static str,
    /// What it stands on, as a dotted key.
    pub(crate) on: String,
    /// Why.
    pub(crate) reason: String,
    /// Its last day.
    pub(crate) until: Option<Said<Day>>,
}

/// Whether a loosening of this name is among them.
pub(crate) fn loosened(loosen: &[Loosened], name: &str) -> bool {
    loosen.iter().any(|loosening| loosening.name.value == name)
}
