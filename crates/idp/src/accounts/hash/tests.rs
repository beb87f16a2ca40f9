//! What a password's hash is, and what is not read as one.

use super::{PasswordHash, PasswordHashError, Work};

#[test]
fn a_hash_is_of_its_password_alone_and_never_the_same_twice() {
    let mut memory = Vec::new();
    let first = PasswordHash::make("rain on a tin roof", Work::LEAST, &mut memory).unwrap();
    let second = PasswordHash::make("rain on a tin roof", Work::LEAST, &mut memory).unwrap();
    assert_ne!(first.expose(), second.expose());
    assert_eq!(first.is_of("rain on a tin roof", &mut memory), Ok(true));
    assert_eq!(first.is_of("rain on a tin roof ", &mut memory), Ok(false));
    assert_eq!(PasswordHash::parse(first.expose()).unwrap(), first);
}

/// Made with the reference implementation of RFC 9106 (phc-winner-argon2, through argon2-cffi): the password is
/// `password`, the salt `0123456789abcdef`.
const REFERENCE: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$0qsHs573+LgGInzYb7sRqlOTBmqY4X6srNEm6ybpJ20";

#[test]
fn a_hash_of_the_reference_implementation_is_known_again() {
    let hash = PasswordHash::parse(REFERENCE).unwrap();
    assert_eq!(hash.work(), Work::STANDARD);
    assert_eq!(hash.is_of("password", &mut Vec::new()), Ok(true));
    assert_eq!(hash.is_of("Password", &mut Vec::new()), Ok(false));
}

#[test]
fn nobodys_hash_costs_the_same_and_is_of_no_password() {
    let hash = PasswordHash::nobodys(Work::LEAST);
    assert_eq!(hash.work(), Work::LEAST);
    for password in ["", "password", "\0"] {
        assert_eq!(hash.is_of(password, &mut Vec::new()), Ok(false));
    }
}

#[test]
fn other_forms_and_unbounded_work_are_refused() {
    let salt = "MDEyMzQ1Njc4OWFiY2RlZg";
    let hash = "A".repeat(43);
    let read = |head: &str| PasswordHash::parse(&format!("{head}{salt}${hash}")).map(|hash| hash.work());
    assert_eq!(read("$argon2id$v=19$m=19456,t=2,p=1$"), Ok(Work::STANDARD));
    let forms = [
        "$argon2i$v=19$m=19456,t=2,p=1$",
        "$argon2id$v=16$m=19456,t=2,p=1$",
        "$argon2id$m=19456,t=2,p=1$",
        "$argon2id$v=19$m=19456,t=2,p=4$",
        "$argon2id$v=19$m=+19456,t=2,p=1$",
        "$argon2id$v=19$t=2,m=19456,p=1$",
        "$argon2id$v=19$m=019456,t=2,p=1$",
        "$2b$12$",
        "",
    ];
    for form in forms {
        assert_eq!(read(form), Err(PasswordHashError::Form), "{form}");
    }
    for work in ["m=4194304,t=2", "m=19456,t=1000", "m=7,t=1"] {
        assert_eq!(read(&format!("$argon2id$v=19${work},p=1$")), Err(PasswordHashError::Work), "{work}");
    }
    assert_eq!(PasswordHash::parse("$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA"), Err(PasswordHashError::Form));
}

#[test]
fn a_hash_is_not_printed() {
    let hash = PasswordHash::nobodys(Work::STANDARD);
    assert_eq!(format!("{hash:?}"), "PasswordHash(Work { memory_kib: 19456, passes: 2 })");
}
