//! Any fields of a request: they show one credential that is known, or nobody, or are refused.

use std::net::Ipv4Addr;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use auth::jose::TokenType;
use auth::{
    Asked, ClaimNames, Directory, Fingerprint, Form, Identified, Issuer, LEEWAY, SessionFacts, Settings, Showing, Told,
    Verified, Verifier,
};
use model::{App, Bound, Caller, DoorKind, OWN_ISSUER, User, Via};
use wire::{HeadLimits, RequestHead};

/// The session of a person, the token of one, and the token of an application; none that a fuzzer would guess.
pub(crate) const KNOWN: [&str; 3] = ["c2Vzc2lvbg-of-ada", "eyJhbGciOi.of-ada.c2ln", "eyJhbGciOi.of-nightly.c2ln"];

struct House {
    directory: Directory,
    verifier: Verifier,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let verifier = Verifier::default();
    let own = Issuer {
        name: OWN_ISSUER.into(),
        iss: "https://shop.test".into(),
        audience: vec!["https://shop.test".into()],
        resources: true,
        kind: TokenType::ACCESS,
        keys: None,
        claims: ClaimNames::standard(),
        leeway: LEEWAY,
    };
    verifier.believe_own(Some(Arc::new(own)));
    verifier.believe_others(&[], true);
    let [session, token, of_app] = KNOWN;
    for (form, text, caller) in [
        (Form::Session, session, ada(Via::Session)),
        (Form::Token, token, ada(Via::Token)),
        (Form::Token, of_app, nightly()),
    ] {
        let facts = SessionFacts { origin: "https://shop.test".into(), csrf: [0; 32], origins: Arc::from([]) };
        let verified = Verified {
            caller,
            until: SystemTime::now() + Duration::from_secs(1_000_000),
            issued_at: SystemTime::now(),
            confirmation: None,
            resources: None,
            grounds: [].into(),
            session: (form == Form::Session).then_some(facts),
        };
        verifier.remember(Fingerprint::of(form, text), &Arc::new(verified));
    }
    House { directory: Directory::new(Settings::default()).expect("no faults"), verifier }
});

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
    let (name, issuer, grant) = ("nightly".into(), OWN_ISSUER.into(), "".into());
    Caller::App(Arc::new(App { name, issuer, scopes: Box::new([]), bound: Some(Bound::Certificate), grant }))
}

/// Shows these lines of fields at both kinds of door; who it was, where it was anybody.
///
/// # Panics
/// An invariant does not hold.
pub(crate) fn any_fields(lines: &str) -> [Option<Caller>; 2] {
    let text = format!("GET / HTTP/1.1\r\nHost: shop.test\r\n{lines}\r\n\r\n");
    let mut head = RequestHead::new();
    let limits = HeadLimits { head_bytes: 65_536, target_bytes: 4_096, fields: 100 };
    let Ok(Some(_)) = head.parse(text.as_bytes(), &limits) else { return [None, None] };
    [DoorKind::Client, DoorKind::Server].map(|door| shown(door, &head, lines))
}

fn shown(door: DoorKind, head: &RequestHead, lines: &str) -> Option<Caller> {
    let showing = Showing {
        door,
        head,
        address: Ipv4Addr::LOCALHOST.into(),
        secure: true,
        peer: None,
        certificate: None,
        resource: None,
        directory: &HOUSE.directory,
        verifier: &HOUSE.verifier,
        told: None,
    };
    match showing.identify().ok()? {
        Identified::Caller(Caller::Anonymous) => None,
        Identified::Caller(caller) => panic!("{door} takes {caller:?} for {lines:?}"),
        Identified::Verified(verified) => {
            let fits = match &verified.caller {
                Caller::User(_) => door == DoorKind::Client,
                Caller::App(_) => door == DoorKind::Server,
                _ => false,
            };
            assert!(fits, "{door} takes {:?}", verified.caller);
            let times = KNOWN.iter().map(|text| lines.matches(text).count()).sum::<usize>();
            assert!(times > 0, "{lines:?} shows nobody who is known");
            Some(verified.caller.clone())
        }
        Identified::Ask(asked) => {
            assert!(!matches!(asked, Asked::Session(..)) || door == DoorKind::Client, "a session at a {door} door");
            let told = Told::Unknown;
            let again = Showing { told: Some(&told), ..showing }.identify();
            assert!(again.is_err(), "{lines:?} is somebody whom nobody knows");
            None
        }
    }
}
