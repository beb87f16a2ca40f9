//! Every reachable operation: door, method, URL, who may call, with which scopes.

use std::fmt::Write;

use model::DoorKind;
use serde_json::{Value, json};

use crate::draft::{Access, Api, AppCallers, Door, KeyCallers, Operation, Said, Tls, UserCallers, WorkloadCallers};
use crate::plan::{Plan, Planner};
use crate::rules::{effective, takes};
use crate::source::Place;
use crate::value::{NetworkText, WorkloadText, write_duration};

/// One reachable operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteLine {
    /// The door's name.
    pub door: String,
    /// The door's kind.
    pub kind: DoorKind,
    /// The API's name.
    pub api: String,
    /// The operation's name.
    pub operation: String,
    /// The method, or `ANY`.
    pub method: String,
    /// Where it is reached from outside.
    pub url: String,
    /// The ways in, in words; `anyone` for `public`.
    pub callers: Vec<String>,
    /// Scopes that a caller must have, whatever the way in.
    pub scopes: Vec<String>,
    /// Where it is published.
    pub place: Place,
}

impl RouteLine {
    /// One object of `routes --json`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "door": { "name": self.door, "kind": self.kind.as_str() },
            "api": self.api,
            "operation": self.operation,
            "method": self.method,
            "url": self.url,
            "callers": self.callers,
            "scopes": self.scopes,
            "at": { "file": self.place.file, "line": self.place.line, "column": self.place.column },
        })
    }
}

/// The operations of each API in the order of the file, doors in theirs.
pub(super) fn list(planner: &Planner<'_>, plan: &Plan) -> Vec<RouteLine> {
    let mut lines = Vec::new();
    for settings in &plan.gateway.doors {
        let Some(door) = planner.index.doors.get(&*settings.door.name).copied() else { continue };
        for api in
            planner.draft.apis.iter().filter(|api| api.door.as_ref().is_some_and(|said| said.value == door.name.value))
        {
            let origin = origin(planner, door, settings.door.kind, api);
            for operation in &api.operations {
                let Some(route) = &operation.route else { continue };
                let prefix = api.path.as_ref().map_or("", |path| path.value.trim_end_matches('/'));
                lines.push(RouteLine {
                    door: door.name.value.clone(),
                    kind: settings.door.kind,
                    api: api.name.value.clone(),
                    operation: operation.name.value.clone(),
                    method: route.value.method.clone(),
                    url: format!("{origin}{prefix}{}", route.value.template),
                    callers: match settings.door.kind {
                        DoorKind::Server if api.is_of_the_house() => vec!["whoever comes through the door".to_owned()],
                        _ => callers(&taken(effective(api, operation), operation)),
                    },
                    scopes: scopes(operation),
                    place: planner.sources.place(operation.name.span),
                });
            }
        }
    }
    lines
}

/// The scopes that hold whatever the way in: the file's own, and those of the contract.
pub(super) fn scopes(operation: &Operation) -> Vec<String> {
    let own = operation.scopes.iter().map(|scope| scope.value.clone());
    let words = |scopes: &[Said<String>]| scopes.iter().map(|scope| scope.value.clone()).collect::<Vec<_>>();
    match operation.contract_scopes.as_slice() {
        [] => own.collect(),
        [one] => own.chain(words(one)).collect(),
        several => {
            own.chain([several.iter().map(|one| words(one).join(" ")).collect::<Vec<_>>().join(" or ")]).collect()
        }
    }
}

/// Scheme, host and port as a caller would write them.
pub(crate) fn origin(planner: &Planner<'_>, door: &Door, kind: DoorKind, api: &Api) -> String {
    let plain = door.tls.as_ref().is_some_and(|tls| tls.value == Tls::None);
    let (scheme, usual) = if plain { ("http", 80) } else { ("https", 443) };
    let listen = planner.listen(door, kind).into_iter().next();
    let named = api.host.as_ref().or(door.hosts.first()).map(|host| host.value.clone());
    let host = named.unwrap_or_else(|| match listen.map(|address| address.ip()) {
        Some(ip) if !ip.is_loopback() && !ip.is_unspecified() => {
            if ip.is_ipv6() {
                format!("[{ip}]")
            } else {
                ip.to_string()
            }
        }
        _ => "localhost".to_owned(),
    });
    let mut origin = format!("{scheme}://{host}");
    if let Some(port) = listen.map(|address| address.port()).filter(|port| *port != usual) {
        // Writing to a String cannot fail.
        let _ = write!(origin, ":{port}");
    }
    origin
}

/// The ways in that an operation has of those that are said.
pub(super) fn taken(access: &Access, operation: &Operation) -> Access {
    let mut access = access.clone();
    if let Some(callers) = &mut access.callers
        && let Some(keys) = &mut callers.keys
    {
        keys.kinds.retain(|kind| takes(operation, kind.value));
        if keys.kinds.is_empty() {
            callers.keys = None;
        }
    }
    access
}

/// The ways in, each in words.
pub(super) fn callers(access: &Access) -> Vec<String> {
    let mut all = Vec::new();
    if access.public.is_some() {
        all.push("anyone".to_owned());
    }
    if let Some(callers) = &access.callers {
        all.extend(callers.keys.iter().flat_map(key_words));
        all.extend(callers.workloads.iter().flat_map(workload_words));
        all.extend(callers.users.iter().map(user_words));
        all.extend(callers.apps.iter().flat_map(app_words));
    }
    all
}

fn key_words(keys: &KeyCallers) -> Vec<String> {
    let with = scopes_words(&keys.scopes);
    match &keys.names {
        Some(names) => names.iter().map(|name| format!("key {}{with}", name.value)).collect(),
        None => keys.kinds.iter().map(|kind| format!("{} keys{with}", kind.value)).collect(),
    }
}

fn scopes_words(scopes: &[Said<String>]) -> String {
    if scopes.is_empty() {
        String::new()
    } else {
        format!(" with {}", joined(scopes.iter().map(|scope| scope.value.clone())))
    }
}

fn workload_words(workloads: &WorkloadCallers) -> Vec<String> {
    let network = |said: &Said<NetworkText>| network_text(&said.value);
    let from = match &workloads.networks {
        Some(networks) => format!(" from {}", joined(networks.iter().map(network))),
        None => String::new(),
    };
    workloads.names.iter().map(|name| format!("workload {}{from}", workload_text(&name.value))).collect()
}

fn user_words(users: &UserCallers) -> String {
    let mut words = "users".to_owned();
    let mut say = |what: &str, said: &str| {
        // Writing to a String cannot fail.
        let _ = write!(words, " {what} {said}");
    };
    if let Some(issuers) = users.issuers.as_ref().filter(|issuers| !is_own(issuers)) {
        say("of", &joined(issuers.iter().map(|issuer| issuer.value.clone())));
    }
    if let [via] = users.via.as_slice() {
        say("by", via.value.as_str());
    }
    if let Some(apps) = &users.apps {
        say("through", &joined(apps.iter().map(|app| app.value.clone())));
    }
    if !users.claims.is_empty() {
        say("with", &joined(users.claims.iter().map(|(name, value)| format!("{name}={}", value.value))));
    }
    if let Some(fresh) = &users.fresh {
        say("signed in within", &write_duration(fresh.value));
    }
    if let Some(bound) = &users.bound {
        say("bound by", bound.value.as_str());
    }
    words + &scopes_words(&users.scopes)
}

/// Our own alone, as where nothing is said.
fn is_own(issuers: &[Said<String>]) -> bool {
    matches!(issuers, [only] if only.value == model::OWN_ISSUER)
}

fn app_words(apps: &AppCallers) -> Vec<String> {
    let mut with = scopes_words(&apps.scopes);
    if let Some(issuers) = apps.issuers.as_ref().filter(|issuers| !is_own(issuers)) {
        with.push_str(&format!(" of {}", joined(issuers.iter().map(|issuer| issuer.value.clone()))));
    }
    match &apps.names {
        Some(names) => names.iter().map(|name| format!("app {}{with}", name.value)).collect(),
        None => vec![format!("apps{with}")],
    }
}

fn joined(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

/// A workload as the file has it.
pub(super) fn workload_text(text: &WorkloadText) -> String {
    match text {
        WorkloadText::Name(name) => name.clone(),
        WorkloadText::Id(id) => id.to_string(),
        WorkloadText::Prefix(id) => format!("{id}/*"),
    }
}

/// A network as the file has it.
pub(super) fn network_text(text: &NetworkText) -> String {
    match text {
        NetworkText::Range(range) => range.to_string(),
        NetworkText::Name(name) => name.clone(),
    }
}
