//! Which passwords are taken, and what is said of those that are not.

use proptest::prelude::*;

use super::{Password, Weakness, known_about};
use crate::accounts::Address;

fn judge(text: &str) -> Option<Weakness> {
    let address = Address::parse("ada.lovelace@engine.example").unwrap();
    let about = known_about(Some(&address), Some("Augusta King"), "Corner Shop");
    Password::chosen(text).map_or_else(Some, |password| password.weakness(&about))
}

#[test]
fn a_few_unusual_words_or_random_characters_are_taken() {
    for text in ["rain tin roof lantern", "T7#qv9!mKz2w", "přílis žlutoučký kůň"] {
        assert_eq!(judge(text), None, "{text}");
    }
}

#[test]
fn what_is_guessed_first_is_not_taken() {
    for text in
        ["password", "12345678", "qwertyuiop", "aaaaaaaaaaaa", "P@ssw0rd1", "sunshine1", "20111987", "abcdefgh1"]
    {
        assert!(matches!(judge(text), Some(Weakness::Guessable(_))), "{text}: {:?}", judge(text));
    }
}

#[test]
fn what_everybody_knows_of_the_person_and_the_house_is_not_taken() {
    for text in ["lovelace1", "ada.lovelace@engine.example", "AugustaKing", "CornerShop1"] {
        assert!(matches!(judge(text), Some(Weakness::Guessable(_))), "{text}: {:?}", judge(text));
    }
}

#[test]
fn length_counts_characters_and_not_octets() {
    assert_eq!(judge("kettle7"), Some(Weakness::TooShort));
    assert_eq!(Password::chosen("äöüßäöüß").map(|_| ()), Ok(()));
    assert_eq!(Password::chosen(&"ü".repeat(128)).map(|_| ()), Ok(()));
    assert_eq!(Password::chosen(&"ü".repeat(129)).map(|_| ()), Err(Weakness::TooLong));
    assert_eq!(Password::chosen(&"a".repeat(100_000)).map(|_| ()), Err(Weakness::TooLong));
    assert_eq!(Password::chosen("rain tin\0roof").map(|_| ()), Err(Weakness::Control));
    assert!(Password::shown(&"a".repeat(100_000)).is_none());
}

#[test]
fn letters_that_are_written_in_two_ways_are_one_password() {
    let (composed, combining) = (Password::shown("caf\u{e9}").unwrap(), Password::shown("cafe\u{301}").unwrap());
    assert_eq!(composed.expose(), combining.expose());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_message_repeats_the_password_and_no_text_is_too_odd_to_judge(text in "\\PC{8,40}") {
        if let Some(weakness) = judge(&text) {
            prop_assert!(!weakness.to_string().contains(&text));
        }
    }
}
