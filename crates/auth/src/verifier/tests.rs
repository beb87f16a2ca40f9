//! Tokens of issuers that are believed, and all that is none.

#![expect(clippy::disallowed_types, reason = "a test sets the time that it shares with what it tests")]

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use model::{Bound, Caller, Clock, OWN_ISSUER, Via};
use serde_json::{Value, json};
use wire::{HeadLimits, RequestHead};

use super::{Bearer, Identified, Verifier};
use crate::certificate::PeerCertificate;
use crate::jose::{Algorithm, Jwks, SigningKey, TokenError, TokenType, encode_base64url};
use crate::verified::{Form, sha256};
use crate::{Asked, AuthError, ClaimNames, Ground, Issuer, LEEWAY, Told};

/// A clock that a test sets.
struct Set(Mutex<SystemTime>);

impl Clock for Set {
    fn wall(&self) -> SystemTime {
        *self.0.lock().expect("not poisoned")
    }

    fn now(&self) -> Instant {
        Instant::now()
    }
}

struct House {
    clock: Arc<Set>,
    verifier: Verifier,
    own: SigningKey,
    corp: SigningKey,
}

const NOON: u64 = 1_795_348_800;
const RESOURCE: &str = "https://shop.example/orders";

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn keys(key: &SigningKey) -> Option<Arc<Jwks>> {
    Some(Arc::new(Jwks::of([key.public().clone()]).expect("a set")))
}

impl House {
    fn new() -> Self {
        let clock = Arc::new(Set(Mutex::new(at(NOON))));
        let verifier = Verifier::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let (own, corp) = (key(), key());
        let house = Self { clock, verifier, own, corp };
        house.verifier.believe_own(Some(house.own_issuer()));
        house.verifier.believe_others(&[house.corp_issuer()], false);
        house
    }

    fn own_issuer(&self) -> Arc<Issuer> {
        Arc::new(Issuer {
            name: OWN_ISSUER.into(),
            iss: "https://shop.example".into(),
            audience: vec!["https://shop.example".into()],
            resources: true,
            kind: TokenType::ACCESS,
            keys: keys(&self.own),
            claims: ClaimNames::standard(),
            leeway: LEEWAY,
        })
    }

    fn corp_issuer(&self) -> Arc<Issuer> {
        Arc::new(Issuer {
            name: "corp".into(),
            iss: "https://login.corp.example".into(),
            audience: vec!["shop".into()],
            resources: false,
            kind: TokenType::ACCESS_OR_PLAIN,
            keys: keys(&self.corp),
            claims: ClaimNames { subject: "sub".into(), scopes: "scp".into(), app: "azp".into() },
            leeway: LEEWAY,
        })
    }

    fn pass(&self, seconds: u64) {
        *self.clock.0.lock().expect("not poisoned") = at(NOON + seconds);
    }

    fn show(&self, token: &str) -> Shown {
        Shown { token: token.to_owned(), ..Shown::default() }
    }

    fn identify(&self, shown: &Shown) -> Result<Identified, AuthError> {
        let lines = shown.proof.iter().map(|proof| format!("DPoP: {proof}\r\n")).collect::<String>();
        let text = format!("GET /orders/7?a=b HTTP/1.1\r\nHost: shop.example\r\n{lines}\r\n");
        let mut head = RequestHead::new();
        let limits = HeadLimits { head_bytes: 16_384, target_bytes: 4096, fields: 50 };
        head.parse(text.as_bytes(), &limits).expect("a head").expect("whole");
        self.verifier.identify(&Bearer {
            form: Form::Token,
            text: &shown.token,
            with_proof: shown.with_proof,
            head: &head,
            secure: true,
            certificate: shown.certificate.as_ref(),
            resource: Some(shown.resource),
            told: shown.told.as_ref(),
        })
    }

    fn refused(&self, shown: &Shown) -> Option<AuthError> {
        self.identify(shown).err()
    }

    fn caller(&self, shown: &Shown) -> Caller {
        self.identify(shown).expect("holds").caller().expect("somebody").clone()
    }
}

struct Shown {
    token: String,
    with_proof: bool,
    proof: Vec<String>,
    certificate: Option<PeerCertificate>,
    resource: &'static str,
    told: Option<Told>,
}

impl Default for Shown {
    fn default() -> Self {
        let (token, proof) = (String::new(), Vec::new());
        Self { token, with_proof: false, proof, certificate: None, resource: RESOURCE, told: None }
    }
}

fn key() -> SigningKey {
    SigningKey::generate(Algorithm::Es256).expect("a key")
}

/// The claims of a good token of ours, with some put in place of others; `null` takes one away.
fn claims(changes: Value) -> Value {
    let mut claims = json!({
        "iss": "https://shop.example", "aud": "https://shop.example", "sub": "u1", "client_id": "page",
        "scope": "orders.read orders.write", "iat": NOON - 10, "exp": NOON + 600, "jti": "t1", "grant": "g1",
        "auth_time": NOON - 100, "plan": "pro", "groups": ["a", "b"],
    });
    let members = claims.as_object_mut().expect("an object");
    let Value::Object(changes) = changes else { panic!("an object") };
    for (name, value) in changes {
        if value.is_null() {
            members.remove(&name);
        } else {
            members.insert(name, value);
        }
    }
    claims
}

fn token(key: &SigningKey, changes: Value) -> String {
    key.sign("at+jwt", &claims(changes)).expect("signed")
}

#[test]
fn a_token_of_ours_is_the_person_and_all_that_rules_ask_for() {
    let house = House::new();
    let Caller::User(user) = house.caller(&house.show(&token(&house.own, json!({})))) else { panic!("a person") };
    assert_eq!((&*user.subject, &*user.name, &*user.issuer, &*user.app), ("u1", "u1", OWN_ISSUER, "page"));
    assert_eq!(user.scopes.iter().map(|scope| &**scope).collect::<Vec<_>>(), ["orders.read", "orders.write"]);
    assert_eq!((user.via, user.bound, &*user.grant), (Via::Token, None, "g1"));
    assert_eq!(user.authenticated_at, Some(at(NOON - 100)));
    let told: Vec<_> = user.claims.iter().map(|claim| (&*claim.name, claim.values.len())).collect();
    assert_eq!(told, [("plan", 1), ("groups", 2)]);
}

#[test]
fn a_token_whose_subject_is_its_client_is_an_application() {
    let house = House::new();
    let token = token(&house.own, json!({ "sub": "nightly", "client_id": "nightly", "grant": null }));
    let Caller::App(app) = house.caller(&house.show(&token)) else { panic!("an application") };
    assert_eq!((&*app.name, &*app.issuer, app.bound), ("nightly", OWN_ISSUER, None));
}

#[test]
fn a_foreign_token_is_read_by_its_issuers_own_claims_and_names_nobody_in_logs() {
    let house = House::new();
    let changes = json!({
        "iss": "https://login.corp.example", "aud": ["shop", "other"], "sub": "ada@corp.example", "azp": "portal",
        "scp": ["orders.read"], "scope": null, "client_id": null, "grant": "not-ours",
    });
    let Caller::User(user) = house.caller(&house.show(&token(&house.corp, changes))) else { panic!("a person") };
    assert_eq!((&*user.subject, &*user.issuer, &*user.app), ("ada@corp.example", "corp", "portal"));
    assert_eq!((user.name.len(), &*user.grant), (16, ""));
    assert!(user.name.bytes().all(|octet| octet.is_ascii_hexdigit()), "{}", user.name);
    assert_eq!(user.scopes.len(), 1);
}

#[test]
fn what_is_no_good_token_is_refused() {
    let house = House::new();
    let own = |changes| token(&house.own, changes);
    let good = own(json!({}));
    let (signed, _) = good.rsplit_once('.').expect("three parts");
    let none = format!(
        "{}.{}.",
        encode_base64url(br#"{"alg":"none","typ":"at+jwt"}"#),
        signed.split('.').nth(1).expect("claims")
    );
    for (token, error, why) in [
        (own(json!({ "exp": NOON - 31 })), AuthError::Token(TokenError::Expired), "over"),
        (own(json!({ "exp": null })), AuthError::Token(TokenError::NoExpiry), "without an end"),
        (own(json!({ "nbf": NOON + 31 })), AuthError::Token(TokenError::NotYet), "not yet"),
        (own(json!({ "iss": "https://evil.example" })), AuthError::UnknownIssuer, "of somebody else"),
        (own(json!({ "iss": "https://shop.example/" })), AuthError::UnknownIssuer, "of nearly us"),
        (own(json!({ "aud": "https://other.example" })), AuthError::Token(TokenError::Audience), "for others"),
        (own(json!({ "aud": null })), AuthError::Token(TokenError::Audience), "for nobody"),
        (own(json!({ "sub": null })), AuthError::Claim { name: "sub".into() }, "about nobody"),
        (own(json!({ "client_id": "" })), AuthError::Claim { name: "client_id".into() }, "through nobody"),
        (own(json!({ "scope": { "a": 1 } })), AuthError::Claim { name: "scope".into() }, "allowing what is no text"),
        (own(json!({ "cnf": { "jwk": {} } })), AuthError::Claim { name: "cnf".into() }, "bound to what nobody knows"),
        (own(json!({ "cnf": { "jkt": "abc" } })), AuthError::Claim { name: "cnf".into() }, "bound to no thumbprint"),
        (token(&house.corp, json!({})), AuthError::Token(TokenError::UnknownKey), "signed by another issuer's key"),
        (format!("{signed}.AAAA"), AuthError::Token(TokenError::Signature), "not signed"),
        (none, AuthError::Token(TokenError::Parts), "signed by nobody"),
        (house.own.sign("JWT", &claims(json!({}))).expect("signed"), AuthError::Token(TokenError::Type), "an ID token"),
        ("abc".to_owned(), AuthError::UnknownToken, "no JWT"),
    ] {
        let told = Some(Told::Keys);
        let told = told.filter(|_| token.contains('.'));
        assert_eq!(house.refused(&Shown { told, ..house.show(&token) }), Some(error), "{why}");
    }
}

#[test]
fn a_key_that_is_not_had_is_asked_for_once() {
    let house = House::new();
    let newer = key();
    let token = token(&newer, json!({}));
    let asked = house.identify(&house.show(&token)).expect("to be asked");
    assert!(matches!(&asked, Identified::Ask(Asked::Keys(issuer)) if **issuer == *OWN_ISSUER), "{asked:?}");
    house.verifier.renew(&Arc::new(Issuer { keys: keys(&newer), ..Issuer::clone(&house.own_issuer()) }));
    assert!(house.identify(&Shown { told: Some(Told::Keys), ..house.show(&token) }).is_ok());
    assert!(house.identify(&house.show(&token)).is_ok(), "remembered");
}

#[test]
fn an_issuer_whose_keys_were_never_had_lets_nobody_pass() {
    let house = House::new();
    let without = Issuer { keys: None, ..Issuer::clone(&house.own_issuer()) };
    house.verifier.believe_own(Some(Arc::new(without)));
    let token = token(&house.own, json!({}));
    assert!(matches!(house.identify(&house.show(&token)), Ok(Identified::Ask(Asked::Keys(_)))));
    let asked = Shown { told: Some(Told::Keys), ..house.show(&token) };
    assert!(matches!(house.refused(&asked), Some(AuthError::Unavailable { .. })));
}

#[test]
fn a_remembered_token_ends_when_it_ends_and_when_it_is_revoked() {
    let house = House::new();
    let shown = house.show(&token(&house.own, json!({})));
    assert!(house.refused(&shown).is_none());
    house.pass(629);
    assert!(house.refused(&shown).is_none(), "within the leeway");
    house.pass(630);
    assert_eq!(house.refused(&shown), Some(AuthError::Token(TokenError::Expired)));
    house.pass(0);
    for ground in
        [Ground::Grant("g1".into()), Ground::Token("t1".into()), Ground::User("u1".into()), Ground::App("page".into())]
    {
        let house = House::new();
        let shown = house.show(&token(&house.own, json!({})));
        assert!(house.refused(&shown).is_none());
        house.verifier.revoke(std::slice::from_ref(&ground), Duration::from_secs(700));
        assert_eq!(house.refused(&shown), Some(AuthError::Revoked), "{ground:?}");
        let fresh = house.show(&token(&house.own, json!({ "nonce": "n" })));
        assert_eq!(house.refused(&fresh), Some(AuthError::Revoked), "one that was never seen");
    }
}

#[test]
fn a_token_for_one_resource_opens_no_other() {
    let house = House::new();
    let shown = house.show(&token(&house.own, json!({ "aud": RESOURCE })));
    assert!(house.refused(&shown).is_none());
    let elsewhere = Shown { resource: "https://shop.example/payments", ..house.show(&shown.token) };
    assert_eq!(house.refused(&elsewhere), Some(AuthError::Token(TokenError::Audience)), "though remembered");
    let foreign = json!({ "iss": "https://login.corp.example", "aud": RESOURCE, "azp": "portal" });
    let foreign = house.show(&token(&house.corp, foreign));
    assert_eq!(house.refused(&foreign), Some(AuthError::Token(TokenError::Audience)), "its issuer knows no resources");
}

#[test]
fn a_token_bound_to_a_certificate_needs_that_certificate() {
    let house = House::new();
    let certificate = |octets: &[u8]| PeerCertificate {
        spiffe: None,
        dns: Vec::new(),
        sha256: sha256(octets),
        serial: String::new(),
        not_before: at(0),
        not_after: at(NOON),
    };
    let bound = json!({ "cnf": { "x5t#S256": encode_base64url(&sha256(b"its own")) } });
    let token = token(&house.own, bound);
    let with = |certificate| Shown { certificate, ..house.show(&token) };
    let Caller::User(user) = house.caller(&with(Some(certificate(b"its own")))) else { panic!("a person") };
    assert_eq!(user.bound, Some(Bound::Certificate));
    assert_eq!(house.refused(&with(Some(certificate(b"another")))), Some(AuthError::OtherCertificate));
    assert_eq!(house.refused(&with(None)), Some(AuthError::OtherCertificate));
    let as_dpop = Shown { with_proof: true, ..with(Some(certificate(b"its own"))) };
    assert_eq!(house.refused(&as_dpop), Some(AuthError::NotBound));
}

/// A proof of this key for the request that the tests send, with some claims put in place of others.
fn proof(key: &SigningKey, token: &str, changes: Value) -> String {
    let mut claims = json!({
        "htm": "GET", "htu": "https://shop.example/orders/7", "iat": NOON, "jti": "p1",
        "ath": encode_base64url(&sha256(token.as_bytes())),
    });
    let Value::Object(changes) = changes else { panic!("an object") };
    claims.as_object_mut().expect("an object").extend(changes);
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.public().to_jwk() });
    let signed = format!(
        "{}.{}",
        encode_base64url(header.to_string().as_bytes()),
        encode_base64url(claims.to_string().as_bytes())
    );
    let pkcs8 = key.pkcs8().expose();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).expect("its own key");
    let signature = pair.sign(&SystemRandom::new(), signed.as_bytes()).expect("signed");
    format!("{signed}.{}", encode_base64url(signature.as_ref()))
}

#[test]
fn a_token_bound_to_a_key_needs_a_new_proof_each_time() {
    let house = House::new();
    let (holder, thief) = (key(), key());
    let bound = json!({ "cnf": { "jkt": holder.public().thumbprint().to_string() } });
    let token = token(&house.own, bound);
    let with = |proof: Vec<String>| Shown { with_proof: true, proof, ..house.show(&token) };
    let first = proof(&holder, &token, json!({}));
    let Caller::User(user) = house.caller(&with(vec![first.clone()])) else { panic!("a person") };
    assert_eq!(user.bound, Some(Bound::Dpop));
    for (proofs, error, why) in [
        (vec![first.clone()], AuthError::ProofSeen, "the same again"),
        (vec![], AuthError::WithoutProof, "none"),
        (vec![proof(&thief, &token, json!({ "jti": "p2" }))], AuthError::OtherKey, "of another key"),
        (
            vec![proof(&holder, &token, json!({ "jti": "p3", "htm": "POST" }))],
            AuthError::Proof(TokenError::ProofMethod),
            "for another method",
        ),
        (
            vec![proof(&holder, &token, json!({ "jti": "p4", "htu": "https://shop.example/orders/8" }))],
            AuthError::Proof(TokenError::ProofTarget),
            "for another address",
        ),
        (
            vec![proof(&holder, "another", json!({ "jti": "p5" }))],
            AuthError::Proof(TokenError::ProofToken),
            "for another token",
        ),
    ] {
        assert_eq!(house.refused(&with(proofs)), Some(error), "{why}");
    }
    let downgraded = Shown { with_proof: false, ..with(vec![]) };
    assert_eq!(house.refused(&downgraded), Some(AuthError::WithoutProof), "as a bearer token");
}

#[test]
fn a_wrong_clock_is_told_the_time_by_a_nonce() {
    let house = House::new();
    let holder = key();
    let token = token(&house.own, json!({ "cnf": { "jkt": holder.public().thumbprint().to_string() } }));
    let with = |changes| Shown { with_proof: true, proof: vec![proof(&holder, &token, changes)], ..house.show(&token) };
    let late = json!({ "iat": NOON - 3_600, "jti": "p1" });
    let Some(AuthError::ProofStale { nonce }) = house.refused(&with(late)) else { panic!("stale") };
    assert!(house.refused(&with(json!({ "iat": NOON - 3_600, "jti": "p2", "nonce": &*nonce }))).is_none());
    let replayed = json!({ "iat": NOON - 3_600, "jti": "p2", "nonce": &*nonce });
    assert_eq!(house.refused(&with(replayed)), Some(AuthError::ProofSeen));
    house.pass(300);
    let old = json!({ "iat": NOON - 3_600, "jti": "p3", "nonce": &*nonce });
    assert!(matches!(house.refused(&with(old)), Some(AuthError::ProofStale { .. })), "the nonce is over");
}

#[test]
fn a_token_without_binding_takes_no_proof() {
    let house = House::new();
    let token = token(&house.own, json!({}));
    let with = Shown { with_proof: true, proof: vec![proof(&key(), &token, json!({}))], ..house.show(&token) };
    assert_eq!(house.refused(&with), Some(AuthError::NotBound));
}

#[test]
fn other_issuers_forget_what_was_remembered() {
    let house = House::new();
    let shown = house.show(&token(&house.own, json!({})));
    assert!(house.refused(&shown).is_none());
    house.verifier.believe_own(None);
    assert_eq!(house.refused(&shown), Some(AuthError::UnknownIssuer));
}

#[test]
fn who_changes_what_is_believed_of_ours_leaves_the_others_as_they_are_and_the_other_way_round() {
    let house = House::new();
    let names = || {
        let issuers = house.verifier.issuers();
        [OWN_ISSUER, "corp", "partner"].map(|name| issuers.named(name).is_some())
    };
    assert_eq!((names(), house.verifier.issuers().asks_about_opaque()), ([true, true, false], false));
    house.verifier.believe_own(None);
    assert_eq!(
        (names(), house.verifier.takes_tokens(), house.verifier.takes_sessions()),
        ([false, true, false], true, false)
    );
    let partner = Issuer { name: "partner".into(), ..Issuer::clone(&house.corp_issuer()) };
    house.verifier.believe_others(&[Arc::new(partner)], true);
    house.verifier.believe_own(Some(house.own_issuer()));
    assert_eq!((names(), house.verifier.issuers().asks_about_opaque()), ([true, false, true], true));
    house.verifier.believe_others(&[], false);
    assert_eq!((names(), house.verifier.takes_sessions()), ([true, false, false], true));
    house.verifier.believe_own(None);
    assert!(!house.verifier.takes_tokens(), "nobody is believed");
}
