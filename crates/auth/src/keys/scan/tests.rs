//! What is found, where, and that nothing else is.

use model::KeyKind;
use proptest::prelude::*;

use super::{FoundKey, Scanner};
use crate::keys::{KINDS, generate};

fn found_in(pieces: &[&[u8]]) -> Vec<FoundKey> {
    let (mut scanner, mut all) = (Scanner::new(), Vec::new());
    for piece in pieces {
        scanner.feed(piece, |key| all.push(key));
    }
    scanner.finish(|key| all.push(key));
    all
}

fn key(kind: KeyKind) -> String {
    generate(kind).expect("randomness").text.expose().clone()
}

fn id(key: &str) -> &str {
    key.split('_').nth(2).expect("an id")
}

#[test]
fn a_key_of_each_kind_is_found_at_its_line_and_column() {
    for kind in KINDS {
        let key = key(kind);
        let text = format!("first\nzwölf={key}\n{key}{key}x");
        let all = found_in(&[text.as_bytes()]);
        let places: Vec<_> = all.iter().map(|found| (found.line, found.column)).collect();
        assert_eq!(places, [(2, 7), (3, 1), (3, 1 + key.len() as u64)]);
        assert!(all.iter().all(|found| found.kind == kind && found.id.as_str() == id(&key)));
    }
}

#[test]
fn a_key_is_found_wherever_pieces_are_cut() {
    let key = key(KeyKind::Publishable);
    let text = format!("vs vst_ vst_secret_{key} vst_secret_");
    for cut in 0..=text.len() {
        let (front, back) = text.as_bytes().split_at(cut);
        assert_eq!(found_in(&[front, back]).len(), 1, "cut at {cut}");
    }
    let octets: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
    let all = found_in(&octets);
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].line, all[0].column), (1, 20));
}

#[test]
fn what_is_kept_between_pieces_is_less_than_a_key() {
    let mut scanner = Scanner::new();
    let text = "vst_publishable_".repeat(4_096);
    scanner.feed(text.as_bytes(), |_| panic!("no key"));
    assert!(scanner.rest.len() < super::LONGEST);
}

/// One of its octets, put for another.
fn wounded(key: &str, at: usize, put: u8) -> Vec<u8> {
    let mut octets = key.as_bytes().to_vec();
    octets[at % key.len()] = put;
    octets
}

proptest! {
    #[test]
    fn random_octets_hold_no_key(octets in prop::collection::vec(any::<u8>(), 0..4_096)) {
        prop_assert_eq!(found_in(&[&octets]), vec![]);
    }

    #[test]
    fn text_that_looks_like_keys_holds_none(
        text in "(vst_(publishable|restricted|secret)_[0-9A-Za-z]{10}_[0-9A-Za-z]{43,49}[ -~]{0,3}){1,20}",
    ) {
        // A checksum that is right by chance comes once in 2^32.
        prop_assert_eq!(found_in(&[text.as_bytes()]), vec![]);
    }

    #[test]
    fn a_damaged_key_is_none(which in 0_usize..3, at in any::<usize>(), put in any::<u8>()) {
        let key = key(KINDS[which]);
        let wounded = wounded(&key, at, put);
        let expected = usize::from(wounded == key.as_bytes());
        prop_assert_eq!(found_in(&[&wounded]).len(), expected);
    }

    #[test]
    fn a_key_is_found_among_anything(
        before in prop::collection::vec(any::<u8>(), 0..300),
        after in prop::collection::vec(any::<u8>(), 0..300),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let key = key(KeyKind::Restricted);
        let octets = [&before[..], key.as_bytes(), &after[..]].concat();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(octets.len())).collect();
        cuts.sort_unstable();
        let ends = cuts.iter().copied().chain([octets.len()]);
        let mut from = 0;
        let pieces: Vec<&[u8]> = ends.map(|end| { let piece = &octets[from..end]; from = end; piece }).collect();
        let all = found_in(&pieces);
        prop_assert_eq!(all.len(), 1);
        prop_assert_eq!(all[0].id.as_str(), id(&key));
        prop_assert_eq!(all[0].line, 1 + before.iter().filter(|octet| **octet == b'\n').count() as u64);
    }
}
