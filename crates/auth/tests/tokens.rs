//! Any text as a token, a proof, a set of keys or an address, and good ones that were damaged.

#[cfg(test)]
#[path = "tokens/invariants.rs"]
mod invariants;

use proptest::prelude::*;

#[test]
fn what_is_damaged_here_is_good() {
    for (token, proof) in invariants::TOKENS.into_iter().zip(invariants::PROOFS) {
        assert!(invariants::any_token(token) && !invariants::any_token(proof));
        assert!(invariants::any_proof(proof) && !invariants::any_proof(token));
    }
    assert_eq!(invariants::any_set(invariants::SET.as_bytes()), Some(2));
}

/// A text with a piece of it replaced.
fn damaged(text: &str, at: prop::sample::Index, lost: usize, put: &str) -> String {
    let at = at.index(text.len());
    format!("{}{put}{}", text.get(..at).unwrap_or_default(), text.get(at + lost..).unwrap_or_default())
}

proptest! {
    #[test]
    fn a_damaged_token_or_proof_is_refused(
        which in 0_usize..2, at in any::<prop::sample::Index>(), lost in 0_usize..3, put in "[ -~]{0,3}",
    ) {
        let pick = |texts: [&'static str; 2]| texts.into_iter().nth(which).unwrap_or_default();
        invariants::any_token(&damaged(pick(invariants::TOKENS), at, lost, &put));
        invariants::any_proof(&damaged(pick(invariants::PROOFS), at, lost, &put));
    }

    #[test]
    fn a_damaged_set_is_refused_or_is_a_set(at in any::<prop::sample::Index>(), lost in 0_usize..9, put in "[ -~]{0,3}") {
        let text = damaged(invariants::SET, at, lost, &put);
        invariants::any_set(text.as_bytes());
        invariants::any_object(text.as_bytes());
    }

    #[test]
    fn an_address_has_one_spelling(address in "(https?|HTTP)://[a-zA-Z:\\[\\]@.0-9]{0,12}(/[a-z%0-9A-F./]{0,12})?([?#].{0,5})?") {
        invariants::any_address(&address);
    }

    #[test]
    fn any_object_is_written_as_it_is_read(text in "\\{(\"[a-z\\\\u0]{1,3}\":[-0-9.e\\[\\]{}\"]{1,5},?){0,4}\\}") {
        invariants::any_object(text.as_bytes());
    }
}
