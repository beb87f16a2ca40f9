//! What a URL on the command line becomes.

use super::Asked;

fn asked(url: &str) -> Asked {
    Asked::parse("GET", url, &[]).expect(url)
}

fn head(url: &str) -> String {
    String::from_utf8(asked(url).head).expect("text")
}

#[test]
fn the_target_is_sent_as_it_is_and_the_fragment_never() {
    assert_eq!(
        head("https://localhost:8443/a/../b%2F?c#d"),
        "GET /a/../b%2F?c HTTP/1.1\r\nHost: localhost:8443\r\n\r\n"
    );
    assert_eq!(head("http://localhost"), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(head("http://localhost?a"), "GET /?a HTTP/1.1\r\nHost: localhost\r\n\r\n");
}

#[test]
fn host_and_port_are_told_apart() {
    for (url, host, port) in [
        ("https://Shop.Example/", "shop.example", 443),
        ("http://shop.example", "shop.example", 80),
        ("https://[::1]:9443/x", "[::1]", 9443),
        ("https://[::1]/x", "[::1]", 443),
    ] {
        let asked = asked(url);
        assert_eq!((asked.host.as_str(), asked.port), (host, port), "{url}");
    }
    for url in ["localhost/x", "ftp://localhost/", "https:///x", "https://localhost:port/", "https://"] {
        assert!(Asked::parse("GET", url, &[]).is_err(), "{url}");
    }
}

#[test]
fn a_server_name_is_a_name_over_tls() {
    assert_eq!(asked("https://shop.example/").server_name(), Some("shop.example"));
    for url in ["http://shop.example/", "https://127.0.0.1/", "https://[::1]/"] {
        assert_eq!(asked(url).server_name(), None, "{url}");
    }
}
