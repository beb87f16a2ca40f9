//! Which people and applications a way in admits, and what the others are told.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use model::{App, Bound, Caller, Claim, Code, DoorKind, OWN_ISSUER, OperationId, ServiceId, User, Via};

use super::{AppWay, Binding, UserWay};
use crate::{DeniedError, OperationRule, Rules, Way};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn texts(texts: &[&str]) -> Vec<Arc<str>> {
    texts.iter().copied().map(Arc::from).collect()
}

fn noon() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_348_800)
}

fn ada() -> User {
    User {
        subject: "u-1".into(),
        name: "u-1".into(),
        issuer: OWN_ISSUER.into(),
        app: "page".into(),
        scopes: texts(&["orders.read"]).into(),
        via: Via::Session,
        bound: None,
        authenticated_at: Some(noon() - Duration::from_secs(60)),
        claims: Box::new([Claim { name: "plan".into(), values: texts(&["pro", "beta"]).into() }]),
        grant: "s-1".into(),
    }
}

fn nightly() -> App {
    App {
        name: "nightly".into(),
        issuer: OWN_ISSUER.into(),
        scopes: texts(&["stock.read"]).into(),
        bound: Some(Bound::Certificate),
        grant: "".into(),
    }
}

fn users() -> UserWay {
    UserWay { issuers: texts(&[OWN_ISSUER]), bound: Binding::Free, ..UserWay::default() }
}

fn apps() -> AppWay {
    AppWay { issuers: texts(&[OWN_ISSUER]), ..AppWay::default() }
}

fn decide(way: Way, caller: &Caller) -> Result<(), DeniedError> {
    let rule = OperationRule {
        api: "orders".into(),
        operation: "list".into(),
        service: Some(ServiceId(0)),
        public: false,
        ways: vec![way],
        place: "vestibule.yaml:12:5".into(),
    };
    Rules::new(vec![rule]).decide(OperationId(0), caller, HERE, noon()).map(drop)
}

/// What a person is told at a client door.
fn told(way: UserWay, user: User) -> Option<Code> {
    let refused = decide(Way::Users(Box::new(way)), &Caller::User(Arc::new(user))).err()?;
    Some(refused.problem_for(DoorKind::Client).code)
}

/// What an application is told at a server door.
fn app_told(way: AppWay, app: App) -> Option<Code> {
    let refused = decide(Way::Apps(Box::new(way)), &Caller::App(Arc::new(app))).err()?;
    Some(refused.problem_for(DoorKind::Server).code)
}

#[test]
fn anyone_of_a_named_issuer_comes_in_and_nobody_of_another() {
    assert_eq!(told(users(), ada()), None);
    assert_eq!(told(users(), User { issuer: "corp".into(), ..ada() }), Some(Code::NotFound));
    assert_eq!(told(UserWay { issuers: Vec::new(), ..users() }, ada()), Some(Code::NotFound));
}

#[test]
fn each_condition_of_a_way_for_people_must_hold() {
    let way = UserWay {
        via: vec![Via::Session],
        apps: Some(texts(&["page"])),
        claims: vec![("plan".into(), texts(&["pro", "max"]))],
        ..users()
    };
    assert_eq!(told(way.clone(), ada()), None);
    for (user, why) in [
        (User { via: Via::Token, ..ada() }, "by a token"),
        (User { app: "phone".into(), ..ada() }, "by another application"),
        (User { claims: Box::new([]), ..ada() }, "without the claim"),
        (
            User { claims: Box::new([Claim { name: "plan".into(), values: texts(&["free"]).into() }]), ..ada() },
            "with another value",
        ),
    ] {
        assert_eq!(told(way.clone(), user), Some(Code::NotFound), "{why}");
    }
}

#[test]
fn a_person_without_the_scope_is_told_which_and_a_stranger_is_not() {
    let way = UserWay { scopes: texts(&["orders.read", "orders.write"]), ..users() };
    let refused = decide(Way::Users(Box::new(way.clone())), &Caller::User(Arc::new(ada()))).expect_err("lacks one");
    let challenge = refused.problem_for(DoorKind::Client).challenge.expect("a challenge");
    assert_eq!(challenge.scopes.as_deref(), Some("orders.read orders.write"));
    assert_eq!(told(way.clone(), ada()), Some(Code::InsufficientScope));
    assert_eq!(told(way, User { issuer: "corp".into(), ..ada() }), Some(Code::NotFound));
}

#[test]
fn a_sign_in_of_long_ago_is_not_fresh() {
    let way = UserWay { fresh: Some(Duration::from_secs(300)), ..users() };
    let ago = |seconds| User { authenticated_at: Some(noon() - Duration::from_secs(seconds)), ..ada() };
    assert_eq!(told(way.clone(), ago(300)), None);
    assert_eq!(told(way.clone(), ago(301)), Some(Code::SignInTooOld));
    assert_eq!(told(way.clone(), User { authenticated_at: None, ..ada() }), Some(Code::SignInTooOld));
    let ahead = User { authenticated_at: Some(noon() + Duration::from_secs(2)), ..ada() };
    assert_eq!(told(way.clone(), ahead), None, "clocks differ");
    let refused = decide(Way::Users(Box::new(way)), &Caller::User(Arc::new(ago(900)))).expect_err("too old");
    let challenge = refused.problem_for(DoorKind::Client).challenge.expect("a challenge");
    assert_eq!(challenge.max_age_seconds, Some(300));
}

#[test]
fn a_token_that_must_be_bound_is_refused_where_it_is_not() {
    let way = UserWay { bound: Binding::To(Bound::Dpop), ..users() };
    let by = |bound| User { via: Via::Token, bound, ..ada() };
    assert_eq!(told(way.clone(), by(Some(Bound::Dpop))), None);
    assert_eq!(told(way.clone(), by(Some(Bound::Certificate))), Some(Code::NotFound));
    assert_eq!(told(way.clone(), by(None)), Some(Code::NotFound));
    assert_eq!(told(way, ada()), None, "a session is no token");
}

#[test]
fn an_application_comes_in_by_its_own_way_alone() {
    assert_eq!(app_told(apps(), nightly()), None);
    assert_eq!(app_told(AppWay { names: Some(texts(&["other"])), ..apps() }, nightly()), Some(Code::NotAllowed));
    assert_eq!(app_told(apps(), App { issuer: "corp".into(), ..nightly() }), Some(Code::NotAllowed));
    assert_eq!(
        app_told(AppWay { scopes: texts(&["stock.write"]), ..apps() }, nightly()),
        Some(Code::InsufficientScope)
    );
    let by_users = decide(Way::Users(Box::new(users())), &Caller::App(Arc::new(nightly())));
    assert!(matches!(by_users, Err(DeniedError::CallerNotAllowed { .. })), "{by_users:?}");
    let by_apps = decide(Way::Apps(Box::new(apps())), &Caller::User(Arc::new(ada())));
    assert!(matches!(by_apps, Err(DeniedError::CallerNotAllowed { .. })), "{by_apps:?}");
}

#[test]
fn a_token_bound_to_nothing_is_refused_unless_that_was_said() {
    let stolen = || App { bound: None, ..nightly() };
    assert_eq!(app_told(apps(), stolen()), Some(Code::NotAllowed));
    let refused = decide(Way::Apps(Box::new(apps())), &Caller::App(Arc::new(stolen()))).expect_err("not bound");
    assert!(refused.to_string().contains("bound to a certificate or by DPoP"), "{refused}");
    assert_eq!(app_told(AppWay { bound: Binding::Free, ..apps() }, stolen()), None);
    let dpop = AppWay { bound: Binding::To(Bound::Dpop), ..apps() };
    assert_eq!(app_told(dpop, nightly()), Some(Code::NotAllowed), "bound to something else");
}
