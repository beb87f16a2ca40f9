//! Who sent a request, at both kinds of door.

#![expect(clippy::string_slice, reason = "keys are ASCII, and a test may fail by a panic")]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use model::{Caller, Clock, Code, DoorKind, KeyKind, Problem, SpiffeId, Workload};
use wire::{HeadLimits, RequestHead};

use crate::keys::{KeyBounds, KeyHash, NewKey, Origin, generate};
use crate::{AuthError, Directory, KeySettings, Settings};

/// A clock that stands still.
struct Stopped(SystemTime);

impl Clock for Stopped {
    fn wall(&self) -> SystemTime {
        self.0
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}

struct House {
    directory: Directory,
    publishable: NewKey,
    restricted: NewKey,
    secret: NewKey,
    expired: NewKey,
}

/// From where the publishable key is used.
const PAGE: &str = "https://shop.example";
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn identify(
    door: DoorKind,
    head: &RequestHead,
    peer: Option<&Arc<Workload>>,
    directory: &Directory,
) -> Result<Caller, AuthError> {
    super::identify(door, head, HERE, peer, directory)
}

const NOW: SystemTime = SystemTime::UNIX_EPOCH;

fn house() -> House {
    let now = NOW + Duration::from_secs(1_000);
    let make = |kind| generate(kind).expect("randomness");
    let (publishable, restricted) = (make(KeyKind::Publishable), make(KeyKind::Restricted));
    let (secret, expired) = (make(KeyKind::Secret), make(KeyKind::Restricted));
    let settings = |name: &str, kind, key: &NewKey, expires| KeySettings {
        name: name.into(),
        kind,
        hash: KeyHash::parse(&key.hash).expect("a hash"),
        apis: vec!["notes".into()],
        scopes: vec!["read".into()],
        tier: None,
        bounds: match kind {
            KeyKind::Publishable => {
                KeyBounds { origins: vec![Origin::parse(PAGE).expect("an origin")], networks: None }
            }
            _ => KeyBounds::default(),
        },
        expires,
        place: "".into(),
    };
    let keys = vec![
        settings("page", KeyKind::Publishable, &publishable, None),
        settings("laptop", KeyKind::Restricted, &restricted, Some(now + Duration::from_secs(1))),
        settings("erp", KeyKind::Secret, &secret, None),
        settings("old", KeyKind::Restricted, &expired, Some(now)),
    ];
    let settings = Settings { keys, ..Settings::default() };
    let directory = Directory::with_clock(settings, Arc::new(Stopped(now))).expect("no faults");
    House { directory, publishable, restricted, secret, expired }
}

fn head(target: &str, fields: &[&str]) -> RequestHead {
    let lines: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let mut head = RequestHead::new();
    let text = format!("GET {target} HTTP/1.1\r\nHost: h\r\n{lines}\r\n");
    head.parse(text.as_bytes(), &HeadLimits::default()).expect("well formed").expect("whole");
    head
}

fn shop() -> Arc<Workload> {
    let id = SpiffeId::parse("spiffe://shop.example/shop").expect("id");
    Arc::new(Workload { name: "shop".into(), id: Some(id) })
}

fn name(caller: Result<Caller, AuthError>) -> String {
    let caller = caller.expect("identified");
    format!("{} {}", caller.kind(), caller.name())
}

#[test]
fn nobody_in_particular_is_anonymous() {
    let house = house();
    for door in [DoorKind::Client, DoorKind::Server] {
        assert_eq!(identify(door, &head("/", &[]), None, &house.directory), Ok(Caller::Anonymous));
    }
}

#[test]
fn a_key_is_taken_as_bearer_in_any_case_and_as_x_api_key() {
    let house = house();
    let key = house.restricted.text.expose();
    for field in ["Authorization: Bearer", "authorization: bearer", "AUTHORIZATION: BEARER", "X-Api-Key:", "x-api-key:"]
    {
        let head = head("/", &[&format!("{field} {key}")]);
        assert_eq!(name(identify(DoorKind::Client, &head, None, &house.directory)), "key laptop", "{field}");
    }
}

#[test]
fn a_key_brings_its_apis_and_scopes_along() {
    let house = house();
    let head = head("/", &[&format!("Authorization: Bearer {}", house.secret.text.expose())]);
    let Ok(Caller::Key(key)) = identify(DoorKind::Server, &head, None, &house.directory) else { panic!("a key") };
    assert_eq!((&*key.name, key.kind, &*key.apis[0], &*key.scopes[0]), ("erp", KeyKind::Secret, "notes", "read"));
}

#[test]
fn each_kind_of_key_fits_one_kind_of_door() {
    let house = house();
    for (key, kind, fits) in [
        (&house.publishable, KeyKind::Publishable, DoorKind::Client),
        (&house.restricted, KeyKind::Restricted, DoorKind::Client),
        (&house.secret, KeyKind::Secret, DoorKind::Server),
    ] {
        let head = head("/", &[&format!("Authorization: Bearer {}", key.text.expose()), &format!("Referer: {PAGE}/")]);
        for door in [DoorKind::Client, DoorKind::Server] {
            let caller = identify(door, &head, None, &house.directory);
            if door == fits {
                assert!(caller.is_ok(), "{kind} at {door}");
            } else {
                assert_eq!(caller, Err(AuthError::KeyMisplaced { kind, door }));
            }
        }
    }
}

#[test]
fn a_credential_that_is_not_valid_is_never_anonymous() {
    let house = house();
    let unknown = generate(KeyKind::Restricted).expect("randomness");
    let unknown = format!("Bearer {}", unknown.text.expose());
    let known = house.restricted.text.expose();
    let expired = format!("Bearer {}", house.expired.text.expose());
    let twice = format!("Bearer {known} {known}");
    for (value, error) in [
        ("", AuthError::Scheme),
        ("Bearer", AuthError::Scheme),
        ("Basic dXNlcjpwYXNz", AuthError::Scheme),
        ("Bearerx abc", AuthError::Scheme),
        ("DPoP abc", AuthError::Scheme),
        (known, AuthError::Scheme),
        ("Bearer \u{e9}", AuthError::KeyForm),
        ("Bearer abc", AuthError::KeyForm),
        ("Bearer eyJhbGciOiJub25lIn0.e30.", AuthError::KeyForm),
        (&twice, AuthError::KeyForm),
        (&format!("Bearer  {known}"), AuthError::KeyForm),
        (&unknown, AuthError::UnknownKey),
        (&expired, AuthError::KeyExpired { name: "old".into() }),
    ] {
        let head = head("/", &[&format!("Authorization: {value}")]);
        assert_eq!(identify(DoorKind::Client, &head, None, &house.directory), Err(error.clone()), "{value}");
        assert_eq!(Problem::from(error).code, Code::CredentialInvalid);
    }
    let empty = head("/", &["X-Api-Key:"]);
    assert_eq!(identify(DoorKind::Client, &empty, None, &house.directory), Err(AuthError::KeyForm));
}

#[test]
fn a_right_id_with_a_wrong_secret_is_as_unknown_as_any_other() {
    let house = house();
    let other = generate(KeyKind::Restricted).expect("randomness");
    // The other key's secret behind the known key's id, with a right checksum.
    let front = "vst_restricted_".len();
    let (known, other) = (house.restricted.text.expose(), other.text.expose());
    let mixed = format!("{}{}", &known[..front + 10], &other[front + 10..other.len() - 6]);
    let mixed = crate::keys::with_checksum(&mixed);
    let head = head("/", &[&format!("Authorization: Bearer {mixed}")]);
    assert_eq!(identify(DoorKind::Client, &head, None, &house.directory), Err(AuthError::UnknownKey));
}

#[test]
fn two_credentials_are_refused_even_if_both_are_right() {
    let house = house();
    let key = house.restricted.text.expose();
    let head = head("/", &[&format!("Authorization: Bearer {key}"), &format!("X-Api-Key: {key}")]);
    assert_eq!(identify(DoorKind::Client, &head, None, &house.directory), Err(AuthError::Several));
}

#[test]
fn a_credential_in_the_query_is_refused_beside_a_right_one_too() {
    let house = house();
    let key = house.restricted.text.expose();
    let right = format!("Authorization: Bearer {key}");
    for (target, fields) in [
        ("/?access_token=abc".to_owned(), vec![]),
        (format!("/?x={key}"), vec![]),
        (format!("/?x={key}"), vec![right.as_str()]),
    ] {
        for door in [DoorKind::Client, DoorKind::Server] {
            let refused = identify(door, &head(&target, &fields), None, &house.directory);
            assert_eq!(refused, Err(AuthError::InQuery), "{target} at {door}");
        }
    }
    assert_eq!(Problem::from(AuthError::InQuery).status(), 400);
}

#[test]
fn a_key_in_the_path_is_refused_like_one_in_the_query() {
    let house = house();
    let key = house.restricted.text.expose();
    let refused = identify(DoorKind::Client, &head(&format!("/notes/{key}"), &[]), None, &house.directory);
    assert_eq!(refused, Err(AuthError::InPath));
    assert_eq!(Problem::from(AuthError::InPath).code, model::Code::CredentialInQuery);
}

#[test]
fn a_workload_is_the_caller_at_a_server_door_and_refused_at_a_client_door() {
    let house = house();
    let shop = shop();
    let plain = head("/", &[]);
    assert_eq!(name(identify(DoorKind::Server, &plain, Some(&shop), &house.directory)), "workload shop");
    let refused = identify(DoorKind::Client, &plain, Some(&shop), &house.directory);
    assert_eq!(refused, Err(AuthError::CertificateMisplaced));
}

#[test]
fn a_key_sent_by_a_workload_is_the_caller_and_must_be_valid() {
    let house = house();
    let shop = shop();
    let with_key = head("/", &[&format!("Authorization: Bearer {}", house.secret.text.expose())]);
    assert_eq!(name(identify(DoorKind::Server, &with_key, Some(&shop), &house.directory)), "key erp");
    let with_bad = head("/", &["Authorization: Bearer abc"]);
    assert_eq!(identify(DoorKind::Server, &with_bad, Some(&shop), &house.directory), Err(AuthError::KeyForm));
}

#[test]
fn browsers_are_refused_at_server_doors_and_welcome_at_client_doors() {
    let house = house();
    for (field, sign) in [
        ("Origin: https://shop.example", "origin"),
        ("Origin: null", "origin"),
        ("Sec-Fetch-Site: none", "sec-fetch-site"),
        ("Cookie: a=b; __Host-vestibule-session=x", "cookie"),
        ("Cookie: __Host-vestibule=x", "cookie"),
    ] {
        let head = head("/", &[field]);
        let refused = identify(DoorKind::Server, &head, Some(&shop()), &house.directory);
        assert_eq!(refused, Err(AuthError::Browser { sign }), "{field}");
        assert_eq!(identify(DoorKind::Client, &head, None, &house.directory), Ok(Caller::Anonymous), "{field}");
    }
    for field in ["Sec-Fetch-Mode: cors", "Cookie: a=__Host-vestibule", "Cookie: session=x", "Referer: https://a/"] {
        let caller = identify(DoorKind::Server, &head("/", &[field]), Some(&shop()), &house.directory);
        assert!(caller.is_ok(), "{field}");
    }
}

#[test]
fn a_refusal_never_repeats_the_credential() {
    let house = house();
    let key = house.expired.text.expose();
    let head = head("/", &[&format!("Authorization: Bearer {key}")]);
    let problem = Problem::from(identify(DoorKind::Client, &head, None, &house.directory).expect_err("expired"));
    let printed = format!("{problem} {problem:?} {:?}", house.directory);
    let secret = &key["vst_restricted_".len() + 11..];
    assert!(!printed.contains(secret), "{printed}");
}
