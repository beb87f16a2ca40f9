//! Pages of other origins that call an API with tokens of their own: which may, and what a browser makes of the answers.

use testkit::{Answer, Backend, Deadline, Reply, script};

use crate::browser::Browser;
use crate::two_doors::{Ground, SOON, TwoDoors, assert_problem, assert_served, changed, request};

/// What the file says besides that of [`Ground`].
const IDENTITY: &str = r#"identity: { issuer: "@issuer@", accounts: open }
apps:
  page:
    type: page
    redirect_uris: "@page-origin@/callback"
    origins: "@page-origin@"
    scopes: [openid, orders.read]
    loosen: { tokens-in-browser: a test }
  session: { type: session, origins: "@issuer@", scopes: orders.read }
keys:
"#;

const APIS: &str = r#"  mine:
    door: client
    path: /mine
    service: shop
    callers: { users: { via: token, apps: page } }
    operations:
      list: GET /list
      one: { route: "PUT /list/{id}" }
      announced: { route: GET /announced, public: true, callers: { users: { apps: page } } }
  theirs:
    door: client
    path: /theirs
    service: shop
    callers: { users: { via: session, apps: session } }
    operations: { list: ANY /list }
"#;

const PAGE: &str = "https://app.example";

fn open(page: &str) -> TwoDoors {
    let ground = Ground::new();
    let file = changed(&ground.file(), &[("keys:\n", IDENTITY)]) + APIS;
    let issuer = format!("https://localhost:{}", ground.client.port());
    let file = file.replace("@issuer@", &issuer).replace("@page-origin@", page);
    ground.open(&file)
}

/// A browser's question whether a page of this origin may send such a request.
fn asked(house: &TwoDoors, origin: &str, method: &str, target: &str) -> Answer {
    let (origin, method) = (format!("origin: {origin}"), format!("access-control-request-method: {method}"));
    let fields = [&*origin, &*method, "access-control-request-headers: authorization,content-type"];
    let mut connection = house.at_client();
    connection.send(request("OPTIONS", target, &fields, "").as_bytes());
    connection.answer_to("OPTIONS", Deadline::within(SOON)).expect("an answer")
}

fn allowed(answer: &Answer) -> Option<&str> {
    answer.field("access-control-allow-origin")
}

#[test]
fn the_door_answers_whether_a_page_of_an_app_may_call() {
    let house = open(PAGE);
    for (method, target) in [("GET", "/mine/list"), ("PUT", "/mine/list/7"), ("GET", "/mine/announced")] {
        let answer = asked(&house, PAGE, method, target);
        assert_eq!((answer.status, allowed(&answer)), (204, Some(PAGE)), "{}", answer.raw.escape_ascii());
        assert_eq!(answer.field("access-control-allow-methods"), Some(method));
        assert_eq!(answer.field("access-control-allow-headers"), Some("authorization,content-type"));
        assert_eq!(answer.field("access-control-allow-credentials"), None);
        let vary: Vec<&str> =
            answer.fields.iter().filter(|(name, _)| name == "vary").map(|(_, value)| value.as_str()).collect();
        assert!(vary.contains(&"Origin"), "{vary:?}");
    }
    assert_eq!(house.service.arrivals(), 0);
}

#[test]
fn a_page_that_is_no_app_s_an_api_without_one_and_a_method_that_is_not_published_are_refused_alike() {
    let house = open(PAGE);
    for (origin, method, target) in [
        ("https://evil.example", "GET", "/mine/list"),
        ("https://app.example.evil.example", "GET", "/mine/list"),
        ("http://app.example", "GET", "/mine/list"),
        ("null", "GET", "/mine/list"),
        (PAGE, "DELETE", "/mine/list"),
        (PAGE, "GET", "/mine/nothing"),
        (PAGE, "GET", "/notes/list"),
    ] {
        let answer = asked(&house, origin, method, target);
        assert_problem(&answer, 404, "not-found");
        assert_eq!(allowed(&answer), None, "{origin} {method} {target}");
    }
    // Where sessions alone are taken, a page of another origin has nothing to show.
    let answer = asked(&house, PAGE, "GET", "/theirs/list");
    assert_eq!((answer.status, allowed(&answer)), (401, None));
    assert_eq!(house.service.arrivals(), 0);
}

#[test]
fn an_answer_names_the_page_that_may_read_it_and_no_other() {
    let house = open(PAGE);
    let call = |target: &str, origin: &str| house.get(target, &[&format!("origin: {origin}")]);
    let refused = call("/mine/list", PAGE);
    assert_problem(&refused, 401, "credential-required");
    assert_eq!(allowed(&refused), Some(PAGE));
    let exposed = refused.field("access-control-expose-headers").expect("a list");
    assert!(exposed.contains("WWW-Authenticate") && exposed.contains("DPoP-Nonce"), "{exposed}");
    assert_eq!(allowed(&call("/mine/list", "https://evil.example")), None);
    let served = call("/mine/announced", PAGE);
    assert_served(&served);
    assert_eq!((allowed(&served), served.field("vary")), (Some(PAGE), Some("Origin")));
    assert_eq!(served.field("access-control-allow-credentials"), None);
    assert_eq!(allowed(&call("/open/things", PAGE)), None);
    assert_eq!(allowed(&house.get("/mine/announced", &[])), None);
}

#[test]
fn chromium_lets_the_page_of_an_app_read_and_no_other_page() {
    if !testkit::needs("chromium") {
        return;
    }
    let page = Backend::always(script::answer(Reply::ok("<title>a page</title>").field("content-type", "text/html")));
    let port = page.url().rsplit(':').next().expect("a port").trim_end_matches('/').to_owned();
    let house = open(&format!("http://localhost:{port}"));
    let api = format!("https://localhost:{}/mine/", house.client.port());
    let mut browser = Browser::start();
    let mut told = |origin: &str, operation: &str, token: &str| {
        browser.open(&format!("http://{origin}:{port}/"));
        browser.wait_for("document.title === 'a page'");
        let fields = if token.is_empty() { String::new() } else { format!("Authorization: 'Bearer {token}'") };
        browser.value(&format!(
            "window.told = ''; fetch('{api}{operation}', {{ headers: {{ {fields} }} }}).then(answer => answer.text()
                .then(text => {{ window.told = answer.status + ' ' + answer.headers.get('www-authenticate') + ' ' + text }}),
                () => {{ window.told = 'blocked' }})"
        ));
        browser.wait_for("window.told !== ''");
        browser.value("window.told").as_str().expect("text").to_owned()
    };
    let refused = told("localhost", "list", "ey.not.one");
    assert!(refused.starts_with("401 Bearer ") && refused.contains("credential-invalid"), "{refused}");
    assert_eq!(told("localhost", "announced", ""), "200 null served");
    // The same page by another name is another origin.
    assert_eq!(told("127.0.0.1", "list", "ey.not.one"), "blocked");
    assert_eq!(told("127.0.0.1", "announced", ""), "blocked");
}
