//! Which line of the file each rule of an operation comes from, for `explain` and `diff`.

use model::DoorKind;
use serde_json::{Value, json};

use crate::defaults::NetworksDefault;
use crate::draft::{Access, Addresses, Api, Door, Loosened, Operation, Said, loosened};
use crate::plan::{Effective, From, Inherited, Planner};
use crate::source::{Place, Span};

/// Where a rule comes from: words of the file, or a default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The words; `None` for a default.
    pub at: Option<Place>,
    /// Their dotted key; empty for a default.
    pub path: String,
    /// Which default; empty where there are words.
    pub default: String,
}

/// Where the rules of one operation come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationOrigins {
    /// The operation itself.
    pub operation: Origin,
    /// Who may call it.
    pub callers: Origin,
    /// From where it may be called.
    pub networks: Origin,
    /// For the whole answer.
    pub deadline: Origin,
    /// For silence.
    pub idle: Origin,
    /// The largest body.
    pub body: Origin,
    /// Who else is asked, where somebody is.
    pub ask: Option<Origin>,
    /// The loosenings that stand on its API and its door.
    pub loosened: Vec<&'static str>,
}

impl Origin {
    fn built_in(words: impl Into<String>) -> Self {
        Self { at: None, path: String::new(), default: words.into() }
    }

    /// `FILE:LINE`, or which default it is.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.at {
            Some(place) => format!("{}:{}", place.file, place.line),
            None => self.default.clone(),
        }
    }

    /// The place as `--json` gives it.
    #[must_use]
    pub fn to_json(&self) -> Option<Value> {
        let place = self.at.as_ref()?;
        Some(json!({ "file": place.file, "line": place.line, "column": place.column, "path": self.path }))
    }
}

/// The origins of all operations; the index is the number of the operation.
pub(super) fn list(planner: &Planner<'_>) -> Vec<OperationOrigins> {
    let mut all = Vec::new();
    for api in &planner.draft.apis {
        let Some((door, kind)) = planner.index.door_of(api).and_then(|door| Some((door, door.kind?))) else { continue };
        let origins = Origins { planner, api, door, kind };
        all.extend(api.operations.iter().map(|operation| origins.of(operation)));
    }
    all
}

struct Origins<'a> {
    planner: &'a Planner<'a>,
    api: &'a Api,
    door: &'a Door,
    kind: DoorKind,
}

impl Origins<'_> {
    fn of(&self, operation: &Operation) -> OperationOrigins {
        let holds = Effective::new(self.planner.defaults, self.door, self.kind, self.api, Some(operation));
        let own = format!("apis.{}.operations.{}", self.api.name.value, operation.name.value);
        let loosenings = self.door.loosen.iter().chain(&self.api.loosen);
        OperationOrigins {
            operation: self.words(operation.name.span, own.clone()),
            callers: self.callers(operation, &own),
            networks: self.networks(),
            deadline: self.inherited(&holds.deadline, "deadline", &own),
            idle: self.inherited(&holds.idle, "idle", &own),
            body: self.inherited(&holds.body, "body", &own),
            ask: self.api.ask.as_ref().map(|ask| self.words(ask.span, format!("apis.{}.ask", self.api.name.value))),
            loosened: loosenings.map(|loosening: &Loosened| loosening.name.value).collect(),
        }
    }

    fn words(&self, span: Span, path: String) -> Origin {
        Origin { at: Some(self.planner.sources.place(span)), path, default: String::new() }
    }

    fn callers(&self, operation: &Operation, own: &str) -> Origin {
        let api = format!("apis.{}", self.api.name.value);
        let said = |access: &Access, on: &str| {
            let callers = access.callers.as_ref().map(|callers| (callers.span, "callers"));
            let (span, key) = callers.or(access.public.map(|span| (span, "public")))?;
            Some(self.words(span, format!("{on}.{key}")))
        };
        said(&operation.access, own)
            .or_else(|| said(&self.api.access, &api))
            .unwrap_or_else(|| self.words(self.api.name.span, api))
    }

    fn networks(&self) -> Origin {
        let Addresses { networks, deny } = &self.api.addresses;
        let api = format!("apis.{}", self.api.name.value);
        let span = |said: &[Said<_>]| said.first().map(|said| said.span);
        if let Some(span) = networks.as_deref().and_then(span) {
            return self.words(span, format!("{api}.networks"));
        }
        if let Some(span) = span(deny) {
            return self.words(span, format!("{api}.deny"));
        }
        let private = self.planner.defaults.of(self.kind).networks == NetworksDefault::Private;
        if private && loosened(&self.api.loosen, "any-network") {
            let loosening = self.api.loosen.iter().find(|loosening| loosening.name.value == "any-network");
            if let Some(loosening) = loosening {
                return self.words(loosening.name.span, format!("{api}.loosen.any-network"));
            }
        }
        let which = if private { "private networks" } else { "any network" };
        Origin::built_in(format!("default of {} doors: {which}", self.kind))
    }

    /// A bound that the operation, the API or the door says, or none of them.
    fn inherited<T>(&self, holds: &Inherited<T>, key: &str, own: &str) -> Origin {
        match holds.from {
            From::Default(kind) => Origin::built_in(format!("default of {kind} doors")),
            From::Words(span) => {
                let stands_in = |outer: &str| format!("{outer}.{key}");
                let api = format!("apis.{}", self.api.name.value);
                let within = |bounds: &crate::draft::Bounds| {
                    let spans = [
                        bounds.deadline.as_ref().map(|said| said.span),
                        bounds.idle.as_ref().map(|said| said.span),
                        bounds.body.as_ref().map(|said| said.span),
                    ];
                    spans.contains(&Some(span))
                };
                let path = if within(&self.api.bounds) {
                    stands_in(&api)
                } else if within(&self.door.bounds) {
                    stands_in(&format!("doors.{}", self.door.name.value))
                } else {
                    stands_in(own)
                };
                self.words(span, path)
            }
        }
    }
}
