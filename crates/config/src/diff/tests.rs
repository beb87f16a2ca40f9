//! Differences against an evaluation of its own: for random pairs of files, every request of a small world is judged by
//! reading the drawn rules, and what became allowed or refused must be told, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::SystemTime;

use proptest::prelude::*;

use super::{AccessChange, Difference, Effect, diff};
use crate::{Defaults, Environment, Loaded, load_text};

/// Keys of the world: name, kind, whether it opens the second API as well, and whether it carries the scope.
const KEYS: [(&str, &str, bool, bool); 3] =
    [("app", "restricted", true, true), ("desk", "restricted", false, false), ("page", "publishable", true, false)];

/// The ranges that an API may say; the first is any.
const RANGES: [Option<&str>; 3] = [None, Some("10.0.0.0/8"), Some("192.0.2.0/24")];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Public,
    Kind(&'static str),
    Named(&'static str),
    Scoped,
}

#[derive(Clone, Debug)]
struct Operation {
    api: usize,
    method: &'static str,
    path: Vec<&'static str>,
    access: Access,
}

#[derive(Clone, Debug)]
struct World {
    operations: Vec<Operation>,
    /// The one range from which each API takes calls, if it says one.
    from: [usize; 2],
    /// Which keys there are.
    keys: [bool; 3],
}

fn operation() -> impl Strategy<Value = Operation> {
    let access = prop_oneof![
        Just(Access::Public),
        Just(Access::Kind("restricted")),
        Just(Access::Kind("publishable")),
        Just(Access::Named("app")),
        Just(Access::Scoped),
    ];
    let method = prop_oneof![Just("GET"), Just("POST"), Just("ANY")];
    let segment = prop_oneof![Just("a"), Just("b"), Just("{p}")];
    let path = (segment, prop_oneof![Just(None), Just(Some("a")), Just(Some("{q}")), Just(Some("**"))]);
    (0..2_usize, method, path, access).prop_map(|(api, method, (first, second), access)| Operation {
        api,
        method,
        path: std::iter::once(first).chain(second).collect(),
        access,
    })
}

fn world() -> impl Strategy<Value = World> {
    let operations = prop::collection::vec(operation(), 1..5);
    (operations, [0..3_usize, 0..3], any::<[bool; 3]>()).prop_map(|(mut operations, from, keys)| {
        let mut seen = BTreeSet::new();
        let shape = |path: &[&'static str]| -> Vec<&'static str> {
            path.iter().map(|part| if part.starts_with('{') { "{}" } else { *part }).collect()
        };
        operations.retain(|one| seen.insert((one.method, shape(&one.path).join("/"))));
        let named = |name: &str| KEYS.iter().position(|key| key.0 == name).is_some_and(|at| keys[at]);
        // A name that the file does not have would be a fault.
        for one in &mut operations {
            if matches!(one.access, Access::Named(name) if !named(name)) {
                one.access = Access::Kind("restricted");
            }
        }
        World { operations, from, keys }
    })
}

impl World {
    fn yaml(&self, hashes: &[String]) -> String {
        let mut text = "vestibule: 1\ndoors:\n  client: { listen: \"127.0.0.1:8443\", tls: none }\n\
                        services:\n  s: { urls: \"http://127.0.0.1:3000\" }\n"
            .to_owned();
        let keys = KEYS.iter().zip(hashes).zip(self.keys).filter(|(_, there)| *there);
        let apis: Vec<usize> = (0..2).filter(|api| self.operations.iter().any(|one| one.api == *api)).collect();
        let lines: String = keys
            .filter_map(|(((name, kind, both, scoped), hash), _)| {
                let opens: Vec<String> =
                    apis.iter().filter(|api| *both || **api == 0).map(|api| format!("api{api}")).collect();
                let scopes = if *scoped { ", scopes: write" } else { "" };
                let opens = (!opens.is_empty()).then(|| opens.join(", "))?;
                let origins = if *kind == "publishable" { ", origins: \"https://shop.example\"" } else { "" };
                Some(format!("  {name}: {{ kind: {kind}, hash: \"{hash}\", apis: [{opens}]{scopes}{origins} }}\n"))
            })
            .collect();
        if !lines.is_empty() {
            text.push_str(&format!("keys:\n{lines}"));
        }
        text.push_str("apis:\n");
        for api in apis {
            let networks = RANGES[self.from[api]].map(|range| format!("    networks: {range}\n")).unwrap_or_default();
            text.push_str(&format!(
                "  api{api}:\n    door: client\n    service: s\n    public: true\n{networks}    operations:\n"
            ));
            for (at, one) in self.operations.iter().enumerate().filter(|(_, one)| one.api == api) {
                let access = match one.access {
                    Access::Public => "public: true".to_owned(),
                    Access::Kind(kind) => format!("callers: {{ keys: {kind} }}"),
                    Access::Named(name) => format!("callers: {{ keys: {{ kinds: restricted, names: {name} }} }}"),
                    Access::Scoped => "callers: { keys: [restricted, publishable] }, scopes: write".to_owned(),
                };
                text.push_str(&format!(
                    "      op{at}: {{ route: \"{} /{}\", {access} }}\n",
                    one.method,
                    one.path.join("/")
                ));
            }
        }
        text
    }

    /// The operation that a request asks for: the most specific path, then the method within it.
    fn asked(&self, method: &str, path: &[&str]) -> Option<usize> {
        let fits = |one: &Operation| {
            let rest = one.path.last() == Some(&"**");
            let fixed = if rest { &one.path[..one.path.len() - 1] } else { &one.path[..] };
            (if rest { path.len() >= fixed.len() } else { path.len() == fixed.len() })
                && fixed.iter().zip(path).all(|(part, segment)| part.starts_with('{') || part == segment)
        };
        let rank = |one: &Operation| -> Vec<u8> {
            let rank = |part: &&str| {
                if part.starts_with('{') {
                    1
                } else if *part == "**" {
                    2
                } else {
                    0
                }
            };
            let mut ranks: Vec<u8> = one.path.iter().map(rank).collect();
            // Where one ends and the other goes on with `**`, the one that ends says more.
            ranks.push(0);
            ranks
        };
        let best = self.operations.iter().filter(|one| fits(one)).map(rank).min()?;
        let there: Vec<usize> = (0..self.operations.len())
            .filter(|at| fits(&self.operations[*at]) && rank(&self.operations[*at]) == best)
            .collect();
        let with = |wanted: &str| there.iter().copied().find(|at| self.operations[*at].method == wanted);
        with(method).or_else(|| if method == "HEAD" { with("GET") } else { None }).or_else(|| with("ANY"))
    }

    fn allows(&self, asked: Option<usize>, key: Option<usize>, range: usize) -> bool {
        let Some(one) = asked.map(|at| &self.operations[at]) else { return false };
        if ![0, range].contains(&self.from[one.api]) {
            return false;
        }
        let Some(key) = key else { return one.access == Access::Public };
        let (name, kind, both, scoped) = KEYS[key];
        let is_there = self.keys[key] && (both || self.operations.iter().any(|one| one.api == 0));
        let made_for = both || one.api == 0;
        is_there
            && match one.access {
                Access::Public => true,
                Access::Kind(taken) => made_for && kind == taken,
                Access::Named(taken) => made_for && name == taken,
                Access::Scoped => made_for && scoped,
            }
    }
}

fn load(world: &World, hashes: &[String]) -> Loaded {
    let text = world.yaml(hashes);
    let environment = Environment::new(std::iter::empty().collect(), SystemTime::UNIX_EPOCH);
    match load_text("vestibule.yaml", &text, Path::new("/"), &Defaults::standard(), &environment) {
        Ok(loaded) => loaded,
        Err(refused) => panic!("{}\n{text}", refused.faults.render(false)),
    }
}

/// Whether a change tells of this caller, at this operation, by this method.
fn tells(change: &AccessChange, effect: Effect, operation: usize, key: Option<usize>, method: &str) -> bool {
    let who = match key {
        None => change.who_kind == "anyone",
        Some(key) => change.who_kind == "key" && (change.who == KEYS[key].0 || change.who == KEYS[key].1),
    };
    let by = change.method == method || change.method == "ANY" || (method == "HEAD" && change.method == "GET");
    change.effect == effect && who && by && change.operation == format!("op{operation}")
}

const METHODS: [&str; 4] = ["GET", "HEAD", "POST", "PATCH"];
const PATHS: [&[&str]; 13] = [
    &[],
    &["a"],
    &["b"],
    &["c"],
    &["a", "a"],
    &["a", "c"],
    &["b", "a"],
    &["b", "c"],
    &["c", "a"],
    &["c", "c"],
    &["a", "c", "c"],
    &["b", "c", "c"],
    &["c", "c", "c"],
];

fn check(old: &World, new: &World, difference: &Difference) -> Result<(), TestCaseError> {
    let mut witnessed = vec![false; difference.access.len()];
    for method in METHODS {
        for path in PATHS {
            let (before, after) = (old.asked(method, path), new.asked(method, path));
            for (key, range) in
                [None, Some(0), Some(1), Some(2)].into_iter().flat_map(|key| (0..3).map(move |range| (key, range)))
            {
                let (effect, operation) = match (old.allows(before, key, range), new.allows(after, key, range)) {
                    (false, true) => (Effect::Opens, after),
                    (true, false) => (Effect::Closes, before),
                    _ => continue,
                };
                let operation = operation.expect("it is allowed");
                let mut told = false;
                for (change, witnessed) in difference.access.iter().zip(&mut witnessed) {
                    if tells(change, effect, operation, key, method) {
                        (told, *witnessed) = (true, true);
                    }
                }
                prop_assert!(
                    told,
                    "{effect:?} {method} {path:?} to {key:?} in range {range} is not told: {:#?}\n{old:#?}\n{new:#?}",
                    difference.access
                );
            }
        }
    }
    // A kind of key stands for keys that there may be; everything else must have a request that it is about.
    for (change, witnessed) in difference.access.iter().zip(witnessed) {
        let of_kind = ["restricted", "publishable"].contains(&change.who.as_str()) || change.who.starts_with("secret");
        prop_assert!(witnessed || of_kind, "nothing shows {change:#?}\n{old:#?}\n{new:#?}");
    }
    Ok(())
}

fn hashes() -> Vec<String> {
    let kinds = [model::KeyKind::Restricted, model::KeyKind::Restricted, model::KeyKind::Publishable];
    kinds.iter().map(|kind| auth::keys::generate(*kind).expect("random numbers").hash).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_becomes_allowed_is_told_as_opening_and_what_becomes_refused_as_closing(old in world(), new in world()) {
        let hashes = hashes();
        let difference = diff(&load(&old, &hashes), &load(&new, &hashes));
        prop_assert!(difference.exact);
        check(&old, &new, &difference)?;
    }

    #[test]
    fn a_file_does_not_differ_from_itself(world in world()) {
        let hashes = hashes();
        let difference = diff(&load(&world, &hashes), &load(&world, &hashes));
        prop_assert!(difference.is_empty(), "{difference:#?}");
    }
}
