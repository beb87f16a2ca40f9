//! Which queries hold a credential.

use proptest::prelude::*;

use super::has_credential;

#[test]
fn a_name_that_says_credential_is_one() {
    for query in
        ["access_token=x", "api_key=x", "apikey", "a=b&API_KEY=x", "Access%5FToken=x", "%61pikey=", "apikey=&a"]
    {
        assert!(has_credential(query), "{query}");
    }
}

#[test]
fn one_of_our_keys_is_a_credential_under_any_name_and_in_any_writing() {
    for query in [
        "key=vst_secret_k3Jx",
        "x=vst_restricted_",
        "vst_publishable_abc",
        "x=Bearer%20vst_secret_abc",
        "x=%76st_secret%5Fabc",
        "x=%vst_secret_abc",
        "x=%7vst_secret_abc",
        "a=1&b=vvst_secret_",
    ] {
        assert!(has_credential(query), "{query}");
    }
}

#[test]
fn other_queries_hold_none() {
    for query in [
        "",
        "a",
        "a=b",
        "key=abc",
        "token=abc",
        "keys=vst_",
        "x=vst_other_abc",
        "my_api_key_name=x",
        "x=api_key",
        "%",
        "%4",
        "=&&=",
    ] {
        assert!(!has_credential(query), "{query}");
    }
}

fn encoded(text: &str, which: &[bool]) -> String {
    let octet = |(octet, encode): (u8, &bool)| {
        if *encode { format!("%{octet:02x}") } else { char::from(octet).to_string() }
    };
    text.bytes().zip(which.iter().cycle()).map(octet).collect()
}

proptest! {
    #[test]
    fn no_encoding_hides_a_key(before in "[a-z=&%]{0,12}", which in prop::collection::vec(any::<bool>(), 1..12)) {
        let query = format!("{before}&x={}", encoded("vst_secret_abc", &which));
        prop_assert!(has_credential(&query), "{}", query);
        let named = format!("{before}&{}=1", encoded("access_token", &which));
        prop_assert!(has_credential(&named), "{}", named);
    }
}
