//! How a request id is written.

use super::RequestId;

#[test]
fn a_request_id_prints_as_a_ulid() {
    assert_eq!(RequestId::new(0, 0).to_string(), "00000000000000000000000000");
    // The example of the ULID specification: 1469918176385 ms is 01ARYZ6S41.
    let id = RequestId::new(1_469_918_176_385, u128::MAX);
    assert_eq!(id.to_string(), "01ARYZ6S41ZZZZZZZZZZZZZZZZ");
}
