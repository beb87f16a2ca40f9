//! Any fields as credentials, and good ones that were damaged.

#[cfg(test)]
#[path = "shown/invariants.rs"]
mod invariants;

use invariants::{KNOWN, any_fields};
use proptest::prelude::*;

#[test]
fn those_that_are_damaged_here_are_good_ones() {
    let [session, token, of_app] = KNOWN;
    let kinds = |lines: &str| any_fields(lines).map(|caller| caller.map_or("nobody", |caller| caller.kind()));
    assert_eq!(kinds(&format!("Cookie: a=b; __Host-vestibule-session={session}")), ["user", "nobody"]);
    assert_eq!(kinds(&format!("Authorization: bearer {token}")), ["user", "nobody"]);
    assert_eq!(kinds(&format!("Authorization: Bearer {of_app}")), ["nobody", "app"]);
    assert_eq!(kinds(&format!("Authorization: Bearer {session}")), ["nobody", "nobody"]);
    assert_eq!(kinds(&format!("Cookie: __Host-vestibule-session={token}")), ["nobody", "nobody"]);
}

proptest! {
    #[test]
    fn a_damaged_credential_is_nobodys(
        line in prop::sample::select(vec!["Authorization: Bearer ", "Authorization: DPoP ", "Cookie: __Host-vestibule-session="]),
        text in prop::sample::select(&KNOWN[..]),
        at in any::<prop::sample::Index>(),
        put in "[!-~]{1,3}",
    ) {
        let (front, back) = text.split_at(at.index(text.len() - 1) + 1);
        prop_assert_eq!(any_fields(&format!("{line}{front}{put}{back}")), [None, None]);
    }

    #[test]
    fn any_fields_are_one_credential_or_none(
        lines in prop::collection::vec(
            (
                prop::sample::select(vec!["Authorization", "Cookie", "DPoP", "X-Api-Key", "Origin", "Sec-Fetch-Site"]),
                prop_oneof!["[ -~]{0,40}", "(Bearer|DPoP) [a-z.]{1,20}", "__Host-vestibule-session=[a-z]{0,9}"],
            ),
            0..4,
        ),
    ) {
        let lines: Vec<String> = lines.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
        prop_assert_eq!(any_fields(&lines.join("\r\n")), [None, None]);
    }
}
