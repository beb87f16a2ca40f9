//! Codes, against the vectors of RFC 6238.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{code, matching_step, step_at};
use crate::accounts::TotpSecret;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

#[test]
fn codes_are_those_of_rfc_6238_appendix_b() {
    let secret = TotpSecret::from_octets(*b"12345678901234567890");
    // The RFC prints eight digits; six are the last six of them.
    let vectors = [
        (59, "94287082"),
        (1_111_111_109, "07081804"),
        (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"),
        (2_000_000_000, "69279037"),
        (20_000_000_000, "65353130"),
    ];
    for (seconds, expected) in vectors {
        assert_eq!(code(&secret, step_at(at(seconds))), expected.split_at(2).1, "{seconds}");
    }
}

#[test]
fn a_code_is_taken_one_step_early_and_late_and_no_more() {
    let secret = TotpSecret::generate().unwrap();
    let now = at(1_790_000_010);
    let present = step_at(now);
    for step in present - 1..=present + 1 {
        assert_eq!(matching_step(&secret, &code(&secret, step), now), Some(step));
    }
    for step in [present - 2, present + 2] {
        assert_eq!(matching_step(&secret, &code(&secret, step), now), None);
    }
}

#[test]
fn spaces_are_overlooked_and_nothing_else() {
    let secret = TotpSecret::generate().unwrap();
    let now = at(1_790_000_010);
    let right = code(&secret, step_at(now));
    let (first, last) = right.split_at(3);
    assert!(matching_step(&secret, &format!(" {first} {last} "), now).is_some());
    for typed in [String::new(), first.to_owned(), format!("{right}0"), format!("+{right}"), format!("{first}-{last}")]
    {
        assert_eq!(matching_step(&secret, &typed, now), None, "{typed}");
    }
}
