//! Nodes to draft. The grammar has judged every node before; what cannot be read here was told there.

use std::path::PathBuf;

use ca::acme::Challenge;
use gateway::{Errors, UpstreamErrors};
use ipnet::IpNet;
use model::{DoorKind, KeyKind, SpiffeId};

use super::{
    AccountBinding, Acme, Addresses, Api, Ask, Bounds, CertificateFiles, ContractFile, Door, Draft, LogFormat,
    Loosened, NamedNetwork, Operation, Own, PinnedKey, Protocol, Retire, Said, Tls, Trust, Workload, access, cache,
    own,
};
use wire::coding::{Coding, Codings};

use crate::fault::{Collector, Fault, FaultCode};
use crate::node::{Entry, Node, Value};
use crate::shape::LOOSENINGS;
use crate::source::Span;
use crate::value::{self, NetworkText, Socket, WorkloadText, Wrong};

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

    fn text(&mut self, node: Option<&Node>) -> Option<Said<String>> {
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
    fn entries<'n>(&mut self, node: Option<&'n Node>) -> &'n [Entry] {
        let entries = node.and_then(Node::map);
        if let (Some(node), None) = (node, entries) {
            self.lose(node);
        }
        entries.unwrap_or_default()
    }

    fn draft(&mut self, tree: &Node) -> Draft {
        let store = tree.get("store").and_then(|store| store.get("sqlite"));
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
            log_format: self.log_format(log),
            admin_listen: self.one(admin, |text| match value::socket(text)? {
                Socket::Unix(path) => Ok(path),
                Socket::Ip(_) => Err(Wrong::new("", "")),
            }),
            data_directory: self.path(store.and_then(|sqlite| sqlite.get("directory"))),
        };
        if let Some(log) = log.and_then(|log| log.get("to")) {
            self.one(Some(log), |text| word(text, &[("stdout", ())]));
        }
        draft.add_standing_doors();
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

    fn each<T>(&mut self, node: Option<&Node>, read: fn(&mut Self, Said<String>, &Node) -> T) -> Vec<T> {
        let entries = self.entries(node);
        let name = |entry: &Entry| Said { value: entry.key.clone(), span: entry.key_span };
        entries.iter().map(|entry| read(self, name(entry), &entry.node)).collect()
    }

    fn door(&mut self, name: Said<String>, node: &Node) -> Door {
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

    pub(super) fn certificate_files(&mut self, node: &Node) -> Option<CertificateFiles> {
        let certificate = self.path(node.get("certificate"))?;
        Some(CertificateFiles { certificate, key: self.path(node.get("key"))? })
    }

    pub(super) fn networks(&mut self, node: Option<&Node>) -> Option<Vec<Said<NetworkText>>> {
        self.maybe_list(node, NetworkText::parse)
    }

    fn addresses(&mut self, node: &Node) -> Addresses {
        let deny = self.networks(node.get("deny")).unwrap_or_default();
        Addresses { networks: self.networks(node.get("networks")), deny }
    }

    fn bounds(&mut self, node: &Node) -> Bounds {
        Bounds {
            deadline: self.one(node.get("deadline"), value::duration),
            idle: self.one(node.get("idle"), value::duration),
            body: self.one(node.get("body"), value::size),
        }
    }

    fn errors(&mut self, node: Option<&Node>) -> Option<Said<Errors>> {
        self.one(node, |text| word(text, &[("terse", Errors::Terse), ("detailed", Errors::Detailed)]))
    }

    fn api(&mut self, name: Said<String>, node: &Node) -> Api {
        let own = own::read(self, node);
        Api {
            door: self.text(node.get("door")),
            host: self.one(node.get("host"), |text| value::wildcard_host(text).map(str::to_owned)),
            path: self.one(node.get("path"), |text| value::path_prefix(text).map(str::to_owned)),
            service: self.text(node.get("service")),
            access: access::read(self, node),
            operations: self.operations(node, &own),
            own,
            addresses: self.addresses(node),
            bounds: self.bounds(node),
            errors: self.errors(node.get("errors")),
            upstream_errors: self.one(node.get("upstream_errors"), |text| {
                word(text, &[("replace", UpstreamErrors::Replace), ("pass", UpstreamErrors::Pass)])
            }),
            compress: self.compress(node.get("compress")),
            contract: node.entry("contract").map(|entry| self.contract(entry)),
            retire: self.retire(node.get("retire")),
            ask: node.entry("ask").map(|entry| self.ask(entry)),
            cache: cache::read(self, node.get("cache")),
            loosen: self.loosen(node.get("loosen"), &format!("apis.{}", name.value)),
            name,
        }
    }

    /// Those that are written; what the house answers alone needs none to be.
    fn operations(&mut self, node: &Node, own: &[Own]) -> Vec<Operation> {
        let written = self.each(node.get("operations"), Self::operation);
        let unsaid = ["operations", "contract"].iter().all(|key| node.get(key).is_none());
        if unsaid { own.first().map(Own::operation).into_iter().collect() } else { written }
    }

    fn ask(&mut self, entry: &Entry) -> Ask {
        let node = &entry.node;
        Ask {
            span: entry.key_span,
            http: self.one(node.get("http"), value::url_and_target),
            deadline: self.one(node.get("deadline"), value::duration),
            headers: self.list(node.get("headers"), value::told_field),
        }
    }

    fn operation(&mut self, name: Said<String>, node: &Node) -> Operation {
        let short = node.text().is_some();
        Operation {
            route: self.one(if short { Some(node) } else { node.get("route") }, value::route),
            access: access::read(self, node),
            scopes: self.scopes(node.get("scopes")),
            bounds: self.bounds(node),
            idempotent: self.idempotent(node.get("retry")),
            websocket: self.one(node.get("websocket"), |text| word(text, &[("true", true), ("false", false)])),
            own: own::read(self, node),
            retire: self.retire(node.get("retire")),
            ..Operation::named(name)
        }
    }

    fn contract(&mut self, entry: &Entry) -> ContractFile {
        let node = &entry.node;
        let text = |text: &str| Ok(text.to_owned());
        ContractFile {
            span: entry.key_span,
            file: self.path(if node.text().is_some() { Some(node) } else { node.get("file") }),
            imports: self.list(node.get("imports"), |text| Ok(PathBuf::from(text))),
            methods: self.maybe_list(node.get("methods"), text),
            base: self.one(node.get("base"), |text| value::path_prefix(text).map(str::to_owned)),
            publish: self.maybe_list(node.get("publish"), text),
            withhold: self.list(node.get("withhold"), text),
        }
    }

    /// `none`, or codings; `None` where nothing is said.
    fn compress(&mut self, node: Option<&Node>) -> Option<Said<Codings>> {
        let words = Coding::ALL.map(|coding| (coding.as_str(), Some(coding)));
        let words: Vec<_> = words.into_iter().chain([("none", None)]).collect();
        let said = self.list(node, |text| word(text, &words));
        let span = said.first()?.span;
        let value = said.iter().filter_map(|said| said.value).fold(Codings::NONE, Codings::with);
        Some(Said { value, span })
    }

    fn retire(&mut self, node: Option<&Node>) -> Option<Retire> {
        let node = node?;
        Some(Retire {
            since: self.one(node.get("since"), value::day),
            on: self.one(node.get("on"), value::day),
            link: self.one(node.get("link"), |text| value::web_address(text).map(str::to_owned)),
        })
    }

    fn idempotent(&mut self, retry: Option<&Node>) -> Option<Said<bool>> {
        let retry = retry?;
        if retry.text().is_some() {
            return self.one(Some(retry), |text| word(text, &[("safe", false)]));
        }
        self.one(retry.get("idempotent"), |text| word(text, &[("true", true), ("false", false)]))
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

    fn key(&mut self, name: Said<String>, node: &Node) -> PinnedKey {
        PinnedKey {
            name,
            kind: self.one(node.get("kind"), key_kind),
            hash: self.one(node.get("hash"), value::hash),
            apis: self.list(node.get("apis"), |text| Ok(text.to_owned())),
            scopes: self.scopes(node.get("scopes")),
            expires: self.one(node.get("expires"), value::day),
        }
    }

    fn workload(&mut self, name: Said<String>, node: &Node) -> Workload {
        let id = |text: &str| match value::workload_pattern(text)? {
            WorkloadText::Id(id) => Ok::<SpiffeId, Wrong>(id),
            _ => Err(Wrong::new("", "")),
        };
        Workload {
            name,
            id: self.one(node.get("id"), id),
            dns: self.list(node.get("dns"), |text| value::host(text).map(str::to_owned)),
            networks: self.networks(node.get("networks")),
        }
    }

    fn trust(&mut self, node: Option<&Node>) -> Trust {
        let get = |key| node.and_then(|node| node.get(key));
        let root = get("root");
        Trust {
            domain: self.one(get("domain"), |text| value::trust_domain(text).map(str::to_owned)),
            certificate: self.path(root.and_then(|root| root.get("certificate"))),
            key: self.path(root.and_then(|root| root.get("key"))),
        }
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

impl Door {
    fn standing(name: Said<String>, kind: DoorKind) -> Self {
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

fn key_kind(text: &str) -> Result<KeyKind, Wrong> {
    let kinds = [KeyKind::Publishable, KeyKind::Restricted, KeyKind::Secret];
    word(text, &kinds.map(|kind| (kind.as_str(), kind)))
}

/// What a word stands for.
pub(super) fn word<T: Clone>(text: &str, words: &[(&str, T)]) -> Result<T, Wrong> {
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| meaning.clone()).ok_or_else(|| Wrong::new("", ""))
}
