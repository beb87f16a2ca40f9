//! What the file says of doors and operations, as this room needs it: resolved, complete, and checked beforehand.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use auth::Resource;
use guard::Networks;
use model::{Door, ServiceId};
use routing::{HostPattern, Table};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use upstream::ServiceSettings;
use wire::coding::Codings;
use wire::forwarded::ForwardingField;
use wire::proxy::ProxyVersion;

use crate::assertion::Assertions;
use crate::cors::Cors;
use crate::ending::Ending;
use crate::house::HouseAnswer;

/// One whole configuration of the data plane; loaded and swapped as one.
pub struct Settings {
    /// Short hash of everything that was read, for `status`.
    pub hash: Arc<str>,
    /// The doors; their order is the door index of metrics.
    pub doors: Vec<DoorSettings>,
    /// The operations; `OperationId` is the index.
    pub operations: Vec<OperationSettings>,
    /// Who may call each operation; the same index.
    pub rules: policy::Rules,
    /// Keys and workloads.
    pub directory: auth::Directory,
    /// The services; `ServiceId` is the index.
    pub services: Vec<ServiceSettings>,
    /// By whose keys services are told who called.
    pub assertions: Arc<Assertions>,
}

/// One door.
pub struct DoorSettings {
    /// Name and kind.
    pub door: Door,
    /// Where it listens.
    pub listen: Vec<SocketAddr>,
    /// Plain port that only redirects to this door.
    pub redirect_from: Option<SocketAddr>,
    /// The names served; empty for any name that no other door has.
    pub hosts: Vec<HostPattern>,
    /// `None` for cleartext.
    pub tls: Option<TlsSettings>,
    /// Which protocols are spoken.
    pub protocols: Protocols,
    /// What stands in front, if anything.
    pub proxies: Option<Proxies>,
    /// Which callers may connect.
    pub networks: Networks,
    /// How many may be connected.
    pub connections: ConnectionBounds,
    /// How large the head of a request may be.
    pub heads: HeadBounds,
    /// How slow a caller may be.
    pub patience: Patience,
    /// How much a refusal tells, before an operation is known.
    pub errors: Errors,
    /// Host, path and method to operation.
    pub routes: Table,
}

/// Certificates of a door, and what it asks of its callers.
#[derive(Debug, PartialEq, Eq)]
pub struct TlsSettings {
    /// One or more certificates; chosen by server name, the first where none fits or none was sent.
    pub certificates: Vec<CertificateAndKey>,
    /// Whether there may be none yet: until one comes every handshake is refused.
    pub awaits_certificate: bool,
    /// Whether a certificate is asked of the caller.
    pub clients: ClientCertificates,
    /// Whether TLS 1.2 is accepted beside 1.3.
    pub tls12: bool,
}

/// A certificate chain, leaf first, and its key.
#[derive(Debug, PartialEq, Eq)]
pub struct CertificateAndKey {
    /// DER certificates, leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// The leaf's key.
    pub key: PrivateKeyDer<'static>,
}

/// What a door asks of its callers in the handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientCertificates {
    /// Nothing.
    NotAsked,
    /// A certificate may be shown; a bad one ends the handshake.
    Optional {
        /// The only anchors.
        anchors: Vec<CertificateDer<'static>>,
    },
    /// No certificate, no connection.
    Required {
        /// The only anchors.
        anchors: Vec<CertificateDer<'static>>,
    },
}

/// Which protocols a door speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protocols {
    /// HTTP/1.1 and 1.0.
    pub http1: bool,
    /// HTTP/2: by ALPN, and in cleartext by prior knowledge.
    pub http2: bool,
}

/// Proxies in front of a door. All its connections come from them then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxies {
    /// Where they are.
    pub networks: Networks,
    /// How they say whose connections or requests they bring.
    pub speak: Speak,
}

/// How a proxy says who the caller is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speak {
    /// Before the first byte of each connection.
    Header(ProxyVersion),
    /// In a field of each request.
    Field(ForwardingField),
}

/// Bounds on open connections of a door, over all threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionBounds {
    /// In all.
    pub at_most: u32,
    /// From one address (IPv6: one /64).
    pub per_address: u32,
}

/// Bounds on the head of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadBounds {
    /// Request line and fields together, in bytes.
    pub bytes: usize,
    /// Number of fields.
    pub fields: usize,
    /// The request target alone, in bytes.
    pub target_bytes: usize,
}

/// How long a door waits for a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the TLS handshake.
    pub handshake: Duration,
    /// For a whole head, from its first byte; on a new connection from its opening.
    pub head: Duration,
    /// For the next request on an open connection.
    pub keep_alive: Duration,
    /// For the caller to take or send the next bytes of a body.
    pub stall: Duration,
    /// Slowest body taken, in bytes per second, after a first `stall`; 0 for any.
    pub body_bytes_per_second: u64,
}

impl Patience {
    /// Whether a body that has been coming since `started` comes too slowly: one that drips occupies a connection
    /// just as a silent one does.
    pub(crate) fn is_too_slow(&self, started: Instant, received: u64) -> bool {
        let elapsed = started.elapsed();
        elapsed > self.stall && received < self.body_bytes_per_second.saturating_mul(elapsed.as_secs())
    }
}

/// How much a refusal tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Errors {
    /// Code and title; unknown and forbidden look alike.
    Terse,
    /// Also the stage, the rule and its line.
    Detailed,
}

/// What becomes of a service's own 5xx answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpstreamErrors {
    /// Replaced by the house's problem.
    Replace,
    /// Passed as they are.
    Pass,
}

/// Networks, and who says them.
#[derive(Clone, Debug)]
pub struct NetworkRule {
    /// The networks.
    pub networks: Networks,
    /// `file:line:column`, or which default.
    pub place: Arc<str>,
}

/// One published operation.
#[derive(Clone, Debug)]
pub struct OperationSettings {
    /// The index of the door that it is published at.
    pub door: usize,
    /// Name of its API.
    pub api: Arc<str>,
    /// Its name within the API.
    pub name: Arc<str>,
    /// `file:line:column` where it is published.
    pub place: Arc<str>,
    /// What the house answers itself; `None` where it goes on to a service.
    pub house: Option<HouseAnswer>,
    /// The API's path, without a trailing slash (empty for `/`); the service sees the path without it.
    pub prefix: Arc<str>,
    /// Networks of the API and of its kind of door; all must admit the caller's address.
    pub networks: Vec<NetworkRule>,
    /// For the whole answer.
    pub deadline: Duration,
    /// For silence on a body that is under way.
    pub idle: Duration,
    /// Which bodies may go on for as long as they are not silent.
    pub streams: Streams,
    /// Whether it is a WebSocket, and nothing else.
    pub websocket: bool,
    /// Largest request body, and largest message of a WebSocket's caller, in bytes.
    pub body_bytes: u64,
    /// How much a refusal tells.
    pub errors: Errors,
    /// What becomes of the service's 5xx.
    pub upstream_errors: UpstreamErrors,
    /// The content codings that answers are given in to callers who accept them.
    pub compress: Codings,
    /// Further attempts, where the service does not say how many.
    pub attempts: u8,
    /// Whether the file says that a request may happen twice, whatever its method.
    pub idempotent: bool,
    /// Which segment of the path, from 0, requests have in common that should go the same way, where its service
    /// balances by a path parameter.
    pub affine_segment: Option<usize>,
    /// Where answers to it are kept for others, and how large that is.
    pub cache: Option<cache::Settings>,
    /// Its end, where one is announced.
    pub ending: Option<Arc<Ending>>,
    /// Who else is asked whether a request may go on.
    pub ask: Option<Arc<AskSettings>>,
    /// What tokens for its API are for, where it takes any.
    pub resource: Option<Arc<Resource>>,
    /// Where a person is sent to who comes to a page without being signed in: a path with a query, at the same host,
    /// to which `&return_to=` and the page are added.
    pub sign_in: Option<Arc<str>>,
    /// The pages of other origins that may call it by their own tokens.
    pub cors: Option<Arc<Cors>>,
    /// What its service is called in the assertion of who called; `None` where it is not told.
    pub audience: Option<Arc<str>>,
}

/// Which bodies of an operation may go on for as long as they are not silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// That of a request, which then may also be slow. `deadline` is for the time that the service is waited for.
    pub request: bool,
    /// That of an answer; `deadline` is for its beginning then.
    pub answer: bool,
}

/// An external authorisation service, asked about each request that the policy has let pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskSettings {
    /// Its index among the services.
    pub service: ServiceId,
    /// Its name there.
    pub name: Arc<str>,
    /// What stands in `Host`.
    pub authority: Box<str>,
    /// How it is asked.
    pub protocol: AskProtocol,
    /// Path and query asked for.
    pub target: Box<str>,
    /// For its answer.
    pub deadline: Duration,
    /// Fields of the request that it is told besides, in lower case.
    pub headers: Vec<Box<str>>,
    /// `file:line:column` that says so.
    pub place: Arc<str>,
}

/// How an external authorisation service is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskProtocol {
    /// By a `GET`, and its status is the answer.
    Http,
    /// By Envoy's `ext_authz`, a call of gRPC.
    ExtAuthz,
}
