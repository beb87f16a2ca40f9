//! Attacks that HTTP/2 makes possible: each costs its connection and nothing else, while a good caller notices nothing.

use std::time::{Duration, Instant};

use testkit::http2::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, Http2, Outcome, PING, RST_STREAM, SETTINGS, WINDOW_UPDATE,
    block,
};
use testkit::{Backend, Deadline, Reply, script};

use crate::open_house::{OpenHouse, SOON};

/// How much of an attack is sent where the house does not end it: far more than any caller has reason to.
const FRAMES: u32 = 20_000;

fn fields(path: &str) -> Vec<u8> {
    let fields = [(":method", "GET"), (":scheme", "https"), (":authority", "shop.example"), (":path", path)];
    block(&fields.map(|(name, value)| (name.as_bytes(), value.as_bytes())))
}

/// Odd, and each greater than the one before.
fn streams() -> impl Iterator<Item = u32> {
    (1..).step_by(2)
}

/// Memory of the process in KiB.
fn resident(house: &OpenHouse) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", house.house.pid())).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("its memory");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// Runs an attack beside a good caller, who is answered all the while on a connection of its own, and whose
/// connection outlives it.
fn assert_harmless(what: &str, attack: impl FnOnce(&OpenHouse, &mut Http2) + Send) {
    let service = Backend::choosing(|head, _| match head.target.as_str() {
        "/large" => script::answer(Reply::ok(vec![b'x'; 1_000_000])),
        _ => script::answer(Reply::ok("good")),
    });
    let house = OpenHouse::over_tls(&service, &[]);
    let mut good = house.connect_http2();
    let before = resident(&house);
    let mut answered = 0_u32;
    std::thread::scope(|scope| {
        let attacking = scope.spawn(|| attack(&house, &mut house.connect_http2()));
        let mut numbers = streams();
        // At least a few, also where an attack is over at once.
        while !attacking.is_finished() || answered < 20 {
            let stream = numbers.next().expect("no end");
            let since = Instant::now();
            good.send(HEADERS, END_HEADERS | END_STREAM, stream, &fields("/"));
            let outcome = good.outcome(stream, Deadline::within(SOON));
            assert!(matches!(&outcome, Outcome::Answer(200, body) if body == b"good"), "{what}: {outcome:?}");
            assert!(since.elapsed() < Duration::from_secs(5), "{what}: {:?}", since.elapsed());
            answered += 1;
        }
        if let Err(panic) = attacking.join() {
            std::panic::resume_unwind(panic);
        }
    });
    let grown = resident(&house).saturating_sub(before);
    assert!(grown < 64 * 1024, "{what}: {grown} KiB more");
}

/// Sends until the house has had enough; how it ended.
fn until_refused(attacker: &mut Http2, mut frame: impl FnMut(&mut Http2, u32)) -> Outcome {
    for number in 0..FRAMES {
        frame(attacker, number);
        if attacker.is_over() {
            break;
        }
    }
    attacker.outcome(u32::MAX >> 1, Deadline::within(SOON))
}

#[test]
fn a_rapid_reset_ends_the_connection() {
    assert_harmless("a rapid reset", |_, attacker| {
        let mut numbers = streams();
        let outcome = until_refused(attacker, |attacker, _| {
            let stream = numbers.next().expect("no end");
            attacker.send(HEADERS, END_HEADERS | END_STREAM, stream, &fields("/"));
            attacker.send(RST_STREAM, 0, stream, &8_u32.to_be_bytes());
        });
        assert!(matches!(outcome, Outcome::GoneAway(_) | Outcome::Closed), "{outcome:?}");
    });
}

#[test]
fn continuations_without_end_end_the_connection() {
    assert_harmless("continuations", |_, attacker| {
        attacker.send(HEADERS, END_STREAM, 1, &fields("/"));
        let field = block(&[(b"x-more".as_slice(), [b'x'; 1000].as_slice())]);
        let outcome = until_refused(attacker, |attacker, _| {
            attacker.send(CONTINUATION, 0, 1, &field);
        });
        assert!(matches!(outcome, Outcome::GoneAway(_) | Outcome::Closed), "{outcome:?}");
    });
    // Without a byte in any of them they never make the section too large.
    assert_harmless("empty continuations", |_, attacker| {
        attacker.send(HEADERS, END_STREAM, 1, &fields("/"));
        let outcome = until_refused(attacker, |attacker, _| {
            attacker.send(CONTINUATION, 0, 1, &[]);
        });
        assert!(matches!(outcome, Outcome::GoneAway(_) | Outcome::Closed), "{outcome:?}");
    });
}

#[test]
fn a_huge_list_of_fields_is_refused() {
    assert_harmless("a huge list of fields", |_, attacker| {
        // Far beyond the bound, in pieces that a frame can hold.
        let field = block(&[(b"x-more".as_slice(), [b'x'; 8000].as_slice())]);
        attacker.send(HEADERS, END_STREAM, 1, &fields("/"));
        for _ in 0..7 {
            attacker.send(CONTINUATION, 0, 1, &field);
        }
        attacker.send(CONTINUATION, END_HEADERS, 1, &field);
        let outcome = attacker.outcome(1, Deadline::within(SOON));
        assert!(!matches!(outcome, Outcome::Answer(200, _) | Outcome::Nothing), "{outcome:?}");
    });
}

/// Settings and pings each ask for an answer; who sends many and reads none must not make the house keep them.
#[test]
fn floods_of_settings_and_pings_are_bounded() {
    for (what, kind, payload) in
        [("settings", SETTINGS, [0, 3, 0, 0, 0, 100].as_slice()), ("pings", PING, [0; 8].as_slice())]
    {
        assert_harmless(what, move |_, attacker| {
            let limit = Duration::from_secs(2);
            attacker.stream().set_timeout(limit).expect("a timeout");
            for _ in 0..FRAMES {
                attacker.send(kind, 0, 0, payload);
                if attacker.is_over() {
                    break;
                }
            }
        });
    }
}

#[test]
fn windows_of_nothing_hold_up_nobody_else() {
    assert_harmless("windows of nothing", |house, attacker| {
        // No stream of this caller may be sent a byte, and each asks for a megabyte.
        attacker.send(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
        for stream in streams().take(100) {
            attacker.send(HEADERS, END_HEADERS | END_STREAM, stream, &fields("/large"));
        }
        // The patience for a caller that takes nothing ends them.
        let outcome = attacker.outcome(1, Deadline::within(Duration::from_secs(30)));
        assert!(!matches!(outcome, Outcome::Answer(..) | Outcome::Nothing), "{outcome:?}");
        house.house.wait_for_log("\"outcome\":\"abandoned\"");
    });
}

#[test]
fn empty_data_and_dripping_windows_are_bounded() {
    assert_harmless("empty data", |_, attacker| {
        let post = [(":method", "POST"), (":scheme", "https"), (":authority", "shop.example"), (":path", "/")];
        let post = block(&post.map(|(name, value)| (name.as_bytes(), value.as_bytes())));
        attacker.send(HEADERS, END_HEADERS, 1, &post);
        for _ in 0..FRAMES {
            attacker.send(DATA, 0, 1, &[]);
            if attacker.is_over() {
                break;
            }
        }
    });
    assert_harmless("dripping windows", |_, attacker| {
        attacker.send(SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]);
        attacker.send(HEADERS, END_HEADERS | END_STREAM, 1, &fields("/large"));
        for _ in 0..FRAMES {
            attacker.send(WINDOW_UPDATE, 0, 1, &1_u32.to_be_bytes());
            if attacker.is_over() {
                break;
            }
        }
    });
}

/// What a caller asked for and never reads is read from the service no further than the bound of its connection.
#[test]
fn answers_that_nobody_reads_stay_with_their_service() {
    const CONNECTIONS: usize = 4;
    const STREAMS: usize = 100;
    let service = Backend::always(script::answer(Reply::ok(vec![b'x'; 1_000_000])));
    let house = OpenHouse::over_tls(&service, &[]);
    let before = resident(&house);
    let mut attackers: Vec<Http2> = std::iter::repeat_with(|| house.connect_http2()).take(CONNECTIONS).collect();
    for attacker in &mut attackers {
        // As much as windows can be, for each stream and for all.
        attacker.send(SETTINGS, 0, 0, &[0, 4, 0x7F, 0xFF, 0xFF, 0xFF]);
        attacker.send(WINDOW_UPDATE, 0, 0, &0x7FFF_0000_u32.to_be_bytes());
        for stream in streams().take(STREAMS) {
            attacker.send(HEADERS, END_HEADERS | END_STREAM, stream, &fields("/"));
        }
    }
    // Who takes nothing may not be read to its last request.
    service.wait_until("requests are there", SOON, |service| service.arrivals() >= CONNECTIONS);
    // Until the house has read all that it wants to: it says nothing of that, but its memory stays as it is.
    let (mut grown, mut arrived, mut same, deadline) = (0, 0, 0, Deadline::within(SOON));
    while same < 100 && !deadline.passed() {
        let (now, arrivals) = (resident(&house).saturating_sub(before), service.arrivals());
        same = if now > grown || arrivals > arrived { 0 } else { same + 1 };
        (grown, arrived) = (grown.max(now), arrivals);
        house.metric("vestibule_connections_open");
    }
    drop(attackers);
    assert!(grown < 48 * 1024, "{grown} KiB for {arrived} answers that nobody reads");
}
