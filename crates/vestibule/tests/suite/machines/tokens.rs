//! What a token of a program is, what it opens, and when it ends.

use auth::jose::encode_base64url;
use serde_json::json;
use testkit::Deadline;

use super::{Machines, SECRET, basic, claims, json_of, posted, without_certificate};
use crate::two_doors::{SOON, assert_problem, assert_served, get, request};

#[test]
fn a_program_gets_a_token_for_itself_that_only_its_certificate_opens_with() {
    let machines = Machines::open();
    let leaf = machines.house.workload("batch");
    let told = machines.token_with(&leaf, "");
    assert_eq!((&told["token_type"], &told["scope"]), (&json!("Bearer"), &json!("orders.read orders.write")));
    assert!(told.get("refresh_token").is_none() && told.get("id_token").is_none(), "{told}");
    let token = told["access_token"].as_str().expect("a token");
    let claims = claims(token);
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(machines.issuer), &json!(machines.issuer)));
    assert_eq!((&claims["sub"], &claims["client_id"]), (&json!("batch"), &json!("batch")));
    let certificate = auth::certificate::read(&leaf.der).expect("a certificate");
    assert_eq!(claims["cnf"], json!({ "x5t#S256": encode_base64url(&certificate.sha256) }));

    assert_served(&machines.call(&leaf, "/orders/list", token));
    // The same token with another certificate, also of the same workload, is a stolen one.
    for other in ["other", "batch"] {
        let answer = machines.call(&machines.house.workload(other), "/orders/list", token);
        assert_problem(&answer, 401, "credential-invalid");
    }
    // The certificate alone is a workload, which the API does not name.
    assert_problem(&machines.at(&leaf).exchange(get("/orders/list", &[])), 403, "not-allowed");
    // At the client door no program calls for itself.
    let bearer = format!("authorization: Bearer {token}");
    assert_eq!(machines.house.get("/notes/list", &[&bearer]).status, 401);
}

#[test]
fn a_token_is_for_the_scopes_and_resources_that_were_asked_for() {
    let machines = Machines::open();
    let leaf = machines.house.workload("batch");
    let read = machines.token(&leaf, "&scope=orders.read");
    assert_served(&machines.call(&leaf, "/orders/list", &read));
    let bearer = format!("authorization: Bearer {read}");
    let answer = machines.at(&leaf).exchange(request("POST", "/orders/list", &[&bearer], "{}"));
    assert_problem(&answer, 403, "insufficient-scope");
    assert!(answer.field("www-authenticate").is_some_and(|asked| asked.contains("scope=\"orders.write\"")));

    let resource = format!("&resource={}", machines.origin.replace(':', "%3A").replace('/', "%2F") + "%2Forders");
    let orders = machines.token(&leaf, &resource);
    assert_eq!(claims(&orders)["aud"], json!(format!("{}/orders", machines.origin)));
    assert_served(&machines.call(&leaf, "/orders/list", &orders));
    assert_problem(&machines.call(&leaf, "/stock/list", &orders), 401, "credential-invalid");
    let form = "grant_type=client_credentials&resource=https%3A%2F%2Fother.example";
    let answer = machines.post(&leaf, "/auth/token", &[&basic("batch", SECRET)], form);
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert!(answer.text().contains("invalid_target"), "{}", answer.text());
}

#[test]
fn a_program_asks_about_its_token_and_ends_it_at_the_server_door() {
    let machines = Machines::open();
    let leaf = machines.house.workload("batch");
    let token = machines.token(&leaf, "");
    let batch = basic("batch", SECRET);
    let about = format!("token={token}");
    let told = json_of(&machines.post(&leaf, "/auth/introspect", &[&batch], &about));
    assert_eq!((&told["active"], &told["client_id"]), (&json!(true), &json!("batch")));
    assert_eq!((&told["token_type"], &told["iss"]), (&json!("Bearer"), &json!(machines.issuer)));
    assert_served(&machines.call(&leaf, "/orders/list", &token));

    assert_eq!(machines.post(&leaf, "/auth/revoke", &[&batch], &about).status, 200);
    let told = json_of(&machines.post(&leaf, "/auth/introspect", &[&batch], &about));
    assert_eq!(told, json!({ "active": false }));
    // It was remembered at the door, and is forgotten there within a second.
    let deadline = Deadline::within(SOON);
    while machines.call(&leaf, "/orders/list", &token).status != 401 {
        assert!(!deadline.passed(), "the token still opens the API");
    }
}

#[test]
fn an_api_at_a_server_door_says_who_gives_out_tokens_for_it() {
    let machines = Machines::open();
    let leaf = machines.house.workload("batch");
    let answer = machines.call(&leaf, "/orders/list", "ey.not.one");
    assert_problem(&answer, 401, "credential-invalid");
    let place = format!("{}/.well-known/oauth-protected-resource/orders", machines.origin);
    let asked = answer.field("www-authenticate").expect("a challenge").to_owned();
    assert!(asked.contains(&format!("resource_metadata=\"{place}\"")), "{asked}");
    let told = json_of(&machines.at(&leaf).exchange(get("/.well-known/oauth-protected-resource/orders", &[])));
    assert_eq!(told["resource"], format!("{}/orders", machines.origin));
    assert_eq!(told["authorization_servers"], json!([machines.issuer]));
    assert_eq!(told["scopes_supported"], json!(["orders.read", "orders.write"]));
    assert_eq!(told["tls_client_certificate_bound_access_tokens"], json!(true));
    // Whoever does not come through the door hears nothing of it.
    assert!(machines.house.refuses_handshake(&testkit::ClientTls::new(&machines.house.people)));
    assert_problem(&machines.house.get("/.well-known/oauth-protected-resource/orders", &[]), 404, "not-found");
}

#[test]
fn without_a_certificate_a_token_is_bound_to_nothing_and_opens_only_what_says_so() {
    let machines = Machines::open_with(&[
        ("  server:\n", "  server:\n    loosen: { certificate-optional: programs of partners }\n"),
        ("machines: server }", "machines: server, loosen: { no-certificate: programs of partners } }"),
        ("{ keys: secret }\n", "{ keys: secret }\n    loosen: { no-certificate: a test }\n"),
        ("{ apps: batch }\n", "{ apps: batch }\n    loosen: { no-certificate: a test }\n"),
        ("path: /stock\n", "path: /stock\n    loosen: { no-certificate: a test }\n"),
        ("{ unbound-tokens: a test }", "{ unbound-tokens: a test, no-certificate: a test }"),
    ]);
    let mut connection = without_certificate(&machines.house);
    let form = "grant_type=client_credentials";
    let told = json_of(&posted(&mut connection, "/auth/token", &[&basic("batch", SECRET)], form));
    let token = told["access_token"].as_str().expect("a token");
    assert!(claims(token).get("cnf").is_none());
    let bearer = format!("authorization: Bearer {token}");
    let call = |target: &str| without_certificate(&machines.house).exchange(get(target, &[&bearer]));
    assert_served(&call("/loose/list"));
    assert_problem(&call("/orders/list"), 403, "not-allowed");
    let answer = without_certificate(&machines.house).exchange(get("/orders/list", &[]));
    assert_problem(&answer, 401, "credential-required");
    let mut asked = answer.fields.iter().filter(|(name, _)| name == "www-authenticate");
    assert!(asked.all(|(_, asked)| asked.contains("resource_metadata=")), "{answer:?}");
}
