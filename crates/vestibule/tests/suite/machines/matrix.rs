//! Every kind of credential at both doors: what fits a door opens it, and nothing else does.

use idp::Digest;
use serde_json::Value;
use testkit::Answer;

use super::{Machines, json_of, posted};
use crate::person::{Person, parameter};
use crate::two_doors::{FROM_PAGE, SERVED, bearer, get, said};

/// APIs that take whatever fits their doors.
const EVERYTHING: [(&str, &str); 3] = [
    ("{ keys: [publishable, restricted] }", "{ keys: [publishable, restricted], users: any }"),
    ("{ keys: secret }", "{ keys: secret, apps: any, workloads: orders }"),
    (
        "apps:\n",
        "apps:\n  cli: { type: native, redirect_uris: \"http://127.0.0.1/callback\", consent: never, scopes: [openid, \
         offline_access] }\n  page: { type: session, origins: \"@issuer@\", consent: never }\n",
    ),
];

const VERIFIER: &str = "a-verifier-of-this-test-alone-that-is-long-enough";

/// What a person's application gets.
fn tokens_of(machines: &Machines, person: &mut Person) -> Value {
    let challenge = auth::jose::encode_base64url(&Digest::of(VERIFIER).0);
    let address = format!(
        "{}/auth/authorize?response_type=code&client_id=cli&redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback\
         &scope=openid%20offline_access&state=s&code_challenge={challenge}&code_challenge_method=S256",
        machines.issuer
    );
    let landed = person.walk(&address);
    let code = parameter(&landed, "code").unwrap_or_else(|| panic!("{landed}"));
    let form = format!(
        "grant_type=authorization_code&client_id=cli&code={code}&code_verifier={VERIFIER}\
         &redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback"
    );
    json_of(&posted(&mut machines.house.at_client(), "/auth/token", &[], &form))
}

#[test]
fn what_fits_a_door_opens_it_and_what_does_not_is_refused() {
    let machines = Machines::open_with(&EVERYTHING);
    let mut person = Person::new("ada@shop.example", &machines.house.people);
    person.register(&machines.house.house, &machines.issuer);
    let tokens = tokens_of(&machines, &mut person);
    let page = person.open(&format!("{}/auth/session/start?return_to=/notes/list", machines.issuer)).page();
    assert!(page.url.ends_with("/notes/list"), "{}", page.url);
    let session = person.cookie("__Host-vestibule-session").expect("a session").to_owned();
    let leaf = machines.house.workload("batch");
    let own = machines.token(&leaf, "");
    let token = |name: &str| format!("authorization: Bearer {}", tokens[name].as_str().expect("a token"));
    let keys = &machines.house.keys;

    let served = (200, SERVED);
    let (misplaced, invalid) = ((401, "credential-misplaced"), (401, "credential-invalid"));
    // A session is one of an origin: its port counts.
    let host = format!("{}\r\n", machines.issuer.replacen("https://", "host: ", 1));
    let mut wrong = Vec::new();
    for (what, field, at_client, at_server) in [
        ("a session", format!("cookie: __Host-vestibule-session={session}"), served, (403, "browser-not-allowed")),
        ("a person's token", token("access_token"), served, misplaced),
        // Without the certificate that it is bound to it is nobody's, before it is asked where it belongs.
        ("a program's token", format!("authorization: Bearer {own}"), invalid, served),
        ("an ID token", token("id_token"), invalid, invalid),
        ("a refresh token", token("refresh_token"), invalid, invalid),
        ("a publishable key", format!("{}\r\n{FROM_PAGE}", bearer(&keys.page)), served, misplaced),
        ("a restricted key", bearer(&keys.app), served, misplaced),
        ("a secret key", bearer(&keys.erp), misplaced, served),
        ("nothing", "accept: */*".to_owned(), (401, "credential-required"), (403, "not-allowed")),
    ] {
        let asked = get("/notes/list", &[&field]).replacen("host: localhost\r\n", &host, 1);
        wrong.extend(unless(&machines.house.at_client().exchange(asked), at_client, what, "client"));
        wrong.extend(unless(&machines.at(&leaf).exchange(get("/books/list", &[&field])), at_server, what, "server"));
    }
    // A workload is known by its connection; the client door asks for no certificate, and so is shown none.
    wrong.extend(unless(&machines.house.get_as("orders", "/books/list", &[]), served, "a workload", "server"));
    assert_eq!(wrong, Vec::<String>::new());
}

/// What is to be said of an answer that is not the expected one.
fn unless(answer: &Answer, expected: (u16, &str), what: &str, door: &str) -> Option<String> {
    let (status, text) = said(answer);
    ((status, text.as_str()) != expected).then(|| format!("{what} at the {door} door: {status} {text}"))
}
