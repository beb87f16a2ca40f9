//! What callers accept.

use super::*;

fn accepted(lines: &[&str]) -> Accepted {
    let mut fields = Fields::new();
    for line in lines {
        fields.push(b"accept-encoding", line.as_bytes()).expect("a field");
    }
    Accepted::of(&fields)
}

fn best(line: &str) -> Option<Coding> {
    accepted(&[line]).best(Coding::ALL)
}

#[test]
fn a_set_has_what_was_put_into_it_in_the_house_s_order() {
    let both = Codings::NONE.with(Coding::Gzip).with(Coding::Zstd).with(Coding::Gzip);
    assert_eq!(both.iter().collect::<Vec<_>>(), [Coding::Zstd, Coding::Gzip]);
    assert!(Codings::NONE.is_empty() && !both.is_empty());
}

#[test]
fn who_says_nothing_gets_it_unencoded() {
    assert_eq!(accepted(&[]).best(Coding::ALL), None);
    assert_eq!(best(""), None);
    assert_eq!(best("deflate, compress"), None);
}

#[test]
fn the_most_wanted_wins_and_then_the_house_s_order() {
    assert_eq!(best("gzip, deflate, br, zstd"), Some(Coding::Zstd));
    assert_eq!(best("gzip, deflate, br"), Some(Coding::Brotli));
    assert_eq!(best("GZIP"), Some(Coding::Gzip));
    assert_eq!(best("x-gzip"), Some(Coding::Gzip));
    assert_eq!(best("br;q=0.5, gzip;q=0.8"), Some(Coding::Gzip));
    assert_eq!(best("br; q=0.001"), Some(Coding::Brotli));
    assert_eq!(accepted(&["br", "gzip"]).best([Coding::Gzip]), Some(Coding::Gzip));
}

#[test]
fn what_is_refused_is_not_given() {
    assert_eq!(best("br;q=0, gzip;q=0.0"), None);
    assert_eq!(best("*;q=0"), None);
    assert_eq!(best("*, br;q=0, zstd;q=0"), Some(Coding::Gzip));
    assert_eq!(best("gzip, gzip;q=0"), None);
    assert_eq!(best("identity, gzip;q=0.9"), None);
    assert_eq!(best("identity;q=0, gzip;q=0.1"), Some(Coding::Gzip));
    assert_eq!(best("identity;q=0.5, gzip;q=0.5"), Some(Coding::Gzip));
}

#[test]
fn a_weight_that_cannot_be_read_makes_its_member_none() {
    for line in ["gzip;q=2", "gzip;q=1.5", "gzip;q=0.1234", "gzip;q=.5", "gzip;q=", "gzip;level=1", "gzip;q=1;a=b"] {
        assert_eq!(best(line), None, "{line}");
    }
}

#[test]
fn weights_are_thousandths() {
    for (text, weight) in [("0", 0), ("0.", 0), ("1", 1000), ("1.000", 1000), ("0.5", 500), ("0.05", 50)] {
        assert_eq!(accepted(&[&format!("br;q={text}")]).weight(Coding::Brotli), weight, "{text}");
    }
}
