//! The file as typed values that still know where they stand; nothing is defaulted or inherited yet.
//!
//! The draft ends where the plan is made: it never reaches run time. What a
//! file leaves out is `None` or empty here; what it writes badly was told as a
//! fault and is left out too.

mod access;
mod read;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use auth::keys::KeyHash;
use gateway::{Errors, UpstreamErrors};
use ipnet::IpNet;
use model::{DoorKind, KeyKind, SpiffeId};

use crate::source::Span;
use crate::value::{Day, NetworkText, RouteText, Url, WorkloadText};

pub(crate) use read::read;

/// A value, and the words that say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A whole file.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The doors that the file has, and those of the two standing names that an API uses without the file having them.
    pub doors: Vec<Door>,
    /// The services.
    pub services: Vec<Service>,
    /// The APIs.
    pub apis: Vec<Api>,
    /// Names for ranges.
    pub networks: Vec<NamedNetwork>,
    /// Pinned keys.
    pub keys: Vec<PinnedKey>,
    /// Declared workloads.
    pub workloads: Vec<Workload>,
    /// Trust domain and root.
    pub trust: Trust,
    /// The form of the access log.
    pub log_format: Option<Said<LogFormat>>,
    /// The admin socket.
    pub admin_listen: Option<Said<PathBuf>>,
    /// The data directory.
    pub data_directory: Option<Said<PathBuf>>,
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
pub struct Door {
    /// Its name; for a door that only an API names, where that API names it.
    pub name: Said<String>,
    /// Whether the file has it under `doors`.
    pub written: bool,
    /// Its kind, written or implied by its name.
    pub kind: Option<DoorKind>,
    /// Where it listens.
    pub listen: Vec<Said<SocketAddr>>,
    /// The names that it serves.
    pub hosts: Vec<Said<String>>,
    /// Its certificates.
    pub tls: Option<Said<Tls>>,
    /// Its plain port.
    pub redirect_from: Option<Said<SocketAddr>>,
    /// What it speaks.
    pub protocols: Vec<Said<Protocol>>,
    /// Who may connect.
    pub addresses: Addresses,
    /// Times and sizes.
    pub bounds: Bounds,
    /// How much a refusal tells.
    pub errors: Option<Said<Errors>>,
    /// Connections in all.
    pub at_most: Option<Said<u64>>,
    /// Connections from one address.
    pub per_address: Option<Said<u64>>,
    /// Its loosenings.
    pub loosen: Vec<Loosened>,
}

/// A version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1 and 1.0.
    Http1,
    /// HTTP/2.
    Http2,
}

/// Where a door's certificates come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// The local CA.
    Local,
    /// Nowhere: there is no TLS.
    None,
    /// Files.
    Files(Vec<CertificateFiles>),
}

/// A chain and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The chain.
    pub certificate: Said<PathBuf>,
    /// The leaf's key.
    pub key: Said<PathBuf>,
}

/// From where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Only from these.
    pub networks: Option<Vec<Said<NetworkText>>>,
    /// Not from these.
    pub deny: Vec<Said<NetworkText>>,
}

/// Times and sizes that a door, an API or an operation may say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// For the whole answer.
    pub deadline: Option<Said<Duration>>,
    /// For silence.
    pub idle: Option<Said<Duration>>,
    /// Largest request body, in bytes.
    pub body: Option<Said<u64>>,
}

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    /// Its name.
    pub name: Said<String>,
    /// Where it listens.
    pub urls: Vec<Said<Url>>,
    /// For one connection attempt.
    pub connect_timeout: Option<Said<Duration>>,
    /// For the first byte.
    pub first_byte: Option<Said<Duration>>,
    /// For an unused connection.
    pub idle: Option<Said<Duration>>,
    /// Its loosenings.
    pub loosen: Vec<Loosened>,
}

/// An API.
#[derive(Clone, Debug)]
pub struct Api {
    /// Its name.
    pub name: Said<String>,
    /// The name of its door.
    pub door: Option<Said<String>>,
    /// Its host.
    pub host: Option<Said<String>>,
    /// Its path.
    pub path: Option<Said<String>>,
    /// The name of its service.
    pub service: Option<Said<String>>,
    /// Who may call.
    pub access: Access,
    /// What it publishes.
    pub operations: Vec<Operation>,
    /// From where.
    pub addresses: Addresses,
    /// Times and sizes.
    pub bounds: Bounds,
    /// How much a refusal tells.
    pub errors: Option<Said<Errors>>,
    /// What becomes of the service's 5xx.
    pub upstream_errors: Option<Said<UpstreamErrors>>,
    /// Its loosenings.
    pub loosen: Vec<Loosened>,
}

/// An operation.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name.
    pub name: Said<String>,
    /// Method and template.
    pub route: Option<Said<RouteText>>,
    /// Who may call, where the operation says it.
    pub access: Access,
    /// Scopes that every caller must have.
    pub scopes: Vec<Said<String>>,
    /// Times and sizes.
    pub bounds: Bounds,
}

/// Who may call: `callers` and `public`, which are inherited or replaced together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// The ways in.
    pub callers: Option<Callers>,
    /// Where `public: true` stands.
    pub public: Option<Span>,
    /// Whether `public` stands there with a value that has its own fault: nothing is public then, and nobody is told
    /// that nobody may call.
    pub unclear: bool,
}

/// The ways in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callers {
    /// Where the word `callers` stands.
    pub span: Span,
    /// By API key.
    pub keys: Option<KeyCallers>,
    /// By certificate.
    pub workloads: Option<WorkloadCallers>,
}

/// The way in by API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCallers {
    /// Where the word `keys` stands.
    pub span: Span,
    /// Of which kind.
    pub kinds: Vec<Said<KeyKind>>,
    /// Only these.
    pub names: Option<Vec<Said<String>>>,
    /// With these scopes.
    pub scopes: Vec<Said<String>>,
}

/// The way in by certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkloadCallers {
    /// Where the word `workloads` stands.
    pub span: Span,
    /// Who.
    pub names: Vec<Said<WorkloadText>>,
    /// From where.
    pub networks: Option<Vec<Said<NetworkText>>>,
}

/// A name for ranges.
#[derive(Clone, Debug)]
pub struct NamedNetwork {
    /// The name.
    pub name: Said<String>,
    /// The ranges.
    pub ranges: Vec<Said<IpNet>>,
}

/// An API key, known by its hash.
#[derive(Clone, Debug)]
pub struct PinnedKey {
    /// Its name.
    pub name: Said<String>,
    /// Its kind.
    pub kind: Option<Said<KeyKind>>,
    /// Its hash.
    pub hash: Option<Said<KeyHash>>,
    /// What it opens.
    pub apis: Vec<Said<String>>,
    /// What it carries.
    pub scopes: Vec<Said<String>>,
    /// Its last day.
    pub expires: Option<Said<Day>>,
}

/// A declared workload.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its name.
    pub name: Said<String>,
    /// Its SPIFFE id.
    pub id: Option<Said<SpiffeId>>,
    /// Names in its certificate.
    pub dns: Vec<Said<String>>,
    /// From where it calls.
    pub networks: Option<Vec<Said<NetworkText>>>,
}

/// Whose certificates are believed.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// The trust domain.
    pub domain: Option<Said<String>>,
    /// The root's certificate.
    pub certificate: Option<Said<PathBuf>>,
    /// The root's key.
    pub key: Option<Said<PathBuf>>,
}

/// A loosening that stands somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loosened {
    /// Its name, from the closed list.
    pub name: Said<&'static str>,
    /// What it opens.
    pub opens: &'static str,
    /// What it stands on, as a dotted key.
    pub on: String,
    /// Why.
    pub reason: String,
    /// Its last day.
    pub until: Option<Said<Day>>,
}

/// Whether a loosening of this name is among them.
pub(crate) fn loosened(loosen: &[Loosened], name: &str) -> bool {
    loosen.iter().any(|loosening| loosening.name.value == name)
}
