//! Field blocks in every form that an encoder may choose.

use super::{Fact, Table};

const LITERAL: &[u8] = b"\x40\x0bgrpc-status\x010";

fn shows(block: &[u8]) -> bool {
    Table::default().shows(block, Fact::GrpcOk).unwrap()
}

#[test]
fn a_status_of_zero_is_seen_in_every_form() {
    assert!(shows(LITERAL));
    assert!(shows(b"\x00\x0bgrpc-status\x010"));
    assert!(shows(b"\x10\x88\x9a\xca\xc8\xb2\x12\x34\xda\x8f\x81\x07"));
    // Behind a change of the table's size, and behind another field.
    assert!(shows(&[b"\x3f\xe1\x1f\x40\x0cgrpc-message\x00", LITERAL].concat()));
}

#[test]
fn another_status_or_none_is_not_zero() {
    assert!(!shows(b"\x40\x0bgrpc-status\x0214"));
    assert!(!shows(b"\x40\x0cgrpc-message\x010"));
    assert!(!shows(b"\x88"));
    assert!(!shows(&[LITERAL, b"\x40\x0bgrpc-status\x0213"].concat()));
}

#[test]
fn an_entry_is_found_again_however_old_it_is() {
    let mut table = Table::default();
    assert!(table.shows(LITERAL, Fact::GrpcOk).unwrap());
    assert!(table.shows(b"\xbe", Fact::GrpcOk).unwrap());
    assert!(!table.shows(b"\x40\x01a\x01b", Fact::GrpcOk).unwrap());
    assert!(table.shows(b"\xbf", Fact::GrpcOk).unwrap());
    assert!(!table.shows(b"\xbe", Fact::GrpcOk).unwrap());
    // Its name with another value.
    assert!(!table.shows(b"\x7f\x00\x011", Fact::GrpcOk).unwrap());
}

#[test]
fn a_block_that_ends_too_early_or_points_nowhere_is_a_fault() {
    for block in [&b"\x40"[..], b"\x40\x0bgrpc", b"\xbe", b"\x80", b"\xff\xff\xff\xff\xff"] {
        assert!(Table::default().shows(block, Fact::GrpcOk).is_err(), "{block:02x?}");
    }
}

#[test]
fn the_status_of_http_is_seen() {
    assert!(Table::default().shows(b"\x88", Fact::Status200).unwrap());
    assert!(!Table::default().shows(b"\x8d", Fact::Status200).unwrap());
}
