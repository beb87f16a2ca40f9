//! Any octets as a contract, and good contracts that were damaged.

#![expect(clippy::panic, reason = "a test that breaks is a test that fails")]

#[path = "contract/invariants.rs"]
mod invariants;

use proptest::prelude::*;

const GOOD: &[&str] = &[
    include_str!("../../../fuzz/seeds/contract/shop.openapi.yaml"),
    include_str!("../../../fuzz/seeds/contract/shop.openapi.json"),
    include_str!("../../../fuzz/seeds/contract/shop.proto"),
];

#[test]
fn the_good_ones_are_read_whole() {
    for text in GOOD {
        let (contract, faults) = invariants::read(text.as_bytes());
        assert!(faults.is_empty(), "{}", faults.render(false));
        assert!(contract.is_some_and(|contract| contract.operations.len() >= 2), "{text}");
        invariants::any_contract(text.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_damaged_contract_is_refused_or_still_one(
        text in prop::sample::select(GOOD),
        wounds in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, prop::sample::select(vec![
            "", " ", "\n", "{", "}", "[", "]", "<", ">", "(", ",", ":", ";", "=", "'", "\"", "#", "//", "/*", "&a ", "*a", "\\", "é", "\0",
            "null", "$ref: '#/a'", "\"$ref\": \"b\",", "..", "{x}", "/", "get: {}", "rpc A(B) returns (C);", "message {",
        ])), 1..4),
    ) {
        let mut text: Vec<char> = text.chars().collect();
        for (at, lost, put) in wounds {
            let at = at.index(text.len());
            let end = (at + lost).min(text.len());
            text.splice(at..end, put.chars());
        }
        invariants::any_contract(text.iter().collect::<String>().as_bytes());
    }

    #[test]
    fn any_octets_are_refused_in_order(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        invariants::any_contract(&octets);
    }
}
