//! Attacks of RFC 9700 and of the RFCs around it, through the real program: what only shows at a door. One test a line.
//!
//! What the protocol itself refuses is tested in the room `idp`; docs/standards.md has every line with its test.

mod browsers;
mod forged;
mod proofs;
mod replayed;

use serde_json::Value;
use testkit::Answer;

use crate::shop::flows::text;
use crate::shop::{ADA, Shop};
use crate::two_doors::{assert_problem, assert_served};

/// The shop and tokens of a person.
struct Ground {
    shop: Shop,
    person: crate::person::Person,
    tokens: Value,
}

impl Ground {
    fn open() -> Self {
        Self::with_tokens(&[])
    }

    /// The same, with more parameters of the request.
    fn with_tokens(more: &[(&str, &str)]) -> Self {
        let shop = Shop::open();
        let mut person = shop.person(ADA);
        let tokens = shop.tokens(&mut person, more, &[]);
        Self { shop, person, tokens }
    }

    fn access(&self) -> &str {
        text(&self.tokens, "access_token")
    }
}

/// Asserts that a credential is refused as one that is not valid, and is told so.
#[track_caller]
fn assert_invalid(answer: &Answer, why: &str) {
    assert_eq!((answer.status, answer.problem().as_deref()), (401, Some("credential-invalid")), "{why}");
    let told = answer.field("www-authenticate").unwrap_or_default();
    assert!(told.contains("error=\"invalid_"), "{why}: {told}");
}
