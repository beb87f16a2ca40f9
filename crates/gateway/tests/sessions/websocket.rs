//! A WebSocket whose session ends: both ends are told, and it is over.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use upstream::{Balance, Http, Origin, Purpose, RetryOn, RetrySettings, ServiceSettings};

use super::{House, SESSION, request};

const SOON: Duration = Duration::from_secs(20);
/// The key of RFC 6455 §1.3, and what accepts it.
const KEY: &str = "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPTED: &str = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
                        sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

pub(super) fn service(port: u16) -> ServiceSettings {
    ServiceSettings {
        introduce: None,
        name: "live".into(),
        origins: vec![Origin::Tcp { host: "127.0.0.1".into(), port, tls: None, http: Http::Auto }],
        balance: Balance::Ewma,
        probes: None,
        canary: None,
        retries: RetrySettings { attempts: Some(0), budget: 10, on: RetryOn::standard() },
        breaker: None,
        connect_timeout: SOON,
        first_byte: None,
        attempt: None,
        idle: SOON,
        purpose: Purpose::Serves,
    }
}

/// A service that accepts one WebSocket, and tells what it was sent in it until its end.
fn accepting() -> (u16, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        stream.set_read_timeout(Some(SOON)).expect("a timeout");
        head(&mut stream);
        stream.write_all(ACCEPTED.as_bytes()).expect("sent");
        let mut rest = Vec::new();
        // An end without a Close is seen by what is missing.
        let _ = stream.read_to_end(&mut rest);
        let _ = tell.send(rest);
    });
    (port, told)
}

/// Reads to the end of a head.
fn head(stream: &mut impl Read) -> String {
    let (mut read, mut octet) = (Vec::new(), [0]);
    while !read.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut octet).expect("a head");
        read.extend(octet);
    }
    String::from_utf8(read).expect("text")
}

#[test]
fn a_websocket_is_closed_when_its_session_ends_and_both_ends_are_told() {
    let (port, told) = accepting();
    let house = House::before(port);
    let fields = ["upgrade: websocket", "connection: upgrade", "sec-websocket-version: 13", KEY, SESSION];
    let asked = request("GET", "/live", &[&fields[..], &["sec-fetch-site: same-origin"]].concat());
    let mut connection = house.connect();
    connection.send(asked.as_bytes());
    let mut stream = connection.into_stream();
    assert!(head(&mut stream).starts_with("HTTP/1.1 101 "));
    house.end_session();
    // A Close with 1008, to the caller.
    let mut close = [0; 4];
    stream.read_exact(&mut close).expect("a Close");
    assert_eq!(close, [0x88, 0x02, 0x03, 0xf0]);
    // The service hears that the caller goes: 1001, masked as what comes from a client is.
    stream.write_all(&[0x88, 0x82, 0, 0, 0, 0, 0x03, 0xf0]).expect("sent");
    let heard = told.recv_timeout(SOON).expect("the end");
    let [0x88, 0x82, mask @ .., a, b] = &heard[..] else { panic!("{heard:?}") };
    let [one, two, ..] = mask else { panic!("{heard:?}") };
    assert_eq!(u16::from_be_bytes([a ^ one, b ^ two]), 1001);
    let line = house.logged("/live");
    assert!(line.contains("\"problem\":\"credential-invalid\"") && line.contains("revoked while"), "{line}");
}
