//! Tokens that are bound to a key (RFC 9449), at APIs: shown by whoever has the token and not the key.

use std::time::{SystemTime, UNIX_EPOCH};

use auth::jose::{Algorithm, SigningKey, encode_base64url};
use jsonwebtoken::{EncodingKey, crypto};
use serde_json::{Value, json};
use testkit::Answer;

use super::{Shop, assert_invalid, assert_served, text};
use crate::shop::ADA;
use crate::shop::flows::bearing;

const LIST: &str = "/bound/list";

/// A shop, a token of its API, and the key that it is bound to.
struct Bound {
    shop: Shop,
    key: SigningKey,
    token: String,
    refresh: String,
}

fn key() -> SigningKey {
    SigningKey::generate(Algorithm::Es256).expect("a key")
}

/// Says nothing that was said before.
fn next() -> String {
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    format!("proof-{}", COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

fn sha256(text: &str) -> String {
    let suites = rustls::crypto::aws_lc_rs::default_provider().cipher_suites;
    let mut hashes = suites.iter().filter_map(|suite| suite.tls13()).map(|suite| suite.common.hash_provider);
    let sha256 = hashes.find(|hash| hash.output_len() == 32).expect("SHA-256");
    encode_base64url(sha256.hash(text.as_bytes()).as_ref())
}

/// A proof by this key, with some of its claims in place of the right ones.
fn proof(key: &SigningKey, right: &Value, changes: &Value) -> String {
    let mut claims = right.clone();
    let members = claims.as_object_mut().expect("an object");
    members.extend(changes.as_object().expect("an object").clone());
    members.retain(|_, value| !value.is_null());
    let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": key.public().to_jwk() });
    let part = |value: &Value| encode_base64url(value.to_string().as_bytes());
    let signed = format!("{}.{}", part(&header), part(&claims));
    let signing = EncodingKey::from_ec_der(key.pkcs8().expose());
    let signature = crypto::sign(signed.as_bytes(), &signing, jsonwebtoken::Algorithm::ES256).expect("signed");
    format!("{signed}.{signature}")
}

impl Bound {
    fn open() -> Self {
        let shop = Shop::open();
        let mut person = shop.person(ADA);
        let key = key();
        let code = shop.code(&mut person, &[]);
        let right =
            json!({ "htm": "POST", "htu": format!("{}/auth/token", shop.issuer()), "iat": now(), "jti": next() });
        let mut answer = shop.redeem(&code, &[&format!("dpop: {}", proof(&key, &right, &json!({})))]);
        if let Some(nonce) = answer.field("dpop-nonce").filter(|_| answer.status != 200).map(str::to_owned) {
            let with_nonce = proof(&key, &right, &json!({ "jti": next(), "nonce": nonce }));
            answer = shop.redeem(&code, &[&format!("dpop: {with_nonce}")]);
        }
        let tokens = answer.json().expect("JSON");
        assert_eq!((answer.status, text(&tokens, "token_type")), (200, "DPoP"), "{}", answer.text());
        let [token, refresh] = ["access_token", "refresh_token"].map(|name| text(&tokens, name).to_owned());
        Self { shop, key, token, refresh }
    }

    /// What is right of a proof for [`LIST`].
    fn right(&self) -> Value {
        let address = format!("{}{LIST}", self.shop.issuer());
        json!({ "htm": "GET", "htu": address, "iat": now(), "jti": next(), "ath": sha256(&self.token) })
    }

    fn proof(&self, changes: &Value) -> String {
        proof(&self.key, &self.right(), changes)
    }

    fn show(&self, scheme: &str, proofs: &[&str]) -> Answer {
        let token = format!("authorization: {scheme} {}", self.token);
        let proofs: Vec<String> = proofs.iter().map(|proof| format!("dpop: {proof}")).collect();
        let fields: Vec<&str> = std::iter::once(token.as_str()).chain(proofs.iter().map(String::as_str)).collect();
        self.shop.ask("GET", LIST, &fields, "")
    }
}

#[test]
fn a_proof_that_was_seen_is_refused_over_every_connection() {
    let bound = Bound::open();
    let proof = bound.proof(&json!({}));
    assert_served(&bound.show("DPoP", &[&proof]));
    for _ in 0..4 {
        assert_invalid(&bound.show("DPoP", &[&proof]), "the same proof again");
    }
    assert_served(&bound.show("DPoP", &[&bound.proof(&json!({}))]));
    assert_eq!(bound.shop.service.arrivals(), 2);
}

#[test]
fn a_proof_is_for_one_method_one_address_one_token_and_now() {
    let bound = Bound::open();
    let elsewhere = format!("{}/orders/list", bound.shop.issuer());
    for (changes, why) in [
        (json!({ "htm": "POST" }), "another method"),
        (json!({ "htm": "get" }), "the method in small letters"),
        (json!({ "htm": null }), "no method"),
        (json!({ "htu": elsewhere }), "another operation"),
        (json!({ "htu": format!("https://localhost{LIST}") }), "another port"),
        (json!({ "htu": format!("http://localhost:{}{LIST}", bound.shop.client.port()) }), "another scheme"),
        (json!({ "htu": null }), "no address"),
        (json!({ "ath": sha256("another token") }), "another token"),
        (json!({ "ath": null }), "no token"),
        (json!({ "jti": null }), "no name"),
        (json!({ "iat": null }), "no time"),
    ] {
        assert_invalid(&bound.show("DPoP", &[&bound.proof(&changes)]), why);
    }
    assert_eq!(bound.shop.service.arrivals(), 0);
    // The query is not a part of what it is for (RFC 9449 §4.3).
    let token = format!("authorization: DPoP {}", bound.token);
    let fields = [token.as_str(), &format!("dpop: {}", bound.proof(&json!({})))];
    assert_served(&bound.shop.ask("GET", &format!("{LIST}?page=2"), &fields, ""));
}

#[test]
fn a_proof_of_another_time_is_asked_for_again_with_a_nonce_of_ours() {
    let bound = Bound::open();
    let hour = json!({ "iat": now() - 3_600 });
    let told = bound.show("DPoP", &[&bound.proof(&hour)]);
    assert_eq!((told.status, told.problem().as_deref()), (401, Some("dpop-nonce-required")), "{}", told.text());
    assert!(told.field("www-authenticate").is_some_and(|field| field.contains("error=\"use_dpop_nonce\"")));
    let nonce = told.field("dpop-nonce").expect("a nonce").to_owned();
    for wrong in ["", "made-up", nonce.get(1..).expect("more than one letter")] {
        let changes = json!({ "iat": now() - 3_600, "nonce": wrong });
        assert_eq!(bound.show("DPoP", &[&bound.proof(&changes)]).status, 401, "{wrong}");
    }
    let right = json!({ "iat": now() - 3_600, "nonce": nonce });
    assert_served(&bound.show("DPoP", &[&bound.proof(&right)]));
}

#[test]
fn a_bound_token_is_not_taken_as_a_bearer_token_nor_without_its_key() {
    let bound = Bound::open();
    let thief = proof(&key(), &bound.right(), &json!({}));
    assert_invalid(&bound.show("Bearer", &[]), "as a bearer token");
    assert_invalid(&bound.show("Bearer", &[&bound.proof(&json!({}))]), "as a bearer token with a proof beside it");
    assert_invalid(&bound.show("DPoP", &[]), "without a proof");
    assert_invalid(&bound.show("DPoP", &[&thief]), "with a proof by another key");
    assert_invalid(&bound.show("DPoP", &["not.a.proof"]), "with what is no proof");
    let two = [bound.proof(&json!({})), bound.proof(&json!({}))];
    assert_ne!(bound.show("DPoP", &[&two[0], &two[1]]).status, 200, "with two");
    assert_eq!(bound.shop.service.arrivals(), 0);
    assert_served(&bound.show("DPoP", &[&bound.proof(&json!({}))]));
}

#[test]
fn a_token_without_a_key_does_not_pass_where_one_is_asked_for() {
    let bound = Bound::open();
    let mut person = bound.shop.person("bob@shop.example");
    let free = bound.shop.tokens(&mut person, &[], &[]);
    let free = text(&free, "access_token");
    assert_served(&bound.shop.call("/bills/list", free));
    let refused = bound.shop.call(LIST, free);
    assert!(matches!(refused.status, 401 | 403 | 404), "{}", refused.text());
    // Nor does anybody's proof make it a bound one.
    let right = json!({ "ath": sha256(free) });
    let fields = [format!("authorization: DPoP {free}"), format!("dpop: {}", bound.proof(&right))];
    assert_invalid(&bound.shop.ask("GET", LIST, &[&fields[0], &fields[1]], ""), "a proof for a token without a key");
    assert_eq!(bound.shop.service.arrivals(), 1);
}

#[test]
fn a_bound_refresh_token_gives_nothing_without_its_key() {
    let bound = Bound::open();
    let pairs = [("grant_type", "refresh_token"), ("client_id", "cli"), ("refresh_token", bound.refresh.as_str())];
    let plain = bound.shop.post("token", &pairs, &[]);
    assert_ne!(plain.status, 200, "{}", plain.text());
    let claims = json!({
        "htm": "POST", "htu": format!("{}/auth/token", bound.shop.issuer()), "iat": now(), "jti": next(),
    });
    let thief = format!("dpop: {}", proof(&key(), &claims, &json!({})));
    assert_ne!(bound.shop.post("token", &pairs, &[&thief]).status, 200);
    let as_bearer = bound.shop.ask("GET", LIST, &[&bearing(&bound.refresh)], "");
    assert_invalid(&as_bearer, "a refresh token at an API");
}
