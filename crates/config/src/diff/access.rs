//! Who may call what, before and after: every request, caller and address that stands for others, put to both.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::sync::Arc;

use gateway::{OperationSettings, Trial};
use model::{Caller, OperationId};
use policy::Way;
use routing::{MethodRule, Route};
use serde_json::{Value, json};

use super::addresses::{self, Cell};
use super::credentials::{self, Credential, Who};
use crate::load::Loaded;
use crate::report::Origin;

/// What a change does to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// They may call what they might not.
    Opens,
    /// They may not call what they might.
    Closes,
    /// A bound grew, or more is told.
    Loosens,
    /// A bound shrank, or less is told.
    Tightens,
    /// Another value holds.
    Changes,
}

/// Somebody who may call something now, or may no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessChange {
    /// [`Effect::Opens`] or [`Effect::Closes`].
    pub effect: Effect,
    /// `anyone`, `key` or `workload`.
    pub who_kind: &'static str,
    /// Name, kind or pattern; empty for `anyone`.
    pub who: String,
    /// The door's name.
    pub door: String,
    /// The API.
    pub api: String,
    /// The operation.
    pub operation: String,
    /// The method, or `ANY` for those that no operation names.
    pub method: String,
    /// The path, as a template.
    pub url: String,
    /// What must hold beside.
    pub conditions: Vec<String>,
    /// The line that says so: of the new file where it opens, of the old one where it closes.
    pub because: Origin,
}

impl Effect {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opens => "opens",
            Self::Closes => "closes",
            Self::Loosens => "loosens",
            Self::Tightens => "tightens",
            Self::Changes => "changes",
        }
    }
}

impl AccessChange {
    /// One object of `access`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut who = json!({ "kind": self.who_kind });
        if let (Some(members), false) = (who.as_object_mut(), self.who.is_empty()) {
            members.insert("match".to_owned(), self.who.as_str().into());
        }
        json!({
            "effect": self.effect.as_str(), "who": who, "door": self.door, "api": self.api,
            "operation": self.operation, "method": self.method, "url": self.url, "conditions": self.conditions,
            "because": self.because.to_json().into_iter().collect::<Vec<_>>(),
        })
    }
}

/// What a comparison came to.
pub(super) struct Compared {
    pub(super) changes: Vec<AccessChange>,
    pub(super) kept: usize,
    pub(super) exact: bool,
}

/// Compares the access of two configurations, door by door.
pub(super) fn compare(old: &Loaded, new: &Loaded) -> Compared {
    let both = [&old.plan.gateway, &new.plan.gateway];
    let comparison = Comparison {
        loaded: [old, new],
        addresses: addresses::cells(both),
        credentials: credentials::all(both),
        scopes: both.map(credentials::scopes),
    };
    let doors: BTreeSet<&str> =
        both.iter().flat_map(|settings| settings.doors.iter().map(|door| &*door.door.name)).collect();
    let mut exact = true;
    let mut changes = Vec::new();
    let mut touched = BTreeSet::new();
    for door in doors {
        match comparison.at_door(door) {
            Some(found) => changes.extend(found),
            None => exact = false,
        }
    }
    for change in &changes {
        touched.insert((change.api.clone(), change.operation.clone()));
    }
    let names = |loaded: &Loaded| -> BTreeSet<(String, String)> {
        let operations = loaded.plan.gateway.operations.iter();
        operations.map(|one| (one.api.to_string(), one.name.to_string())).collect()
    };
    let kept = names(old).intersection(&names(new)).filter(|name| !touched.contains(*name)).count();
    changes.sort_by(|a, b| key(a).cmp(&key(b)));
    Compared { changes, kept, exact }
}

fn key(change: &AccessChange) -> (Effect, &str, &str, &str, &str, &str) {
    (change.effect, &change.door, &change.api, &change.url, &change.method, &change.who)
}

struct Comparison<'a> {
    loaded: [&'a Loaded; 2],
    addresses: Vec<Cell>,
    credentials: Vec<Credential>,
    /// Every scope of each configuration: what a key that stands for its kind carries.
    scopes: [Vec<Arc<str>>; 2],
}

/// The operations that one request is led to, before and after.
type Led = [Option<OperationId>; 2];

impl Comparison<'_> {
    /// What is different at a door; `None` where it cannot be compared.
    fn at_door(&self, door: &str) -> Option<Vec<AccessChange>> {
        let trials = self.loaded.map(|loaded| Trial::at(&loaded.plan.gateway, door));
        let callers: Vec<Vec<[Option<Caller>; 2]>> = self
            .credentials
            .iter()
            .map(|credential| {
                self.addresses.iter().map(|cell| self.callers(&trials, credential, cell.address)).collect()
            })
            .collect();
        let mut changes = Vec::new();
        for (led, methods) in self.requests(door, &trials)? {
            let found = self.credentials.iter().zip(&callers).flat_map(|(credential, callers)| {
                let changes = self.change(&trials, led, credential, callers);
                changes.into_iter().map(move |(effect, from)| (effect, credential, from))
            });
            let found = without_what_its_kind_has(found.collect());
            for (effect, credential, from) in found {
                changes
                    .extend(methods.iter().map(|method| self.told(door, effect, led, method, &credential.who, &from)));
            }
        }
        changes.sort_by(|a, b| key(a).cmp(&key(b)));
        changes.dedup();
        Some(changes)
    }

    fn routes(&self, at: usize, door: &str) -> Vec<Route> {
        let Some(loaded) = self.loaded.get(at) else { return Vec::new() };
        let gateway = &loaded.plan.gateway;
        let Some(door) = gateway.doors.iter().position(|settings| *settings.door.name == *door) else {
            return Vec::new();
        };
        let routes = loaded.report.published.iter().zip(&gateway.operations);
        routes.filter(|(_, operation)| operation.door == door).map(|(route, _)| route.clone()).collect()
    }

    /// Where requests are led, each pair of operations once, with the methods that are.
    fn requests(&self, door: &str, trials: &[Option<Trial<'_>>; 2]) -> Option<BTreeMap<Led, BTreeSet<String>>> {
        let [first, second] = [self.routes(0, door), self.routes(1, door)];
        let doors = self.loaded.iter().flat_map(|loaded| &loaded.plan.gateway.doors);
        let hosts: Vec<_> = doors.flat_map(|settings| settings.hosts.iter().cloned()).collect();
        let named = |route: &Route| match &route.method {
            MethodRule::One(method) => Some(method.as_str().to_owned()),
            MethodRule::Any => None,
        };
        let mut methods: BTreeSet<String> = first.iter().chain(&second).filter_map(named).collect();
        methods.extend(["GET", "HEAD"].map(str::to_owned));
        let mut all: BTreeMap<Led, BTreeSet<String>> = BTreeMap::new();
        for cell in routing::cells(&first, &second, &hosts)? {
            for method in methods.iter().map(String::as_str).chain([OTHER]) {
                let lead = |trial: &Option<Trial<'_>>| trial.as_ref()?.operation(&cell.host, &cell.path, method);
                let [old, new] = trials;
                let led = [lead(old), lead(new)];
                if led != [None, None] {
                    let shown = if method == OTHER { "ANY" } else { method };
                    all.entry(led).or_default().insert(shown.to_owned());
                }
            }
        }
        for methods in all.values_mut() {
            // One that is published as ANY is told as such, and GET takes HEAD along (RFC 9110 §9.3.2).
            if methods.contains("ANY") {
                methods.retain(|method| method == "ANY");
            } else if methods.contains("GET") {
                methods.remove("HEAD");
            }
        }
        Some(all)
    }

    /// Who shows a credential, before and after.
    fn callers(
        &self,
        trials: &[Option<Trial<'_>>; 2],
        credential: &Credential,
        address: IpAddr,
    ) -> [Option<Caller>; 2] {
        let who = |at: usize| {
            let settings = &self.loaded.get(at)?.plan.gateway;
            let (certificate, holding) = credential.shown_to(at, settings, self.scopes.get(at)?)?;
            trials.get(at)?.as_ref()?.caller(address, certificate.as_ref(), &holding)
        };
        [who(0), who(1)]
    }

    /// Whether something opens or closes to a credential, and from which part of the addresses where not from all of
    /// those that may at all.
    fn change(
        &self,
        trials: &[Option<Trial<'_>>; 2],
        led: Led,
        credential: &Credential,
        callers: &[[Option<Caller>; 2]],
    ) -> Vec<(Effect, Vec<String>)> {
        let [before, after] = led;
        let [old, new] = trials;
        let admits = |trial: &Option<Trial<'_>>, id: Option<OperationId>, caller: &Option<Caller>, address| {
            let (Some(trial), Some(id), Some(caller)) = (trial, id, caller) else { return false };
            // Whoever shows nothing and whoever shows a certificate that is not asked for are the same.
            let anonymous = matches!(caller, Caller::Anonymous) && credential.who.kind != "anyone";
            !anonymous && trial.admits(id, caller, address)
        };
        let (mut opened, mut closed, mut common) = (Vec::new(), Vec::new(), 0_usize);
        for (cell, [was, is]) in self.addresses.iter().zip(callers) {
            match (admits(old, before, was, cell.address), admits(new, after, is, cell.address)) {
                (false, true) => opened.push(cell.range.to_string()),
                (true, false) => closed.push(cell.range.to_string()),
                (true, true) => common += 1,
                (false, false) => {}
            }
        }
        let partly = common > 0 || (!opened.is_empty() && !closed.is_empty());
        let from = |ranges: Vec<String>| if partly { ranges } else { Vec::new() };
        [(Effect::Opens, opened), (Effect::Closes, closed)]
            .into_iter()
            .filter(|(_, ranges)| !ranges.is_empty())
            .map(|(effect, ranges)| (effect, from(ranges)))
            .collect()
    }

    fn told(&self, door: &str, effect: Effect, led: Led, method: &str, who: &Who, from: &[String]) -> AccessChange {
        let at = usize::from(effect == Effect::Opens);
        let [before, after] = led;
        let (id, other) = if effect == Effect::Opens { (after, before) } else { (before, after) };
        let found = self.operation(at, id);
        let (operation, route) =
            (found.as_ref().map(|found| found.operation), found.as_ref().and_then(|found| found.route));
        let mut conditions = self.scopes_of(at, id, who);
        if let (Some(own), Some(Found { route: Some(other), .. })) = (route, self.operation(1 - at, other))
            && own.template != other.template
        {
            conditions.push(format!("paths of {}", other.template.as_str()));
        }
        if !from.is_empty() {
            conditions.push(format!("from {}", from.join(" ")));
        }
        AccessChange {
            effect,
            who_kind: who.kind,
            who: who.name.clone(),
            door: door.to_owned(),
            api: operation.map(|operation| operation.api.to_string()).unwrap_or_default(),
            operation: operation.map(|operation| operation.name.to_string()).unwrap_or_default(),
            method: method.to_owned(),
            url: route.map(|route| route.template.as_str().to_owned()).unwrap_or_default(),
            conditions,
            because: found.and_then(|found| found.because).cloned().unwrap_or_default(),
        }
    }

    fn operation(&self, at: usize, id: Option<OperationId>) -> Option<Found<'_>> {
        let (loaded, id) = (self.loaded.get(at)?, usize::try_from(id?.0).ok()?);
        Some(Found {
            operation: loaded.plan.gateway.operations.get(id)?,
            route: loaded.report.published.get(id),
            because: loaded.report.origins.get(id).map(|origins| &origins.callers),
        })
    }

    /// The scopes that a key needs, for those that stand for a kind and are taken to have them all.
    fn scopes_of(&self, at: usize, id: Option<OperationId>, who: &Who) -> Vec<String> {
        let rule = self.loaded.get(at).zip(id).and_then(|(loaded, id)| loaded.plan.gateway.rules.rule(id));
        let is_key = who.kind == "key";
        let ways = rule.into_iter().filter(|_| is_key).flat_map(|rule| &rule.ways);
        let scopes = ways.filter_map(|way| match way {
            Way::Keys { scopes, .. } => Some(scopes),
            Way::Workloads { .. } | Way::Users(_) | Way::Apps(_) => None,
        });
        scopes.flatten().map(|scope| format!("scope {scope}")).collect()
    }
}

/// What is known of an operation.
struct Found<'a> {
    operation: &'a OperationSettings,
    route: Option<&'a Route>,
    because: Option<&'a Origin>,
}

/// A method that no file names.
const OTHER: &str = "X-OTHER";

type ForWhom<'c> = (Effect, &'c Credential, Vec<String>);

/// Leaves out single keys whose whole kind has the same change.
fn without_what_its_kind_has(found: Vec<ForWhom<'_>>) -> Vec<ForWhom<'_>> {
    let same = |(effect, one, from): &ForWhom<'_>, (other_effect, other, other_from): &ForWhom<'_>| {
        other.is_kind
            && one.key_kind == other.key_kind
            && effect == other_effect
            && from == other_from
            && one.who.name.ends_with(" without certificate") == other.who.name.ends_with(" without certificate")
    };
    let told: Vec<bool> =
        found.iter().map(|one| one.1.is_kind || !found.iter().any(|other| same(one, other))).collect();
    found.into_iter().zip(told).filter_map(|(one, told)| told.then_some(one)).collect()
}
