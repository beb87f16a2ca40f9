//! What is a SPIFFE id and what is not.

use super::{SpiffeId, SpiffeIdError};

#[test]
fn a_spiffe_id_has_a_trust_domain_and_a_path() {
    let id = SpiffeId::parse("spiffe://shop.example/orders/eu").expect("is an id");
    assert_eq!(id.trust_domain(), "shop.example");
    assert_eq!(id.path(), "/orders/eu");
    assert_eq!(id.as_str(), "spiffe://shop.example/orders/eu");
}

#[test]
fn what_breaks_a_rule_is_not_a_spiffe_id() {
    let long = format!("spiffe://a/{}", "x".repeat(2048));
    for (text, error) in [
        ("https://shop.example/orders", SpiffeIdError::Scheme),
        ("SPIFFE://shop.example/orders", SpiffeIdError::Scheme),
        ("spiffe:///orders", SpiffeIdError::Domain),
        ("spiffe://Shop.example/orders", SpiffeIdError::Domain),
        ("spiffe://user@shop.example/orders", SpiffeIdError::Domain),
        ("spiffe://shop.example:80/orders", SpiffeIdError::Domain),
        ("spiffe://shop.example/", SpiffeIdError::Path),
        ("spiffe://shop.example/orders/", SpiffeIdError::Path),
        ("spiffe://shop.example//orders", SpiffeIdError::Path),
        ("spiffe://shop.example/../orders", SpiffeIdError::Path),
        ("spiffe://shop.example/a%20b", SpiffeIdError::Path),
        ("spiffe://shop.example/a?b", SpiffeIdError::Path),
        (long.as_str(), SpiffeIdError::Long),
    ] {
        assert_eq!(SpiffeId::parse(text), Err(error), "{text}");
    }
}
