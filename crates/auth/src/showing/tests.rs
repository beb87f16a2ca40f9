//! Which credential a request shows, and that it shows one.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use model::{App, Bound, Caller, DoorKind, OWN_ISSUER, SystemClock, User, Via};
use wire::{HeadLimits, RequestHead};

use super::{Showing, is_own_cookie};
use crate::jose::TokenType;
use crate::keys::generate;
use crate::verified::{Fingerprint, Form, SessionFacts, Verified};
use crate::verifier::{Identified, Verifier};
use crate::{Asked, AuthError, ClaimNames, Directory, Ground, Holding, Issuer, KeySettings, LEEWAY, Settings, Told};

fn head(fields: &[&str]) -> RequestHead {
    let lines: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let text = format!("GET /orders HTTP/1.1\r\nHost: shop.example\r\n{lines}\r\n");
    let mut head = RequestHead::new();
    let limits = HeadLimits { head_bytes: 8192, target_bytes: 4096, fields: 50 };
    head.parse(text.as_bytes(), &limits).expect("a head").expect("whole");
    head
}

fn verifier() -> Verifier {
    let verifier = Verifier::new(Arc::new(SystemClock));
    let own = Issuer {
        name: OWN_ISSUER.into(),
        iss: "https://shop.example".into(),
        audience: vec!["https://shop.example".into()],
        resources: true,
        kind: TokenType::ACCESS,
        keys: None,
        claims: ClaimNames::standard(),
        leeway: LEEWAY,
    };
    verifier.believe_own(Some(Arc::new(own)));
    verifier.believe_others(&[], true);
    verifier
}

fn verified(caller: Caller, session: Option<SessionFacts>) -> Arc<Verified> {
    Arc::new(Verified {
        caller,
        until: SystemTime::now() + Duration::from_secs(600),
        issued_at: SystemTime::now(),
        confirmation: None,
        resources: None,
        grounds: [Ground::Session("s1".into())].into(),
        session,
    })
}

fn ada(via: Via) -> Caller {
    Caller::User(Arc::new(User {
        subject: "u1".into(),
        name: "u1".into(),
        issuer: OWN_ISSUER.into(),
        app: "page".into(),
        scopes: Box::new([]),
        via,
        bound: None,
        authenticated_at: None,
        claims: Box::new([]),
        grant: "g1".into(),
    }))
}

fn nightly() -> Caller {
    let bound = Some(Bound::Certificate);
    let (name, issuer, grant) = ("nightly".into(), OWN_ISSUER.into(), "".into());
    Caller::App(Arc::new(App { name, issuer, scopes: Box::new([]), bound, grant }))
}

fn showing<'a>(
    door: DoorKind,
    head: &'a RequestHead,
    directory: &'a Directory,
    verifier: &'a Verifier,
    told: Option<&'a Told>,
) -> Showing<'a> {
    let address = std::net::Ipv4Addr::LOCALHOST.into();
    Showing {
        door,
        head,
        address,
        secure: true,
        peer: None,
        certificate: None,
        resource: None,
        directory,
        verifier,
        told,
    }
}

fn nobodys() -> Directory {
    Directory::new(Settings::default()).expect("no faults")
}

fn refused(door: DoorKind, fields: &[&str]) -> Option<AuthError> {
    let (directory, verifier) = (nobodys(), verifier());
    showing(door, &head(fields), &directory, &verifier, None).identify().err()
}

const FACTS: fn() -> Option<SessionFacts> =
    || Some(SessionFacts { origin: "https://shop.example".into(), csrf: [0; 32], origins: Arc::from([]) });

#[test]
fn a_session_that_is_not_known_is_asked_about_and_then_is_somebody() {
    let (directory, verifier) = (nobodys(), verifier());
    let head = head(&["Cookie: theme=dark; __Host-vestibule-session=abc; b=c"]);
    let asked = showing(DoorKind::Client, &head, &directory, &verifier, None).identify().expect("to be asked");
    let Identified::Ask(Asked::Session(fingerprint, origin)) = asked else { panic!("{asked:?}") };
    assert_eq!(&*origin, "https://shop.example");
    assert_eq!(fingerprint, Fingerprint::of(Form::Session, "abc"));
    let told = Told::Holds(verified(ada(Via::Session), FACTS()));
    let known = showing(DoorKind::Client, &head, &directory, &verifier, Some(&told)).identify().expect("known");
    assert_eq!(known.caller(), Some(&ada(Via::Session)));
    verifier.remember(fingerprint, &verified(ada(Via::Session), FACTS()));
    let again = showing(DoorKind::Client, &head, &directory, &verifier, None).identify().expect("remembered");
    assert_eq!(again.caller(), Some(&ada(Via::Session)));
}

#[test]
fn what_is_not_known_or_cannot_be_found_out_never_passes() {
    let (directory, verifier) = (nobodys(), verifier());
    for (fields, told, error) in [
        (&["Cookie: __Host-vestibule-session=abc"][..], Told::Unknown, AuthError::SessionEnded),
        (&["Authorization: Bearer abc"], Told::Unknown, AuthError::UnknownToken),
        (
            &["Cookie: __Host-vestibule-session=abc"],
            Told::Unavailable("away".into()),
            AuthError::Unavailable { why: "away".into() },
        ),
    ] {
        let head = head(fields);
        let found = showing(DoorKind::Client, &head, &directory, &verifier, Some(&told)).identify();
        assert_eq!(found.err(), Some(error), "{fields:?}");
    }
}

#[test]
fn two_credentials_are_none() {
    let session = "Cookie: __Host-vestibule-session=abc";
    for fields in [
        &[session, "Authorization: Bearer abc"][..],
        &[session, "X-Api-Key: abc"],
        &["Cookie: __Host-vestibule-session=abc; __Host-vestibule-session=abd"],
        &["X-Api-Key: abc", "Authorization: Bearer abc"],
        &[session, "Authorization: Bearer vst_restricted_x"],
    ] {
        assert_eq!(refused(DoorKind::Client, fields), Some(AuthError::Several), "{fields:?}");
    }
}

#[test]
fn other_cookies_of_this_house_are_no_sessions() {
    for cookie in ["__Host-vestibule-sign-in=a", "__Host-vestibule-session2=a", "__Host-vestibule=a", "session=a"] {
        let (directory, verifier) = (nobodys(), verifier());
        let head = head(&[&format!("Cookie: {cookie}")]);
        let found = showing(DoorKind::Client, &head, &directory, &verifier, None).identify().expect("nobody");
        assert_eq!(found.caller(), Some(&Caller::Anonymous), "{cookie}");
    }
    assert!(is_own_cookie(b" __Host-vestibule-sign-in=a") && !is_own_cookie(b"a=__Host-vestibule"));
}

#[test]
fn schemes_and_texts_that_are_no_token_are_refused() {
    for (field, error) in [
        ("Authorization: Basic YTpi", AuthError::Scheme),
        ("Authorization: Bearer", AuthError::Scheme),
        ("Authorization: Bearer  abc", AuthError::UnknownToken),
        ("Authorization: Bearer a b", AuthError::UnknownToken),
        ("Authorization: Bearer a,Bearer b", AuthError::UnknownToken),
        ("DPoP: abc", AuthError::NotBound),
    ] {
        assert_eq!(refused(DoorKind::Client, &[field]), Some(error), "{field}");
    }
    let both = ["Authorization: Bearer abc", "DPoP: abc"];
    assert_eq!(refused(DoorKind::Client, &both), Some(AuthError::NotBound), "a proof is not for a bearer token");
}

#[test]
fn a_person_is_refused_at_a_server_door_and_an_application_at_a_client_door() {
    let (directory, verifier) = (nobodys(), verifier());
    verifier.remember(Fingerprint::of(Form::Token, "of-ada"), &verified(ada(Via::Token), None));
    verifier.remember(Fingerprint::of(Form::Token, "of-nightly"), &verified(nightly(), None));
    let found = |door, token: &str| {
        let head = head(&[&format!("Authorization: Bearer {token}")]);
        showing(door, &head, &directory, &verifier, None).identify().map(|found| found.caller().cloned())
    };
    assert_eq!(found(DoorKind::Client, "of-ada"), Ok(Some(ada(Via::Token))));
    assert_eq!(found(DoorKind::Server, "of-ada"), Err(AuthError::UserMisplaced));
    assert_eq!(found(DoorKind::Server, "of-nightly"), Ok(Some(nightly())));
    assert_eq!(found(DoorKind::Client, "of-nightly"), Err(AuthError::AppMisplaced));
}

#[test]
fn a_session_at_a_server_door_is_a_browser() {
    let fields = ["Cookie: __Host-vestibule-session=abc"];
    assert_eq!(refused(DoorKind::Server, &fields), Some(AuthError::Browser { sign: "cookie" }));
}

#[test]
fn keys_go_on_as_before_beside_tokens() {
    let key = generate(model::KeyKind::Restricted).expect("randomness");
    let settings = KeySettings {
        name: "laptop".into(),
        kind: model::KeyKind::Restricted,
        hash: crate::keys::KeyHash::parse(&key.hash).expect("a hash"),
        apis: vec!["notes".into()],
        scopes: Vec::new(),
        tier: None,
        bounds: crate::keys::KeyBounds::default(),
        expires: None,
        place: "".into(),
    };
    let directory = Directory::new(Settings { keys: vec![settings], ..Settings::default() }).expect("no faults");
    let verifier = verifier();
    for field in ["Authorization: Bearer", "X-Api-Key:"] {
        let head = head(&[&format!("{field} {}", key.text.expose())]);
        let found = showing(DoorKind::Client, &head, &directory, &verifier, None).identify().expect("a key");
        assert!(matches!(found.caller(), Some(Caller::Key(_))), "{field}");
    }
}

#[test]
fn without_issuers_tokens_and_sessions_mean_nothing() {
    let (directory, verifier) = (nobodys(), Verifier::default());
    let session = head(&["Cookie: __Host-vestibule-session=abc"]);
    let found = showing(DoorKind::Client, &session, &directory, &verifier, None).identify().expect("nobody");
    assert_eq!(found.caller(), Some(&Caller::Anonymous));
    let token = head(&["Authorization: Bearer a.b.c"]);
    let found = showing(DoorKind::Client, &token, &directory, &verifier, None).identify();
    assert_eq!(found.err(), Some(AuthError::KeyForm));
}

#[test]
fn what_began_is_looked_at_again_by_its_grounds_alone() {
    let (directory, verifier) = (nobodys(), verifier());
    let head = head(&["Cookie: __Host-vestibule-session=abc"]);
    let holding = Holding::Again(verified(ada(Via::Session), FACTS()));
    let again = || holding.find(&showing(DoorKind::Client, &head, &directory, &verifier, None));
    assert!(again().is_ok());
    verifier.revoke(&[Ground::Session("s1".into())], Duration::from_secs(600));
    assert_eq!(again().err(), Some(AuthError::Revoked));
}

#[test]
fn a_session_of_another_origin_is_none_here() {
    let (directory, verifier) = (nobodys(), verifier());
    let facts = SessionFacts { origin: "https://other.example".into(), csrf: [0; 32], origins: Arc::from([]) };
    verifier.remember(Fingerprint::of(Form::Session, "abc"), &verified(ada(Via::Session), Some(facts)));
    let head = head(&["Cookie: __Host-vestibule-session=abc"]);
    let found = showing(DoorKind::Client, &head, &directory, &verifier, None).identify();
    assert_eq!(found.err(), Some(AuthError::SessionEnded));
}
