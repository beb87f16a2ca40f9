//! Requests whose length leaves a choice: Content-Length against Transfer-Encoding, each against itself, and odd numbers.

use super::{Refusal, SMUGGLED, assert_refused};
use crate::open_house::post;

/// The body ends at once for whoever reads chunks, and has a request in it for whoever does not.
fn both_ways(fields: &str) -> Vec<u8> {
    post(fields, &format!("0\r\n\r\n{SMUGGLED}"))
}

fn ambiguous(fields: &[&str]) -> Vec<Refusal> {
    fields.iter().map(|fields| (both_ways(fields), "ambiguous-length")).collect()
}

fn malformed(fields: &[&str]) -> Vec<Refusal> {
    fields.iter().map(|fields| (both_ways(fields), "malformed-request")).collect()
}

#[test]
fn a_length_beside_a_coding_is_refused_in_either_order() {
    assert_refused(ambiguous(&[
        "Content-Length: 52\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 52",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Transfer-Encoding: chunked\r\nContent-Length: 0",
        "Content-Length: 0\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: identity\r\nContent-Length: 52",
        "Content-Length: 52\r\nX: y\r\ntransfer-encoding: CHUNKED",
        "Transfer-Encoding:\r\nContent-Length: 52",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\nContent-Length: 52",
        "Connection: close\r\nContent-Length: 52\r\nTransfer-Encoding: chunked",
    ]));
}

#[test]
fn a_coding_is_chunked_once_or_refused() {
    assert_refused(ambiguous(&[
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunkedx",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked,",
        "Transfer-Encoding: ,chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked, gzip",
        "Transfer-Encoding: cow",
        "Transfer-Encoding:",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: 'chunked'",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: chunked; boundary=x",
        "Transfer-Encoding: chunked chunked",
        "Transfer-Encoding: ch\tunked",
        "Transfer-Encoding: c",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
        "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nX: y\r\ntRANSFER-eNCODING: identity",
        "Transfer-Encoding: \u{e7}hunked",
        "Transfer-Encoding: chun\u{212a}ed",
    ]));
}

#[test]
fn a_coding_that_is_hidden_from_some_readers_is_refused() {
    assert_refused(malformed(&[
        "Transfer-Encoding : chunked",
        "Transfer-Encoding\t: chunked",
        "Transfer-Encoding\u{b}: chunked",
        "Transfer-Encoding\0: chunked",
        "Transfer-Encoding: chunked\0",
        "Transfer-Encoding: \0chunked",
        "Transfer-Encoding:\u{b}chunked",
        "Transfer-Encoding: chunked\u{b}",
        "Transfer-Encoding:\u{c}chunked",
        "Transfer-Encoding: chunked\u{7f}",
        "Transfer-Encoding:\r\n chunked",
        "Transfer-Encoding:\r\n\tchunked",
        "Transfer-Encoding:\n chunked",
        "Transfer-Encoding\r\n: chunked",
        "Transfer-Encoding: chunked\r\n ,identity",
        "X: y\nTransfer-Encoding: chunked",
        "X: y\rTransfer-Encoding: chunked",
        "X: y\r\rTransfer-Encoding: chunked",
        "X: y\r\n\rTransfer-Encoding: chunked",
        "X: y\n\rTransfer-Encoding: chunked",
        "X: y\r\n Transfer-Encoding: chunked",
        "X:\r\n Transfer-Encoding: chunked",
        "Transfer-Encoding: chunked\rX: y",
        "Transfer-Encoding=chunked",
        "Transfer Encoding: chunked",
        "\u{feff}Transfer-Encoding: chunked",
        "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked",
        "Content-Length : 52",
        "Content-Length\r\n: 52",
        "Content-Length:\r\n 52",
        "Content-Length: 5\r\n 2",
        "Content-Length: 52\0",
        "Content-Length: \u{b}52",
        "Content-Length: 52\u{1}",
        "X: y\nContent-Length: 52",
        "Connection: Content-Length\r\nContent-Length: 52",
    ]));
}

#[test]
fn an_underscore_does_not_stand_for_the_dash_of_a_known_name() {
    // Gateways to CGI and its heirs turn both into the same variable.
    assert_refused(malformed(&[
        "Transfer_Encoding: chunked",
        "Content_Length: 52",
        "Content-Length: 52\r\ncontent_length: 5",
        "X_Forwarded_For: 10.0.0.1",
        "X-Forwarded_Proto: https",
        "vestibule_identity: admin",
        "X_Api_Key: k",
    ]));
}

#[test]
fn two_lengths_are_refused_even_where_they_agree() {
    assert_refused(ambiguous(&[
        "Content-Length: 52\r\nContent-Length: 52",
        "Content-Length: 52\r\nContent-Length: 5",
        "Content-Length: 5\r\nX: y\r\ncontent-length: 52",
        "Content-Length: 0\r\nContent-Length: 52",
        "Content-Length: 52, 52",
        "Content-Length: 52,52",
        "Content-Length: 52, 5",
        "Content-Length: 52,",
        "Content-Length: ,52",
    ]));
}

#[test]
fn a_length_is_a_plain_decimal_number() {
    assert_refused(ambiguous(&[
        "Content-Length:",
        "Content-Length: \t",
        "Content-Length: +52",
        "Content-Length: -1",
        "Content-Length: -0",
        "Content-Length: 052",
        "Content-Length: 00",
        "Content-Length: 0x34",
        "Content-Length: 0b1",
        "Content-Length: 5 2",
        "Content-Length: 5\t2",
        "Content-Length: 52;",
        "Content-Length: 52.0",
        "Content-Length: 5_2",
        "Content-Length: 5e1",
        "Content-Length: \"52\"",
        "Content-Length: 52 bytes",
        "Content-Length: NaN",
        "Content-Length: \u{665}\u{662}",
        "Content-Length: \u{ff15}\u{ff12}",
        "Content-Length: 10000000000000000000",
        "Content-Length: 18446744073709551615",
        "Content-Length: 18446744073709551616",
        "Content-Length: 18446744073709551668",
        "Content-Length: 99999999999999999999",
        "Content-Length: 340282366920938463463374607431768211508",
    ]));
}

#[test]
fn http_1_0_knows_no_coding() {
    let request = |fields: &str| {
        let request = format!("POST /order HTTP/1.0\r\nHost: shop.example\r\n{fields}\r\n\r\n0\r\n\r\n{SMUGGLED}");
        (request.into_bytes(), "ambiguous-length")
    };
    assert_refused([
        request("Transfer-Encoding: chunked"),
        request("Connection: keep-alive\r\nTransfer-Encoding: chunked"),
        request("Transfer-Encoding: chunked\r\nContent-Length: 52"),
        request("Content-Length: 5\r\nContent-Length: 52"),
    ]);
}
