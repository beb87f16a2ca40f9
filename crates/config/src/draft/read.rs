//! Nodes to draft. The grammar has judged every node before; what cannot be read here was told there.

use std::path::PathBuf;

use gateway::Errors;
use ipnet::IpNet;
use model::{DoorKind, KeyKind};

use super::{Addresses, Api, Bounds, CertificateFiles, Door, Draft, LogFormat, Loosened, NamedNetwork, Said};
use crate::fault::{Collector, Fault, FaultCode};
use crate::node::{Entry, Node, Value};
use crate::shape::LOOSENINGS;
use crate::source::Span;
use crate::value::{self, NetworkText, Socket, Wrong};

/// Reads a tree that was judged.
pub(crate) fn read(tree: &Node, faults: &mut Collector) -> Draft {
    let mut reader = Reader { lost: Vec::new() };
    let draft = reader.draft(tree);
    // INVARIANT: nothing of the file is passed over in silence. What this reader could not use must have its fault.
    for span in reader.lost {
        if !faults.touches(span) {
            faults.push(Fault::new(FaultCode::NotUnderstood, span, "this was read and not understood"));
        }
    }
    draft
}

/// Reads parts of nodes and remembers what it could not read.
pub(super) struct Reader {
    lost: Vec<Span>,
}

impl Reader {
    /// The value of a node by one of the strict readers of values.
    pub(super) fn one<T>(
        &mut self,
        node: Option<&Node>,
        read: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<Said<T>> {
        let node = node?;
        match node.text().map(read) {
            Some(Ok(value)) => Some(Said { value, span: node.span }),
            Some(Err(_)) | None => {
                self.lose(node);
                None
            }
        }
    }

    /// The values of a list, of which a single value may stand alone.
    pub(super) fn list<T>(&mut self, node: Option<&Node>, read: impl Fn(&str) -> Result<T, Wrong>) -> Vec<Said<T>> {
        let items = node.map(Node::items).unwrap_or_default();
        items.iter().filter_map(|item| self.one(Some(item), &read)).collect()
    }

    /// The same, or `None` where the key is not written.
    pub(super) fn maybe_list<T>(
        &mut self,
        node: Option<&Node>,
        read: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Option<Vec<Said<T>>> {
        node.map(|node| self.list(Some(node), read))
    }

    pub(super) fn text(&mut self, node: Option<&Node>) -> Option<Said<String>> {
        self.one(node, |text| Ok(text.to_owned()))
    }

    pub(super) fn path(&mut self, node: Option<&Node>) -> Option<Said<PathBuf>> {
        self.one(node, |text| Ok(PathBuf::from(text)))
    }

    fn lose(&mut self, node: &Node) {
        if !matches!(node.value, Value::Missing) {
            self.lost.push(node.span);
        }
    }

    /// The entries of a map that is written.
    pub(super) fn entries<'n>(&mut self, node: Option<&'n Node>) -> &'n [Entry] {
        let entries = node.and_then(Node::map);
        if let (Some(node), None) = (node, entries) {
            self.lose(node);
        }
        entries.unwrap_or_default()
    }

    fn draft(&mut self, tree: &Node) -> Draft {
        let store = tree.get("store");
        let sqlite = store.and_then(|store| store.get("sqlite"));
        let log = tree.get("observe").and_then(|observe| observe.get("log"));
        let admin = tree.get("admin").and_then(|admin| admin.get("listen"));
        let mut draft = Draft {
            doors: self.each(tree.get("doors"), Self::door),
            services: self.each(tree.get("services"), super::services::read),
            apis: self.each(tree.get("apis"), Self::api),
            networks: self.each(tree.get("networks"), Self::network),
            keys: self.each(tree.get("keys"), Self::key),
            workloads: self.each(tree.get("workloads"), Self::workload),
            trust: self.trust(tree.get("trust")),
            apps: self.each(tree.get("apps"), Self::app),
            issuers: self.each(tree.get("issuers"), Self::issuer),
            identity: self.identity(tree.entry("identity")),
            log_format: self.log_format(log),
            admin_listen: self.one(admin, |text| match value::socket(text)? {
                Socket::Unix(path) => Ok(path),
                Socket::Ip(_) => Err(Wrong::new("", "")),
            }),
            data_directory: self.path(sqlite.and_then(|sqlite| sqlite.get("directory"))),
            seal: self.one(store.and_then(|store| store.get("seal")), value::master_key),
        };
        if let Some(log) = log.and_then(|log| log.get("to")) {
            self.one(Some(log), |text| word(text, &[("stdout", ())]));
        }
        draft.add_standing_doors();
        draft.add_provider();
        draft.add_sessions();
        draft.add_machines();
        draft.add_metadata();
        let asked: Vec<_> = draft.apis.iter().filter_map(super::services::asked).collect();
        draft.services.extend(asked);
        draft
    }

    fn log_format(&mut self, log: Option<&Node>) -> Option<Said<LogFormat>> {
        match log.filter(|log| log.text().is_some()) {
            Some(none) => self.one(Some(none), |text| word(text, &[("none", LogFormat::Off)])),
            None => self.one(log.and_then(|log| log.get("format")), |text| {
                word(text, &[("json", LogFormat::Json), ("text", LogFormat::Text)])
            }),
        }
    }

    pub(super) fn each<T>(&mut self, node: Option<&Node>, read: fn(&mut Self, Said<String>, &Node) -> T) -> Vec<T> {
        let entries = self.entries(node);
        let name = |entry: &Entry| Said { value: entry.key.clone(), span: entry.key_span };
        entries.iter().map(|entry| read(self, name(entry), &entry.node)).collect()
    }

    pub(super) fn certificate_files(&mut self, node: &Node) -> Option<CertificateFiles> {
        let certificate = self.path(node.get("certificate"))?;
        Some(CertificateFiles { certificate, key: self.path(node.get("key"))? })
    }

    pub(super) fn networks(&mut self, node: Option<&Node>) -> Option<Vec<Said<NetworkText>>> {
        self.maybe_list(node, NetworkText::parse)
    }

    pub(super) fn addresses(&mut self, node: &Node) -> Addresses {
        let deny = self.networks(node.get("deny")).unwrap_or_default();
        Addresses { networks: self.networks(node.get("networks")), deny }
    }

    pub(super) fn bounds(&mut self, node: &Node) -> Bounds {
        Bounds {
            deadline: self.one(node.get("deadline"), value::duration),
            idle: self.one(node.get("idle"), value::duration),
            body: self.one(node.get("body"), value::size),
        }
    }

    pub(super) fn errors(&mut self, node: Option<&Node>) -> Option<Said<Errors>> {
        self.one(node, |text| word(text, &[("terse", Errors::Terse), ("detailed", Errors::Detailed)]))
    }

    pub(super) fn scopes(&mut self, node: Option<&Node>) -> Vec<Said<String>> {
        self.list(node, |text| Ok(text.to_owned()))
    }

    pub(super) fn kinds(&mut self, node: Option<&Node>) -> Vec<Said<KeyKind>> {
        self.list(node, key_kind)
    }

    fn network(&mut self, name: Said<String>, node: &Node) -> NamedNetwork {
        let ranges: Vec<Said<IpNet>> = self.list(Some(node), value::ip_network);
        NamedNetwork { name, ranges }
    }

    pub(super) fn loosen(&mut self, node: Option<&Node>, on: &str) -> Vec<Loosened> {
        let mut all = Vec::new();
        for entry in self.entries(node) {
            let Some(known) = LOOSENINGS.iter().find(|loosening| loosening.name == entry.key) else { continue };
            let why = if entry.node.map().is_some() { entry.node.get("why") } else { Some(&entry.node) };
            // A loosening without its reason has its fault; what it would loosen is not told to lack it as well.
            let reason = self.text(why).map(|reason| reason.value).unwrap_or_default();
            all.push(Loosened {
                name: Said { value: known.name, span: entry.key_span },
                opens: known.opens,
                on: on.to_owned(),
                reason: reason.trim().to_owned(),
                until: self.one(entry.node.get("until"), value::day),
            });
        }
        all
    }
}

impl Draft {
    /// `client` and `server` exist by name: an API may use them without a line under `doors`.
    /// The endpoints of the provider are an API at the one door that its issuer belongs to; where there is not one, the
    /// rules tell.
    fn add_provider(&mut self) {
        let Some(identity) = &self.identity else { return };
        let client = DoorKind::Client;
        if !self.doors.iter().any(|door| door.kind == Some(client)) {
            let name = Said { value: client.as_str().to_owned(), span: identity.span };
            self.doors.push(Door::standing(name, client));
        }
        let mut candidates = self.doors.iter().filter(|door| identity.may_stand_at(door));
        if let (Some(door), None) = (candidates.next(), candidates.next()) {
            self.apis.extend(identity.api(door));
        }
    }

    fn add_standing_doors(&mut self) {
        for kind in [DoorKind::Client, DoorKind::Server] {
            let named = |api: &Api| api.door.clone().filter(|door| door.value == kind.as_str());
            let Some(name) = self.apis.iter().find_map(named) else { continue };
            if !self.doors.iter().any(|door| door.name.value == name.value) {
                self.doors.push(Door::standing(name, kind));
            }
        }
    }
}

pub(super) fn key_kind(text: &str) -> Result<KeyKind, Wrong> {
    let kinds = [KeyKind::Publishable, KeyKind::Restricted, KeyKind::Secret];
    word(text, &kinds.map(|kind| (kind.as_str(), kind)))
}

/// What a word stands for.
pub(super) fn word<T: Clone>(text: &str, words: &[(&str, T)]) -> Result<T, Wrong> {
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| meaning.clone()).ok_or_else(|| Wrong::new("", ""))
}
