//! What the house sends of its own accord, and what it takes as an answer, against a real server over real TLS.

use testkit::backend::{Script, Step, script};
use testkit::{Backend, Reply, Root, ServerTls};

use super::*;
use crate::keeper::SystemResolver;
use crate::tls::TlsAnchors;
use crate::{Dialler, house};
use http::StatusCode;
use policy::HouseWork;

struct Provider {
    backend: Backend,
    fetcher: Fetcher,
    port: u16,
}

impl Provider {
    /// Speaks TLS for these names.
    fn new(names: &[&str], does: Script) -> Self {
        let root = Root::new("providers");
        let tls = Arc::new(ServerTls::new(&root.server(names)));
        Self::believing(&root, Backend::over_tls(&tls, does))
    }

    fn believing(root: &Root, backend: Backend) -> Self {
        let anchors = TlsAnchors::Named(vec![root.der().clone()]);
        let tls = TlsSettings { anchors, pins: Vec::new(), certificate: None };
        let dialler = Dialler::new(Arc::new(SystemResolver));
        let port = backend.address().port();
        Self { backend, fetcher: Fetcher::new(dialler, &tls).expect("settings"), port }
    }

    fn url(&self, path: &str) -> Target {
        Target::configured(&format!("https://127.0.0.1:{}{path}", self.port)).expect("a URL")
    }

    async fn send(&self, request: &HouseRequest) -> Result<Response<Bytes>, FetchError> {
        self.fetcher.fetch(house(HouseWork::IssuerKeys), request).await
    }

    async fn get(&self) -> Result<Response<Bytes>, FetchError> {
        self.send(&HouseRequest::get(self.url("/keys?a=b"), "application/json")).await
    }
}

fn at_127(does: Script) -> Provider {
    Provider::new(&["127.0.0.1"], does)
}

#[tokio::test]
async fn an_answer_comes_whole_with_its_fields() {
    for reply in [Reply::ok("{}"), Reply::ok("{}").field("set-cookie", "a=b").field("cache-control", "max-age=60")] {
        let provider = at_127(script::answer_and_close(reply.field("content-type", "application/json")));
        let answer = provider.get().await.expect("an answer");
        assert_eq!((answer.status(), &answer.body()[..]), (StatusCode::OK, &b"{}"[..]));
        assert_eq!(answer.headers()["content-type"], "application/json");
        let requests = provider.backend.requests();
        let [request] = requests.as_slice() else { panic!("one request") };
        assert_eq!((request.head.method.as_str(), request.head.target.as_str()), ("GET", "/keys?a=b"));
        let host = format!("127.0.0.1:{}", provider.port);
        assert_eq!(request.head.field("host"), Some(host.as_bytes()));
        assert_eq!(request.head.field("accept-encoding"), Some(&b"identity"[..]));
    }
}

#[tokio::test]
async fn a_form_is_sent_with_its_fields_and_its_length() {
    let provider = at_127(script::answer_and_close(Reply::ok("yes")));
    let mut request = HouseRequest::form(provider.url("/introspect"), "token=a&b=c");
    request.fields.insert("authorization", HeaderValue::from_static("Basic Zm9vOmJhcg=="));
    request.fields.insert("host", HeaderValue::from_static("elsewhere.example"));
    request.fields.insert("content-length", HeaderValue::from_static("3"));
    request.fields.insert("transfer-encoding", HeaderValue::from_static("chunked"));
    provider.send(&request).await.expect("an answer");
    let requests = provider.backend.requests();
    assert_eq!(requests[0].body, b"token=a&b=c");
    assert_eq!(requests[0].head.field("authorization"), Some(&b"Basic Zm9vOmJhcg=="[..]));
    assert!(!format!("{request:?}").contains("Zm9v"), "what proves who we are is not printed");
}

#[tokio::test]
async fn a_field_that_could_be_two_is_not_sent() {
    let provider = at_127(script::hang());
    let mut request = HouseRequest::get(provider.url("/"), "text/plain");
    request.fields.insert("x-name", HeaderValue::from_bytes(b"caf\xc3\xa9").expect("a value"));
    assert!(matches!(provider.send(&request).await, Err(FetchError::Request)));
    assert_eq!(provider.backend.connections(), 0);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_followed_by_nobody() {
    let elsewhere = Backend::saying("stolen");
    let to = format!("{}/", elsewhere.url());
    for status in [301, 302, 303, 307, 308] {
        let provider = at_127(script::answer_and_close(Reply::status(status, "").field("location", &to)));
        let answer = provider.get().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status);
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_not_read_to_its_end() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n";
    let chunks = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7d0\r\n{}\r\n", "a".repeat(2000));
    let endless = format!("HTTP/1.1 200 OK\r\n\r\n{}", "a".repeat(2000));
    for bytes in [head.to_owned(), chunks, endless] {
        let provider = at_127(vec![Step::ReadBody, Step::Send(bytes.clone().into_bytes()), Step::Hang]);
        let mut request = HouseRequest::get(provider.url("/"), "text/plain");
        request.bounds.answer_bytes = 1000;
        let refused = provider.send(&request).await.expect_err("too large");
        assert!(matches!(refused, FetchError::TooLarge { at_most_bytes: 1000, .. }), "{refused}: {bytes:.60}");
    }
}

#[tokio::test]
async fn an_answer_that_never_ends_is_over_in_time() {
    let drip = Reply::ok("a".repeat(10_000));
    for does in [
        script::hang(),
        script::hang_mid_body(10, b"half"),
        script::trickle(&drip, Duration::from_millis(20)),
        vec![Step::ReadBody, Step::Send(b"HTTP/1.1 200 OK\r\nx: ".to_vec()), Step::Hang],
    ] {
        let provider = at_127(does);
        let mut request = HouseRequest::get(provider.url("/"), "text/plain");
        request.bounds.within = Duration::from_millis(300);
        let late = provider.send(&request).await.expect_err("late");
        assert!(matches!(late, FetchError::TooLate { .. }), "{late}");
    }
}

#[tokio::test]
async fn whoever_is_not_believed_hears_nothing() {
    let other_name = Provider::new(&["login.example"], script::hang());
    let refused = other_name.get().await.expect_err("another name");
    assert!(matches!(refused, FetchError::Handshake { .. }), "{refused}");
    let stranger = ServerTls::new(&Root::new("strangers").server(&["127.0.0.1"]));
    let stranger = Backend::over_tls(&Arc::new(stranger), script::hang());
    let unknown = Provider::believing(&Root::new("providers"), stranger);
    assert!(matches!(unknown.get().await, Err(FetchError::Handshake { .. })));
    for provider in [other_name, unknown] {
        assert_eq!(provider.backend.arrivals(), 0, "no request was sent");
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_short_or_malformed_is_none() {
    let cut = b"HTTP/1.1 200 OK\r\n\r\nhalf of it";
    for does in [
        script::close(),
        script::close_mid_body(10, b"half"),
        script::close_mid_chunks(b"half"),
        script::raw_and_close("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab"),
        script::raw_and_close("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\na"),
        script::raw_and_close("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
        script::raw_and_close("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(INTERIM + 1)),
        script::raw_and_close("220 mail.example ESMTP\r\n"),
        // Without the word that TLS ends, whoever cuts the wire could choose where the answer ends.
        script::raw_and_cut(cut),
    ] {
        let provider = at_127(does.clone());
        assert!(provider.get().await.is_err(), "{does:?}");
    }
    let provider = at_127(script::raw_and_close(cut));
    assert_eq!(&provider.get().await.expect("an end in order").body()[..], b"half of it");
}

const INTERIM: usize = 4;

#[tokio::test]
async fn an_answer_to_head_has_no_body_whatever_its_length_says() {
    let provider = at_127(script::raw("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nreplay-nonce: abc\r\n\r\n"));
    let mut request = HouseRequest::get(provider.url("/"), "*/*");
    request.method = Method::HEAD;
    let answer = provider.send(&request).await.expect("an answer");
    assert_eq!((answer.headers()["replay-nonce"].as_bytes(), answer.body().len()), (&b"abc"[..], 0));
}
