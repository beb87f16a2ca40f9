//! Headers of both versions by the letter of the specification, and however they are cut.

use std::net::SocketAddr;

use proptest::prelude::*;

use super::ProxyError::{Address, Command, Family, Length, Line, Start};
use super::ProxyVersion::{V1, V2};
use super::{ProxyError, ProxyHeader, ProxyVersion, read, write};

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// What comes of it whole, after checking that no part of it was taken for less or more.
fn whole(input: &[u8], version: ProxyVersion) -> Result<Option<ProxyHeader>, ProxyError> {
    let end = read(input, version);
    for cut in 0..input.len() {
        match (read(&input[..cut], version), end) {
            (Ok(None), _) => {}
            (Ok(Some(header)), Ok(Some(same))) => assert!(header == same && cut >= header.length),
            (Err(early), Err(late)) => assert_eq!(early, late),
            other => panic!("cut at {cut}: {other:?}"),
        }
    }
    end
}

fn v1(line: &str) -> Result<Option<SocketAddr>, ProxyError> {
    let input = format!("{line}\r\nGET / HTTP/1.1\r\n");
    let header = whole(input.as_bytes(), V1)?.expect("a whole header");
    assert_eq!(header.length, line.len() + 2);
    Ok(header.source)
}

fn v2(command: u8, family: u8, rest: &[u8]) -> Result<Option<SocketAddr>, ProxyError> {
    let length = u16::try_from(rest.len()).expect("a short one").to_be_bytes();
    let header = [SIGNATURE, &[command, family], &length, rest].concat();
    let read = whole(&[&header[..], b"GET /"].concat(), V2)?.expect("a whole header");
    assert_eq!(read.length, header.len());
    Ok(read.source)
}

fn at(text: &str) -> Option<SocketAddr> {
    Some(text.parse().expect("an address"))
}

#[test]
fn lines_of_version_1_are_read() {
    assert_eq!(v1("PROXY TCP4 192.0.2.1 198.51.100.2 56324 443"), Ok(at("192.0.2.1:56324")));
    assert_eq!(v1("PROXY TCP6 2001:db8::1 ::1 0 65535"), Ok(at("[2001:db8::1]:0")));
    assert_eq!(v1("PROXY UNKNOWN"), Ok(None));
    assert_eq!(v1("PROXY UNKNOWN ffff::1 ffff::2 1 2"), Ok(None));
}

#[test]
fn other_lines_are_refused() {
    let cases = [
        ("proxy TCP4 1.1.1.1 2.2.2.2 1 2", Start),
        ("GET / HTTP/1.1", Start),
        ("PROXY TCP4 1.1.1.1 2.2.2.2 1", Line),
        ("PROXY  TCP4 1.1.1.1 2.2.2.2 1 2", Line),
        ("PROXY TCP4 1.1.1.1 2.2.2.2 1 2 ", Line),
        ("PROXY UDP4 1.1.1.1 2.2.2.2 1 2", Line),
        ("PROXY TCP4 1.1.1.1 2.2.2.2 01 2", Address),
        ("PROXY TCP4 1.1.1.1 2.2.2.2 +1 2", Address),
        ("PROXY TCP4 1.1.1.1 2.2.2.2 65536 2", Address),
        ("PROXY TCP4 1.1.1.1 2.2.2.2 1 ", Address),
        ("PROXY TCP4 01.1.1.1 2.2.2.2 1 2", Address),
        ("PROXY TCP4 ::1 ::1 1 2", Address),
        ("PROXY TCP6 1.1.1.1 2.2.2.2 1 2", Address),
    ];
    for (line, error) in cases {
        assert_eq!(v1(line), Err(error), "{line}");
    }
    assert_eq!(whole(b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\n", V1), Err(Line));
    assert_eq!(whole(&[b"PROXY UNKNOWN ".as_slice(), &[b'x'; 200]].concat(), V1), Err(Line));
}

#[test]
fn headers_of_version_2_are_read() {
    let four = [192, 0, 2, 1, 198, 51, 100, 2, 0xDC, 4, 1, 0xBB];
    assert_eq!(v2(0x21, 0x11, &four), Ok(at("192.0.2.1:56324")));
    assert_eq!(v2(0x21, 0x11, &[&four[..], &[3, 0, 4, 1, 2, 3, 4, 4, 0, 0]].concat()), Ok(at("192.0.2.1:56324")));
    let mut six = [0; 36];
    (six[15], six[31], six[33]) = (1, 2, 80);
    assert_eq!(v2(0x21, 0x21, &six), Ok(at("[::1]:80")));
    assert_eq!(v2(0x20, 0x00, &[]), Ok(None));
    assert_eq!(v2(0x20, 0x00, b"anything"), Ok(None));
    assert_eq!(v2(0x20, 0x11, &four), Ok(None));
}

#[test]
fn other_headers_are_refused() {
    let four = [0; 12];
    assert_eq!(v2(0x11, 0x11, &four), Err(Command));
    assert_eq!(v2(0x22, 0x11, &four), Err(Command));
    assert_eq!(v2(0x21, 0x00, &[]), Err(Family));
    assert_eq!(v2(0x21, 0x12, &four), Err(Family));
    assert_eq!(v2(0x21, 0x31, &[0; 216]), Err(Family));
    assert_eq!(v2(0x21, 0x11, &four[..11]), Err(Length));
    assert_eq!(v2(0x21, 0x21, &[0; 35]), Err(Length));
    assert_eq!(v2(0x21, 0x11, &[&four[..], &[3, 0]].concat()), Err(Length));
    assert_eq!(v2(0x21, 0x11, &[&four[..], &[3, 0, 2, 1]].concat()), Err(Length));
    assert_eq!(v2(0x21, 0x11, &[0; 2049]), Err(Length));
    assert_eq!(whole(b"PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n", V2), Err(Start));
    assert_eq!(whole(b"\r\n\r\n\0\r\nQUIT\r", V2), Err(Start));
}

#[test]
fn what_is_written_is_read_as_it_was_meant() {
    for version in [V1, V2] {
        for (caller, seen) in [
            ("192.0.2.1:56324", "192.0.2.1:56324"),
            ("[2001:db8::1]:65535", "[2001:db8::1]:65535"),
            ("[::ffff:192.0.2.1]:0", "192.0.2.1:0"),
        ] {
            let mut header = Vec::new();
            write(&mut header, version, at(caller));
            let length = header.len();
            header.extend_from_slice(b"GET /");
            assert_eq!(whole(&header, version), Ok(Some(ProxyHeader { source: at(seen), length })), "{caller}");
        }
        let mut own = Vec::new();
        write(&mut own, version, None);
        assert_eq!(whole(&own, version), Ok(Some(ProxyHeader { source: None, length: own.len() })));
    }
    let mut line = Vec::new();
    write(&mut line, V1, at("192.0.2.1:56324"));
    assert_eq!(line, b"PROXY TCP4 192.0.2.1 0.0.0.0 56324 0\r\n");
}

proptest! {
    #[test]
    fn any_octets_are_a_header_of_their_own_length_or_none(
        start in prop_oneof![Just(SIGNATURE.to_vec()), Just(b"PROXY TCP4 ".to_vec()), Just(vec![])],
        rest in proptest::collection::vec(any::<u8>(), 0..120),
    ) {
        let input = [start, rest].concat();
        for version in [V1, V2] {
            if let Ok(Some(header)) = whole(&input, version) {
                prop_assert!(header.length <= input.len());
            }
        }
    }
}
