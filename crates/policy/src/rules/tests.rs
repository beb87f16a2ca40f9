//! Who gets a permit, who does not, and what they are told.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

use model::{Caller, Code, DoorKind, Key, KeyKind, OperationId, ServiceId, SpiffeId, Workload};
use proptest::prelude::*;

use super::Rules;
use crate::{DeniedError, OperationRule, Way, WorkloadPattern};

const PLACE: &str = "vestibule.yaml:12:5";

fn names(texts: &[&str]) -> Vec<Arc<str>> {
    texts.iter().copied().map(Arc::from).collect()
}

fn rule(public: bool, ways: Vec<Way>) -> OperationRule {
    let service = Some(ServiceId(7));
    OperationRule { api: "notes".into(), operation: "list".into(), service, public, ways, place: PLACE.into() }
}

fn key(name: &str, kind: KeyKind, apis: &[&str], scopes: &[&str]) -> Caller {
    Caller::Key(Arc::new(Key {
        name: name.into(),
        kind,
        apis: names(apis).into(),
        scopes: names(scopes).into(),
        tier: None,
    }))
}

fn workload(name: &str) -> Caller {
    let id = SpiffeId::parse(&format!("spiffe://shop.example/{name}")).expect("id");
    Caller::Workload(Arc::new(Workload { name: name.into(), id: Some(id) }))
}

fn restricted(names: Option<Vec<Arc<str>>>, scopes: &[&str]) -> Way {
    Way::Keys { kinds: vec![KeyKind::Restricted], names, scopes: self::names(scopes) }
}

fn shop(networks: Option<&str>) -> Way {
    let patterns = vec![WorkloadPattern::parse("shop").expect("pattern")];
    Way::Workloads { patterns, networks: networks.map(|text| vec![text.parse().expect("network")]) }
}

const HERE: &str = "10.0.0.9";

fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH
}

fn decide(rule: OperationRule, caller: &Caller, address: &str) -> Result<ServiceId, DeniedError> {
    let address: IpAddr = address.parse().expect("address");
    let permit = Rules::new(vec![rule]).decide(OperationId(0), caller, address, noon())?;
    assert_eq!(permit.operation(), OperationId(0));
    Ok(permit.service().expect("goes to a service"))
}

fn code(rule: OperationRule, caller: &Caller, address: &str, door: DoorKind) -> Code {
    decide(rule, caller, address).expect_err("is refused").problem_for(door).code
}

#[test]
fn a_permit_leads_to_the_service_of_the_rule() {
    let laptop = key("laptop", KeyKind::Restricted, &["notes"], &[]);
    assert_eq!(decide(rule(false, vec![restricted(None, &[])]), &laptop, HERE), Ok(ServiceId(7)));
    assert_eq!(decide(rule(false, vec![restricted(None, &[]), shop(None)]), &workload("shop"), HERE), Ok(ServiceId(7)));
}

#[test]
fn a_rule_that_says_nothing_admits_nobody() {
    let laptop = key("laptop", KeyKind::Restricted, &["notes"], &[]);
    for caller in [Caller::Anonymous, laptop, workload("shop")] {
        assert!(decide(rule(false, Vec::new()), &caller, HERE).is_err(), "{caller:?}");
    }
}

#[test]
fn an_operation_without_a_rule_is_refused() {
    let denied = Rules::new(vec![rule(true, Vec::new())])
        .decide(OperationId(1), &Caller::Anonymous, HERE.parse().expect("address"), noon())
        .expect_err("no rule");
    assert_eq!(denied, DeniedError::UnknownOperation { operation: 1 });
    assert_eq!(denied.problem_for(DoorKind::Client).code, Code::InternalError);
}

#[test]
fn nobody_in_particular_is_asked_for_a_credential_at_both_doors() {
    for door in [DoorKind::Client, DoorKind::Server] {
        let code = code(rule(false, vec![restricted(None, &[])]), &Caller::Anonymous, HERE, door);
        assert_eq!(code, Code::CredentialRequired);
    }
}

#[test]
fn public_alone_asks_nobody() {
    for caller in [Caller::Anonymous, key("other", KeyKind::Secret, &["other"], &[]), workload("shop")] {
        assert!(decide(rule(true, Vec::new()), &caller, HERE).is_ok(), "{caller:?}");
    }
}

#[test]
fn public_beside_callers_admits_the_anonymous_and_fitting_callers_only() {
    let both = || rule(true, vec![restricted(None, &[])]);
    assert!(decide(both(), &Caller::Anonymous, HERE).is_ok());
    assert!(decide(both(), &key("laptop", KeyKind::Restricted, &["notes"], &[]), HERE).is_ok());
    assert!(decide(both(), &key("laptop", KeyKind::Restricted, &["other"], &[]), HERE).is_err());
    assert!(decide(both(), &workload("shop"), HERE).is_err());
}

#[test]
fn a_key_opens_only_what_it_was_made_for() {
    let way = || rule(false, vec![restricted(Some(names(&["laptop"])), &[])]);
    assert!(decide(way(), &key("laptop", KeyKind::Restricted, &["other", "notes"], &[]), HERE).is_ok());
    for (caller, why) in [
        (key("laptop", KeyKind::Restricted, &["other"], &[]), "another API"),
        (key("laptop", KeyKind::Restricted, &[], &[]), "no API"),
        (key("laptop", KeyKind::Publishable, &["notes"], &[]), "another kind"),
        (key("phone", KeyKind::Restricted, &["notes"], &[]), "another name"),
    ] {
        assert_eq!(code(way(), &caller, HERE, DoorKind::Client), Code::NotFound, "{why}");
        assert_eq!(code(way(), &caller, HERE, DoorKind::Server), Code::NotAllowed, "{why}");
    }
}

#[test]
fn a_missing_scope_is_said_at_both_doors() {
    let way = || rule(false, vec![restricted(None, &["read", "write"])]);
    assert!(decide(way(), &key("laptop", KeyKind::Restricted, &["notes"], &["write", "read"]), HERE).is_ok());
    let reader = key("laptop", KeyKind::Restricted, &["notes"], &["read"]);
    for door in [DoorKind::Client, DoorKind::Server] {
        assert_eq!(code(way(), &reader, HERE, door), Code::InsufficientScope);
    }
    let stranger = key("laptop", KeyKind::Restricted, &["other"], &[]);
    assert_eq!(code(way(), &stranger, HERE, DoorKind::Client), Code::NotFound, "a stranger learns no scopes");
}

#[test]
fn a_workload_calls_from_its_networks_only() {
    let way = || rule(false, vec![shop(Some("10.0.0.0/16"))]);
    assert!(decide(way(), &workload("shop"), "10.0.3.4").is_ok());
    assert!(decide(way(), &workload("shop"), "::ffff:10.0.3.4").is_ok());
    assert_eq!(code(way(), &workload("shop"), "10.1.0.1", DoorKind::Server), Code::NetworkNotAllowed);
    assert_eq!(code(way(), &workload("shop"), "10.1.0.1", DoorKind::Client), Code::NotFound);
    assert_eq!(code(way(), &workload("stock"), "10.0.3.4", DoorKind::Server), Code::NotAllowed);
}

#[test]
fn a_refusal_at_a_server_door_names_the_caller_and_the_line() {
    let denied = decide(rule(false, vec![shop(None)]), &workload("stock"), HERE).expect_err("refused");
    let problem = denied.problem_for(DoorKind::Server);
    assert_eq!(problem.detail, "no caller rule of `notes.list` admits workload `stock` (vestibule.yaml:12:5)");
}

fn any_way() -> impl Strategy<Value = Way> {
    let some = |of: &'static [&'static str]| prop::sample::subsequence(of.to_vec(), 0..=of.len());
    let kinds = prop::sample::subsequence(vec![KeyKind::Publishable, KeyKind::Restricted, KeyKind::Secret], 0..=3);
    let keys = (kinds, prop::option::of(some(&["a", "b"])), some(&["r", "w"])).prop_map(|(kinds, named, scopes)| {
        Way::Keys { kinds, names: named.map(|named| names(&named)), scopes: names(&scopes) }
    });
    let workloads = (some(&["a", "b"]), prop::option::of(some(&["10.0.0.0/8", "192.168.0.0/16"]))).prop_map(
        |(patterns, networks)| Way::Workloads {
            patterns: patterns.iter().map(|name| WorkloadPattern::parse(name).expect("pattern")).collect(),
            networks: networks.map(|nets| nets.iter().map(|net| net.parse().expect("net")).collect()),
        },
    );
    prop_oneof![keys, workloads]
}

fn any_caller() -> impl Strategy<Value = Caller> {
    let some = |of: &'static [&'static str]| prop::sample::subsequence(of.to_vec(), 0..=of.len());
    let kind = prop::sample::select(vec![KeyKind::Publishable, KeyKind::Restricted, KeyKind::Secret]);
    prop_oneof![
        Just(Caller::Anonymous),
        prop::sample::select(vec!["a", "b", "c"]).prop_map(workload),
        (prop::sample::select(vec!["a", "b"]), kind, some(&["notes", "other"]), some(&["r", "w"]))
            .prop_map(|(name, kind, apis, scopes)| key(name, kind, &apis, &scopes)),
    ]
}

proptest! {
    /// The same question, answered by the words of the file's reference and nothing of the code above.
    #[test]
    fn the_decision_is_what_the_reference_says(
        public in any::<bool>(),
        ways in prop::collection::vec(any_way(), 0..4),
        caller in any_caller(),
        address in prop::sample::select(vec!["10.1.1.1", "192.168.1.1", "203.0.113.1"]),
    ) {
        let from: IpAddr = address.parse().expect("address");
        let admitted = ways.iter().any(|way| match (way, &caller) {
            (Way::Keys { kinds, names, scopes }, Caller::Key(key)) => {
                key.apis.iter().any(|api| &**api == "notes")
                    && kinds.iter().any(|kind| *kind == key.kind)
                    && names.as_ref().is_none_or(|names| names.iter().any(|name| *name == key.name))
                    && scopes.iter().all(|scope| key.scopes.iter().any(|has| has == scope))
            }
            (Way::Workloads { patterns, networks }, Caller::Workload(workload)) => {
                patterns.iter().any(|pattern| pattern.to_string() == *workload.name)
                    && networks.as_ref().is_none_or(|nets| nets.iter().any(|net| net.contains(&from)))
            }
            _ => false,
        });
        let expected = match (&caller, public) {
            (Caller::Anonymous, public) => public,
            (_, true) if ways.is_empty() => true,
            _ => admitted,
        };
        prop_assert_eq!(decide(rule(public, ways), &caller, address).is_ok(), expected);
    }
}
