//! What a bearer and its digest are, and what of them is shown.

use super::{Bearer, Digest};

#[test]
fn a_bearer_begins_with_its_word_and_is_never_the_same() {
    let (first, second) = (Bearer::generate("code").expect("random"), Bearer::generate("code").expect("random"));
    let text = first.text().expose();
    assert_eq!(text.strip_prefix("code_").map(str::len), Some(Bearer::RANDOM_LEN));
    assert_ne!(text, second.text().expose());
}

#[test]
fn a_bearer_is_known_again_by_its_digest_alone() {
    let bearer = Bearer::generate("code").expect("random");
    assert_eq!(bearer.digest(), Digest::of(bearer.text().expose()));
    assert_ne!(bearer.digest(), Digest::of("code_"));
}

#[test]
fn neither_a_bearer_nor_its_digest_is_printed() {
    let bearer = Bearer::generate("code").expect("random");
    assert!(!format!("{bearer:?}").contains(bearer.text().expose()));
    // The SHA-256 of no octets is published in FIPS 180-4's examples.
    assert_eq!(format!("{:?}", Digest::of("")), "e3b0c442…");
}
