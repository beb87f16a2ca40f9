//! The published attacks on tokens and keys (C2SP/wycheproof), each with the verdict that it must get.
//!
//! They are no part of the project: where the folder of vectors is not there, this says so and is left out.

use super::{Algorithm, Jwks, TokenError, VerifyingKey, open, read_object};
use serde_json::{Value, json};

struct Group {
    name: String,
    /// As it is published; a secret key where the group has no other.
    document: Value,
    symmetric: bool,
    tests: Vec<(u64, bool, String)>,
}

fn groups(file: &str) -> Option<Vec<Group>> {
    let path = testkit::vectors(file)?;
    let text = std::fs::read(path).expect("the vectors can be read");
    let document: Value = serde_json::from_slice(&text).expect("JSON");
    let groups = document["testGroups"].as_array().expect("groups");
    Some(groups.iter().map(group).collect())
}

fn group(group: &Value) -> Group {
    let symmetric = group.get("public").is_none();
    let key = group.get("public").unwrap_or(&group["private"]).clone();
    let document = if key.get("keys").is_some() { key } else { json!({ "keys": [key] }) };
    let tests = group["tests"].as_array().expect("tests").iter().map(|test| {
        let valid = test["result"] == "valid";
        (test["tcId"].as_u64().expect("a number"), valid, test["jws"].as_str().expect("a text").to_owned())
    });
    Group {
        name: group["comment"].as_str().unwrap_or_default().to_owned(),
        document,
        symmetric,
        tests: tests.collect(),
    }
}

/// The verdict on a token under a published set of keys.
fn verdict(document: &Value, token: &str) -> bool {
    Jwks::parse(document.to_string().as_bytes(), Algorithm::Rs256).is_ok_and(|keys| open(token, &keys).is_ok())
}

/// Keys whose published `alg` is not that of the good tokens beside them: `ES521` is no registered name, and one key says
/// `PS256` where its token says `PS384`. An algorithm that is pinned refuses all of them.
const OTHERWISE_NAMED: [(&str, &str, &str); 2] = [("ES521", "ES512", "rfc7520"), ("PS256", "PS384", "rfc7520")];

/// What the key of a group should say of its algorithm, where it does not.
fn right_name(group: &Group) -> Option<&'static str> {
    let fits = |(said, _, name): &&(&str, &str, &str)| alg_of(&group.document) == *said && group.name.starts_with(name);
    OTHERWISE_NAMED.iter().find(fits).map(|(_, right, _)| *right)
}

/// Runs a file; gives back how many tokens got their published verdict, and how many were refused because of the key.
fn run(file: &str) -> Option<(usize, usize)> {
    let (mut right, mut refused) = (0, 0);
    for group in groups(file)? {
        // HMAC is never accepted, also where it is in order.
        let ours = !group.symmetric && right_name(&group).is_none();
        for (id, valid, token) in &group.tests {
            assert_eq!(verdict(&group.document, token), *valid && ours, "{file} {id} in {}", group.name);
            if ours { right += 1 } else { refused += 1 }
        }
    }
    println!("{file}: {right} tokens got their verdict, {refused} were refused because of the key");
    Some((right, refused))
}

fn alg_of(document: &Value) -> &str {
    document["keys"][0]["alg"].as_str().unwrap_or_default()
}

#[test]
fn every_published_signature_gets_its_verdict() {
    let Some(counts) = run("json_web_signature_test.json") else { return };
    assert_eq!(counts, (357, 44));
}

#[test]
fn every_published_key_gets_its_verdict() {
    let Some(counts) = run("json_web_key_test.json") else { return };
    assert_eq!(counts, (11, 15));
}

#[test]
fn a_key_under_another_algorithm_is_right_under_its_own() {
    let Some(groups) = groups("json_web_signature_test.json") else { return };
    let mut right = 0;
    for group in &groups {
        let Some(name) = right_name(group) else { continue };
        let mut key = group.document["keys"][0].clone();
        key["alg"] = name.into();
        for (id, valid, token) in &group.tests {
            assert_eq!(verdict(&json!({ "keys": [key] }), token), *valid, "{id}");
            right += 1;
        }
    }
    assert_eq!(right, 4);
}

#[test]
fn a_key_says_why_it_is_refused() {
    let Some(groups) = groups("json_web_key_test.json") else { return };
    let reason = |name: &str| {
        let group = groups.iter().find(|group| group.name == name).expect("a group");
        let members = read_object(group.document["keys"][0].to_string().as_bytes()).expect("an object");
        VerifyingKey::from_jwk(&members, Algorithm::Rs256).expect_err("refused").to_string()
    };
    assert_eq!(reason("jws_rsa_roca_key"), "its modulus comes from a weak generator");
    assert_eq!(reason("keysize_too_small"), "its modulus is not odd and of 2048 to 8192 bits");
    assert_eq!(reason("exponentOne"), "its exponent is not odd and of 65537 to 4294967295");
    assert_eq!(reason("invalid_point"), "it is no point of its curve");
    assert_eq!(reason("invalid_use"), "its use is not `sig`");
}

#[test]
fn a_set_of_published_keys_never_makes_a_token_of_hmac_good() {
    let Some(groups) = groups("json_web_signature_test.json") else { return };
    let keys: Vec<Value> =
        groups.iter().filter(|group| !group.symmetric).map(|group| group.document["keys"][0].clone()).collect();
    let public = json!({ "keys": [keys.iter().find(|key| key["kty"] == "EC").expect("a key")] });
    let set = Jwks::parse(public.to_string().as_bytes(), Algorithm::Rs256).expect("a set");
    let mut tried = 0;
    for group in groups.iter().filter(|group| group.symmetric) {
        for (_, _, token) in group.tests.iter().filter(|(_, valid, _)| *valid) {
            assert!(matches!(open(token, &set), Err(TokenError::Algorithm | TokenError::Encoding)));
            tried += 1;
        }
    }
    assert_eq!(tried, 10);
}
