//! Chunked bodies that break their framing: the caller is refused, and the service never gets a whole request of it.

use testkit::{Backend, strict};

use super::{Refusal, SMUGGLED, judge};
use crate::open_house::{OpenHouse, SOON, post};

/// The service may have seen how such a request begins, since bodies are passed on as they arrive; never its end.
fn assert_never_whole(cases: Vec<Refusal>) {
    let service = Backend::saying("reached");
    let house = OpenHouse::plain(&service, &[]);
    let wrong = judge(&house, cases);
    assert!(wrong.is_empty(), "{} of the table:\n{}", wrong.len(), wrong.join("\n"));
    service.wait_until("what was broken off is closed", SOON, |service| service.open_connections() == 0);
    assert!(service.requests().is_empty(), "{:?}", service.requests());
    for bytes in service.bytes() {
        // What there is, is a strict beginning, and its end is missing.
        assert_eq!(strict::request(&bytes), Ok(None), "\"{}\"", bytes.escape_ascii());
    }
    assert_eq!(house.get("/"), "reached", "and the door still serves");
}

fn chunks(problem: &'static str, bodies: &[&str]) -> Vec<Refusal> {
    let request = |body: &&str| (post("Transfer-Encoding: chunked", &format!("{body}{SMUGGLED}")), problem);
    bodies.iter().map(request).collect()
}

#[test]
fn a_chunk_has_a_plain_size() {
    assert_never_whole(chunks(
        "malformed-body",
        &[
            "\r\n",
            "\n",
            " 5\r\nhello\r\n0\r\n\r\n",
            "\t5\r\nhello\r\n0\r\n\r\n",
            "+5\r\nhello\r\n0\r\n\r\n",
            "-5\r\nhello\r\n0\r\n\r\n",
            "0x5\r\nhello\r\n0\r\n\r\n",
            "5h\r\nhello\r\n0\r\n\r\n",
            "5,5\r\nhello\r\n0\r\n\r\n",
            "5 5\r\nhello\r\n0\r\n\r\n",
            "5_0\r\nhello\r\n0\r\n\r\n",
            "5.\r\nhello\r\n0\r\n\r\n",
            "5\0\r\nhello\r\n0\r\n\r\n",
            "\u{ff15}\r\nhello\r\n0\r\n\r\n",
            "g\r\nhello\r\n0\r\n\r\n",
            "hello\r\n0\r\n\r\n",
            ";x\r\nhello\r\n0\r\n\r\n",
            "00000000000000005\r\nhello\r\n0\r\n\r\n",
            "10000000000000005\r\nhello\r\n0\r\n\r\n",
            "fffffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
            "-0\r\n\r\n",
        ],
    ));
}

#[test]
fn a_chunk_line_ends_with_cr_lf() {
    assert_never_whole(chunks(
        "malformed-body",
        &[
            "5\nhello\r\n0\r\n\r\n",
            "5\rhello\r\n0\r\n\r\n",
            "5\r\r\nhello\r\n0\r\n\r\n",
            "5 \r\nhello\r\n0\r\n\r\n",
            "5\t\r\nhello\r\n0\r\n\r\n",
            "5\u{b}\r\nhello\r\n0\r\n\r\n",
            "5;x\nhello\r\n0\r\n\r\n",
            "5\r\nhello\r\n0\n\n",
            "5\r\nhello\r\n0 \r\n\r\n",
        ],
    ));
}

#[test]
fn a_chunk_ends_where_its_size_says() {
    assert_never_whole(chunks(
        "malformed-body",
        &[
            "5\r\nhello",
            "5\r\nhello0\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n",
            "5\r\nhello\r0\r\n\r\n",
            "4\r\nhello\r\n0\r\n\r\n",
            "5\r\nhelloXX0\r\n\r\n",
            "5\r\nhello\r\n\r\n0\r\n\r\n",
            "5\r\nhello\r\n\n0\r\n\r\n",
        ],
    ));
}

#[test]
fn a_chunk_extension_is_well_formed_and_short() {
    let long_name = format!("5;{}\r\nhello\r\n0\r\n\r\n", "x".repeat(300));
    let long_value = format!("5;x=\"{}\"\r\nhello\r\n0\r\n\r\n", "y".repeat(300));
    let many = format!("5{}\r\nhello\r\n0\r\n\r\n", ";x=y".repeat(100));
    assert_never_whole(chunks(
        "malformed-body",
        &[
            "5;\r\nhello\r\n0\r\n\r\n",
            "5;;x\r\nhello\r\n0\r\n\r\n",
            "5;x=\r\nhello\r\n0\r\n\r\n",
            "5;=y\r\nhello\r\n0\r\n\r\n",
            "5;x y\r\nhello\r\n0\r\n\r\n",
            "5;x=y z\r\nhello\r\n0\r\n\r\n",
            "5;x=y,z\r\nhello\r\n0\r\n\r\n",
            "5;x=\"y\r\nhello\r\n0\r\n\r\n",
            "5;x=\"y\n\"\r\nhello\r\n0\r\n\r\n",
            "5;x=\"\\\r\nhello\r\n0\r\n\r\n",
            "5;x=\"y\"z\r\nhello\r\n0\r\n\r\n",
            "5;x=\0\r\nhello\r\n0\r\n\r\n",
            "5;\nx\r\nhello\r\n0\r\n\r\n",
            "5;x\rhello\r\n0\r\n\r\n",
            "5;x\r\r\nhello\r\n0\r\n\r\n",
            "5:x\r\nhello\r\n0\r\n\r\n",
            &long_name,
            &long_value,
            &many,
        ],
    ));
}

#[test]
fn a_trailer_says_nothing_about_the_message() {
    let trailers = [
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
        "Host: admin.example",
        "Authorization: Bearer x",
        "Cookie: a=b",
        "Content-Type: text/html",
        "Content-Encoding: gzip",
        "Content-Range: bytes 0-1/2",
        "X-Forwarded-For: 10.0.0.1",
        "X-Forwarded-Anything: x",
        "Vestibule-Identity: x",
        "Vestibule-Anything: x",
        "X-Api-Key: x",
        "Connection: close",
        "Trailer: x",
        "Set-Cookie: a=b",
        "Expect: 100-continue",
        "X",
        "X : y",
        " X: y",
        "X: y\r\n z",
        "X: y\nZ: z",
        "X: \0",
        ": y",
    ];
    let bodies = trailers.map(|trailer| format!("5\r\nhello\r\n0\r\n{trailer}\r\n\r\n"));
    assert_never_whole(chunks("malformed-body", &bodies.each_ref().map(String::as_str)));
    let many = format!("0\r\n{}\r\n", "X: y\r\n".repeat(40));
    let large = format!("0\r\nX: {}\r\n\r\n", "y".repeat(9_000));
    assert_never_whole(chunks("headers-too-large", &[&many, &large]));
}
