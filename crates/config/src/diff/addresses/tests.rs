//! Which address stands for a range.

use super::*;

#[test]
fn an_address_is_in_its_range_and_in_no_smaller_one() {
    let ranges: BTreeSet<IpNet> = [
        "0.0.0.0/0",
        "10.0.0.0/8",
        "10.0.0.0/16",
        "10.1.0.0/16",
        "10.0.0.0/24",
        "192.0.2.0/25",
        "192.0.2.128/25",
        "192.0.2.0/24",
    ]
    .iter()
    .map(|text| text.parse().expect(text))
    .collect();
    let of = |text: &str| outside_of_inner(text.parse().expect(text), &ranges).map(|address| address.to_string());
    assert_eq!(of("0.0.0.0/0").as_deref(), Some("0.0.0.0"));
    assert_eq!(of("10.0.0.0/8").as_deref(), Some("10.2.0.0"));
    assert_eq!(of("10.0.0.0/16").as_deref(), Some("10.0.1.0"));
    assert_eq!(of("10.0.0.0/24").as_deref(), Some("10.0.0.0"));
    assert_eq!(of("192.0.2.0/24"), None, "its two halves leave nothing");
}
