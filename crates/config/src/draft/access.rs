//! Who may call: `callers` with its short and long forms, and `public`.

use std::time::Duration;

use model::{Bound, KeyKind, Via};

use super::Said;
use super::read::{Reader, word};
use crate::node::{Entry, Node};
use crate::source::Span;
use crate::value::{self, NetworkText, WorkloadText, Wrong};

/// Who may call: `callers` and `public`, which are inherited or replaced together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Access {
    /// The ways in.
    pub(crate) callers: Option<Callers>,
    /// Where `public: true` stands.
    pub(crate) public: Option<Span>,
    /// Whether `public` stands there with a value that has its own fault: nothing is public then, and nobody is told
    /// that nobody may call.
    pub(crate) unclear: bool,
}

impl Access {
    /// Whether anything is said of it, if only badly.
    pub(crate) const fn is_said(&self) -> bool {
        self.callers.is_some() || self.public.is_some() || self.unclear
    }
}

/// The ways in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Callers {
    /// Where the word `callers` stands.
    pub(crate) span: Span,
    /// By API key.
    pub(crate) keys: Option<KeyCallers>,
    /// By certificate.
    pub(crate) workloads: Option<WorkloadCallers>,
    /// By a person's session or token.
    pub(crate) users: Option<UserCallers>,
    /// By an application's own token.
    pub(crate) apps: Option<AppCallers>,
}

/// The way in for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UserCallers {
    /// Where the word `users` stands.
    pub(crate) span: Span,
    /// Of whom; our own where nothing is said.
    pub(crate) issuers: Option<Vec<Said<String>>>,
    /// By what.
    pub(crate) via: Vec<Said<Via>>,
    /// Through which applications.
    pub(crate) apps: Option<Vec<Said<String>>>,
    /// With these scopes.
    pub(crate) scopes: Vec<Said<String>>,
    /// With these claims.
    pub(crate) claims: Vec<(String, Said<String>)>,
    /// Signed in so recently.
    pub(crate) fresh: Option<Said<Duration>>,
    /// By a token bound so.
    pub(crate) bound: Option<Said<Bound>>,
}

/// The way in for applications of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AppCallers {
    /// Where the word `apps` stands.
    pub(crate) span: Span,
    /// Only these; `None` for `any`, and where nothing is said.
    pub(crate) names: Option<Vec<Said<String>>>,
    /// Of whom; our own where nothing is said.
    pub(crate) issuers: Option<Vec<Said<String>>>,
    /// With these scopes.
    pub(crate) scopes: Vec<Said<String>>,
    /// By a token bound so.
    pub(crate) bound: Option<Said<Bound>>,
}

/// The way in by API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeyCallers {
    /// Where the word `keys` stands.
    pub(crate) span: Span,
    /// Of which kind.
    pub(crate) kinds: Vec<Said<KeyKind>>,
    /// Only these.
    pub(crate) names: Option<Vec<Said<String>>>,
    /// With these scopes.
    pub(crate) scopes: Vec<Said<String>>,
}

/// The way in by certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WorkloadCallers {
    /// Where the word `workloads` stands.
    pub(crate) span: Span,
    /// Who.
    pub(crate) names: Vec<Said<WorkloadText>>,
    /// From where.
    pub(crate) networks: Option<Vec<Said<NetworkText>>>,
}

/// Reads `callers` and `public` of an API or an operation.
pub(super) fn read(reader: &mut Reader, node: &Node) -> Access {
    let public = reader.one(node.get("public"), |text| match text {
        "true" => Ok(()),
        _ => Err(Wrong::new("", "")),
    });
    Access {
        unclear: public.is_none() && node.entry("public").is_some(),
        callers: node.entry("callers").map(|entry| callers(reader, entry)),
        public: public.and(node.entry("public")).map(|entry| entry.key_span),
    }
}

fn callers(reader: &mut Reader, entry: &Entry) -> Callers {
    Callers {
        span: entry.key_span,
        keys: entry.node.entry("keys").map(|entry| keys(reader, entry)),
        workloads: entry.node.entry("workloads").map(|entry| workloads(reader, entry)),
        users: entry.node.entry("users").map(|entry| users(reader, entry)),
        apps: entry.node.entry("apps").map(|entry| apps(reader, entry)),
    }
}

/// `any`, or a map.
fn users(reader: &mut Reader, entry: &Entry) -> UserCallers {
    let node = &entry.node;
    if node.text().is_some() {
        reader.one(Some(node), |text| word(text, &[("any", ())]));
    }
    let text = |text: &str| Ok(text.to_owned());
    let claim = |reader: &mut Reader, name: Said<String>, node: &Node| (name.value, reader.text(Some(node)));
    UserCallers {
        span: entry.key_span,
        issuers: reader.maybe_list(node.get("issuers"), text),
        via: reader.list(node.get("via"), |text| word(text, &[("session", Via::Session), ("token", Via::Token)])),
        apps: reader.maybe_list(node.get("apps"), text),
        scopes: reader.scopes(node.get("scopes")),
        claims: reader
            .each(node.get("claims"), claim)
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
        fresh: reader.one(node.get("fresh"), value::duration),
        bound: reader.one(node.get("bound"), |text| word(text, &[("dpop", Bound::Dpop)])),
    }
}

/// `any`, names, or a map.
fn apps(reader: &mut Reader, entry: &Entry) -> AppCallers {
    let long = entry.node.map().is_some();
    let node = &entry.node;
    let text = |text: &str| Ok(text.to_owned());
    let names = reader.maybe_list(if long { node.get("names") } else { Some(node) }, text);
    let is_any = names.as_deref().is_some_and(|names| matches!(names, [only] if only.value == "any"));
    AppCallers {
        span: entry.key_span,
        names: names.filter(|_| !is_any),
        issuers: reader.maybe_list(node.get("issuers"), text),
        scopes: reader.scopes(node.get("scopes")),
        bound: reader
            .one(node.get("bound"), |text| word(text, &[("certificate", Bound::Certificate), ("dpop", Bound::Dpop)])),
    }
}

fn keys(reader: &mut Reader, entry: &Entry) -> KeyCallers {
    let long = entry.node.map().is_some();
    let kinds = if long { entry.node.get("kinds") } else { Some(&entry.node) };
    KeyCallers {
        span: entry.key_span,
        kinds: reader.kinds(kinds),
        names: reader.maybe_list(entry.node.get("names"), |text| Ok(text.to_owned())),
        scopes: reader.scopes(entry.node.get("scopes")),
    }
}

fn workloads(reader: &mut Reader, entry: &Entry) -> WorkloadCallers {
    let long = entry.node.map().is_some();
    let names = if long { entry.node.get("names") } else { Some(&entry.node) };
    WorkloadCallers {
        span: entry.key_span,
        names: reader.list(names, value::workload_pattern),
        networks: reader.networks(entry.node.get("networks")),
    }
}
