//! What the tables say of figures that are known.

use super::{Alone, Counted, Credential, Endpoint, Measured, SignIns, Timed};
use crate::bench::identity::endpoint::Series;
use crate::bench::identity::sign_ins::Latencies;

fn measured(session_instructions: f64, own_rate: f64, busy_p99_us: f64) -> Measured {
    let timed = |credential, cpu_us: [f64; 3]| Timed { credential, cpu_us: cpu_us.to_vec() };
    let counted = |credential, instructions| Counted { credential, instructions };
    let series = |rate: f64| Series {
        requests_per_second: vec![rate; 3],
        cpu_us: vec![1e6 / rate; 3],
        p50_us: vec![100.0; 3],
        p99_us: vec![200.0; 3],
    };
    let latencies = |p99_us: f64| Latencies { p50_us: vec![100.0; 3], p99_us: vec![p99_us; 3] };
    Measured {
        callers: vec![
            timed(Credential::Nobody, [20.0, 21.0, 19.0]),
            timed(Credential::Session, [22.0, 21.0, 22.8]),
            timed(Credential::Proof, [80.0, 84.0, 76.0]),
        ],
        counted: vec![counted(Credential::Nobody, 30_000.0), counted(Credential::Session, session_instructions)],
        endpoint: Endpoint {
            own: series(own_rate),
            peer: series(400.0),
            first_time_us: vec![100.0; 3],
            peer_version: "oidc-provider".to_owned(),
        },
        sign_ins: SignIns {
            per_second: vec![30.0; 3],
            cpu_us: vec![32_000.0; 3],
            beside_requests_per_second: vec![25.0; 3],
            quiet: latencies(200.0),
            busy: latencies(busy_p99_us),
        },
        alone: Alone { es256_verified_us: 50.0, es256_signed_us: 20.0, argon2id_us: 30_000.0 },
    }
}

fn row(rows: &[Vec<String>], title: &str) -> Vec<String> {
    rows.iter().find(|row| row[0] == title).unwrap_or_else(|| panic!("no {title}: {rows:?}")).clone()
}

#[test]
fn a_caller_is_compared_with_nobody_in_the_same_round() {
    let rows = measured(32_900.0, 2_100.0, 210.0).callers();
    let session = row(&rows, "session");
    assert_eq!(session[2..], ["≈ 1.10 (1.00–1.20)", "32900", "1.097", "≤ 1.1", "yes"]);
    assert_eq!(row(&rows, "nobody")[2..], ["", "30000", "", "", ""]);
    // What was not counted has reached nothing, and what has no aim claims none.
    assert_eq!(row(&rows, "token, ES256")[1..], ["–", "", "–", "", "≤ 1.1", "–"]);
    assert_eq!(row(&rows, "token with a proof (DPoP)")[2..], ["4.00", "–", "", "", ""]);
}

#[test]
fn instructions_above_the_aim_do_not_reach_it() {
    assert_eq!(row(&measured(33_100.0, 2_100.0, 210.0).callers(), "session").last().unwrap(), "no");
}

#[test]
fn the_token_endpoint_is_compared_with_the_peers() {
    let title = "refresh tokens redeemed, each for the next: per second";
    assert_eq!(row(&measured(1.0, 2_100.0, 210.0).tokens(), title)[1..], ["2,100", "400", "5.25", "≥ 5", "yes"]);
    assert_eq!(row(&measured(1.0, 1_900.0, 210.0).tokens(), title)[3..], ["4.75", "≥ 5", "no"]);
    let rows = measured(1.0, 2_100.0, 210.0).tokens();
    assert_eq!(row(&rows, "the same: requests per second of a core")[1], "10,000");
    assert_eq!(row(&rows, "ES256 verified and nothing else: per second of a core")[1], "20000");
}

#[test]
fn sign_ins_are_to_be_hashes_and_to_disturb_nobody() {
    let rows = measured(1.0, 2_100.0, 210.0).sign_ins();
    assert_eq!(row(&rows, "of that, Argon2id")[1..], ["90 % of the core", "≥ 85 %", "yes"]);
    assert_eq!(row(&rows, "p99 with sign-ins / without")[1..], ["≈ 1.05", "flat", "yes"]);
    let slowed = measured(1.0, 2_100.0, 900.0).sign_ins();
    assert_eq!(row(&slowed, "p99 with sign-ins / without")[1..], ["4.50", "flat", "no"]);
}
