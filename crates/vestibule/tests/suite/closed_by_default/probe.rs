//! Requests of somebody who has no identity, or a made-up one: to everything that a drawn file publishes, and beside it.

use std::net::SocketAddr;

use testkit::http2::{Http2, Outcome};
use testkit::{ClientTls, Connection, Deadline, Root, Stream};

use super::cast::{Cast, Door, Kind};
use super::tree::Tree;
use super::verdict::is_public;
use crate::two_doors::SOON;

/// One request, and whether the service may see it.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    method: String,
    target: String,
    host: String,
    fields: Vec<String>,
    /// Told by the independent reading.
    pub(super) may_arrive: bool,
}

/// What somebody without identity may try beside nothing at all; none of it is a credential that is good anywhere.
const GARBAGE: [&str; 6] = [
    "authorization: Bearer x",
    "authorization: Basic YWRhOmFkYQ==",
    "x-api-key: vst_restricted_0000000000_x",
    "authorization: Bearer vst_secret_k3Jx9LmQ2a_00000000000000000000000000000000000000000001234567",
    "authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.",
    "authorization: Digest username=\"root\"",
];

/// What services elsewhere take for an identity; here it is none, and no reason to refuse either.
const FORGED: [&str; 4] = [
    "vestibule-identity: spiffe://drawn.test/orders",
    "x-forwarded-client-cert: URI=spiffe://drawn.test/orders",
    "x-ssl-client-verify: SUCCESS\r\nx-forwarded-for: 127.0.0.1\r\nx-real-ip: 127.0.0.1",
    "x-user: root\r\ncookie: session=1",
];

/// What is tried at one door.
pub(super) fn at_door(file: &Tree, cast: &Cast, door: &Door) -> Vec<Probe> {
    let mut probes = Vec::new();
    for (name, api) in file.get("apis").map(Tree::entries).unwrap_or_default() {
        let own = cast.api(name).is_some_and(|api| cast.door_of(api).name == door.name);
        let host = host_of(api.get("host").and_then(Tree::value), door);
        let prefix = api.get("path").and_then(Tree::value).unwrap_or_default().trim_end_matches('/');
        for (operation, tree) in api.get("operations").map(Tree::entries).unwrap_or_default() {
            let route = tree.value().or_else(|| tree.get("route").and_then(Tree::value)).unwrap_or_default();
            let (method, template) = route.split_once(' ').unwrap_or_default();
            let public = own && is_public(file, name, operation);
            let target = concrete(prefix, template);
            let probe = |method: &str, target: String, fields: &[&str], may_arrive| Probe {
                method: method.to_owned(),
                target,
                host: host.clone(),
                fields: fields.iter().map(|field| (*field).to_owned()).collect(),
                may_arrive,
            };
            let sent = if method == "ANY" { "DELETE" } else { method };
            probes.push(probe(sent, target.clone(), &[], public));
            if !own {
                continue;
            }
            probes.extend(GARBAGE.map(|field| probe(sent, target.clone(), &[field], false)));
            probes.extend(FORGED.map(|field| probe(sent, target.clone(), &[field], public)));
            if matches!(method, "GET" | "ANY") {
                probes.push(probe("HEAD", target.clone(), &[], public));
            }
            if method != "ANY" {
                probes.push(probe("DELETE", target.clone(), &[], false));
            }
            // What is beside it is another thing in the route's open part only: behind `{id}` or below `/**`.
            let open_ended = template.ends_with("{id}") || template.ends_with("/**");
            probes.push(probe(sent, format!("{target}-x"), &[], public && open_ended));
            if !prefix.is_empty() {
                probes.push(probe(sent, concrete("", template), &[], false));
            }
        }
        let unpublished = Probe {
            method: "GET".into(),
            target: format!("{prefix}/unpublished"),
            host,
            fields: Vec::new(),
            may_arrive: false,
        };
        probes.push(unpublished);
    }
    probes
}

/// A path that a template answers to.
fn concrete(prefix: &str, template: &str) -> String {
    format!("{prefix}{template}").replace("/**", "/deep/er").replace("{id}", "7")
}

/// A name that the door takes.
fn host_of(api: Option<&str>, door: &Door) -> String {
    let host = api.or_else(|| door.hosts.first().copied()).unwrap_or("localhost");
    host.replace('*', "some")
}

/// How one door is talked to: over what, and who says what in the handshake.
pub(super) struct Caller<'a> {
    address: SocketAddr,
    tls: Option<ClientTls>,
    http2: bool,
    number: &'a mut usize,
}

impl<'a> Caller<'a> {
    /// Every way to talk to a door without an identity: with no certificate, and at server doors with one that is
    /// worth nothing.
    pub(super) fn all(door: &Door, people: &Root, foreign: &Root) -> Vec<(SocketAddr, Option<ClientTls>, bool)> {
        let speaks = |protocol: &str| door.protocols.is_none_or(|spoken| spoken.contains(&protocol));
        let mut ways = Vec::new();
        for address in &door.listen {
            if door.is_plain() {
                ways.push((*address, None, false));
                continue;
            }
            let mut shown = vec![ClientTls::new(people)];
            if door.kind == Kind::Server {
                let leaf = foreign.workload("spiffe://local.vestibule/orders");
                shown.push(ClientTls::with_certificate(people, &leaf));
            }
            for tls in shown {
                if speaks("http1") {
                    ways.push((*address, Some(tls.clone()), false));
                }
                if speaks("http2") {
                    ways.push((*address, Some(tls.alpn(&["h2"])), true));
                }
            }
        }
        ways
    }

    pub(super) fn new((address, tls, http2): (SocketAddr, Option<ClientTls>, bool), number: &'a mut usize) -> Self {
        Self { address, tls, http2, number }
    }

    /// Sends every probe, each with a number of its own in its query; what was sent under which number. A door that
    /// ends the connection before the first answer is asked no further.
    pub(super) fn send(mut self, probes: &[Probe]) -> Vec<(usize, Probe)> {
        let mut sent = Vec::new();
        let mut connection: Option<Talk> = None;
        for probe in probes {
            let mut talk = match connection.take() {
                Some(talk) => talk,
                None => match self.connect() {
                    Some(talk) => talk,
                    None => break,
                },
            };
            *self.number += 1;
            let target = format!("{}?probe={}", probe.target, self.number);
            sent.push((*self.number, probe.clone()));
            match talk.ask(probe, &target) {
                Asked::AndMore => connection = Some(talk),
                Asked::AndDone => {}
                Asked::Nothing if sent.len() == 1 => break,
                Asked::Nothing => {}
            }
        }
        sent
    }

    fn connect(&mut self) -> Option<Talk> {
        let stream = match &self.tls {
            None => Stream::Tcp(std::net::TcpStream::connect(self.address).ok()?),
            Some(tls) => tls.connect(self.address).ok()?,
        };
        Some(if self.http2 { Talk::Http2(Http2::over(stream), 1) } else { Talk::Http1(Connection::over(stream)) })
    }
}

/// A connection, and in HTTP/2 its next stream.
enum Talk {
    Http1(Connection),
    Http2(Http2, u32),
}

/// How a request went.
enum Asked {
    /// It was answered, and another may follow on the connection.
    AndMore,
    /// It was answered.
    AndDone,
    /// There was no answer.
    Nothing,
}

/// So many streams on one connection: the raw client opens no window for more answers.
const STREAMS: u32 = 200;

impl Talk {
    fn ask(&mut self, probe: &Probe, target: &str) -> Asked {
        match self {
            Self::Http1(connection) => {
                let fields: String = probe.fields.iter().map(|field| format!("{field}\r\n")).collect();
                let length = if matches!(probe.method.as_str(), "POST" | "PUT") { "content-length: 0\r\n" } else { "" };
                let Probe { method, host, .. } = probe;
                connection
                    .send(format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\n{length}{fields}\r\n").as_bytes());
                match connection.answer_to(method, Deadline::within(SOON)) {
                    Ok(answer) if answer.field("connection") == Some("close") => Asked::AndDone,
                    Ok(_) => Asked::AndMore,
                    Err(_) => Asked::Nothing,
                }
            }
            Self::Http2(connection, stream) => {
                let lines: Vec<(&str, &str)> = probe
                    .fields
                    .iter()
                    .flat_map(|field| field.split("\r\n"))
                    .filter_map(|line| line.split_once(": "))
                    .collect();
                let pseudo = [
                    (":method", probe.method.as_str()),
                    (":scheme", "https"),
                    (":authority", probe.host.as_str()),
                    (":path", target),
                ];
                let all: Vec<(&[u8], &[u8])> =
                    pseudo.iter().chain(&lines).map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
                let outcome = connection.request(*stream, &all, true).outcome(*stream, Deadline::within(SOON));
                *stream += 2;
                match outcome {
                    Outcome::Answer(..) if *stream < 2 * STREAMS => Asked::AndMore,
                    Outcome::Answer(..) => Asked::AndDone,
                    _ => Asked::Nothing,
                }
            }
        }
    }
}
