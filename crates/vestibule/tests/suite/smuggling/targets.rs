//! Targets that a router and a service could resolve to different places.

use testkit::Backend;

use super::{Refusal, assert_refused};
use crate::open_house::{OpenHouse, get};

fn to(problem: &'static str, targets: &[&str]) -> Vec<Refusal> {
    let request = |target: &&str| format!("GET {target} HTTP/1.1\r\nHost: shop.example\r\n\r\n").into_bytes();
    targets.iter().map(|target| (request(target), problem)).collect()
}

#[test]
fn a_path_has_one_reading() {
    assert_refused(to(
        "ambiguous-path",
        &[
            "//",
            "//admin",
            "/shop//admin",
            "//admin.example/",
            "/shop/..",
            "/shop/../admin",
            "/../admin",
            "/./admin",
            "/shop/.",
            "/shop/..;/admin",
            "/shop/..;x=y/admin",
            "/shop/;/admin",
            "/;/admin",
            "/shop/.;/admin",
            "/shop/..%3b/admin",
            "/shop%2fadmin",
            "/shop%2Fadmin",
            "/shop%5cadmin",
            "/shop%5Cadmin",
            "/shop/%2e%2e/admin",
            "/shop/%2E%2E/admin",
            "/shop/.%2e/admin",
            "/shop/%2e/admin",
            "/shop/..%2fadmin",
            "/shop/..%5cadmin",
            "/%61dmin",
            "/adm%69n",
            "/%2561dmin%00",
            "/%00",
            "/shop%00/admin",
            "/shop%0a",
            "/shop%0d%0aX:%20y",
            "/shop%09",
            "/shop%7f",
            "/shop%c0%af/admin",
            "/shop%c0%ae%c0%ae/admin",
            "/shop%e0%80%af",
            "/shop%ff",
            "/shop%c2%85",
            "/shop%",
            "/shop%2",
            "/shop%zz",
            "/shop%u002fadmin",
            "/shop/%2",
            "/a|b",
            "/a[0]",
            "/{a}",
            "/<a>",
            "/a^b",
            "/a`b",
            "http://shop.example//admin",
            "http://shop.example/../admin",
            "http://shop.example/%2e%2e/admin",
        ],
    ));
}

#[test]
fn a_target_has_one_form() {
    assert_refused(to(
        "malformed-request",
        &[
            "",
            "admin",
            "?x",
            "#x",
            "/#admin",
            "/shop#/../admin",
            "/?x#y",
            "\\admin",
            "/shop\\admin",
            "/shop\\..\\admin",
            "/?a\\b",
            "/\"",
            "/\0",
            "/shop\0/admin",
            "/\u{1}",
            "/\u{7f}",
            "/\u{e9}",
            "/?\u{e9}",
            "/?\u{1}",
            "/?<",
            "/?\"",
            "/shop\t/admin",
            "/shop\u{b}admin",
            "/shop\r/admin",
            "*",
            "**",
            "shop.example:443",
            "ftp://shop.example/",
            "file:///etc/passwd",
            "http:/shop.example/",
            "http:shop.example",
            "://shop.example/",
            "http://shop.example?x",
        ],
    ));
    let request = |line: &str| (format!("{line}\r\nHost: shop.example\r\n\r\n").into_bytes(), "malformed-request");
    assert_refused([request("OPTIONS http://shop.example HTTP/1.1"), request("POST * HTTP/1.1")]);
}

#[test]
fn a_parameter_within_a_segment_leads_nowhere() {
    // Some services cut it off, and route what is left.
    let service = Backend::saying("reached");
    let house = OpenHouse::plain(&service, &[]);
    for target in ["/admin;x", "/admin;jsessionid=1", "/a;b=c/admin", "/admin;", "/a/b;c/../d;", "/admin%3bx"] {
        let answer = house.connect().exchange(get(target));
        assert!(matches!(answer.status, 400 | 404) && answer.problem().is_some(), "{target}: {}", answer.text());
    }
    assert_eq!(service.arrivals(), 0);
}
