//! APIs and operations: what the file says of them, and nodes to draft.

use std::path::PathBuf;
use std::time::Duration;

use contract::Streams;
use gateway::{Errors, UpstreamErrors};
use wire::coding::{Coding, Codings};

use super::read::{Reader, word};
use super::{Access, Addresses, Bounds, Cache, Loosened, Own, Said, access, cache, own};
use crate::node::{Entry, Node};
use crate::source::Span;
use crate::value::{self, Day, RouteText, Url};

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
    /// Where it listens, where it is asked by gRPC.
    pub(crate) grpc: Option<Said<Url>>,
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
    /// Which sides send message after message, as its contract says.
    pub(crate) streams: Streams,
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
            streams: Streams::default(),
        }
    }
}

impl Api {
    /// Whether no line of the file stands for it: no name of the file has a dot.
    pub(crate) fn is_of_the_house(&self) -> bool {
        self.name.value.contains('.')
    }
}

impl Reader {
    pub(super) fn api(&mut self, name: Said<String>, node: &Node) -> Api {
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
            grpc: self.one(node.get("grpc"), value::url),
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
}
