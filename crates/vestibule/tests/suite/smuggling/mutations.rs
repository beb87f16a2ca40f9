//! Valid requests, damaged at random: whatever the gateway makes of one, the service sees strictly what was answered.
//!
//! The seed is printed by a failing run and can be given: `VESTIBULE_SEED=7`.

use std::time::Duration;

use testkit::{Backend, Connection, Deadline, Reply, script};

use super::SMUGGLED;
use crate::open_house::{OpenHouse, SOON};

const CASES: usize = 1_000;
/// A slow machine does fewer of them, and at least so many.
const AT_LEAST: usize = 100;
const TIME: Duration = Duration::from_secs(30);

/// What attackers write into requests.
const PIECES: [&[u8]; 36] = [
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n\r\n",
    b"\n\n",
    b"\0",
    b"\x0b",
    b"\x7f",
    b"\x80",
    b"\xff",
    b" ",
    b"\t",
    b":",
    b",",
    b";",
    b"=",
    b"\"",
    b"%",
    b"%2f",
    b"%2e",
    b"/",
    b"..",
    b"#",
    b"?",
    b"@",
    b"0",
    b"1",
    b"f",
    b"-",
    b"_",
    b"0\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 4\r\n",
    b"Host: admin.example\r\n",
    b" HTTP/1.1\r\n",
    b"Connection: close\r\n",
];

/// A small generator (SplitMix64): the same seed is the same run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).expect("a bound")).expect("below it")
    }
}

fn valid() -> Vec<Vec<u8>> {
    let host = "Host: shop.example\r\n";
    let length = SMUGGLED.len();
    let chunks = format!("5;x=\"y\"\r\nhello\r\n{length:x}\r\n{SMUGGLED}\r\n0\r\nX-Sum: 1\r\n\r\n");
    [
        format!("GET /a/b?c=d HTTP/1.1\r\n{host}Accept: */*\r\nX-Own: e, f\r\n\r\n"),
        format!("GET http://shop.example/a HTTP/1.1\r\n{host}\r\n"),
        format!("GET /old HTTP/1.0\r\n{host}Connection: keep-alive\r\n\r\n"),
        format!("POST /sized HTTP/1.1\r\n{host}Content-Length: {length}\r\n\r\n{SMUGGLED}"),
        format!("POST /chunks HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n{chunks}"),
        format!("PUT /waits HTTP/1.1\r\n{host}Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhello"),
        format!("DELETE /hop HTTP/1.1\r\n{host}Connection: X-Hop, close\r\nX-Hop: 1\r\nKeep-Alive: 5\r\n\r\n"),
    ]
    .map(String::into_bytes)
    .to_vec()
}

/// One to three valid requests in a row, damaged in one to four places.
fn damaged(random: &mut Random) -> Vec<u8> {
    let valid = valid();
    let mut bytes = Vec::new();
    for _ in 0..=random.below(3) {
        bytes.extend_from_slice(&valid[random.below(valid.len())]);
    }
    for _ in 0..=random.below(4) {
        damage(&mut bytes, random);
    }
    bytes
}

fn damage(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let end = (at + 1 + random.below(8)).min(bytes.len());
    match random.below(8) {
        0..=2 => drop(bytes.splice(at..at, PIECES[random.below(PIECES.len())].iter().copied())),
        3 => drop(bytes.splice(at..end, PIECES[random.below(PIECES.len())].iter().copied())),
        4 => drop(bytes.drain(at..end)),
        5 => bytes.truncate(at),
        6 => {
            let copied = bytes[at..end].to_vec();
            let to = random.below(bytes.len() + 1);
            drop(bytes.splice(to..to, copied));
        }
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
    }
}

/// Everything that comes back, read strictly: how many of the answers are the service's.
fn answered(connection: &mut Connection) -> Result<usize, String> {
    let deadline = Deadline::within(SOON);
    let mut from_service = 0;
    loop {
        match connection.answer_to("GET", deadline) {
            Ok(answer) if answer.field("x-service").is_some() => from_service += 1,
            Ok(answer) if answer.problem().is_some() && answer.status < 500 => {}
            Ok(answer) if matches!(answer.status, 501 | 505) => {}
            Ok(answer) => return Err(format!("{} {}", answer.status, answer.text())),
            Err(nothing) if nothing.starts_with("no whole answer (Some(Closed))") && nothing.ends_with(": ") => {
                return Ok(from_service);
            }
            Err(why) => return Err(why),
        }
    }
}

#[test]
fn whatever_is_made_of_damaged_requests_the_service_sees_strictly_what_was_answered() {
    let seed = std::env::var("VESTIBULE_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_727);
    let mut random = Random(seed);
    let service = Backend::choosing(|_, _| script::answer(Reply::ok("served").field("x-service", "shop")));
    let house = OpenHouse::plain(&service, &[]);
    let time = Deadline::within(TIME);
    let (mut done, mut served) = (0, 0);
    while done < CASES && !(time.passed() && done >= AT_LEAST) {
        let bytes = damaged(&mut random);
        // An answer to HEAD cannot be told from one with a body without knowing what was asked.
        if bytes.windows(4).any(|four| four == b"HEAD") {
            continue;
        }
        let case = || format!("seed {seed}, case {done}: \"{}\"", bytes.escape_ascii());
        let mut connection = house.connect();
        connection.send(&bytes).finish_sending();
        let before = served;
        served += answered(&mut connection).unwrap_or_else(|why| panic!("{why}\n{}", case()));
        let received = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| service.requests()));
        let received =
            received.unwrap_or_else(|_| panic!("the service got what is not one strict request: {}", case()));
        assert_eq!(received.len(), served, "whole requests at the service and its answers: {}", case());
        // What the service was asked is what was sent, and nothing that was put together on the way.
        let target =
            received.last().map(|last| last.head.target.as_str()).filter(|_| served > before).unwrap_or_default();
        assert!(String::from_utf8_lossy(&bytes).contains(target), "{target}: {}", case());
        done += 1;
    }
    assert!(served > done / 10, "of {done} only {served} were served: the damage is too great to show anything");
    assert_eq!(house.get("/"), "served", "and the door still serves");
}
