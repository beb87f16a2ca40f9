//! Callers that stand for all others: anonymous, each key and kind of key, each name that a certificate can have.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::SystemTime;

use auth::Holding;
use auth::certificate::PeerCertificate;
use gateway::Settings;
use model::{Key, KeyKind, OperationId, SpiffeId};
use policy::{Way, WorkloadPattern};

/// Who is meant, as `diff` tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Who {
    /// `anyone`, `key` or `workload`.
    pub(super) kind: &'static str,
    /// Its name, kind or pattern; empty for `anyone`.
    pub(super) name: String,
}

/// One credential, or none.
#[derive(Clone, Debug)]
pub(super) struct Credential {
    pub(super) who: Who,
    /// Of a key: its kind, so that a change for all keys of a kind need not be told for each.
    pub(super) key_kind: Option<KeyKind>,
    /// Whether it stands for a kind of key, and not for one key.
    pub(super) is_kind: bool,
    held: Held,
    /// Whether a certificate is shown beside a key.
    certified: bool,
}

/// What a key is called in each configuration that has it.
type NameInEach = [Option<Arc<str>>; 2];

#[derive(Clone, Debug)]
enum Held {
    Nothing,
    /// The key of this hash, in each configuration by its name there.
    Key(NameInEach),
    AnyKey(KeyKind),
    Certificate(PeerCertificate),
}

/// Every credential that any of the two configurations can tell from another.
pub(super) fn all(configurations: [&Settings; 2]) -> Vec<Credential> {
    let mut all = vec![credential("anyone", String::new(), Held::Nothing)];
    let mut keys: BTreeMap<String, (Arc<Key>, NameInEach)> = BTreeMap::new();
    for (at, settings) in configurations.into_iter().enumerate() {
        for (hash, key) in settings.directory.keys() {
            let known = keys.entry(hash.to_string()).or_insert_with(|| (Arc::clone(key), [None, None]));
            known.0 = Arc::clone(key);
            if let Some(name) = known.1.get_mut(at) {
                *name = Some(Arc::clone(&key.name));
            }
        }
    }
    for kind in [KeyKind::Publishable, KeyKind::Restricted, KeyKind::Secret] {
        all.extend(with_and_without(kind.to_string(), kind, true, &Held::AnyKey(kind)));
    }
    for (key, names) in keys.into_values() {
        all.extend(with_and_without(key.name.to_string(), key.kind, false, &Held::Key(names)));
    }
    all.extend(workloads(configurations));
    all
}

fn credential(kind: &'static str, name: String, held: Held) -> Credential {
    Credential { who: Who { kind, name }, key_kind: None, is_kind: false, held, certified: false }
}

fn with_and_without(name: String, kind: KeyKind, is_kind: bool, held: &Held) -> Vec<Credential> {
    let made = |certified: bool, name: String| Credential {
        key_kind: Some(kind),
        is_kind,
        certified,
        ..credential("key", name, held.clone())
    };
    match kind {
        KeyKind::Secret => vec![made(true, name.clone()), made(false, format!("{name} without certificate"))],
        KeyKind::Publishable | KeyKind::Restricted => vec![made(false, name)],
    }
}

/// A certificate for each name that is written, and for one that is not.
fn workloads(configurations: [&Settings; 2]) -> Vec<Credential> {
    let mut by_id: BTreeMap<SpiffeId, String> = BTreeMap::new();
    let mut by_dns: BTreeMap<String, String> = BTreeMap::new();
    for settings in configurations {
        let mut fresh = |parent: &str, shown: String| {
            if let Ok(id) = SpiffeId::parse(&format!("{parent}any-other-workload")) {
                by_id.entry(id).or_insert(shown);
            }
        };
        if let Some(domain) = settings.directory.trust_domain() {
            fresh(&format!("spiffe://{domain}/"), format!("any other of {domain}"));
        }
        let rules =
            (0..settings.rules.len()).filter_map(|at| settings.rules.rule(OperationId(u32::try_from(at).ok()?)));
        let ways = rules.flat_map(|rule| &rule.ways);
        let patterns: Vec<&WorkloadPattern> = ways
            .filter_map(|way| match way {
                Way::Workloads { patterns, .. } => Some(patterns),
                Way::Keys { .. } | Way::Users(_) | Way::Apps(_) => None,
            })
            .flatten()
            .collect();
        for pattern in &patterns {
            if let WorkloadPattern::IdPrefix(_) = pattern {
                let shown = pattern.to_string();
                fresh(shown.trim_end_matches('*'), shown.clone());
            }
        }
        for pattern in patterns {
            if let WorkloadPattern::Id(id) = pattern {
                by_id.entry(id.clone()).or_insert_with(|| id.to_string());
            }
        }
        for workload in settings.directory.workloads() {
            if let Some(id) = &workload.id {
                by_id.insert(id.clone(), workload.name.to_string());
            }
        }
        for (name, workload) in settings.directory.dns_names() {
            by_dns.insert(name.to_owned(), format!("{} by {name}", workload.name));
        }
    }
    let ids = by_id.into_iter().map(|(id, shown)| (shown, certificate(Some(id), Vec::new())));
    let names = by_dns.into_iter().map(|(name, shown)| (shown, certificate(None, vec![name])));
    ids.chain(names).map(|(shown, held)| credential("workload", shown, Held::Certificate(held))).collect()
}

fn certificate(spiffe: Option<SpiffeId>, dns: Vec<String>) -> PeerCertificate {
    let now = SystemTime::now();
    PeerCertificate { spiffe, dns, sha256: [0; 32], serial: String::new(), not_before: now, not_after: now }
}

impl Credential {
    /// What is shown to one of the two configurations; `None` where its key is not known there.
    pub(super) fn shown_to(
        &self,
        at: usize,
        settings: &Settings,
        needed: &[Arc<str>],
    ) -> Option<(Option<PeerCertificate>, Holding)> {
        let domain = settings.directory.trust_domain().filter(|_| self.certified);
        let beside = domain.and_then(|domain| SpiffeId::parse(&format!("spiffe://{domain}/any-other-workload")).ok());
        let beside = beside.map(|id| certificate(Some(id), Vec::new()));
        match &self.held {
            Held::Nothing => Some((None, Holding::InTheRequest)),
            Held::Certificate(certificate) => Some((Some(certificate.clone()), Holding::InTheRequest)),
            Held::Key(names) => {
                let name = names.get(at)?.as_ref()?;
                Some((beside, Holding::KeyNamed(Arc::clone(name))))
            }
            Held::AnyKey(kind) => {
                let mut apis: Vec<Arc<str>> = settings.operations.iter().map(|one| Arc::clone(&one.api)).collect();
                apis.dedup();
                let name = Arc::from(format!("any {kind} key"));
                let key = Key { name, kind: *kind, apis: apis.into(), scopes: needed.into(), tier: None };
                Some((beside, Holding::KeyLike(Arc::new(key))))
            }
        }
    }
}

/// Every scope that an operation of a configuration asks for.
pub(super) fn scopes(settings: &Settings) -> Vec<Arc<str>> {
    let rules = (0..settings.rules.len()).filter_map(|at| settings.rules.rule(OperationId(u32::try_from(at).ok()?)));
    let mut all: Vec<Arc<str>> = rules.flat_map(|rule| &rule.ways).flat_map(Way::scopes).cloned().collect();
    all.sort();
    all.dedup();
    all
}
