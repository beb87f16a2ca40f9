//! Fields are found by name, in order, without changing them.

use std::collections::HashSet;

use super::{Fields, Name};
use crate::HeadError;

#[test]
fn every_known_name_is_found_in_any_case_and_no_other() {
    let mut seen = HashSet::new();
    for &name in Name::ALL {
        let text = name.as_str();
        assert!(seen.insert(text), "{text} twice");
        assert_eq!(text, text.to_ascii_lowercase());
        assert_eq!(Name::of(text.as_bytes()), name);
        assert_eq!(Name::of(text.to_ascii_uppercase().as_bytes()), name);
        assert_eq!(Name::of(format!("{text}x").as_bytes()), Name::Other);
        assert_eq!(Name::of(&text.as_bytes()[1..]), Name::Other);
    }
    assert_eq!(Name::of(b""), Name::Other);
}

#[test]
fn fields_are_found_by_name_and_keep_their_order() {
    let mut fields = Fields::new();
    for (name, value) in [("Accept", "1"), ("X-Own", "2"), ("accept", "3"), ("x-OWN", "4"), ("Date", "5")] {
        fields.push(name.as_bytes(), value.as_bytes()).expect("valid");
    }
    let all: Vec<_> = fields.iter().map(|field| (field.name, field.value)).collect();
    let expected: [(&str, &[u8]); 5] =
        [("accept", b"1"), ("x-own", b"2"), ("accept", b"3"), ("x-own", b"4"), ("date", b"5")];
    assert_eq!(all, expected);
    assert_eq!(fields.get(Name::Accept), Some(b"1".as_slice()));
    assert_eq!(fields.all(Name::Accept).collect::<Vec<_>>(), [b"1", b"3"]);
    assert_eq!(fields.count(Name::Accept), 2);
    assert_eq!(fields.by_name("X-own"), Some(b"2".as_slice()));
    assert_eq!(fields.by_name("DATE"), Some(b"5".as_slice()));
    assert_eq!(fields.by_name("x-none"), None);
    assert_eq!(fields.get(Name::Host), None);
    assert_eq!((fields.get(Name::Other), fields.count(Name::Other), fields.all(Name::Other).count()), (None, 0, 0));
    fields.clear();
    assert!(fields.is_empty());
    assert_eq!((fields.get(Name::Accept), fields.count(Name::Accept)), (None, 0));
}

#[test]
fn a_pushed_field_is_checked_and_trimmed() {
    let mut fields = Fields::new();
    for name in [b"".as_slice(), b"a b", b"a:", b"a\r", b"\xC3\xA9"] {
        assert_eq!(fields.push(name, b"x"), Err(HeadError::FieldName));
    }
    for value in [b"a\rb".as_slice(), b"a\nb", b"\0", b"\x7F", b"a\r\n"] {
        assert_eq!(fields.push(b"x", value), Err(HeadError::FieldValue));
    }
    assert!(fields.is_empty());
    fields.push(b"x", b" \ta b\xFF\t ").expect("valid");
    assert_eq!(fields.by_name("x"), Some(b"a b\xFF".as_slice()));
}

#[test]
fn memory_of_one_large_head_is_given_back() {
    let mut fields = Fields::new();
    fields.push(b"x", &vec![b'a'; 1 << 20]).expect("valid");
    fields.clear();
    assert!(fields.bytes.capacity() <= super::KEPT_BYTES);
}

#[test]
fn memory_of_an_ordinary_head_is_kept_for_the_next() {
    let mut fields = Fields::new();
    let fill = |fields: &mut Fields| {
        for index in 0..20 {
            fields.push(format!("x-name-{index}").as_bytes(), &[b'a'; 50]).expect("valid");
        }
    };
    fill(&mut fields);
    let memory = |fields: &Fields| (fields.bytes.as_ptr(), fields.names.as_ptr(), fields.spans.as_ptr());
    let before = memory(&fields);
    for _ in 0..3 {
        fields.clear();
        fill(&mut fields);
        assert_eq!(memory(&fields), before);
    }
}
