//! What is said of whom, how often it is signed, and what is not said.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use auth::jose::{Algorithm, Expected, Jwks, SigningKey, TokenType, verify};
use model::{App, Caller, Key, KeyKind, OWN_ISSUER, SpiffeId, User, Via, Workload};
use serde_json::{Value, json};

use super::{Asserted, AssertionKeys, Assertions, KEPT_AT_MOST, USED_FOR, claims};

fn wall() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn key(name: &str) -> Caller {
    let scopes = ["orders.read", "orders.write"].map(Arc::from).into();
    Caller::Key(Arc::new(Key {
        name: name.into(),
        kind: KeyKind::Restricted,
        apis: Box::default(),
        scopes,
        tier: None,
    }))
}

fn user(issuer: &str, subject: &str) -> Caller {
    Caller::User(Arc::new(User {
        subject: subject.into(),
        name: "u1".into(),
        issuer: issuer.into(),
        app: "shop-web".into(),
        scopes: ["orders.read"].map(Arc::from).into(),
        via: Via::Session,
        bound: None,
        authenticated_at: Some(wall()),
        claims: Box::default(),
        grant: "g1".into(),
    }))
}

struct Room {
    assertions: Assertions,
    set: Jwks,
    asserted: Asserted,
    audience: Arc<str>,
}

impl Room {
    fn new() -> Self {
        let signing = Arc::new(SigningKey::generate(Algorithm::Es256).expect("a key"));
        let set = Jwks::of([signing.public().clone()]).expect("a set");
        let assertions = Assertions::default();
        assertions.connect(Arc::new(AssertionKeys::new(signing, &set.document())));
        Self { assertions, set, asserted: Asserted::default(), audience: "orders".into() }
    }

    fn of(&mut self, caller: &Caller, now: Instant) -> Option<Vec<u8>> {
        let said = self.asserted.of(caller, &self.audience, &self.assertions, (now, wall())).expect("a key signs");
        said.map(<[u8]>::to_vec)
    }
}

#[test]
fn a_service_can_check_what_it_is_told_and_nobody_else_can_use_it() {
    let mut room = Room::new();
    let said = String::from_utf8(room.of(&key("laptop"), Instant::now()).expect("something")).expect("text");
    let expected = |audience| Expected {
        kind: TokenType::PLAIN,
        issuer: "vestibule",
        audience,
        now: wall() + Duration::from_secs(59),
        leeway: Duration::ZERO,
    };
    let claims = verify(&said, &room.set, &expected(&["orders"])).expect("it is true");
    let whole = json!({
        "iss": "vestibule", "aud": "orders", "sub": "key:laptop", "kind": "key", "key": "laptop",
        "key_kind": "restricted", "scope": "orders.read orders.write", "iat": 1_800_000_000, "exp": 1_800_000_060,
    });
    assert_eq!(Value::Object(claims.members().clone()), whole);
    assert!(verify(&said, &room.set, &expected(&["billing"])).is_err(), "it is for one service");
    let later = Expected { now: wall() + Duration::from_secs(60), ..expected(&["orders"]) };
    assert!(verify(&said, &room.set, &later).is_err(), "and for one minute");
}

#[test]
fn nothing_is_said_of_nobody_and_no_key_is_needed_for_it() {
    let mut asserted = Asserted::default();
    let said = asserted.of(&Caller::Anonymous, &"orders".into(), &Assertions::default(), (Instant::now(), wall()));
    assert_eq!(said.expect("no problem"), None);
}

#[test]
fn a_known_caller_goes_no_further_where_nobody_can_sign() {
    let mut asserted = Asserted::default();
    let said = asserted.of(&key("laptop"), &"orders".into(), &Assertions::default(), (Instant::now(), wall()));
    assert_eq!(said.expect_err("a problem").code, model::Code::InternalError);
}

#[test]
fn it_is_signed_once_for_half_of_its_life_and_for_each_caller_and_service() {
    let mut room = Room::new();
    let now = Instant::now();
    let first = room.of(&key("laptop"), now);
    assert_eq!(room.of(&key("laptop"), now + USED_FOR / 2), first, "ECDSA never signs twice alike");
    assert_ne!(room.of(&key("laptop"), now + USED_FOR), first);
    assert_ne!(room.of(&key("phone"), now), first);
    room.audience = "billing".into();
    assert_ne!(room.of(&key("laptop"), now), first);
}

#[test]
fn a_caller_of_the_same_name_with_other_rights_is_another() {
    let mut room = Room::new();
    let now = Instant::now();
    let Caller::Key(same) = key("laptop") else { unreachable!() };
    let fewer = Caller::Key(Arc::new(Key { scopes: Box::default(), ..(*same).clone() }));
    let first = room.of(&key("laptop"), now);
    let other = room.of(&fewer, now);
    assert_ne!(first, other);
    assert!(!claims(&fewer, "orders", wall()).contains_key("scope"));
}

#[test]
fn so_many_are_kept_and_no_more() {
    let mut room = Room::new();
    let now = Instant::now();
    for number in 0..KEPT_AT_MOST {
        room.of(&key(&format!("k{number}")), now);
    }
    assert_eq!(room.asserted.kept.len(), KEPT_AT_MOST);
    room.of(&key("one-more"), now);
    assert_eq!(room.asserted.kept.len(), 1, "all were in use, and all are forgotten");
    room.of(&key("later"), now + USED_FOR);
    assert_eq!(room.asserted.kept.len(), 2);
}

#[test]
fn another_key_signs_as_soon_as_it_is_there() {
    let keys = Arc::new(AssertionKeys::new(Arc::new(SigningKey::generate(Algorithm::Es256).expect("a key")), "{}"));
    let assertions = Assertions::default();
    assertions.connect(Arc::clone(&keys));
    let next = Arc::new(SigningKey::generate(Algorithm::Es256).expect("a key"));
    keys.sign_with(Arc::clone(&next), "{\"keys\":[]}");
    let said = assertions.sign(&claims(&key("laptop"), "orders", wall())).expect("signed");
    let token = String::from_utf8(said.into_vec()).expect("text");
    let set = Jwks::of([next.public().clone()]).expect("a set");
    assert!(auth::jose::open(&token, &set).is_ok());
}

#[test]
fn no_two_callers_have_the_same_subject() {
    let workload = |name: &str, id: Option<&str>| {
        let id = id.map(|id| SpiffeId::parse(id).expect("an id"));
        Caller::Workload(Arc::new(Workload { name: name.into(), id }))
    };
    let app = |issuer: &str| {
        let (scopes, grant) = (Box::default(), "".into());
        Caller::App(Arc::new(App { name: "ada".into(), issuer: issuer.into(), scopes, bound: None, grant }))
    };
    let callers = [
        key("ada"),
        workload("ada", Some("spiffe://shop.test/ada")),
        user(OWN_ISSUER, "ada"),
        user("google", "ada"),
        app(OWN_ISSUER),
        app("google"),
    ];
    let mut subjects: Vec<String> =
        callers.iter().map(|caller| claims(caller, "orders", wall())["sub"].as_str().expect("a text").into()).collect();
    assert_eq!(
        subjects,
        ["key:ada", "workload:ada", "user:own:ada", "user:google:ada", "app:own:ada", "app:google:ada"]
    );
    subjects.sort();
    subjects.dedup();
    assert_eq!(subjects.len(), callers.len());
}

#[test]
fn a_person_is_told_with_the_application_and_how_it_was_known() {
    let said = Value::Object(claims(&user(OWN_ISSUER, "usr_1"), "orders", wall()));
    let whole = json!({
        "iss": "vestibule", "aud": "orders", "sub": "user:own:usr_1", "kind": "user", "user": "usr_1",
        "issuer": "own", "app": "shop-web", "via": "session", "scope": "orders.read", "auth_time": 1_800_000_000,
        "iat": 1_800_000_000, "exp": 1_800_000_060,
    });
    assert_eq!(said, whole);
}

#[test]
fn the_page_for_services_shows_what_is_said() {
    let page = include_str!("../../../../docs/backends.md");
    let shown = page.split_once("```json\n").and_then(|(_, rest)| rest.split_once("```")).expect("a block").0;
    let Caller::Key(laptop) = key("laptop") else { unreachable!() };
    let scopes = ["orders.read"].map(Arc::from).into();
    let laptop = Caller::Key(Arc::new(Key { scopes, ..(*laptop).clone() }));
    let said = serde_json::to_string_pretty(&claims(&laptop, "orders", wall())).expect("JSON");
    assert_eq!(shown.trim(), said);
}
