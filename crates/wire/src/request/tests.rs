//! What a request head may be, and for each rule a head that breaks it.

use super::{Http2Request, RequestHead};
use crate::authority::HostError;
use crate::path::PathError;
use crate::{Framing, HeadError, HeadLimits, Method, Name, Version};

const LIMITS: HeadLimits = HeadLimits { head_bytes: 4096, target_bytes: 256, fields: 16 };

fn read(input: &[u8]) -> Result<Option<(RequestHead, usize)>, HeadError> {
    let mut head = RequestHead::new();
    Ok(head.parse(input, &LIMITS)?.map(|consumed| (head, consumed)))
}

fn accepted(input: &str) -> RequestHead {
    let (head, consumed) = read(input.as_bytes()).expect(input).expect("whole");
    assert_eq!(consumed, input.len(), "{input:?}");
    head
}

fn refused(input: &[u8]) -> HeadError {
    match read(input) {
        Err(error) => error,
        Ok(read) => panic!("{:?} was read as {read:?}", String::from_utf8_lossy(input)),
    }
}

#[test]
fn a_plain_request_is_read_as_it_came() {
    let head = accepted(
        "GET /a/b?c=d HTTP/1.1\r\nHost: Shop.Example:8443\r\nX-Own:\t v w \r\nAccept: */*\r\nConnection: close\r\n\r\n",
    );
    assert_eq!((head.method(), head.method_str()), (Method::Get, "GET"));
    assert_eq!(head.version(), Version::Http11);
    assert_eq!((head.path(), head.query(), head.path_and_query()), ("/a/b", Some("c=d"), "/a/b?c=d"));
    assert_eq!((head.host(), head.authority(), head.port()), ("shop.example", "Shop.Example:8443", Some(8443)));
    assert_eq!(head.framing(), Framing::None);
    assert!(!head.keep_alive());
    assert!(!head.expects_continue());
    assert_eq!(head.upgrade(), None);
    assert_eq!(head.fields().by_name("x-own"), Some(b"v w".as_slice()));
    let names: Vec<_> = head.fields().iter().map(|field| field.name).collect();
    assert_eq!(names, ["host", "x-own", "accept", "connection"]);
    let forwarded: Vec<_> = head.fields().end_to_end().map(|field| field.name).collect();
    assert_eq!(forwarded, ["host", "x-own", "accept"]);
}

#[test]
fn requests_may_follow_each_other_and_a_head_is_used_again() {
    let input = b"POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: b\r\n\r\n";
    let mut head = RequestHead::new();
    let first = head.parse(input, &LIMITS).expect("first").expect("whole");
    assert_eq!((head.path(), head.framing()), ("/1", Framing::Length(3)));
    let second = head.parse(&input[first + 3..], &LIMITS).expect("second").expect("whole");
    assert_eq!((head.path(), head.host(), head.framing()), ("/2", "b", Framing::None));
    assert_eq!(head.fields().len(), 1);
    assert_eq!(first + 3 + second, input.len());
}

#[test]
fn http2_is_read_into_the_same_head() {
    let mut head = RequestHead::new();
    let request =
        Http2Request { method: "POST", scheme: "https", authority: Some("a:1"), path: "/x?y", end_stream: false };
    let fields = [("cookie", "a=1"), ("x-own", "v"), ("cookie", "b=2")];
    head.assemble(request, fields.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes())), &LIMITS).expect("accepted");
    assert_eq!((head.path(), head.query(), head.host(), head.port()), ("/x", Some("y"), "a", Some(1)));
    assert_eq!((head.framing(), head.version(), head.keep_alive()), (Framing::Stream, Version::Http2, true));
    assert_eq!(head.fields().get(Name::Cookie), Some(b"a=1; b=2".as_slice()));
    assert_eq!(head.fields().get(Name::Host), Some(b"a:1".as_slice()));
}
#[test]
fn a_few_refusals() {
    for (input, error) in [
        ("GET /../x HTTP/1.1\r\nHost: a\r\n\r\n", HeadError::Path(PathError::DotSegment)),
        ("GET / HTTP/1.1\r\n\r\n", HeadError::Host(HostError::Missing)),
    ] {
        assert_eq!(refused(input.as_bytes()), error, "{input:?}");
    }
}
