//! Doors: what the file says of them, and nodes to draft.

use std::net::SocketAddr;
use std::path::PathBuf;

use ca::acme::Challenge;
use gateway::Errors;
use model::DoorKind;

use super::read::{Reader, word};
use super::{Addresses, Bounds, CertificateFiles, Loosened, Proxies, Said};
use crate::node::Node;
use crate::value;

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
    pub(crate) challenge: Option<Said<Challenge>>,
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

impl Door {
    pub(super) fn standing(name: Said<String>, kind: DoorKind) -> Self {
        Self {
            name,
            written: false,
            kind: Some(kind),
            listen: Vec::new(),
            hosts: Vec::new(),
            tls: None,
            redirect_from: None,
            protocols: Vec::new(),
            proxies: None,
            addresses: Addresses::default(),
            bounds: Bounds::default(),
            errors: None,
            at_most: None,
            per_address: None,
            loosen: Vec::new(),
        }
    }
}

impl Reader {
    pub(super) fn door(&mut self, name: Said<String>, node: &Node) -> Door {
        let kinds = [("client", DoorKind::Client), ("server", DoorKind::Server)];
        let kind = self.one(node.get("kind"), |text| word(text, &kinds)).map(|kind| kind.value);
        let implied = || word(&name.value, &kinds).ok();
        let connections = node.get("connections");
        Door {
            written: true,
            kind: kind.or_else(implied),
            listen: self.list(node.get("listen"), value::listen_address),
            hosts: self.list(node.get("hosts"), |text| value::wildcard_host(text).map(str::to_owned)),
            tls: node.get("tls").and_then(|node| self.tls(node)),
            redirect_from: self.one(node.get("redirect_from"), value::listen_address),
            protocols: self.list(node.get("protocols"), |text| {
                word(text, &[("http1", Protocol::Http1), ("http2", Protocol::Http2)])
            }),
            proxies: node.entry("proxies").map(|entry| self.proxies(entry)),
            addresses: self.addresses(node),
            bounds: self.bounds(node),
            errors: self.errors(node.get("errors")),
            at_most: self.one(connections.and_then(|node| node.get("at_most")), value::count),
            per_address: self.one(connections.and_then(|node| node.get("per_address")), value::count),
            loosen: self.loosen(node.get("loosen"), &format!("doors.{}", name.value)),
            name,
        }
    }

    fn tls(&mut self, node: &Node) -> Option<Said<Tls>> {
        if node.text().is_some() {
            return self.one(Some(node), |text| word(text, &[("local", Tls::Local), ("none", Tls::None)]));
        }
        if let Some(node) = node.get("acme") {
            let acme = self.acme(node)?;
            let span = acme.contact.span;
            return Some(Said { value: Tls::Acme(Box::new(acme)), span });
        }
        let files = node.get("files").map(Node::items).unwrap_or_default();
        let files: Vec<_> = files.iter().filter_map(|node| self.certificate_files(node)).collect();
        let first = files.first()?.certificate.span;
        Some(Said { value: Tls::Files(files), span: first })
    }

    fn acme(&mut self, node: &Node) -> Option<Acme> {
        let challenges = [("tls-alpn", Challenge::TlsAlpn), ("http", Challenge::Http)];
        let directory = self.text(node.get("directory"));
        let challenge = self.one(node.get("challenge"), |text| word(text, &challenges));
        let binding = node.get("account_binding").and_then(|node| {
            let (id, key) = (self.text(node.get("id")), self.path(node.get("key")));
            Some(AccountBinding { id: id?, key: key? })
        });
        let ca = self.path(node.get("ca"));
        Some(Acme { contact: self.text(node.get("contact"))?, directory, challenge, binding, ca })
    }
}
