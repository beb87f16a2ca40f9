//! What of the provider stands at the server door: what programs need, and nothing for people.

use idp::Endpoint;
use serde_json::json;

use super::{Machines, SECRET, basic, json_of, posted};
use crate::two_doors::{assert_problem, get};

#[test]
fn the_server_door_has_what_programs_need_and_nothing_for_people() {
    let machines = Machines::open();
    let leaf = machines.house.workload("batch");
    for endpoint in Endpoint::ALL {
        let base = if endpoint.is_well_known() { "" } else { "/auth" };
        let answer = machines.at(&leaf).exchange(get(&format!("{base}{}", endpoint.path()), &[]));
        match endpoint {
            Endpoint::ServerMetadata | Endpoint::Jwks => assert_eq!(answer.status, 200, "{endpoint:?}"),
            Endpoint::Token | Endpoint::Introspect | Endpoint::Revoke => assert_eq!(answer.status, 405, "{endpoint:?}"),
            _ => assert_problem(&answer, 404, "not-found"),
        }
    }
    let document = json_of(&machines.at(&leaf).exchange(get("/.well-known/oauth-authorization-server", &[])));
    assert_eq!(document["issuer"], machines.issuer);
    assert_eq!(document["token_endpoint"], format!("{}/auth/token", machines.origin));
    assert_eq!(document["grant_types_supported"], json!(["client_credentials"]));
    assert!(document.get("authorization_endpoint").is_none());
    // The issuer is one, and its keys are.
    let keys = |answer| json_of(&answer)["keys"].clone();
    let here = keys(machines.at(&leaf).exchange(get("/auth/jwks", &[])));
    assert_eq!(here, keys(machines.house.get("/auth/jwks", &[])));
}

#[test]
fn the_server_door_gives_tokens_by_client_credentials_alone_and_the_client_door_by_anything_else() {
    let machines = Machines::open();
    let leaf = machines.house.workload("batch");
    let batch = basic("batch", SECRET);
    for grant in ["refresh_token&refresh_token=x", "authorization_code&code=x", "password&username=ada&password=x"] {
        let answer = machines.post(&leaf, "/auth/token", &[&batch], &format!("grant_type={grant}"));
        assert_eq!((answer.status, error(&answer.text())), (400, json!("unsupported_grant_type")), "{grant}");
    }
    let mut at_client = machines.house.at_client();
    let answer = posted(&mut at_client, "/auth/token", &[&batch], "grant_type=client_credentials");
    assert_eq!((answer.status, error(&answer.text())), (400, json!("unauthorized_client")));
    for wrong in [basic("batch", "secret_other"), basic("nobody", SECRET), basic("signer", SECRET)] {
        let answer = machines.post(&leaf, "/auth/token", &[&wrong], "grant_type=client_credentials");
        assert_eq!((answer.status, error(&answer.text())), (401, json!("invalid_client")));
    }
}

#[test]
fn a_browser_gets_nothing_of_the_provider_at_the_server_door() {
    let machines = Machines::open();
    let leaf = machines.house.workload("batch");
    for sign in ["origin: https://shop.test", "sec-fetch-site: none", "cookie: __Host-vestibule-session=x"] {
        let answer =
            machines.post(&leaf, "/auth/token", &[&basic("batch", SECRET), sign], "grant_type=client_credentials");
        assert_problem(&answer, 403, "browser-not-allowed");
        assert_problem(&machines.at(&leaf).exchange(get("/auth/jwks", &[sign])), 403, "browser-not-allowed");
    }
    let answer =
        machines.post(&leaf, "/auth/token?client_secret=x&access_token=y", &[], "grant_type=client_credentials");
    assert_problem(&answer, 400, "credential-in-query");
}

#[test]
fn an_app_that_signs_names_the_issuer_or_the_door_that_it_is_at() {
    let machines = Machines::open();
    let leaf = machines.house.workload("signer");
    let ask = |audience: &str, id: &str| {
        let assertion = machines.assertion(audience, id);
        let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        let form = format!("grant_type=client_credentials&client_assertion_type={kind}&client_assertion={assertion}");
        machines.post(&leaf, "/auth/token", &[], &form)
    };
    let here = format!("{}/auth/token", machines.origin);
    let token = json_of(&ask(&here, "one"))["access_token"].as_str().expect("a token").to_owned();
    assert_eq!(json_of(&ask(&machines.issuer, "two"))["scope"], "orders.read");
    // What was signed for the other door, for somebody else or once before is nobody's word.
    let elsewhere = format!("{}/auth/token", machines.issuer);
    for (audience, id) in [(&*elsewhere, "three"), ("https://other.example", "four"), (&*here, "one")] {
        let answer = ask(audience, id);
        assert_eq!((answer.status, error(&answer.text())), (401, json!("invalid_client")), "{audience}");
    }
    assert_eq!(machines.call(&leaf, "/stock/list", &token).status, 200);
    assert_problem(&machines.call(&leaf, "/orders/list", &token), 403, "not-allowed");
}

fn error(text: &str) -> serde_json::Value {
    serde_json::from_str::<serde_json::Value>(text).unwrap_or_else(|_| panic!("{text}"))["error"].clone()
}
