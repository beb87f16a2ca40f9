//! What may be said of an app.

use super::*;

fn said(kind: &str) -> Registration {
    Registration { kind: kind.to_owned(), ..Registration::default() }
}

fn faults(registration: &Registration) -> String {
    let faults = registration.settings("shop", Box::default()).expect_err("something is wrong");
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn every_kind_of_app_can_be_said_and_comes_back_as_it_was() {
    let session = Registration {
        origins: texts(&["https://shop.example"]),
        after_sign_out: texts(&["/", "https://shop.example/bye"]),
        consent: Some("never".to_owned()),
        ..said("session")
    };
    let native =
        Registration { redirect_uris: texts(&["http://127.0.0.1/back", "com.example.app:/back"]), ..said("native") };
    let server = Registration { redirect_uris: texts(&["https://shop.example/back"]), ..said("server") };
    let machine = Registration { scopes: texts(&["stock.write"]), bound: Some("dpop".to_owned()), ..said("machine") };
    let page = Registration {
        redirect_uris: texts(&["https://shop.example/back"]),
        origins: texts(&["https://shop.example"]),
        tokens_in_browser: Some("an old page".to_owned()),
        ..said("page")
    };
    for registration in [session, native, server, machine, page] {
        let settings = registration.settings("shop", Box::new([Digest([1; 32])])).expect("an app");
        assert_eq!(settings.kind.as_str(), registration.kind);
        assert_eq!(matches!(settings.authenticate, Authenticate::Secret { .. }), registration.has_secret());
        let text = registration.to_text().expect("a text");
        assert_eq!(Registration::of_text(&text).expect("the same"), registration);
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let wrong = Registration {
        redirect_uris: texts(&["https://shop.example/#fragment", "http://shop.example/"]),
        origins: texts(&["https://shop.example/"]),
        scopes: texts(&["two words"]),
        consent: Some("perhaps".to_owned()),
        resources: texts(&["orders"]),
        title: Some("two\nlines".to_owned()),
        ..said("server")
    };
    let told = faults(&wrong);
    for part in [
        "no fragment",
        "begins with `https://`",
        "an origin is",
        "a scope is",
        "not `perhaps`",
        "web address",
        "on one line",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn what_the_file_refuses_is_refused_here() {
    assert!(faults(&said("robot")).contains("`robot` is no type of app"));
    assert!(faults(&said("server")).contains("`redirect_uris` is missing"));
    assert!(faults(&said("session")).contains("`origins` is missing"));
    let page = Registration {
        origins: texts(&["https://a.example"]),
        redirect_uris: texts(&["https://a.example/"]),
        ..said("page")
    };
    assert!(faults(&page).contains("any script can take them"));
    let machine = Registration { scopes: texts(&["openid"]), ..said("machine") };
    assert!(faults(&machine).contains("no meaning for an app without people"));
    let native = Registration { tokens_in_browser: Some("why".to_owned()), ..said("native") };
    assert!(faults(&native).contains("only a `page`"));
    let keys = Registration { public_keys: Some(serde_json::json!({ "keys": [] })), ..said("machine") };
    assert!(faults(&keys).contains("`public_keys`"), "{}", faults(&keys));
    assert!(said("native").settings("Shop", Box::default()).is_err(), "the name");
    assert!(Registration::of_text(r#"{"type":"native","colour":"red"}"#).is_err(), "an unknown word");
}
