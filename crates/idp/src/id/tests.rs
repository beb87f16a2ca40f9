//! How ids are printed and read.

use super::{IdError, UserId};

#[test]
fn an_id_is_read_as_it_was_printed() {
    let id = UserId::generate().expect("random");
    let text = id.to_string();
    assert_eq!(text.len(), 26);
    assert!(text.bytes().all(|octet| b"0123456789abcdefghjkmnpqrstvwxyz".contains(&octet)), "{text}");
    assert_eq!(UserId::parse(&text), Ok(id));
}

#[test]
fn an_id_has_one_text_only() {
    let text = UserId([0xff; 16]).to_string();
    // The last character holds three bits of the id; the other two must be zero.
    let bent = format!("{}z", text.get(..25).expect("ASCII"));
    for wrong in ["", &text.to_uppercase(), &format!("{text}0"), &bent, "il0000000000000000000000ou"] {
        assert_eq!(UserId::parse(wrong), Err(IdError), "{wrong}");
    }
}
