//! Tokens of an issuer that is not ours: read, asked about, and never believed for want of an answer.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use auth::jose::{Algorithm, Jwks, SigningKey};
use serde_json::{Value, json};
use testkit::{Answer, Backend, Connection, Deadline, House, Reply, port, script};

use crate::standing::house;
use crate::two_doors::get;

const AUDIENCE: &str = "https://api.shop.example";

/// What an issuer has at one of its paths.
fn said(issuer: &str, keys: &str, path: &str, is_good: bool) -> Reply {
    let answer = match path {
        "/.well-known/openid-configuration" => json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") }),
        "/keys" => serde_json::from_str(keys).expect("a set"),
        "/introspect" if is_good => {
            json!({ "active": true, "sub": "p1", "client_id": "web", "aud": AUDIENCE, "scope": "orders.read" })
        }
        "/introspect" => json!({ "active": false }),
        _ => return Reply::status(404, ""),
    };
    Reply::ok(answer.to_string()).field("content-type", "application/json")
}

/// An issuer at this address with one key.
fn issuer_at(address: SocketAddr, key: &SigningKey) -> Backend {
    issuer_with(address, &Arc::new(RwLock::new(set(&[key]))))
}

/// An issuer at this address with the keys that stand there now.
fn issuer_with(address: SocketAddr, keys: &Arc<RwLock<String>>) -> Backend {
    let (issuer, keys) = (format!("http://{address}"), Arc::clone(keys));
    Backend::on(address, move |head, _| script::answer(said(&issuer, &keys.read().expect("keys"), &head.target, false)))
}

fn set(keys: &[&SigningKey]) -> String {
    Jwks::of(keys.iter().map(|key| key.public().clone())).expect("a set").document()
}

fn new_key() -> SigningKey {
    SigningKey::generate(Algorithm::Es256).expect("a key")
}

fn free() -> SocketAddr {
    ([127, 0, 0, 1], port::free()).into()
}

fn opened(issuer: SocketAddr, service: &Backend, more: &str) -> (House, SocketAddr) {
    let door = free();
    let prepared = house().environment("CORP_SECRET", "s3cret").config(&format!(
        "vestibule: 1\ndoors:\n  client: {{ listen: \"{door}\", tls: none }}\n\
         issuers:\n  corp:\n    issuer: \"http://{issuer}\"\n    use: tokens\n    audience: {AUDIENCE}\n{more}\
         services: {{ shop: {{ urls: \"{}\" }} }}\n\
         apis:\n  shop:\n    door: client\n    service: shop\n\
         \x20   callers: {{ users: {{ issuers: corp, scopes: orders.read }} }}\n\
         \x20   operations: {{ read: GET /orders }}\n",
        service.url()
    ));
    (prepared.start(), door)
}

fn claims(issuer: SocketAddr, other: &Value) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let mut claims = json!({
        "iss": format!("http://{issuer}"), "aud": AUDIENCE, "sub": "p1", "client_id": "web", "scope": "orders.read",
        "iat": now, "exp": now + 300,
    });
    for (name, value) in other.as_object().expect("claims") {
        claims[name] = value.clone();
    }
    claims
}

fn with_token(door: SocketAddr, token: &str) -> Answer {
    Connection::plain(door).exchange(get("/orders", &[&format!("authorization: Bearer {token}")]))
}

#[test]
fn a_token_of_an_issuer_of_the_file_opens_what_it_was_given_for_and_nothing_else() {
    let (address, key) = (free(), SigningKey::generate(Algorithm::Es256).expect("a key"));
    let (_issuer, service) = (issuer_at(address, &key), Backend::saying("orders"));
    let (house, door) = opened(address, &service, "");
    let token = |claims: &Value| key.sign("at+jwt", claims).expect("signed");
    let good = token(&claims(address, &json!({})));
    for _ in 0..3 {
        let answer = with_token(door, &good);
        assert_eq!((answer.status, answer.text().as_str()), (200, "orders"));
    }
    assert_eq!(service.requests()[0].head.field("authorization"), None, "the token went on");
    let line = house.wait_for_log("\"kind\":\"user\"");
    assert!(!line.contains("p1"), "the log says what the issuer calls a person: {line}");
    let stranger = SigningKey::generate(Algorithm::Es256).expect("a key");
    for (what, token, status) in [
        ("for somebody else", token(&claims(address, &json!({ "aud": "https://other.example" }))), 401),
        ("over", token(&claims(address, &json!({ "exp": 1_700_000_000 }))), 401),
        ("of another issuer", token(&claims(address, &json!({ "iss": "https://evil.example" }))), 401),
        ("about a sign-in", token(&claims(address, &json!({ "nonce": "n" }))), 401),
        ("of another key", stranger.sign("at+jwt", &claims(address, &json!({}))).expect("signed"), 401),
        ("of another kind", key.sign("dpop+jwt", &claims(address, &json!({}))).expect("signed"), 401),
        ("changed", good.replace(".ey", ".eY"), 401),
        ("no JWT, and nobody is asked", "opaque".to_owned(), 401),
        ("without the scope", token(&claims(address, &json!({ "scope": "orders.write" }))), 403),
    ] {
        let answer = with_token(door, &token);
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        let challenge = answer.field("www-authenticate").unwrap_or_default().to_owned();
        let error = if status == 403 { "insufficient_scope" } else { "invalid_token" };
        assert!(challenge.contains(&format!("error=\"{error}\"")), "{what}: {challenge}");
    }
    let machine = with_token(door, &token(&claims(address, &json!({ "sub": "web" }))));
    assert!(
        matches!(machine.status, 401 | 403 | 404),
        "an application of its own at a client door: {}",
        machine.text()
    );
    assert_eq!(service.requests().len(), 3, "no refused request reached the service");
}

#[test]
fn an_issuer_that_cannot_be_reached_makes_nothing_pass_and_is_believed_once_it_can_be() {
    let (address, key) = (free(), SigningKey::generate(Algorithm::Es256).expect("a key"));
    let service = Backend::saying("orders");
    let (_house, door) = opened(address, &service, "");
    let token = key.sign("at+jwt", &claims(address, &json!({}))).expect("signed");
    let answer = with_token(door, &token);
    assert_eq!((answer.status, answer.problem().as_deref()), (503, Some("issuer-unavailable")), "{}", answer.text());
    let issuer = issuer_at(address, &key);
    let deadline = Deadline::within(Duration::from_secs(30));
    issuer.wait_until("it is asked for its keys", Duration::from_secs(30), |issuer| issuer.arrivals() >= 2);
    while with_token(door, &token).status != 200 {
        assert!(deadline.left().is_some(), "it is back, and not believed");
    }
}

#[test]
fn a_token_that_only_its_issuer_reads_is_asked_about_once_and_remembered() {
    let (address, key) = (free(), SigningKey::generate(Algorithm::Es256).expect("a key"));
    let keys = Arc::new(Jwks::of([key.public().clone()]).expect("a set").document());
    let issuer = format!("http://{address}");
    let asked = Backend::on(address, move |head, _| {
        let good = head.all("content-length").first() == Some(&good_length().as_slice());
        script::answer(said(&issuer, &keys, &head.target, good))
    });
    let service = Backend::saying("orders");
    let more = format!(
        "    opaque: {{ introspect: \"http://{address}/introspect\" }}\n    \
         client: {{ id: vestibule, secret: \"${{env:CORP_SECRET}}\" }}\n"
    );
    let (_house, door) = opened(address, &service, &more);
    for _ in 0..3 {
        assert_eq!(with_token(door, "good").status, 200);
    }
    for _ in 0..3 {
        assert_eq!(with_token(door, "something-else").status, 401);
    }
    let questions: Vec<_> =
        asked.requests().into_iter().filter(|request| request.head.target == "/introspect").collect();
    assert_eq!(questions.len(), 2, "each was asked about once");
    assert_eq!(questions[0].body, GOOD.as_bytes());
    let basic = questions[0].head.field("authorization");
    assert_eq!(basic, Some(&b"Basic dmVzdGlidWxlOnMzY3JldA=="[..]), "as whom it is asked");
}

const GOOD: &str = "token=good&token_type_hint=access_token";

fn good_length() -> Vec<u8> {
    GOOD.len().to_string().into_bytes()
}

#[test]
fn an_issuer_changes_its_keys_and_no_good_token_is_refused() {
    let (address, one, two) = (free(), new_key(), new_key());
    let published = Arc::new(RwLock::new(set(&[&one])));
    let (_issuer, service) = (issuer_with(address, &published), Backend::saying("orders"));
    let (_house, door) = opened(address, &service, "");
    let mut number = 0;
    let mut with_new_token = |key: &SigningKey| {
        number += 1;
        let token = key.sign("at+jwt", &claims(address, &json!({ "jti": number.to_string() }))).expect("signed");
        with_token(door, &token).status
    };
    assert_eq!(with_new_token(&one), 200);
    *published.write().expect("keys") = set(&[&one, &two]);
    assert_eq!([&two, &one, &two].map(&mut with_new_token), [200; 3]);
}

#[test]
fn while_an_issuer_is_away_known_keys_go_on_and_of_others_nothing_can_be_said() {
    let (address, key) = (free(), new_key());
    let (issuer, service) = (issuer_at(address, &key), Backend::saying("orders"));
    let (house, door) = opened(address, &service, "");
    let token =
        |key: &SigningKey, id: &str| key.sign("at+jwt", &claims(address, &json!({ "jti": id }))).expect("signed");
    assert_eq!(with_token(door, &token(&key, "one")).status, 200);
    drop(issuer);
    assert_eq!(with_token(door, &token(&key, "two")).status, 200, "its key is known");
    let answer = with_token(door, &token(&new_key(), "three"));
    assert_eq!((answer.status, answer.problem().as_deref()), (503, Some("issuer-unavailable")), "{}", answer.text());
    let line = house.wait_for_log("issuer-unavailable");
    assert!(line.contains("`corp`: the metadata: "), "the log does not say why: {line}");
    let told = told(&house, &["show", "corp"], None);
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.status.success() && text.contains("kept") && text.contains("the metadata: "), "{told:?}");
}

#[test]
fn what_its_issuer_has_ended_is_refused_within_the_time_that_the_file_says() {
    let (address, good) = (free(), Arc::new(RwLock::new(true)));
    let (issuer, keys, holds) = (format!("http://{address}"), set(&[&new_key()]), Arc::clone(&good));
    let _issuer = Backend::on(address, move |head, _| {
        script::answer(said(&issuer, &keys, &head.target, *holds.read().expect("a word")))
    });
    let service = Backend::saying("orders");
    let more = format!(
        "    opaque: {{ introspect: \"http://{address}/introspect\", remember: 3s }}\n    \
         client: {{ id: vestibule, secret: \"${{env:CORP_SECRET}}\" }}\n"
    );
    let (_house, door) = opened(address, &service, &more);
    let began = Instant::now();
    assert_eq!(with_token(door, "good").status, 200);
    *good.write().expect("a word") = false;
    while with_token(door, "good").status == 200 {
        assert!(began.elapsed() < Duration::from_secs(10), "it is believed for longer than the file says");
    }
    // Times in answers are whole seconds.
    assert!(began.elapsed() >= Duration::from_secs(1), "it was not remembered");
}

/// `vestibule issuers …` beside the running gateway, with this on standard input.
fn told(house: &House, arguments: &[&str], input: Option<&str>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vestibule"));
    command.current_dir(house.folder()).arg("issuers").args(arguments).env("CORP_SECRET", "s3cret");
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("the program");
    let mut stdin = child.stdin.take().expect("its standard input");
    stdin.write_all(input.unwrap_or_default().as_bytes()).expect("to be read");
    drop(stdin);
    child.wait_with_output().expect("an end")
}

#[test]
fn an_issuer_and_a_token_of_it_are_tried_by_command_and_no_token_is_printed() {
    let (address, key) = (free(), new_key());
    let (issuer, service) = (issuer_at(address, &key), Backend::saying("orders"));
    let (house, door) = opened(address, &service, "");
    let token = |other: &Value| key.sign("at+jwt", &claims(address, other)).expect("signed");
    let good = token(&json!({}));
    assert_eq!(with_token(door, &good).status, 200);
    let json = |arguments: &[&str], input: Option<&str>| {
        let told = told(&house, &[arguments, &["--json"]].concat(), input);
        let object: Value = serde_json::from_slice(&told.stdout).unwrap_or_else(|_| panic!("{told:?}"));
        (told.status.code(), object)
    };
    let (code, list) = json(&["list"], None);
    let one = &list["issuers"][0];
    assert_eq!(
        (code, &one["name"], &one["state"], &one["keys"]),
        (Some(0), &json!("corp"), &json!("known"), &json!(1))
    );
    let (code, tested) = json(&["test", "corp"], None);
    assert_eq!((code, &tested["issuer"]["keys"][0]["id"]), (Some(0), &json!(key.id())), "{tested}");
    let (code, tested) = json(&["test", "corp", "--token"], Some(&good));
    assert_eq!((code, &tested["token"]["subject"]), (Some(0), &json!("p1")), "{tested}");
    for (what, token) in [
        ("for somebody else", token(&json!({ "aud": "https://other.example" }))),
        ("over", token(&json!({ "exp": 1_700_000_000 }))),
        ("of another issuer", token(&json!({ "iss": "https://evil.example" }))),
        ("no JWT", "open-sesame".to_owned()),
    ] {
        let (code, tested) = json(&["test", "corp", "--token"], Some(&token));
        assert_eq!((code, &tested["ok"], &tested["token"]["good"]), (Some(1), &json!(false), &json!(false)), "{what}");
        assert!(tested["token"]["why"].is_string() && !tested.to_string().contains(&token), "{what}: {tested}");
    }
    assert_eq!(json(&["show", "other"], None).0, Some(6), "there is no such issuer");
    drop(issuer);
    let (code, tested) = json(&["test", "corp"], None);
    assert_eq!((code, &tested["issuer"]["good"]), (Some(1), &json!(false)), "{tested}");
}
