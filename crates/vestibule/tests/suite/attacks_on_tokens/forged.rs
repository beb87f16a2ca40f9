//! Texts that are shown as access tokens and are none: other tokens, forged ones, tokens for somebody else, tokens in
//! the wrong place.

use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, crypto};
use serde_json::{Value, json};

use super::{Ground, assert_invalid, assert_problem, assert_served, text};
use crate::person::encoded;
use crate::shop::flows::bearing;
use crate::shop::{ADA, CALLBACK, Shop};

const LIST: &str = "/orders/list";

/// The parts of a token as JSON.
fn opened(token: &str) -> (Value, Value) {
    let part = |text: &str| serde_json::from_slice(&BASE64URL_NOPAD.decode(text.as_bytes()).expect("base64url"));
    let mut parts = token.split('.');
    let mut next = || part(parts.next().expect("a part")).expect("JSON");
    (next(), next())
}

fn part(value: &Value) -> String {
    BASE64URL_NOPAD.encode(value.to_string().as_bytes())
}

/// A token with this header and these claims, signed by whoever forges it.
fn forged(header: &Value, claims: &Value, key: &EncodingKey, algorithm: Algorithm) -> String {
    let signed = format!("{}.{}", part(header), part(claims));
    format!("{signed}.{}", crypto::sign(signed.as_bytes(), key, algorithm).expect("signed"))
}

fn with(value: &Value, changes: &Value) -> Value {
    let mut value = value.clone();
    let members = value.as_object_mut().expect("an object");
    members.extend(changes.as_object().expect("an object").clone());
    value
}

#[test]
fn an_id_token_is_no_access_token() {
    let ground = Ground::open();
    assert_served(&ground.shop.call(LIST, ground.access()));
    assert_invalid(&ground.shop.call(LIST, text(&ground.tokens, "id_token")), "an ID token");
    assert_invalid(&ground.shop.call("/orders/open", text(&ground.tokens, "id_token")), "where anyone may call too");
    assert_eq!(ground.shop.service.arrivals(), 1);
}

#[test]
fn a_refresh_token_and_a_code_are_no_access_tokens() {
    let mut ground = Ground::open();
    assert_invalid(&ground.shop.call(LIST, text(&ground.tokens, "refresh_token")), "a refresh token");
    let code = ground.shop.code(&mut ground.person, &[]);
    assert_invalid(&ground.shop.call(LIST, &code), "a code");
    let cookie = ground.person.cookie("__Host-vestibule-sign-in").expect("a sign-in").to_owned();
    assert_invalid(&ground.shop.call(LIST, &cookie), "the cookie of a sign-in");
    assert_eq!(ground.shop.service.arrivals(), 0);
}

#[test]
fn a_token_for_one_resource_opens_no_other() {
    let shop = Shop::open();
    let mut person = shop.person(ADA);
    let orders = format!("{}/orders", shop.issuer());
    let tokens = shop.tokens(&mut person, &[("resource", &orders)], &[]);
    let access = text(&tokens, "access_token");
    assert_served(&shop.call(LIST, access));
    assert_invalid(&shop.call("/bills/list", access), "for another API of the same house");
    // Without a resource it is for every API of this house, and still not for operations whose scope it lacks.
    let all = shop.tokens(&mut person, &[("scope", "openid")], &[]);
    assert_served(&shop.call("/bills/list", text(&all, "access_token")));
    assert_problem(&shop.call(LIST, text(&all, "access_token")), 403, "insufficient-scope");
}

#[test]
fn a_token_of_a_house_that_calls_itself_by_the_same_name_is_refused() {
    let ground = Ground::open();
    let (header, claims) = opened(ground.access());
    let theirs = auth::jose::SigningKey::generate(auth::jose::Algorithm::Es256).expect("a key");
    let key = EncodingKey::from_ec_der(theirs.pkcs8().expose());
    for (header, why) in [
        (header.clone(), "under the name of our key"),
        (with(&header, &json!({ "kid": theirs.id() })), "under its own"),
        (with(&header, &json!({ "kid": "../../../dev/null" })), "under that of a file"),
        (with(&header, &json!({ "kid": "x' UNION SELECT 'key" })), "under a piece of a question to a store"),
        (with(&header, &json!({ "kid": null })), "under none"),
    ] {
        let token = forged(&header, &claims, &key, Algorithm::ES256);
        assert_invalid(&ground.shop.call(LIST, &token), why);
    }
    assert_eq!(ground.shop.service.arrivals(), 0);
}

#[test]
fn a_token_that_brings_its_own_key_is_not_verified_by_it() {
    let ground = Ground::open();
    let (header, claims) = opened(ground.access());
    let theirs = auth::jose::SigningKey::generate(auth::jose::Algorithm::Es256).expect("a key");
    let key = EncodingKey::from_ec_der(theirs.pkcs8().expose());
    let jwk = Value::Object(theirs.public().to_jwk());
    let listener = testkit::Backend::saying("nobody should ask");
    let elsewhere = format!("{}/keys", listener.url());
    for brought in [
        json!({ "jwk": jwk }),
        json!({ "jku": elsewhere, "kid": theirs.id() }),
        json!({ "x5u": elsewhere }),
        json!({ "x5c": ["MIIB"] }),
        json!({ "crit": ["exp"], "exp": 1 }),
        json!({ "b64": false, "crit": ["b64"] }),
    ] {
        let token = forged(&with(&header, &brought), &claims, &key, Algorithm::ES256);
        assert_invalid(&ground.shop.call(LIST, &token), &brought.to_string());
    }
    assert_eq!(listener.arrivals(), 0, "no key is fetched from where a token says");
}

#[test]
fn a_token_does_not_choose_its_algorithm() {
    let ground = Ground::open();
    let (header, claims) = opened(ground.access());
    let published = ground.shop.ask("GET", "/auth/jwks", &[], "");
    let keys = published.json().expect("JSON");
    let public = keys["keys"][0].to_string();
    // The public key as the secret of an HMAC: everybody has it.
    let secret = EncodingKey::from_secret(public.as_bytes());
    let by_hmac = forged(&with(&header, &json!({ "alg": "HS256" })), &claims, &secret, Algorithm::HS256);
    assert_invalid(&ground.shop.call(LIST, &by_hmac), "HS256");
    let signature = ground.access().rsplit_once('.').expect("a signature").1;
    for algorithm in ["none", "None", "nOnE", "", "ES384", "RS256", "ES256K"] {
        let head = part(&with(&header, &json!({ "alg": algorithm })));
        for signature in ["", signature] {
            let token = format!("{head}.{}.{signature}", part(&claims));
            assert_invalid(&ground.shop.call(LIST, &token), algorithm);
        }
    }
    assert_eq!(ground.shop.service.arrivals(), 0);
}

#[test]
fn a_claim_cannot_be_changed_and_a_token_has_one_spelling() {
    let ground = Ground::open();
    let token = ground.access();
    let (header, claims) = opened(token);
    let signature = token.rsplit_once('.').expect("a signature").1;
    let more = with(&claims, &json!({ "scope": "openid offline_access orders.read orders.write", "sub": "somebody" }));
    let changed = format!("{}.{}.{signature}", part(&header), part(&more));
    assert_invalid(&ground.shop.call(LIST, &changed), "other claims");
    for other in [format!("{token}="), format!("{token}."), format!("{token}A"), token.replacen('.', "..", 1)] {
        assert_invalid(&ground.shop.call(LIST, &other), &other);
    }
    assert_served(&ground.shop.call(LIST, token));
}

#[test]
fn a_token_in_the_query_or_in_a_form_is_none() {
    let ground = Ground::open();
    let token = ground.access();
    let answer = ground.shop.ask("GET", &format!("{LIST}?access_token={token}"), &[], "");
    assert_problem(&answer, 400, "credential-in-query");
    let form = encoded([("access_token", token)].into_iter());
    let fields = ["content-type: application/x-www-form-urlencoded"];
    assert_problem(&ground.shop.ask("POST", "/orders/place", &fields, &form), 401, "credential-required");
    assert_eq!(ground.shop.service.arrivals(), 0);
    ground.shop.house.wait_for_log(answer.field("x-request-id").expect("an id"));
    assert!(!ground.shop.house.stdout().contains(token), "and it stands in no log");
    // Neither is a code or a token believed in an address of the provider.
    let userinfo = ground.shop.ask("GET", &format!("/auth/userinfo?access_token={token}"), &[], "");
    assert_ne!(userinfo.status, 200, "{}", userinfo.text());
    let redeemed = ground.shop.ask("GET", &format!("/auth/token?code=x&redirect_uri={CALLBACK}"), &[], "");
    assert_eq!(redeemed.status, 405);
}

#[test]
fn two_credentials_are_none() {
    let ground = Ground::open();
    let token = bearing(ground.access());
    let key = "x-api-key: vst_restricted_aaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbcccccc";
    let session = "cookie: __Host-vestibule-session=anything";
    let basic = "authorization: Basic YWRhOnBhc3N3b3Jk";
    for fields in [[token.as_str(), key], [token.as_str(), session], [key, session]] {
        for target in [LIST, "/orders/open"] {
            assert_problem(&ground.shop.ask("GET", target, &fields, ""), 401, "credential-invalid");
        }
    }
    // The same field twice is no request at all.
    for fields in [[token.as_str(), token.as_str()], [token.as_str(), basic]] {
        assert_problem(&ground.shop.ask("GET", LIST, &fields, ""), 400, "malformed-request");
    }
    assert_eq!(ground.shop.service.arrivals(), 0);
}

#[test]
fn what_a_caller_says_of_a_token_reaches_no_service() {
    let ground = Ground::open();
    assert_served(&ground.shop.call(LIST, ground.access()));
    let [seen] = &ground.shop.service.requests()[..] else { panic!("one request") };
    assert!(seen.head.all("authorization").is_empty(), "the token stays in the house: {seen:?}");
    let octets = ground.shop.service.bytes().concat();
    let token = ground.access().as_bytes();
    assert!(!octets.windows(token.len()).any(|window| window == token));
}
