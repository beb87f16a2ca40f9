//! One test for each cell of the mission's table, at the client door and at the server door.

use std::time::{Duration, Instant};

use testkit::http2::{Http2, Outcome};
use testkit::{Answer, Backend, ClientTls, Connection, Deadline, Reply, script};

use crate::standing::house;
use crate::two_doors::{
    FROM_PAGE, Ground, SERVED, SOON, TwoDoors, assert_problem, assert_served, bearer, get, refuses_handshake, request,
};

/// What of two refusals a stranger can compare: everything but the request id and the time.
fn comparable(answer: &Answer) -> (u16, Vec<(String, String)>, Option<serde_json::Value>) {
    let mut body = answer.json();
    if let Some(body) = body.as_mut().and_then(serde_json::Value::as_object_mut) {
        body.remove("id");
    }
    let mut fields = answer.fields.clone();
    fields.retain(|(name, _)| !matches!(name.as_str(), "x-request-id" | "date"));
    (answer.status, fields, body)
}

/// One request over HTTP/2, with these fields beside the four that every request has.
fn over_http2(house: &TwoDoors, tls: ClientTls, server: bool, target: &str, fields: &[(&[u8], &[u8])]) -> Outcome {
    let address = if server { house.server } else { house.client };
    let stream = tls.alpn(&["h2"]).connect(address).expect("a handshake");
    let pseudo: [(&[u8], &[u8]); 4] =
        [(b":method", b"GET"), (b":scheme", b"https"), (b":authority", b"localhost"), (b":path", target.as_bytes())];
    let all: Vec<_> = pseudo.iter().chain(fields).copied().collect();
    Http2::over(stream).request(1, &all, true).outcome(1, Deadline::within(SOON))
}

/// The value that `show --defaults` prints for an indented key below a heading, by the path to it.
fn shown(all: &str, path: &[&str]) -> String {
    let mut at = 0;
    let mut lines = all.lines();
    for (depth, key) in path.iter().enumerate() {
        let found = lines.find_map(|line| {
            let text = line.trim_start();
            let indented = line.len() - text.len();
            (indented == 2 * depth).then_some(())?;
            text.strip_prefix(&format!("{key}:"))
                .map(|value| value.split('#').next().unwrap_or_default().trim().to_owned())
        });
        let found = found.unwrap_or_else(|| panic!("no {path:?} from {at} on in:\n{all}"));
        at = depth;
        if depth + 1 == path.len() {
            return found;
        }
    }
    String::new()
}

fn defaults() -> String {
    let ground = Ground::new();
    let file = ground.file();
    let ended = ground.prepared.config(&file).command(&["show", "--defaults", "-c", "vestibule.yaml"]);
    assert!(ended.status.success(), "{ended:?}");
    ended.stdout
}

#[test]
fn client_door_who_starts_the_call_keys_of_applications_and_anonymous_only_where_public() {
    let house = TwoDoors::open();
    for key in [&house.keys.app, &house.keys.page] {
        assert_served(&house.get("/notes/list", &[&bearer(key), FROM_PAGE]));
        assert_served(&house.get("/notes/list", &[&format!("x-api-key: {}", key.text.expose()), FROM_PAGE]));
    }
    assert_served(&house.get("/open/things", &[]));
    assert_served(&house.get("/notes/announced", &[]));
    assert_eq!(house.service.arrivals(), 6);
    let refused = house.get("/notes/list", &[]);
    assert_problem(&refused, 401, "credential-required");
    assert_eq!(refused.field("www-authenticate"), Some("Bearer realm=\"vestibule\""));
    // An operation's own callers are all of its callers: the API's publishable keys are not kept.
    assert_problem(&house.get("/notes/own", &[&bearer(&house.keys.page), FROM_PAGE]), 404, "not-found");
    assert_eq!(house.service.arrivals(), 6);
}

#[test]
fn client_door_purpose_a_service_s_data_comes_as_it_gave_it() {
    let data = "{\"things\":[{\"id\":1,\"name\":\"caf\u{e9}\"}]}";
    let reply = Reply::ok(data).field("content-type", "application/json").field("etag", "\"v7\"");
    let ground = Ground::before(Backend::choosing(move |head, _| match head.method.as_str() {
        "POST" => script::echo(),
        _ => script::answer(reply.clone()),
    }));
    let file = ground.file();
    let house = ground.open(&file);
    let answer = house.get("/open/things?page=2", &["accept: application/json"]);
    assert_eq!((answer.status, answer.text().as_str()), (200, data));
    assert_eq!(answer.field("content-type"), Some("application/json"));
    assert_eq!(answer.field("etag"), Some("\"v7\""));
    let sent = "{\"name\":\"new\"}";
    let answer = house.at_client().exchange(request("POST", "/open/things", &["content-type: application/json"], sent));
    assert_eq!(answer.text(), sent);
    let seen = house.service.requests();
    // The service knows nothing of the path that its API is published under.
    assert_eq!(seen.iter().map(|seen| seen.head.target.as_str()).collect::<Vec<_>>(), ["/things?page=2", "/things"]);
    assert_eq!(seen[0].head.text("accept"), Some("application/json"));
    assert_eq!(seen[1].body, sent.as_bytes());
}

#[test]
fn client_door_security_tls_keys_and_security_headers() {
    let house = TwoDoors::open_with(&[
        ("client:\n", "client:\n    hosts: [localhost, shop.test]\n"),
        ("    path: /open\n", "    path: /open\n    host: shop.test\n"),
        ("    path: /notes\n", "    path: /notes\n    host: localhost\n"),
        ("    path: /elsewhere\n", "    path: /elsewhere\n    host: localhost\n"),
    ]);
    for version in [&rustls::version::TLS13, &rustls::version::TLS12] {
        let tls = ClientTls::trusting(house.people.pem().as_bytes(), None, &[version]);
        let answer = Connection::tls(house.client, &tls).exchange(get("/notes/list", &[&bearer(&house.keys.app)]));
        assert_served(&answer);
        assert_eq!(answer.field("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.field("x-frame-options"), Some("DENY"));
        // What one caller was told is for no cache to keep.
        assert_eq!(answer.field("cache-control"), Some("no-store"));
        assert_eq!(answer.field("strict-transport-security"), None, "browsers must not remember it for localhost");
    }
    // No TLS, no request: cleartext at a TLS door gets nothing.
    let (bytes, _) =
        Connection::plain(house.client).send(get("/open/things", &[]).as_bytes()).read_to_end(Deadline::within(SOON));
    assert!(!String::from_utf8_lossy(&bytes).contains("HTTP/"), "{}", bytes.escape_ascii());
    let tls = ClientTls::new(&house.people).name("shop.test");
    let named = get("/open/things", &[]).replace("localhost", "shop.test");
    let answer = Connection::tls(house.client, &tls).exchange(named);
    assert_served(&answer);
    assert_eq!(answer.field("strict-transport-security"), Some("max-age=63072000"));
    assert_eq!(answer.field("cache-control"), None, "a public answer is cached as its service says");
}

#[test]
fn client_door_visibility_terse_errors_and_unknown_and_forbidden_look_alike() {
    let house = TwoDoors::open();
    let key = bearer(&house.keys.other);
    let unknown = comparable(&house.get("/notes/nothing-here", &[&key]));
    let forbidden = comparable(&house.get("/notes/list", &[&key]));
    let unpublished_method = comparable(&house.at_client().exchange(request("DELETE", "/notes/list", &[&key], "")));
    let no_api = comparable(&house.get("/payments/charges", &[&key]));
    assert_eq!(unknown, forbidden);
    assert_eq!(unknown, unpublished_method);
    assert_eq!(unknown, no_api, "the server door's operations are unknown here");
    let answer = house.get("/notes/list", &[&key]);
    assert_problem(&answer, 404, "not-found");
    let body = answer.json().expect("JSON");
    let members: Vec<&String> = body.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["type", "title", "status", "code", "id"]);
    for inside in ["notes", "other", "vestibule.yaml", "127.0.0.1", "callers"] {
        assert!(!answer.text().contains(inside), "{inside}: {}", answer.text());
    }
    // The operator reads in the log what the caller was not told.
    let line = house.house.wait_for_log(body["id"].as_str().expect("an id"));
    assert!(line.contains("\"name\":\"other\"") && line.contains("vestibule.yaml:"), "{line}");
    assert_eq!(house.service.arrivals(), 0);
}

#[test]
fn client_door_visibility_a_service_s_failure_is_replaced() {
    let reply = Reply::status(500, "panic at shop/src/db.rs:17 password=hunter2");
    let ground = Ground::before(Backend::always(script::answer(reply)));
    let file = ground.file();
    let house = ground.open(&file);
    let answer = house.get("/open/things", &[]);
    assert_problem(&answer, 502, "upstream-failed");
    assert!(!answer.text().contains("db.rs"), "{}", answer.text());
}

#[test]
fn client_door_communication_a_request_gets_its_answer_over_http_1_and_http_2() {
    let house = TwoDoors::open();
    let mut connection = house.at_client();
    for _ in 0..3 {
        assert_served(&connection.exchange(get("/open/things", &[])));
    }
    // Three requests sent at once are answered one after the other, in their order.
    let three = ["/open/things", "/notes/list", "/open/things/7"].map(|target| get(target, &[])).concat();
    connection.send(three.as_bytes());
    let statuses: Vec<u16> =
        (0..3).map(|_| connection.answer_to("GET", Deadline::within(SOON)).expect("an answer").status).collect();
    assert_eq!(statuses, [200, 401, 200]);
    let tls = || ClientTls::new(&house.people);
    let answer = over_http2(&house, tls(), false, "/open/things", &[]);
    assert_eq!(answer, Outcome::Answer(200, SERVED.into()));
    let key = format!("Bearer {}", house.keys.app.text.expose());
    let answer = over_http2(&house, tls(), false, "/notes/list", &[(b"authorization", key.as_bytes())]);
    assert_eq!(answer, Outcome::Answer(200, SERVED.into()));
    let refused = over_http2(&house, tls(), false, "/notes/list", &[]);
    assert!(matches!(refused, Outcome::Answer(401, _)), "{refused:?}");
}

#[test]
fn client_door_latency_deadlines_are_short_and_a_slow_service_is_a_504_in_time() {
    let all = defaults();
    assert_eq!(shown(&all, &["doors", "client", "deadline"]), "10s");
    assert_eq!(shown(&all, &["doors", "client", "body"]), "1MiB");
    let ground = Ground::before(Backend::always(script::hang()));
    let file = ground.file().replace("    path: /open\n", "    path: /open\n    deadline: 300ms\n");
    let house = ground.open(&file);
    let began = Instant::now();
    let answer = house.get("/open/things", &[]);
    assert_problem(&answer, 504, "upstream-timeout");
    assert!(began.elapsed() >= Duration::from_millis(300) && began.elapsed() < Duration::from_secs(8), "{began:?}");
}

#[test]
fn server_door_who_starts_the_call_workloads_and_secret_keys_and_nobody_else() {
    let house = TwoDoors::open();
    assert_served(&house.get_as("orders", "/payments/charges", &[]));
    assert_served(&house.get_as("orders", "/books/list", &[&bearer(&house.keys.erp)]));
    assert_eq!(house.service.arrivals(), 2);
    // A certificate alone is not a key, and a key alone is not a certificate.
    assert_problem(&house.get_as("orders", "/books/list", &[]), 403, "not-allowed");
    assert!(house.refuses_handshake(&ClientTls::new(&house.people)));
    assert_eq!(house.service.arrivals(), 2);
}

#[test]
fn server_door_purpose_back_ends_exchange_data_as_they_wrote_it() {
    let ground = Ground::before(Backend::always(script::echo()));
    let file = ground.file();
    let house = ground.open(&file);
    let sent = "<charge><amount>12.50</amount></charge>";
    let charge = request("POST", "/payments/charges", &["content-type: application/xml"], sent);
    let answer = house.at_server(&house.workload("orders")).exchange(charge);
    assert_eq!((answer.status, answer.text().as_str()), (200, sent));
    let seen = &house.service.requests()[0];
    assert_eq!((seen.head.method.as_str(), seen.head.target.as_str()), ("POST", "/charges"));
    assert_eq!(seen.head.text("content-type"), Some("application/xml"));
    // Two megabytes: more than a client door takes, less than a server door does.
    let large = "x".repeat(2 << 20);
    let answer = house.at_server(&house.workload("orders")).exchange(request("POST", "/payments/charges", &[], &large));
    assert_eq!((answer.status, answer.body.len()), (200, large.len()));
}

#[test]
fn server_door_security_mutual_tls_named_callers_per_operation_and_networks() {
    let house = TwoDoors::open();
    let charge = |path: &str| {
        let request = request("POST", "/payments/charges", &[], "{}");
        house.at_server(&house.workload(path)).exchange(request)
    };
    let refund = |path: &str| {
        let request = request("POST", "/payments/refunds", &[], "{}");
        house.at_server(&house.workload(path)).exchange(request)
    };
    assert_served(&charge("orders"));
    assert_served(&refund("team/billing"));
    // Which server may call which operation: what is not said is denied.
    assert_problem(&refund("orders"), 403, "not-allowed");
    assert_problem(&charge("team/billing"), 403, "not-allowed");
    assert_problem(&charge("stranger"), 403, "not-allowed");
    assert_problem(&charge("away"), 403, "network-not-allowed");
    assert!(house.refuses_handshake(&ClientTls::new(&house.people)), "no certificate");
    assert_eq!(house.service.arrivals(), 2);
}

#[test]
fn server_door_security_a_partner_s_key_has_a_named_door_of_its_own() {
    let ground = Ground::new();
    let partners = crate::two_doors::free_address();
    let door = format!(
        "doors:\n  partners:\n    kind: server\n    listen: \"{partners}\"\n    \
         tls: {{ files: [{{ certificate: door.pem, key: door-key.pem }}] }}\n    \
         loosen: {{ certificate-optional: partners hold keys }}\n"
    );
    let books = "  books:\n    door: partners\n    loosen: { no-certificate: their ERP has none }\n";
    let file = ground.file().replacen("doors:\n", &door, 1).replacen("  books:\n    door: server\n", books, 1);
    let house = ground.open(&file);
    let tls = ClientTls::new(&house.people);
    let ask = |target: &str, fields: &[&str]| Connection::tls(partners, &tls).exchange(get(target, fields));
    assert_served(&ask("/books/list", &[&bearer(&house.keys.erp)]));
    assert_problem(&ask("/books/list", &[]), 401, "credential-required");
    assert_problem(&ask("/payments/charges", &[]), 404, "not-found");
    // The other server door did not open with it.
    assert!(house.refuses_handshake(&tls));
    let erp = bearer(&house.keys.erp);
    assert_problem(&house.get_as("orders", "/books/list", &[&erp]), 404, "not-found");
    // A certificate that is shown is still judged.
    let foreign = testkit::Root::new("workloads").workload("spiffe://shop.test/orders");
    assert!(refuses_handshake(partners, &ClientTls::with_certificate(&house.people, &foreign)));
    assert_eq!(house.service.arrivals(), 1);
}

#[test]
fn server_door_visibility_private_addresses_only_and_errors_that_say_why() {
    let house = TwoDoors::open();
    let answer = house.get_as("team/billing", "/payments/charges", &[]);
    assert_problem(&answer, 403, "not-allowed");
    let body = answer.json().expect("JSON");
    assert_eq!(body["stage"], "policy");
    let detail = body["detail"].as_str().expect("a detail");
    assert!(
        detail.contains("payments.list") && detail.contains("billing") && detail.contains("vestibule.yaml:"),
        "{detail}"
    );
    let methods = house.at_server(&house.workload("orders")).exchange(request("DELETE", "/payments/charges", &[], ""));
    assert_problem(&methods, 405, "method-not-allowed");
    assert_eq!(methods.field("allow").map(|allow| allow.contains("POST")), Some(true));

    let ground = Ground::new();
    let file = ground.file();
    let listen = format!("\"{}\"", ground.server);
    let prepared = ground.prepared;
    for public in ["203.0.113.5:9443", "0.0.0.0:9443", "\"[2001:db8::1]:9443\"", "\"[::]:9443\""] {
        let exposed = file.replacen(&listen, public, 1);
        prepared.write("exposed.yaml", &exposed);
        let ended = prepared.command(&["check", "-c", "exposed.yaml"]);
        assert_eq!(ended.status.code(), Some(1), "{public}: {ended:?}");
        assert!(ended.stderr.contains("error[public-address]"), "{public}: {ended:?}");
        let said = format!("{public}\n    loosen: {{ public-address: partners call over the Internet }}");
        prepared.write("exposed.yaml", &file.replacen(&listen, &said, 1));
        let ended = prepared.command(&["check", "-c", "exposed.yaml"]);
        assert_eq!(ended.status.code(), Some(0), "{public}: {ended:?}");
    }
    let public = file.replacen("    callers: { workloads: [orders, legacy, away] }", "    public: true", 1);
    prepared.write("exposed.yaml", &public);
    let ended = prepared.command(&["check", "-c", "exposed.yaml"]);
    assert!(ended.stderr.contains("error[public-at-server-door]"), "{ended:?}");
}

#[test]
fn server_door_visibility_a_service_s_failure_is_passed_on_to_operators() {
    let ground = Ground::before(Backend::always(script::answer(Reply::status(503, "database down"))));
    let file = ground.file();
    let house = ground.open(&file);
    let answer = house.get_as("orders", "/payments/charges", &[]);
    assert_eq!((answer.status, answer.text().as_str()), (503, "database down"));
}

#[test]
fn server_door_communication_a_request_gets_its_answer_over_http_1_and_http_2() {
    let house = TwoDoors::open();
    let orders = house.workload("orders");
    let mut connection = house.at_server(&orders);
    for _ in 0..3 {
        assert_served(&connection.exchange(get("/payments/charges", &[])));
        assert_problem(&connection.exchange(request("POST", "/payments/refunds", &[], "")), 403, "not-allowed");
    }
    let tls = ClientTls::with_certificate(&house.people, &orders);
    let answer = over_http2(&house, tls.clone(), true, "/payments/charges", &[]);
    assert_eq!(answer, Outcome::Answer(200, SERVED.into()));
    let refused = over_http2(&house, tls, true, "/team/list", &[]);
    assert!(matches!(refused, Outcome::Answer(403, _)), "{refused:?}");
}

#[test]
fn server_door_latency_deadlines_are_long_and_may_be_said() {
    let all = defaults();
    assert_eq!(shown(&all, &["doors", "server", "deadline"]), "60s");
    assert_eq!(shown(&all, &["doors", "server", "body"]), "10MiB");
    let ground = Ground::before(Backend::choosing(|_, number| match number {
        0 => script::trickle(&Reply::ok(SERVED), Duration::from_millis(20)),
        _ => script::hang(),
    }));
    let file = ground.file().replace("    path: /payments\n", "    path: /payments\n    deadline: 4s\n");
    let house = ground.open(&file);
    assert_served(&house.get_as("orders", "/payments/charges", &[]));
    let began = Instant::now();
    assert_problem(&house.get_as("orders", "/payments/charges", &[]), 504, "upstream-timeout");
    assert!(began.elapsed() >= Duration::from_secs(4), "{:?}", began.elapsed());
}

#[test]
fn a_door_that_no_api_names_is_not_opened() {
    let ground = Ground::new();
    let spare = crate::two_doors::free_address();
    let door = format!("doors:\n  spare:\n    kind: client\n    listen: \"{spare}\"\n    tls: none\n");
    let file = ground.file().replacen("doors:\n", &door, 1);
    let _house = ground.open(&file);
    assert!(std::net::TcpStream::connect(spare).is_err());
    // What nobody was said to call does not load.
    let nobody = house().config("vestibule: 1\nservices:\n  s: { urls: \"http://127.0.0.1:1\" }\napis:\n  a:\n    door: client\n    service: s\n    operations: { all: \"ANY /**\" }\n");
    let ended = nobody.command(&["check"]);
    assert!(ended.status.code() == Some(1) && ended.stderr.contains("error[no-callers]"), "{ended:?}");
}
