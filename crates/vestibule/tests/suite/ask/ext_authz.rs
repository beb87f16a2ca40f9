//! Asked by Envoy's `ext_authz`: one clear yes to just this request lets it pass, and nothing else does.

mod published;

use testkit::http2_backend::{Field, Turn, Turns};
use testkit::{Backend, Deadline, Http2Backend, Reply, Root, ServerTls, port, script};

use crate::open_house::{OpenHouse, SOON, get};
use crate::standing::house;
use crate::two_doors::{Ground, assert_problem, assert_served, bearer};

/// `CheckResponse { status: { code: 0 } }`, framed.
const YES: &[u8] = &[0, 0, 0, 0, 2, 0x0A, 0];

/// What is done to a call that is answered with this content.
fn saying(content: &[u8], trailers: &[(&str, &str)]) -> Turns {
    let head = Turn::Head(200, fields(&[("content-type", "application/grpc")]), false);
    vec![Turn::ReadBody, head, Turn::Send(content.to_vec()), Turn::Trailers(fields(trailers))]
}

/// A yes to everything.
pub(crate) fn yes() -> Turns {
    saying(YES, &[("grpc-status", "0")])
}

fn fields(fields: &[(&str, &str)]) -> Vec<Field> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// A message of this content as it is framed.
fn framed(message: &[u8]) -> Vec<u8> {
    [&[0], u32::try_from(message.len()).expect("short").to_be_bytes().as_slice(), message].concat()
}

/// A house that asks by gRPC, in front of a service.
struct Asking {
    house: OpenHouse,
    asked: Http2Backend,
    service: Backend,
}

impl Asking {
    fn answering(turns: Turns) -> Self {
        Self::with(Http2Backend::always(turns), "")
    }

    fn with(asked: Http2Backend, keys: &str) -> Self {
        let service = Backend::saying("served");
        let house = OpenHouse::plain(&service, &[&format!("ask: {{ grpc: \"{}\"{keys} }}", asked.url())]);
        Self { house, asked, service }
    }

    fn assert_refused(&self, what: &str, status: u16, code: &str) {
        let answer = self.house.connect().exchange(get("/orders/7"));
        assert_eq!((answer.status, answer.problem().as_deref()), (status, Some(code)), "{what}: {}", answer.text());
        assert!(self.service.requests().is_empty(), "{what}: a refused request reached the service");
    }
}

#[test]
fn a_yes_lets_requests_pass_over_one_connection() {
    let asking = Asking::answering(yes());
    let mut connection = asking.house.connect();
    for _ in 0..5 {
        let answer = connection.exchange(get("/orders/7"));
        assert_eq!((answer.status, answer.text().as_str()), (200, "served"));
    }
    let arrived = asking.asked.arrived();
    assert_eq!((arrived.len(), asking.asked.connections(), asking.service.arrivals()), (5, 1, 5));
    for call in arrived {
        let field = |name: &str| call.fields.iter().find(|field| field.0 == name).map(|field| field.1.as_str());
        assert_eq!(call.method, "POST");
        assert!(call.uri.ends_with("/envoy.service.auth.v3.Authorization/Check"), "{}", call.uri);
        assert_eq!((field("content-type"), field("te")), (Some("application/grpc"), Some("trailers")));
        let timeout = field("grpc-timeout").and_then(|told| told.strip_suffix('m')?.parse::<u64>().ok());
        assert!(timeout.is_some_and(|timeout| timeout <= 500), "{:?}", call.fields);
        assert_eq!(field("content-length"), None);
    }
}

#[test]
fn a_no_refuses_whatever_it_says_besides() {
    // The code 7, and with it a `denied_response`.
    for message in [[0x0A, 2, 8, 7].as_slice(), &[0x0A, 2, 8, 7, 0x12, 0], &[0x0A, 2, 8, 99]] {
        let asking = Asking::answering(saying(&framed(message), &[("grpc-status", "0")]));
        asking.assert_refused("a no", 403, "authorization-refused");
        asking.house.house.wait_for_log("\"stage\":\"ask\"");
    }
}

#[test]
fn whatever_is_neither_yes_nor_no_refuses() {
    let good = &[("grpc-status", "0")];
    let head = |fields_of: &[(&str, &str)], end| Turn::Head(200, fields(fields_of), end);
    let grpc = ("content-type", "application/grpc");
    let compressed = [&[1], &YES[1..]].concat();
    let cases: Vec<(&str, Turns)> = vec![
        ("an empty message", saying(&framed(&[]), good)),
        ("a yes and a no", saying(&framed(&[0x0A, 0, 0x12, 0]), good)),
        ("a no and a yes", saying(&framed(&[0x0A, 2, 8, 7, 0x1A, 0]), good)),
        ("no message", saying(&[], good)),
        ("two messages", saying(&YES.repeat(2), good)),
        ("half a message", saying(&YES[..6], good)),
        ("a compressed message", saying(&compressed, good)),
        ("another message", saying(&framed(&[0x08, 0]), good)),
        ("a message that breaks off", saying(&framed(&[0x0A, 9]), good)),
        (
            "more than is read",
            saying(&framed(&[&[0x0A, 0, 0x22, 0x80, 0x80, 8], [0; 131_072].as_slice()].concat()), good),
        ),
        ("a call that failed", saying(YES, &[("grpc-status", "13")])),
        ("a call that was refused", saying(YES, &[("grpc-status", "7")])),
        ("no status", saying(YES, &[("x-status", "0")])),
        ("two statuses", saying(YES, &[("grpc-status", "0"), ("grpc-status", "0")])),
        ("a status that is none", saying(YES, &[("grpc-status", "zero")])),
        ("no trailers", vec![Turn::ReadBody, head(&[grpc], false), Turn::Send(YES.to_vec()), Turn::End]),
        (
            "a status before the content",
            vec![Turn::ReadBody, head(&[grpc, ("grpc-status", "0")], false), Turn::Send(YES.to_vec()), Turn::End],
        ),
        ("trailers only", vec![head(&[grpc, ("grpc-status", "14")], true)]),
        ("trailers only, and good", vec![head(&[grpc, ("grpc-status", "0")], true)]),
        ("no gRPC", vec![head(&[("content-type", "text/plain")], false), Turn::Send(YES.to_vec()), Turn::End]),
        ("an error", vec![Turn::Head(503, fields(&[grpc]), true)]),
        ("a redirect", vec![Turn::Head(302, fields(&[("location", "/yes")]), true)]),
        ("a reset", vec![Turn::Reset(2)]),
        ("a yes that was taken back", vec![head(&[grpc], false), Turn::Send(YES.to_vec()), Turn::Reset(0)]),
        ("a yes that stops", vec![head(&[grpc], false), Turn::Send(YES.to_vec()), Turn::Hang]),
        ("silence", vec![Turn::Hang]),
    ];
    for (what, turns) in cases {
        Asking::answering(turns).assert_refused(what, 503, "authorization-unavailable");
    }
}

/// A yes that would set this field (`ok_response.headers`), or take it away (`headers_to_remove`).
fn yes_changing(name: &str, set: bool) -> Turns {
    let part = |tag: u8, content: &[u8]| [&[tag, u8::try_from(content.len()).expect("short")], content].concat();
    let field = if set { part(0x12, &part(0x0A, &part(0x0A, name.as_bytes()))) } else { part(0x2A, name.as_bytes()) };
    saying(&framed(&[&[0x0A, 0], part(0x1A, &field).as_slice()].concat()), &[("grpc-status", "0")])
}

#[test]
fn a_yes_to_a_request_with_other_fields_is_none_and_what_the_service_never_sees_is_no_change() {
    let sent =
        "GET / HTTP/1.1\r\nHost: shop.example\r\nX-Role: user\r\nX-Forwarded-User: root\r\nX-Real-IP: ::1\r\n\r\n";
    for set in [true, false] {
        for name in ["x-role", "X-Role", "x_role", "host", "content-length", "x-forwarded-for", "X-Request-ID", ":path"]
        {
            let asking = Asking::answering(yes_changing(name, set));
            let answer = asking.house.connect().exchange(sent);
            assert_eq!(answer.problem().as_deref(), Some("authorization-unavailable"), "{name}, {set}");
            assert!(asking.service.requests().is_empty(), "{name}, {set}");
            asking.house.house.wait_for_log(&format!("another {}", name.to_lowercase()));
        }
        for name in ["x-other", "x-forwarded-user", "x-rol", "no name", ""] {
            let asking = Asking::answering(yes_changing(name, set));
            assert_eq!(asking.house.connect().exchange(sent).status, 200, "{name}, {set}");
            let head = asking.service.requests().remove(0).head;
            assert_eq!((head.field("x-other"), head.field("x-forwarded-user")), (None, None), "{name}, {set}");
            assert_eq!(head.field("x-role"), Some(b"user".as_slice()));
        }
    }
}

#[test]
fn what_cannot_be_told_as_text_is_not_told_in_part() {
    let asking = Asking::with(Http2Backend::always(yes()), ", headers: x-tenant");
    let answer = asking.house.connect().exchange(b"GET / HTTP/1.1\r\nHost: shop.example\r\nX-Tenant: \xff\r\n\r\n");
    assert_eq!((answer.status, answer.problem().as_deref()), (400, Some("malformed-request")));
    let answer = asking.house.connect().exchange(b"GET / HTTP/1.1\r\nHost: shop.example\r\nX-Other: \xff\r\n\r\n");
    assert_eq!((answer.status, asking.asked.arrived().len()), (200, 1));
}

#[test]
fn what_is_kept_is_asked_about_each_time() {
    let reply = Reply::ok("kept").field("cache-control", "max-age=60");
    let service = Backend::always(script::answer(reply));
    let no = saying(&framed(&[0x0A, 2, 8, 7]), &[("grpc-status", "0")]);
    let asked = Http2Backend::choosing(move |_, number| if number < 2 { yes() } else { no.clone() });
    let ask = format!("ask: {{ grpc: \"{}\" }}", asked.url());
    let house = OpenHouse::plain(&service, &[&ask, "cache: { size: 1MiB }"]);
    assert_eq!((house.get("/a"), house.get("/a")), ("kept".to_owned(), "kept".to_owned()));
    assert_eq!((service.arrivals(), asked.arrived().len()), (1, 2));
    let answer = house.connect().exchange(get("/a"));
    assert_eq!((answer.status, answer.problem().as_deref()), (403, Some("authorization-refused")));
}

#[test]
fn whoever_speaks_no_http2_or_is_not_there_says_no_yes() {
    let one = Backend::saying("yes");
    let nobody = format!("http://127.0.0.1:{}", port::free());
    let garbage = Backend::always(script::raw_and_close("yes yes yes\r\n\r\n"));
    for url in [one.url(), garbage.url(), &nobody] {
        let service = Backend::saying("served");
        let house = OpenHouse::plain(&service, &[&format!("ask: {{ grpc: \"{url}\" }}")]);
        let answer = house.connect().exchange(get("/"));
        assert_eq!((answer.status, answer.problem().as_deref()), (503, Some("authorization-unavailable")), "{url}");
        assert!(service.requests().is_empty());
    }
}

#[test]
fn a_call_that_nobody_looked_at_is_made_once_more_and_not_for_ever() {
    const REFUSED_STREAM: u32 = 7;
    let first = |_: &_, number| if number == 0 { vec![Turn::Reset(REFUSED_STREAM)] } else { yes() };
    let asking = Asking::with(Http2Backend::choosing(first), "");
    assert_eq!(asking.house.connect().exchange(get("/")).status, 200);
    assert_eq!(asking.asked.arrived().len(), 2);
    let asking = Asking::answering(vec![Turn::Reset(REFUSED_STREAM)]);
    asking.assert_refused("refused each time", 503, "authorization-unavailable");
    assert!(asking.asked.arrived().len() <= 2);
}

#[test]
fn a_service_that_goes_away_in_good_order_costs_no_request() {
    let turns = [vec![Turn::Leave], yes()].concat();
    let asking = Asking::answering(turns);
    let mut connection = asking.house.connect();
    for _ in 0..20 {
        assert_eq!(connection.exchange(get("/")).status, 200);
    }
    assert!(asking.asked.connections() > 1);
}

#[test]
fn its_time_is_part_of_the_deadline_and_the_call_is_taken_back() {
    let asking = Asking::with(Http2Backend::always(vec![Turn::Hang]), ", deadline: 200ms");
    asking.assert_refused("late", 503, "authorization-unavailable");
    asking.house.wait_for_metric("http_server_active_requests", "0");
    let deadline = Deadline::within(SOON);
    while asking.asked.arrived().iter().any(|call| call.reset.is_none()) {
        assert!(!deadline.passed(), "the call goes on, and nobody waits for it");
        std::thread::yield_now();
    }
}

#[test]
fn it_is_asked_at_https_where_its_certificate_is_believed() {
    let root = Root::new("machine");
    let asked = Http2Backend::over_tls(&ServerTls::offering(&root.server(&["127.0.0.1"]), &["h2"]), yes());
    for (believed, status) in [(&root, 200), (&Root::new("another"), 503)] {
        let service = Backend::saying("served");
        let prepared = house();
        prepared.write("machine.pem", believed.pem());
        let path = prepared.folder().join("machine.pem");
        let prepared = prepared.environment("SSL_CERT_FILE", &path.display().to_string());
        let ask = format!("ask: {{ grpc: \"{}\" }}", asked.url());
        let keys = format!("urls: \"{}\"", service.url());
        let house = OpenHouse::over_tls_to(prepared, &keys, &[&ask]);
        assert_eq!(house.connect().exchange(get("/")).status, status);
        assert_eq!(service.arrivals(), usize::from(status == 200));
    }
}

#[test]
fn whoever_is_refused_at_a_door_is_not_asked_about_and_everybody_else_is() {
    let asked = Http2Backend::always(yes());
    let ground = Ground::new();
    let ask = format!("    ask: {{ grpc: \"{}\" }}\n    service: shop\n", asked.url());
    let file = ground.file().replace("    service: shop\n", &ask);
    let house = ground.open(&file);
    // An anonymous caller, and one with a key, at the client door; a workload and a key at the server door.
    let key = [bearer(&house.keys.app)];
    let secret = [bearer(&house.keys.erp)];
    let (key, secret) = ([key[0].as_str()], [secret[0].as_str()]);
    let workload = house.workload("orders");
    let get = crate::two_doors::get;
    assert_served(&house.at_client().exchange(get("/open/things", &[])));
    assert_served(&house.at_client().exchange(get("/notes/own", &key)));
    assert_served(&house.at_server(&workload).exchange(get("/payments/charges", &[])));
    assert_served(&house.at_server(&workload).exchange(get("/books/list", &secret)));
    assert_eq!(asked.arrived().len(), 4);
    assert_problem(&house.at_client().exchange(get("/notes/own", &[])), 401, "credential-required");
    assert_eq!(asked.arrived().len(), 4, "who is refused is not asked about");
}
