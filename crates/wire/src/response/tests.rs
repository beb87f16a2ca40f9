//! What an answer's head may be, and for each rule one that breaks it.

use super::{ResponseError, ResponseHead};
use crate::{Framing, HeadError, HeadLimits, Method, Name, Version};

const LIMITS: HeadLimits = HeadLimits { head_bytes: 1024, target_bytes: 0, fields: 8 };

fn read(input: &str, method: Method) -> Result<ResponseHead, ResponseError> {
    let mut head = ResponseHead::new();
    assert_eq!(head.parse(input.as_bytes(), method, &LIMITS)?, Some(input.len()), "{input:?}");
    Ok(head)
}

#[test]
fn a_plain_answer_is_read_as_it_came() {
    let head =
        read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Own: a\r\nKeep-Alive: 5\r\n\r\n", Method::Get).expect("valid");
    assert_eq!((head.status(), head.version(), head.framing()), (200, Version::Http11, Framing::Length(5)));
    assert!(head.keep_alive() && !head.is_interim() && !head.is_upgrade());
    let forwarded: Vec<_> = head.fields().end_to_end().map(|field| field.name).collect();
    assert_eq!(forwarded, ["content-length", "x-own"]);
}

#[test]
fn a_status_line_has_one_form() {
    use ResponseError::{Reason, Status, StatusLine, Version};
    for (line, error) in [
        ("", StatusLine),
        (" HTTP/1.1 200 OK", StatusLine),
        ("ICY 200 OK", StatusLine),
        ("http/1.1 200 OK", StatusLine),
        ("HTTP/1.1", StatusLine),
        ("HTTP/1.1 ", StatusLine),
        ("HTTP/1.1200 OK", StatusLine),
        ("HTTP/1.1  200 OK", StatusLine),
        ("HTTP/1.1\t200 OK", StatusLine),
        ("HTTP/1.1 200OK", StatusLine),
        ("HTTP/1.1 2000 OK", StatusLine),
        ("HTTP/1.1 20 OK", StatusLine),
        ("HTTP/1.1 2x0 OK", Status),
        ("HTTP/1.1 +20 OK", Status),
        ("HTTP/1.1 099 OK", Status),
        ("HTTP/1.1 600 OK", Status),
        ("HTTP/1.1 999 OK", Status),
        ("HTTP/2.0 200 OK", Version),
        ("HTTP/1.2 200 OK", Version),
        ("HTTP/1.1 200 O\0K", Reason),
        ("HTTP/1.1 200 O\rK", Reason),
    ] {
        let input = format!("{line}\r\n\r\n");
        let mut head = ResponseHead::new();
        assert_eq!(head.parse(input.as_bytes(), Method::Get, &LIMITS), Err(error), "{line:?}");
    }
    let mut head = ResponseHead::new();
    let bare = head.parse(b"HTTP/1.1 200 OK\n\n", Method::Get, &LIMITS);
    assert_eq!(bare, Err(ResponseError::Head(HeadError::LineEnd)));
    for line in ["HTTP/1.1 200", "HTTP/1.1 200 ", "HTTP/1.1 200 \u{e9} a\tb", "HTTP/1.0 200 OK", "HTTP/1.1 299 x"] {
        assert!(read(&format!("{line}\r\n\r\n"), Method::Get).is_ok(), "{line:?}");
    }
}

#[test]
fn method_and_status_decide_whether_there_is_a_body() {
    let length = "Content-Length: 5\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n";
    for (method, status, fields, framing) in [
        (Method::Get, 200, "", Framing::UntilClose),
        (Method::Get, 200, length, Framing::Length(5)),
        (Method::Get, 200, chunked, Framing::Chunked),
        (Method::Get, 404, "Content-Length: 0\r\n", Framing::Length(0)),
        (Method::Head, 200, "", Framing::None),
        (Method::Head, 200, length, Framing::None),
        (Method::Head, 200, chunked, Framing::None),
        (Method::Get, 304, "", Framing::None),
        (Method::Get, 304, length, Framing::None),
        (Method::Get, 204, "", Framing::None),
        (Method::Get, 204, "Content-Length: 0\r\n", Framing::None),
        (Method::Post, 100, "", Framing::None),
        (Method::Get, 101, "Upgrade: x\r\nConnection: upgrade\r\n", Framing::None),
    ] {
        let head = read(&format!("HTTP/1.1 {status} x\r\n{fields}\r\n"), method).expect("valid");
        assert_eq!(head.framing(), framing, "{method:?} {status} {fields:?}");
        assert_eq!(head.is_interim(), status == 100);
        assert_eq!(head.is_upgrade(), status == 101);
    }
    let no_content = read("HTTP/1.1 204 x\r\nContent-Length: 0\r\n\r\n", Method::Get).expect("valid");
    assert_eq!(no_content.fields().end_to_end().count(), 0);
}

#[test]
fn a_length_that_leaves_a_choice_is_refused() {
    for (start, fields, error) in [
        ("HTTP/1.1 200 x", "Content-Length: 5\r\nContent-Length: 5", HeadError::LengthRepeated),
        ("HTTP/1.1 200 x", "Content-Length: 5, 5", HeadError::ContentLength),
        ("HTTP/1.1 200 x", "Content-Length: 05", HeadError::ContentLength),
        ("HTTP/1.1 200 x", "Content-Length: 5\r\nTransfer-Encoding: chunked", HeadError::LengthAndCoding),
        ("HTTP/1.1 200 x", "Transfer-Encoding: gzip, chunked", HeadError::TransferCoding),
        ("HTTP/1.1 200 x", "Transfer-Encoding: identity", HeadError::TransferCoding),
        ("HTTP/1.0 200 x", "Transfer-Encoding: chunked", HeadError::CodingInHttp10),
        ("HTTP/1.1 304 x", "Content-Length: x", HeadError::ContentLength),
        ("HTTP/1.1 200 x", "X : y", HeadError::FieldName),
        ("HTTP/1.1 200 x", "X: y\r\n z", HeadError::Folded),
        ("HTTP/1.1 200 x", "X: y\rz", HeadError::LineEnd),
        ("HTTP/1.1 200 x", "Connection: set-cookie", HeadError::ConnectionNames),
    ] {
        let result = read(&format!("{start}\r\n{fields}\r\n\r\n"), Method::Get);
        assert_eq!(result.err(), Some(ResponseError::Head(error)), "{fields:?}");
    }
    for (status, fields) in
        [(204, "Content-Length: 5"), (204, "Transfer-Encoding: chunked"), (103, "Content-Length: 1")]
    {
        let result = read(&format!("HTTP/1.1 {status} x\r\n{fields}\r\n\r\n"), Method::Get);
        assert_eq!(result.err(), Some(ResponseError::BodyNotAllowed), "{status} {fields:?}");
    }
}

#[test]
fn a_connection_is_used_again_only_if_the_end_of_the_body_is_known() {
    for (start, fields, keep_alive) in [
        ("HTTP/1.1 200 x", "Content-Length: 5", true),
        ("HTTP/1.1 200 x", "Content-Length: 5\r\nConnection: close", false),
        ("HTTP/1.1 200 x", "X: y", false),
        ("HTTP/1.1 204 x", "X: y", true),
        ("HTTP/1.0 200 x", "Content-Length: 5", false),
        ("HTTP/1.0 200 x", "Content-Length: 5\r\nConnection: keep-alive", true),
    ] {
        let head = read(&format!("{start}\r\n{fields}\r\n\r\n"), Method::Get).expect("valid");
        assert_eq!(head.keep_alive(), keep_alive, "{start} {fields}");
    }
}

#[test]
fn everything_has_a_bound() {
    let mut head = ResponseHead::new();
    let endless = format!("HTTP/1.1 200 {}", "x".repeat(2000));
    let result = head.parse(endless.as_bytes(), Method::Get, &LIMITS);
    assert_eq!(result, Err(ResponseError::Head(HeadError::TooLarge)));
    let many = format!("HTTP/1.1 200 x\r\n{}\r\n", "X: y\r\n".repeat(9));
    head.clear();
    let result = head.parse(many.as_bytes(), Method::Get, &LIMITS);
    assert_eq!(result, Err(ResponseError::Head(HeadError::TooManyFields)));
}

#[test]
fn interim_heads_come_before_the_answer() {
    let input = b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    let mut head = ResponseHead::new();
    let first = head.parse(input, Method::Get, &LIMITS).expect("valid").expect("whole");
    assert!(head.is_interim());
    let second = head.parse(&input[first..], Method::Get, &LIMITS).expect("valid").expect("whole");
    assert_eq!((head.status(), head.fields().len(), first + second), (200, 1, input.len()));
}

#[test]
fn an_answer_of_the_house_takes_no_line_ends() {
    let mut head = ResponseHead::new();
    head.make(302);
    assert_eq!(head.push("location", b"/a\r\nSet-Cookie: b"), Err(HeadError::FieldValue));
    head.push("Location", b"/a").expect("valid");
    head.set_framing(Framing::Length(0));
    assert_eq!((head.status(), head.fields().get(Name::Location)), (302, Some(b"/a".as_slice())));
    assert_eq!(head.framing(), Framing::Length(0));
}

fn assembled(status: u16, end_stream: bool, fields: &[(&str, &str)], method: Method) -> Result<Framing, ResponseError> {
    let mut head = ResponseHead::new();
    let fields = fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    head.assemble(status, end_stream, fields, method, &LIMITS).map(|()| head.framing())
}

#[test]
fn over_http2_the_frames_say_where_an_answer_ends_and_no_length_may_contradict_them() {
    use Method::{Get, Head};
    const FIVE: (&str, &str) = ("content-length", "5");
    assert_eq!(assembled(200, false, &[], Get), Ok(Framing::Stream));
    assert_eq!(assembled(200, false, &[FIVE], Get), Ok(Framing::Length(5)));
    assert_eq!(assembled(200, false, &[FIVE, ("trailer", "x")], Get), Ok(Framing::Stream));
    assert_eq!(assembled(200, true, &[], Get), Ok(Framing::Length(0)));
    assert_eq!(assembled(200, true, &[FIVE], Get), Err(HeadError::LengthWithoutContent.into()));
    for (status, method) in [(200, Head), (304, Get)] {
        assert_eq!(assembled(status, true, &[FIVE], method), Ok(Framing::None));
    }
    assert_eq!(assembled(204, true, &[("content-length", "0")], Get), Ok(Framing::None));
    assert_eq!(assembled(204, false, &[FIVE], Get), Err(ResponseError::BodyNotAllowed));
    assert_eq!(assembled(200, false, &[FIVE, FIVE], Get), Err(HeadError::LengthRepeated.into()));
}

#[test]
fn what_belongs_to_http1_or_is_no_answer_is_refused_over_http2() {
    for status in [0, 100, 101, 103, 199, 600, 999] {
        assert_eq!(assembled(status, true, &[], Method::Get), Err(ResponseError::Status), "{status}");
    }
    for field in [("connection", "close"), ("transfer-encoding", "chunked"), ("upgrade", "x")] {
        assert_eq!(assembled(200, false, &[field], Method::Get), Err(HeadError::ConnectionSpecific.into()));
    }
    assert_eq!(assembled(200, false, &[("X-Upper", "x")], Method::Get), Err(HeadError::FieldName.into()));
    let many = [("x", "y"); 9];
    assert_eq!(assembled(200, false, &many, Method::Get), Err(HeadError::TooManyFields.into()));
    let long = "y".repeat(1024);
    assert_eq!(assembled(200, false, &[("x", &long)], Method::Get), Err(HeadError::TooLarge.into()));
}
