//! Which addresses are taken, and which are the same.

use proptest::prelude::*;

use super::{Address, AddressError};

#[test]
fn addresses_are_compared_without_regard_to_case_and_kept_as_written() {
    let (first, second) = (Address::parse("Ada@Shop.Example").unwrap(), Address::parse("ada@shop.example").unwrap());
    assert_eq!(first.as_str(), "Ada@shop.example");
    assert_eq!(first.normal(), second.normal());
    assert_eq!(first.local(), "Ada");
}

#[test]
fn usual_addresses_are_taken() {
    for text in ["a@b.example", "first.last+tag@mail.b.example", "o'neil@xn--bcher-kva.example", "x_1@b-c.example"] {
        assert!(Address::parse(text).is_ok(), "{text}");
    }
}

#[test]
fn what_is_no_plain_address_is_refused() {
    let odd = [
        "",
        "@",
        "a",
        "a@",
        "@b.example",
        "a@b",
        "a@b..example",
        "a@-b.example",
        "a@b.example.",
        "a..b@c.example",
        ".a@b.example",
        "a.@b.example",
        "a b@c.example",
        "a@b.example\r\nBcc: x@y.example",
        "a\0@b.example",
        "\"a\"@b.example",
        "a@[127.0.0.1]",
        "a@b@c.example",
        "<a@b.example>",
        "a,b@c.example",
        "ä@b.example",
        "a@bü.example",
        "a@b.exam_ple",
    ];
    for text in odd {
        assert_eq!(Address::parse(text), Err(AddressError::Form), "{text:?}");
    }
    let long = format!("{}@b.example", "a".repeat(65));
    assert_eq!(Address::parse(&long), Err(AddressError::TooLong));
    let long = format!("a@{}example", "b.".repeat(130));
    assert_eq!(Address::parse(&long), Err(AddressError::TooLong));
}

#[test]
fn a_dump_shows_the_domain_only() {
    assert_eq!(format!("{:?}", Address::parse("ada@shop.example").unwrap()), "…@shop.example");
}

proptest! {
    #[test]
    fn what_is_taken_has_no_character_that_a_mail_could_take_for_another_line(text in ".{0,80}") {
        if let Ok(address) = Address::parse(&text) {
            prop_assert!(address.as_str().bytes().all(|octet| octet.is_ascii_graphic()));
            prop_assert!(!address.as_str().contains(['<', '>', '"', ',', ';', ':', '(', ')', '\\', '[', ']']));
            prop_assert_eq!(Address::parse(address.as_str()), Ok(address));
        }
    }
}
