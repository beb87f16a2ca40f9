//! `vestibule explain` against the gateway itself: what it says beforehand is what happens.

use fastrand::Rng;
use serde_json::Value;
use testkit::{Backend, ClientTls, Connection, Deadline, Leaf, Reply, script};

use crate::two_doors::{FROM_PAGE, Ground, SOON, TwoDoors, bearer, changed};

/// Requests that are tried and explained.
const TRIED: usize = 220;

const METHODS: [&str; 6] = ["GET", "GET", "GET", "POST", "HEAD", "DELETE"];
const PATHS: [&str; 19] = [
    "/open/things",
    "/open/things/7",
    "/open/things/",
    "/open/things/a%20b",
    "/open/things;x",
    "/open//things",
    "/open/%2e%2e/notes/list",
    "/open/a%2Fb",
    "/notes/list",
    "/notes/own",
    "/notes/scoped",
    "/notes/announced",
    "/notes",
    "/elsewhere/list",
    "/payments/charges",
    "/payments/refunds",
    "/team/list",
    "/books/list",
    "/unknown",
];
const QUERIES: [&str; 5] = ["", "", "", "?a=b&c", "?access_token=x"];
const FIELDS: [&str; 8] = [
    "",
    "",
    "",
    "origin: https://shop.test",
    "sec-fetch-site: none",
    "content-length: 99999999",
    "te st: x",
    "upgrade: x",
];

/// A caller as `explain` is told of it, and as the test plays it.
struct Caller {
    said: Vec<&'static str>,
    key: Option<String>,
    leaf: Option<Leaf>,
}

fn callers(house: &TwoDoors) -> Vec<Caller> {
    let keys = &house.keys;
    let key = |said, key: &auth::keys::NewKey| Caller { said: vec![said], key: Some(bearer(key)), leaf: None };
    let mut all = vec![
        Caller { said: vec![], key: None, leaf: None },
        Caller { said: vec!["anonymous"], key: None, leaf: None },
        key("key:app", &keys.app),
        Caller { said: vec!["key:page"], key: Some(format!("{}\r\n{FROM_PAGE}", bearer(&keys.page))), leaf: None },
        key("key:other", &keys.other),
        key("key:late", &keys.late),
        key("key:erp", &keys.erp),
    ];
    let mut workload = |said, leaf| all.push(Caller { said: vec![said], key: None, leaf: Some(leaf) });
    workload("workload:orders", house.workload("orders"));
    workload("workload:billing", house.workload("team/billing"));
    workload("workload:away", house.workload("away"));
    workload("dns:legacy.test", house.workloads.server(&["legacy.test"]));
    workload("dns:nobody.test", house.workloads.server(&["nobody.test"]));
    workload("spiffe://shop.test/team/new", house.workload("team/new"));
    workload("spiffe://shop.test/new", house.workload("new"));
    workload("spiffe://other.test/orders", house.workloads.workload("spiffe://other.test/orders"));
    all.push(Caller {
        said: vec!["key:erp", "workload:orders"],
        key: Some(bearer(&keys.erp)),
        leaf: Some(house.workload("orders")),
    });
    all
}

/// What a request came to: the status (0 where there was no connection), the problem, and what the service saw.
type Came = (u64, String, String);

fn sent(house: &TwoDoors, server: bool, caller: &Caller, request: &str) -> Came {
    let tls = match &caller.leaf {
        // A client door asks for no certificate, so a client has none to show.
        Some(leaf) => ClientTls::with_certificate(&house.people, leaf),
        None => ClientTls::new(&house.people),
    };
    let door = if server { house.server } else { house.client };
    let Ok(stream) = tls.connect(door) else { return (0, String::new(), String::new()) };
    let mut connection = Connection::over(stream);
    connection.send(request.as_bytes());
    let method = request.split(' ').next().expect("a method");
    match connection.answer_to(method, Deadline::within(SOON)) {
        Err(_) => (0, String::new(), String::new()),
        Ok(answer) if answer.status == 200 => (200, String::new(), answer.field("x-seen").expect("seen").to_owned()),
        Ok(answer) => {
            // A HEAD has no body to say it in.
            let problem = if method == "HEAD" { String::new() } else { answer.problem().expect("a problem") };
            (answer.status.into(), problem, String::new())
        }
    }
}

fn explained(
    house: &TwoDoors,
    server: bool,
    caller: &Caller,
    method: &str,
    target: &str,
    field: &str,
) -> (Came, Value) {
    let port = if server { house.server } else { house.client }.port();
    let url = format!("https://localhost:{port}{target}");
    let mut arguments = vec!["explain", method, &url, "--json"];
    for said in &caller.said {
        arguments.extend(["--as", said]);
    }
    if !field.is_empty() {
        arguments.extend(["-H", field]);
    }
    let ended = house.house.command(&arguments);
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    let told: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let came = if told["outcome"] == "allowed" {
        (200, String::new(), told["upstream"]["request_line"].as_str().expect("a line").to_owned())
    } else {
        let seen = &told["seen_by_caller"];
        let problem = if method == "HEAD" { "" } else { seen["problem"].as_str().unwrap_or_default() };
        (seen["status"].as_u64().expect("a status"), problem.to_owned(), String::new())
    };
    (came, told)
}

#[test]
fn what_is_explained_is_what_happens() {
    let seed =
        std::env::var("VESTIBULE_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("VESTIBULE_SEED={seed}");
    let mut random = Rng::with_seed(seed);
    let service = Backend::choosing(|head, _| {
        let seen = format!("{} {}", head.method, head.target);
        script::answer(Reply::ok("").field("x-seen", &seen))
    });
    let ground = Ground::before(service);
    let file = ground.file();
    let house = ground.open(&file);
    let callers = callers(&house);
    let mut statuses = std::collections::BTreeMap::<u64, usize>::new();
    for _ in 0..TRIED {
        let server = random.bool();
        let caller = random.choice(&callers).expect("a caller");
        let method = *random.choice(&METHODS).expect("a method");
        let field = *random.choice(&FIELDS).expect("a field");
        let path = random.choice(&PATHS).expect("a path");
        let target = format!("{path}{}", random.choice(&QUERIES).expect("a query"));
        let fields: String = [caller.key.as_deref(), (!field.is_empty()).then_some(field)]
            .iter()
            .flatten()
            .map(|line| format!("{line}\r\n"))
            .collect();
        let port = if server { house.server } else { house.client }.port();
        let request = format!("{method} {target} HTTP/1.1\r\nhost: localhost:{port}\r\n{fields}\r\n");
        // The promised body is never sent: only a refusal is waited for.
        let promises = field.starts_with("content-length");
        let (said, told) = explained(&house, server, caller, method, &target, field);
        if promises && said.0 == 200 {
            continue;
        }
        let came = sent(&house, server, caller, &request);
        assert_eq!(
            said,
            came,
            "{request:?} as {:?} at the {} door: {told:#}",
            caller.said,
            if server { "server" } else { "client" }
        );
        *statuses.entry(came.0).or_default() += 1;
    }
    println!("{statuses:?}");
    assert!(statuses.len() >= 5, "the requests tried too little: {statuses:?}");
}

fn explain(house: &testkit::program::Prepared, arguments: &[&str]) -> testkit::program::Ended {
    let mut all = vec!["explain"];
    all.extend(arguments);
    house.command(&all)
}

#[test]
fn every_stage_is_told_with_the_line_that_its_rule_came_from() {
    let ground = Ground::new();
    let file = ground.file();
    let (client, line) =
        (ground.client, |text: &str| file.lines().position(|line| line.contains(text)).expect(text) + 1);
    let prepared = ground.prepared.config(&file);
    let url = format!("https://localhost:{}/notes/scoped", client.port());
    let ended = explain(&prepared, &["GET", &url, "--as", "key:page"]);
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
    for part in [
        "refused with 403 `insufficient-scope` at stage 5 of 8\n",
        "\n 1 intake    ok       GET /notes/scoped, host localhost\n",
        "\n 2 route     ok       door client, api notes, operation scoped ",
        &format!(" vestibule.yaml:{}\n", line("scoped:")),
        "default of client doors: any network\n",
        "\n 4 identify  ok       publishable key page\n",
        "\n 5 policy    refused  `notes.scoped` needs the scopes `notes.read`",
        &format!(" vestibule.yaml:{}\n", line("callers: { keys: [publishable")),
    ] {
        assert!(ended.stdout.contains(part), "{part:?} is not in\n{}", ended.stdout);
    }
    let ended = explain(&prepared, &["GET", &url, "--as", "key:restricted+notes.read", "--json"]);
    let told: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!(told["outcome"], "allowed", "{told:#}");
    assert_eq!(told["upstream"]["service"], "shop");
    let identity = &told["upstream"]["identity"];
    assert_eq!((&identity["aud"], &identity["key_kind"]), (&"shop".into(), &"restricted".into()), "{told:#}");
    assert_eq!((&identity["scope"], identity.get("exp")), (&"notes.read".into(), None), "{told:#}");
    let ended = explain(&prepared, &["GET", &url, "--as", "key:restricted+notes.read"]);
    assert!(
        ended.stdout.contains("\nin `Vestibule-Identity`: {\"iss\":\"vestibule\",\"aud\":\"shop\","),
        "{}",
        ended.stdout
    );
    assert_eq!(told["stages"][1]["at"]["path"], "apis.notes.operations.scoped");
    assert_eq!(told["stages"][4]["at"]["path"], "apis.notes.callers");
    assert_eq!(told["stages"][4]["at"]["line"], line("callers: { keys: [publishable"));
}

#[test]
fn the_true_refusal_is_told_beside_what_the_caller_sees() {
    let ground = Ground::new();
    let file = ground.file();
    let client = ground.client;
    let prepared = ground.prepared.config(&file);
    let told = |method: &str, path: &str, caller: &str| -> Value {
        let url = format!("https://localhost:{}{path}", client.port());
        let ended = explain(&prepared, &[method, &url, "--as", caller, "--json"]);
        serde_json::from_str(&ended.stdout).expect("JSON")
    };
    for (method, path, caller, truth) in [
        ("GET", "/notes/own", "key:page", "not-allowed"),
        ("PUT", "/notes/own", "anonymous", "method-not-allowed"),
        ("GET", "/nothing", "anonymous", "not-found"),
    ] {
        let told = told(method, path, caller);
        assert_eq!(told["problem"], truth, "{told:#}");
        assert_eq!(told["seen_by_caller"], serde_json::json!({ "status": 404, "problem": "not-found" }), "{told:#}");
    }
    for (path, says) in [("/open/things;x", true), ("/open/things%3Bx", true), ("/nothing", false)] {
        let told = told("GET", path, "anonymous");
        assert_eq!(told["problem"], "not-found", "{told:#}");
        assert_eq!(told.to_string().contains("a segment with `;`"), says, "{told:#}");
    }
}

#[test]
fn loosenings_are_marked_where_they_touched() {
    let ground = Ground::new();
    let file = changed(
        &ground.file(),
        &[("    callers: { keys: secret }\n", "    callers: { keys: secret }\n    loosen: { any-network: roaming }\n")],
    );
    let server = ground.server;
    let prepared = ground.prepared.config(&file);
    let url = format!("https://localhost:{}/books/list", server.port());
    let arguments = ["GET", &url, "--as", "key:erp", "--as", "spiffe://shop.test/x", "--from", "203.0.113.9", "--json"];
    let told: Value = serde_json::from_str(&explain(&prepared, &arguments).stdout).expect("JSON");
    assert_eq!(told["outcome"], "allowed", "{told:#}");
    assert_eq!(told["stages"][2]["loosened_by"], serde_json::json!(["any-network"]), "{told:#}");
}

#[test]
fn an_expectation_that_is_not_met_is_code_1_and_bad_words_are_codes_2_and_6() {
    let ground = Ground::new();
    let file = ground.file();
    let url = format!("https://localhost:{}/open/things", ground.client.port());
    let prepared = ground.prepared.config(&file);
    let code = |arguments: &[&str]| explain(&prepared, arguments).status.code();
    for (expected, met) in [("allow", 0), ("refuse", 1), ("404", 1)] {
        assert_eq!(code(&["GET", &url, "--expect", expected]), Some(met), "{expected}");
    }
    let unknown = url.replace("things", "nothing");
    for (expected, met) in [("allow", 1), ("refuse", 0), ("404", 0), ("403", 1)] {
        assert_eq!(code(&["GET", &unknown, "--expect", expected]), Some(met), "{expected}");
    }
    assert_eq!(code(&["GET", &url, "--expect", "perhaps"]), Some(2));
    assert_eq!(code(&["GET", "/open/things"]), Some(2));
    assert_eq!(code(&["GET", &url, "--as", "signer:erp"]), Some(2));
    assert_eq!(code(&["GET", &url, "--as", "key:app", "--as", "key:page"]), Some(2));
    assert_eq!(code(&["GET", &url, "--as", "key:nobody"]), Some(6));
    assert_eq!(code(&["GET", &url, "--as", "workload:nobody"]), Some(6));
    assert_eq!(code(&["GET", "https://localhost:1/open/things"]), Some(6));
}
