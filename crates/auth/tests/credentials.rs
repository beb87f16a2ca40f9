//! Any text as a key, any octets as a certificate, and good ones that were damaged.

#[cfg(test)]
#[path = "credentials/invariants.rs"]
mod invariants;

use proptest::prelude::*;

/// A certificate with a SPIFFE id, and one with names of hosts: the fuzz targets begin with the same.
const CERTIFICATES: [&[u8]; 2] =
    [include_bytes!("../../../fuzz/seeds/certificate/spiffe"), include_bytes!("../../../fuzz/seeds/certificate/dns")];

#[test]
fn the_keys_and_certificates_that_are_damaged_here_are_good_ones() {
    for key in invariants::KEYS {
        assert_eq!(invariants::any_key(key.text), Some(key.name));
    }
    for (der, workload) in CERTIFICATES.iter().zip(["spiffe://shop.test/team/billing", "legacy"]) {
        assert_eq!(invariants::any_certificate(der).as_deref(), Some(workload));
    }
}

proptest! {
    #[test]
    fn a_damaged_key_is_nobodys(
        key in prop::sample::select(&invariants::KEYS[..]),
        at in any::<prop::sample::Index>(),
        lost in 0_usize..3,
        put in "[ -~]{0,3}",
    ) {
        let at = at.index(key.text.len());
        let (front, back) = (key.text.get(..at).expect("ASCII"), key.text.get(at + lost..).unwrap_or_default());
        let text = format!("{front}{put}{back}");
        prop_assert_eq!(invariants::any_key(&text).is_some(), invariants::KEYS.iter().any(|key| key.text == text));
    }

    #[test]
    fn any_text_is_nobodys_key(text in "(vst_(secret|restricted)_)?.{0,80}") {
        prop_assert_eq!(invariants::any_key(&text), None);
    }

    #[test]
    fn a_damaged_certificate_is_refused_or_stands_for_one_that_it_names(
        der in prop::sample::select(&CERTIFICATES[..]),
        wounds in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut der = der.to_vec();
        for (at, octet) in wounds {
            let at = at.index(der.len());
            der.splice(at..=at, [octet]);
        }
        let _ = invariants::any_certificate(&der);
    }
}
