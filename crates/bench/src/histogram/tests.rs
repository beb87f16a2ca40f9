//! The histogram against exact figures.

use super::{Histogram, LARGEST, bucket, upper_edge};

#[test]
fn a_bucket_is_less_than_a_percent_wide_and_holds_what_it_names() {
    let mut latency_ns = 1_u64;
    while latency_ns < LARGEST {
        let edge = upper_edge(bucket(latency_ns));
        assert!(edge >= latency_ns, "{latency_ns} is beyond its bucket's edge {edge}");
        assert!((edge - latency_ns) as f64 <= latency_ns as f64 * 0.008, "{latency_ns} is read as {edge}");
        assert_eq!(bucket(edge), bucket(latency_ns));
        assert_eq!(bucket(edge + 1), bucket(latency_ns) + 1);
        latency_ns += latency_ns / 300 + 1;
    }
}

#[test]
fn quantiles_are_those_of_the_sorted_list() {
    let mut histogram = Histogram::new();
    (1..=1_000).for_each(|step| histogram.record(step * 1_000));
    for (share, exact) in [(0.5, 500_000.0), (0.99, 990_000.0), (1.0, 1_000_000.0)] {
        let read = histogram.quantile(share) as f64;
        assert!((read - exact).abs() / exact < 0.01, "{share}: {read}");
    }
    assert_eq!(histogram.largest(), 1_000_000);
}

#[test]
fn an_empty_histogram_says_nought_and_an_endless_request_is_kept() {
    let mut histogram = Histogram::new();
    assert_eq!(histogram.quantile(0.99), 0);
    histogram.record(u64::MAX);
    assert_eq!(histogram.largest(), u64::MAX);
    assert_eq!(histogram.quantile(0.5), upper_edge(bucket(LARGEST)));
    histogram.clear();
    assert_eq!(histogram.quantile(0.5), 0);
}
