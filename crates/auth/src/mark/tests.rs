//! A text has its mark, and no other text has it.

use std::collections::HashSet;

use super::Marker;

#[test]
fn a_text_is_known_again_and_no_other_text_is() {
    let marker = Marker::new().unwrap();
    let texts: Vec<String> = (0..2_000).map(|number| "a".repeat(number % 900) + &number.to_string()).collect();
    let marks: Vec<_> = texts.iter().map(|text| marker.of(text).unwrap()).collect();
    for (text, mark) in texts.iter().zip(&marks) {
        assert_eq!(marker.of(text).unwrap(), *mark);
    }
    let different: HashSet<[u8; 16]> = marks.iter().map(|mark| *mark.octets()).collect();
    assert_eq!(different.len(), texts.len());
}

#[test]
fn octets_of_zero_at_the_end_make_another_mark() {
    // The hash pads with zeros: what tells the two apart is their length, which is hashed as well.
    let marker = Marker::new().unwrap();
    assert_ne!(marker.of("abc").unwrap(), marker.of("abc\0").unwrap());
    assert_ne!(marker.of("").unwrap(), marker.of("\0").unwrap());
}

#[test]
fn another_marker_marks_otherwise() {
    let (one, other) = (Marker::new().unwrap(), Marker::new().unwrap());
    assert_ne!(one.of("abc").unwrap(), other.of("abc").unwrap());
}

#[test]
fn a_mark_is_not_printed() {
    let marker = Marker::new().unwrap();
    assert_eq!(format!("{marker:?} {:?}", marker.of("abc").unwrap()), "Marker([redacted]) Mark([redacted])");
}
