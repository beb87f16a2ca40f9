//! Services: nodes to draft.

use std::path::PathBuf;
use std::time::Duration;

use upstream::{Balance, Http, Pin};
use wire::proxy::ProxyVersion;

use super::read::{Reader, word};
use super::{Api, Ask, CertificateFiles, Loosened, Said};
use crate::node::Node;
use crate::value::{self, RouteText, Url};

const HTTP: [(&str, Http); 3] = [("1", Http::One), ("2", Http::Two), ("auto", Http::Auto)];

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
    /// Whether it is told who called.
    pub(crate) identity: Option<Said<bool>>,
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

/// When a service is left alone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Breaker {
    /// Where `none` stands.
    pub(crate) none: Option<Said<()>>,
    /// Share of requests, in percent.
    pub(crate) failures: Option<Said<u8>>,
    /// Over what time.
    pub(crate) within: Option<Said<Duration>>,
    /// For how long.
    pub(crate) open_for: Option<Said<Duration>>,
}

/// Reads one service.
pub(super) fn read(reader: &mut Reader, name: Said<String>, node: &Node) -> Service {
    Service {
        urls: reader.list(node.get("urls"), value::url),
        balance: balance(reader, node.get("balance")),
        health: node.get("health").and_then(|node| probes(reader, node)),
        connect_timeout: reader.one(node.get("connect_timeout"), value::duration),
        first_byte: reader.one(node.get("first_byte"), value::duration),
        attempt: reader.one(node.get("attempt"), value::duration),
        idle: reader.one(node.get("idle"), value::duration),
        http: reader.one(node.get("http"), |text| word(text, &HTTP)),
        proxy_protocol: reader
            .one(node.get("proxy_protocol"), |text| word(text, &[("v1", ProxyVersion::V1), ("v2", ProxyVersion::V2)])),
        tls: tls(reader, node),
        retries: node.get("retries").map(|node| retries(reader, node)).unwrap_or_default(),
        breaker: node.get("breaker").map(|node| breaker(reader, node)).unwrap_or_default(),
        canary: node.get("canary").and_then(|node| canary(reader, node)),
        identity: reader.one(node.get("identity"), |text| word(text, &[("signed", true), ("none", false)])),
        loosen: reader.loosen(node.get("loosen"), &format!("services.{}", name.value)),
        name,
        decides: false,
    }
}

/// The service that an API asks: the URL is the file's, and everything else the default.
pub(super) fn asked(api: &Api) -> Option<Service> {
    let ask = api.ask.as_ref()?;
    let (url, span, http) = match (&ask.http, &ask.grpc) {
        (Some(http), _) => (http.value.0.clone(), http.span, None),
        // gRPC is spoken over HTTP/2 only.
        (None, grpc) => grpc.as_ref().map(|grpc| (grpc.value.clone(), grpc.span, Some(Http::Two)))?,
    };
    Some(Service {
        name: Said { value: Ask::service_of(&api.name.value), span },
        urls: vec![Said { value: url, span }],
        http: http.map(|value| Said { value, span }),
        proxy_protocol: None,
        balance: None,
        health: None,
        connect_timeout: None,
        first_byte: None,
        attempt: None,
        idle: None,
        tls: ServiceTls::default(),
        retries: Retries::default(),
        breaker: Breaker::default(),
        canary: None,
        identity: None,
        loosen: Vec::new(),
        decides: true,
    })
}

fn tls(reader: &mut Reader, node: &Node) -> ServiceTls {
    let shown = node.get("authenticate").and_then(|node| node.get("files"));
    ServiceTls {
        ca: reader.path(node.get("ca")),
        server_name: reader.one(node.get("server_name"), |text| value::host(text).map(str::to_owned)),
        pins: reader.list(node.get("pin"), value::pin),
        certificate: shown.and_then(|node| reader.certificate_files(node)),
    }
}

fn balance(reader: &mut Reader, node: Option<&Node>) -> Option<Said<Balance>> {
    let node = node?;
    if node.text().is_some() {
        let words = [("ewma", Balance::Ewma), ("round-robin", Balance::RoundRobin)];
        return reader.one(Some(node), |text| word(text, &words));
    }
    reader.one(node.get("hash"), |text| value::affinity(text).map(Balance::Hash))
}

/// `passive` is what holds without the key.
fn probes(reader: &mut Reader, node: &Node) -> Option<Probes> {
    if node.text().is_some() {
        reader.one(Some(node), |text| word(text, &[("passive", ())]));
        return None;
    }
    Some(Probes {
        every: reader.one(node.get("every"), value::duration),
        healthy_after: reader.one(node.get("healthy_after"), value::count),
        unhealthy_after: reader.one(node.get("unhealthy_after"), value::count),
        route: reader.one(node.get("route"), value::route)?,
    })
}

fn retries(reader: &mut Reader, node: &Node) -> Retries {
    let words =
        [("broken", RetryAfter::Broken), ("timeout", RetryAfter::Timeout), ("unavailable", RetryAfter::Unavailable)];
    Retries {
        attempts: reader.one(node.get("attempts"), |text| if text == "none" { Ok(0) } else { value::count(text) }),
        budget: reader.one(node.get("budget"), value::share),
        on: reader.maybe_list(node.get("on"), |text| word(text, &words)),
    }
}

fn breaker(reader: &mut Reader, node: &Node) -> Breaker {
    Breaker {
        none: node.text().and_then(|_| reader.one(Some(node), |text| word(text, &[("none", ())]))),
        failures: reader.one(node.get("failures"), value::share),
        within: reader.one(node.get("within"), value::duration),
        open_for: reader.one(node.get("open_for"), value::duration),
    }
}

fn canary(reader: &mut Reader, node: &Node) -> Option<Canary> {
    Some(Canary {
        urls: reader.list(node.get("urls"), value::url),
        sticky: reader.one(node.get("sticky"), |text| word(text, &[("caller", ())])),
        share: reader.one(node.get("share"), value::share)?,
    })
}
