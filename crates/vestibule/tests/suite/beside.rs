//! Beside nginx and HAProxy as they come: in front, saying whose connections and requests they bring, and behind, as services.
//!
//! The neighbour speaks from an address of its own on loopback, so that it can be told from the callers.

mod neighbour;

use std::net::{Ipv4Addr, SocketAddr};

use testkit::http2::{Http2, Outcome};
use testkit::{Backend, ClientTls, Connection, Deadline, port};

use crate::open_house::{OpenHouse, SOON, get};
use crate::proxies::Site;
use neighbour::{HAPROXY, NGINX, Neighbour};

/// The caller's own address.
const CALLER: &str = "127.0.0.1";

fn free_address() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port::free()))
}

/// A request with a made-up forwarding field of both kinds.
fn pretending(target: &str) -> String {
    let made_up = "X-Forwarded-For: 192.0.2.66\r\nForwarded: for=192.0.2.66\r\nX-Real-IP: 192.0.2.66\r\n";
    format!("GET {target} HTTP/1.1\r\nHost: shop.example\r\n{made_up}\r\n")
}

/// TLS through the front to the door: over HTTP/1.1 and HTTP/2, and the service is told of the caller.
fn assert_passes_tls_through(site: &Site, front: SocketAddr) {
    let tls = ClientTls::new(&site.people);
    let mut connection = Connection::over(tls.connect(front).expect("a handshake"));
    for _ in 0..2 {
        assert_eq!(connection.exchange(pretending("/")).text(), "reached");
        assert_eq!(site.told().as_deref(), Some(CALLER));
    }
    let mut connection = Http2::over(tls.alpn(&["h2"]).connect(front).expect("a handshake"));
    let fields = [(":method", "GET"), (":scheme", "https"), (":authority", "shop.example"), (":path", "/h2")];
    let fields = fields.map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    let outcome = connection.request(1, &fields, true).outcome(1, Deadline::within(SOON));
    assert_eq!(outcome, Outcome::Answer(200, b"reached".to_vec()));
    assert_eq!(site.told().as_deref(), Some(CALLER));
    let line = site.house.wait_for_log("\"path\":\"/h2\"");
    assert!(line.contains(&format!("\"client.address\":\"{CALLER}\"")), "{line}");
    assert!(site.is_closed(b""), "whoever is not the proxy is not heard");
}

#[test]
fn haproxy_in_front_passes_tls_through_and_says_whose_connection_it_is() {
    if !testkit::needs("haproxy") {
        return;
    }
    for (speak, sends) in [("proxy-v1", "send-proxy"), ("proxy-v2", "send-proxy-v2")] {
        let site = Site::start(true, &[&format!("proxies: {{ networks: {HAPROXY}, speak: {speak} }}")]);
        let front = free_address();
        // Its own checks of health say LOCAL, or UNKNOWN.
        let lines = [
            "mode tcp".to_owned(),
            format!("server house {} {sends} check inter 200ms source {HAPROXY}", site.address),
        ];
        let _haproxy = Neighbour::haproxy(front, &lines);
        assert_passes_tls_through(&site, front);
    }
}

#[test]
fn nginx_in_front_passes_tls_through_and_says_whose_connection_it_is() {
    if !testkit::needs("nginx") || !testkit::needs("nginx-stream") {
        return;
    }
    let site = Site::start(true, &[&format!("proxies: {{ networks: {NGINX}, speak: proxy-v1 }}")]);
    let front = free_address();
    let server = format!("listen {front}; proxy_bind {NGINX}; proxy_protocol on; proxy_pass {};", site.address);
    let _nginx = Neighbour::nginx_stream(front, &server);
    assert_passes_tls_through(&site, front);
}

/// What nginx's own manual tells people to write, and keeping connections.
fn nginx_forwarding(front: SocketAddr, to: SocketAddr) -> Neighbour {
    let server = format!(
        "listen {front};\nlocation / {{ proxy_pass http://{to}; proxy_bind {NGINX}; proxy_http_version 1.1; \
         proxy_set_header Connection \"\"; proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr; \
         proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; }}"
    );
    Neighbour::nginx(front, &server)
}

#[test]
fn nginx_in_front_is_believed_about_its_callers_where_it_is_named_and_only_there() {
    if !testkit::needs("nginx") {
        return;
    }
    let named = format!("proxies: {{ networks: {NGINX}, speak: x-forwarded-for }}");
    for (lines, told) in [(&[named.as_str()][..], CALLER), (&[], NGINX)] {
        let site = Site::start(false, lines);
        let front = free_address();
        let _nginx = nginx_forwarding(front, site.address);
        let mut connection = Connection::plain(front);
        for target in ["/first", "/second"] {
            assert_eq!(connection.exchange(pretending(target)).text(), "reached");
            assert_eq!(site.told().as_deref(), Some(told), "{lines:?}");
            let line = site.house.wait_for_log(&format!("\"path\":\"{target}\""));
            assert!(line.contains(&format!("\"client.address\":\"{told}\"")), "{line}");
        }
        let received = site.service.bytes().concat();
        assert!(!String::from_utf8_lossy(&received).contains("192.0.2.66"), "{}", received.escape_ascii());
    }
}

#[test]
fn haproxy_in_front_is_believed_about_its_callers_by_the_field_of_rfc_7239() {
    if !testkit::needs("haproxy") {
        return;
    }
    let site = Site::start(false, &[&format!("proxies: {{ networks: {HAPROXY}, speak: forwarded }}")]);
    let front = free_address();
    let lines = [
        "mode http".to_owned(),
        "http-request add-header forwarded for=%[src];proto=http".to_owned(),
        format!("server house {} source {HAPROXY}", site.address),
    ];
    let _haproxy = Neighbour::haproxy(front, &lines);
    assert_eq!(Connection::plain(front).exchange(pretending("/")).text(), "reached");
    assert_eq!(site.told().as_deref(), Some(CALLER));
}

#[test]
fn a_caller_is_found_behind_two_proxies_that_are_both_named() {
    if !testkit::needs("haproxy") || !testkit::needs("nginx") {
        return;
    }
    let both = format!("proxies: {{ networks: [{HAPROXY}, {NGINX}], speak: x-forwarded-for }}");
    let nearest = format!("proxies: {{ networks: {NGINX}, speak: x-forwarded-for }}");
    for (proxies, told) in [(both, CALLER), (nearest, HAPROXY)] {
        let site = Site::start(false, &[&proxies]);
        let (outer, inner) = (free_address(), free_address());
        let _nginx = nginx_forwarding(inner, site.address);
        let lines =
            ["mode http".to_owned(), "option forwardfor".to_owned(), format!("server nginx {inner} source {HAPROXY}")];
        let _haproxy = Neighbour::haproxy(outer, &lines);
        assert_eq!(Connection::plain(outer).exchange(pretending("/")).text(), "reached");
        assert_eq!(site.told().as_deref(), Some(told), "{proxies}");
    }
}

#[test]
fn nginx_behind_answers_as_it_does_alone() {
    if !testkit::needs("nginx") {
        return;
    }
    let service = free_address();
    // Of what has a `Via` nginx compresses nothing, unless it is told to.
    let server = format!(
        "listen {service};\ngzip on; gzip_proxied any; gzip_min_length 1; gzip_types text/plain; default_type text/plain;\n\
         location / {{ root .; }}\n\
         location /seen {{ return 200 \"$http_x_forwarded_for $http_x_forwarded_proto [$http_x_real_ip]\"; }}"
    );
    let nginx = Neighbour::nginx(service, &server);
    let text = "A line of a page.\n".repeat(100_000);
    nginx.write("page.txt", &text);
    let house = OpenHouse::plain_to(&format!("http://{service}"), &[]);
    let ask = |request: &str| house.connect().exchange(request);
    let page = house.connect().exchange(get("/page.txt"));
    assert!(page.status == 200 && page.text() == text, "{} bytes", page.body.len());
    let tag = page.field("etag").expect("a tag").to_owned();
    let same = ask(&format!("GET /page.txt HTTP/1.1\r\nHost: a\r\nIf-None-Match: {tag}\r\n\r\n"));
    assert_eq!((same.status, same.body.len()), (304, 0));
    let part = ask("GET /page.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=2-5\r\n\r\n");
    assert_eq!((part.status, part.text()), (206, "line".into()));
    let packed = ask("GET /page.txt HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip\r\n\r\n");
    assert_eq!((packed.status, packed.field("content-encoding")), (200, Some("gzip")));
    assert_eq!(house.connect().exchange(get("/none")).status, 404);
    assert_eq!(ask(&pretending("/seen")).text(), format!("{CALLER} http []"));
}

#[test]
fn haproxy_behind_carries_on_what_the_house_sends() {
    if !testkit::needs("haproxy") {
        return;
    }
    let backend = Backend::saying("reached");
    let service = free_address();
    let lines = ["mode http".to_owned(), format!("server backend {}", backend.address())];
    let _haproxy = Neighbour::haproxy(service, &lines);
    let house = OpenHouse::plain_to(&format!("http://{service}"), &["body: 2MiB"]);
    let mut connection = house.connect();
    let body = "x".repeat(1_000_000);
    let known = format!("POST /known HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let chunked =
        format!("POST /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nF4240\r\n{body}\r\n0\r\n\r\n");
    for request in [known, chunked] {
        assert_eq!(connection.exchange(request).text(), "reached");
    }
    let requests = backend.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests.iter().all(|request| request.body == body.as_bytes()));
}

#[test]
fn nginx_behind_hears_by_the_proxy_protocol_who_calls_on_a_connection_of_the_caller_s_own() {
    if !testkit::needs("nginx") {
        return;
    }
    for version in ["v1", "v2"] {
        let service = free_address();
        let server = format!(
            "listen {service} proxy_protocol;\n\
             location / {{ return 200 \"$proxy_protocol_addr:$proxy_protocol_port $connection_requests\"; }}"
        );
        let _nginx = Neighbour::nginx(service, &server);
        // Its probes speak for the house itself.
        let keys =
            format!("urls: \"http://{service}\", proxy_protocol: {version}, health: {{ route: GET /, every: 1s }}");
        let house = OpenHouse::to_service(&keys, &[]);
        for _ in 0..2 {
            let stream = std::net::TcpStream::connect(house.address).expect("connected");
            let own = stream.local_addr().expect("an address");
            let mut connection = Connection::over(testkit::Stream::Tcp(stream));
            for _ in 0..2 {
                // The first request of its connection each time.
                assert_eq!(connection.exchange(get("/")).text(), format!("{own} 1"), "{version}");
            }
        }
    }
}

#[test]
fn haproxy_behind_hears_by_the_proxy_protocol_who_calls() {
    if !testkit::needs("haproxy") {
        return;
    }
    for version in ["v1", "v2"] {
        let backend = Backend::saying("reached");
        let service = free_address();
        let lines = [
            "mode http".to_owned(),
            "http-request set-header x-seen %[src]".to_owned(),
            format!("server backend {}", backend.address()),
        ];
        let _haproxy = Neighbour::haproxy_binding(service, "accept-proxy", &lines);
        let lines = ["proxies: { networks: loopback, speak: x-forwarded-for }"];
        let keys = format!("urls: \"http://{service}\", proxy_protocol: {version}");
        let site = Site::start_to(false, &lines, &keys, backend);
        for caller in ["192.0.2.7", "2001:db8::1"] {
            let request = format!("GET / HTTP/1.1\r\nHost: a.example\r\nX-Forwarded-For: {caller}\r\n\r\n");
            assert_eq!(Connection::plain(site.address).exchange(request).text(), "reached");
            let seen =
                site.service.requests().last().and_then(|request| request.head.text("x-seen").map(str::to_owned));
            assert_eq!(seen.as_deref(), Some(caller), "{version}");
        }
    }
}
