//! Which texts are patterns, and which workloads they mean.

use std::sync::Arc;

use model::{SpiffeId, SpiffeIdError, Workload};

use super::{WorkloadPattern, WorkloadPatternError};

fn workload(name: &str, id: Option<&str>) -> Workload {
    Workload { name: Arc::from(name), id: id.map(|id| SpiffeId::parse(id).expect(id)) }
}

#[test]
fn a_pattern_prints_as_it_was_written() {
    for text in ["shop", "shop-2", "spiffe://shop.example/orders", "spiffe://shop.example/orders/*", "spiffe://a/*"] {
        assert_eq!(WorkloadPattern::parse(text).expect(text).to_string(), text);
    }
}

#[test]
fn what_is_neither_name_nor_id_is_refused() {
    for (text, error) in [
        ("", WorkloadPatternError::Name),
        ("*", WorkloadPatternError::Name),
        ("shop/*", WorkloadPatternError::Name),
        ("Shop", WorkloadPatternError::Name),
        ("2shop", WorkloadPatternError::Name),
        ("https://shop.example/orders", WorkloadPatternError::Id(SpiffeIdError::Scheme)),
        ("spiffe://*", WorkloadPatternError::Id(SpiffeIdError::Scheme)),
        ("spiffe:///*", WorkloadPatternError::Id(SpiffeIdError::Domain)),
        ("spiffe://shop.example/ord*", WorkloadPatternError::Id(SpiffeIdError::Path)),
        ("spiffe://shop.example/*/orders", WorkloadPatternError::Id(SpiffeIdError::Path)),
        ("spiffe://shop.example//*", WorkloadPatternError::Id(SpiffeIdError::Path)),
    ] {
        assert_eq!(WorkloadPattern::parse(text), Err(error), "{text}");
    }
}

#[test]
fn a_name_means_the_declared_workload_only() {
    let pattern = WorkloadPattern::parse("orders").expect("pattern");
    assert!(pattern.fits(&workload("orders", None)));
    assert!(!pattern.fits(&workload("spiffe://shop.example/orders", Some("spiffe://shop.example/orders"))));
}

#[test]
fn a_prefix_means_what_is_below_it_and_no_neighbour() {
    let pattern = WorkloadPattern::parse("spiffe://shop.example/orders/*").expect("pattern");
    for (id, fits) in [
        ("spiffe://shop.example/orders/eu", true),
        ("spiffe://shop.example/orders/eu/1", true),
        ("spiffe://shop.example/orders", false),
        ("spiffe://shop.example/orders-2/eu", false),
        ("spiffe://shop.example.org/orders/eu", false),
    ] {
        assert_eq!(pattern.fits(&workload("x", Some(id))), fits, "{id}");
    }
    assert!(!pattern.fits(&workload("orders", None)), "a workload without id is below nothing");
}
