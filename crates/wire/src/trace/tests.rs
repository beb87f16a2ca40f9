//! The `traceparent` field, by the examples and rules of the specification.

use super::parse;

const VALID: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[test]
fn a_valid_traceparent_is_read_and_written_alike() {
    let context = parse(VALID.as_bytes()).expect("valid");
    assert!(context.sampled);
    assert_eq!(context.trace.0[..2], [0x4b, 0xf9]);
    assert_eq!(context.parent.0[6..], [0x02, 0xb7]);
    assert_eq!(context.to_traceparent(), VALID.as_bytes());
    let unsampled = VALID.replace("-01", "-00");
    let context = parse(unsampled.as_bytes()).expect("valid");
    assert!(!context.sampled);
    assert_eq!(context.to_traceparent(), unsampled.as_bytes());
}

#[test]
fn other_flags_say_nothing_about_sampling() {
    assert!(parse(VALID.replace("-01", "-03").as_bytes()).is_some_and(|context| context.sampled));
    assert!(parse(VALID.replace("-01", "-fe").as_bytes()).is_some_and(|context| !context.sampled));
}

#[test]
fn a_later_version_is_read_by_what_it_shares() {
    let later = VALID.replacen("00", "cc", 1);
    assert_eq!(parse(later.as_bytes()), parse(VALID.as_bytes()));
    assert_eq!(parse(format!("{later}-what-comes").as_bytes()), parse(VALID.as_bytes()));
    assert_eq!(parse(format!("{later}what-comes").as_bytes()), None);
    assert_eq!(parse(format!("{later}.").as_bytes()), None);
}

#[test]
fn what_breaks_a_rule_starts_a_new_trace() {
    for value in [
        "",
        "00",
        &VALID.replacen("00", "ff", 1),
        &VALID.replacen("00", "0g", 1),
        &VALID.to_uppercase(),
        &VALID.replace("4bf92f3577b34da6a3ce929d0e0e4736", "00000000000000000000000000000000"),
        &VALID.replace("00f067aa0ba902b7", "0000000000000000"),
        &VALID.replace('-', "_"),
        &VALID.replacen("00-4b", "004b-", 1),
        VALID.trim_end_matches("1"),
        &format!("{VALID}-00"),
        &format!("{VALID} "),
        &format!(" {VALID}"),
    ] {
        assert_eq!(parse(value.as_bytes()), None, "{value:?}");
    }
}
