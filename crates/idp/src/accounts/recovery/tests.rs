//! What recovery codes look like, and how they may be typed.

use std::collections::HashSet;

use super::{RECOVERY_CODES, digest, generate};
use crate::UserId;

#[test]
fn codes_are_different_and_known_again_however_they_are_typed() {
    let ada = UserId::generate().unwrap();
    let codes = generate().unwrap();
    let digests: HashSet<_> = codes.iter().map(|code| digest(ada, code.expose()).unwrap()).collect();
    assert_eq!(digests.len(), RECOVERY_CODES);
    for code in &codes {
        let code = code.expose();
        assert_eq!(code.len(), 19, "{code}");
        let typed = code.to_uppercase().replace('-', " ").replace('0', "O").replace('1', "l");
        assert_eq!(digest(ada, &typed), digest(ada, code), "{typed}");
    }
}

#[test]
fn a_code_is_one_persons_and_other_texts_are_none() {
    let (ada, bob) = (UserId::generate().unwrap(), UserId::generate().unwrap());
    assert_ne!(digest(ada, "0123-4567-89ab-cdef"), digest(bob, "0123-4567-89ab-cdef"));
    for typed in ["", "0123-4567-89ab-cde", "0123-4567-89ab-cdefg", "0123-4567-89ab-cdeu", "0123-4567-89ab-cdeé"] {
        assert_eq!(digest(ada, typed), None, "{typed}");
    }
}
