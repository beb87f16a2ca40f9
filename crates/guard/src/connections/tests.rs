//! Counts go up, stop at their bounds, and come back.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use proptest::prelude::*;

use super::{ConnectionCounts, SHARDS, SHRINK_FROM};
use crate::GuardError;

fn v4(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, last))
}

#[test]
fn an_address_stops_at_its_own_bound_and_leaves_room_for_others() {
    let counts = ConnectionCounts::new();
    let held: Vec<_> = (0..3).map(|_| counts.admit(v4(1), 10, 3).expect("below the bound")).collect();
    let refused = counts.admit(v4(1), 10, 3).expect_err("at the bound");
    assert_eq!(refused, GuardError::AddressFull { address: v4(1), per_address: 3 });
    assert_eq!(counts.total(), 3, "a refusal is not counted");
    let other = counts.admit(v4(2), 10, 3).expect("another address");
    drop(held);
    assert_eq!((counts.of_address(v4(1)), counts.of_address(v4(2)), counts.total()), (0, 1, 1));
    drop(other);
    assert_eq!(counts.total(), 0);
}

#[test]
fn a_door_stops_at_its_bound() {
    let counts = ConnectionCounts::new();
    let held = [counts.admit(v4(1), 2, 9).expect("first"), counts.admit(v4(2), 2, 9).expect("second")];
    assert_eq!(counts.admit(v4(3), 2, 9).expect_err("third"), GuardError::DoorFull { at_most: 2 });
    drop(held);
    let _again = counts.admit(v4(3), 2, 9).expect("room again");
}

#[test]
fn a_bound_of_nothing_admits_nothing() {
    let counts = ConnectionCounts::new();
    assert!(counts.admit(v4(1), 0, 9).is_err());
    assert!(counts.admit(v4(1), 9, 0).is_err());
    assert_eq!((counts.total(), counts.of_address(v4(1))), (0, 0));
}

#[test]
fn an_ipv6_network_of_64_bits_counts_as_one_address() {
    let counts = ConnectionCounts::new();
    let host = |network: u16, host: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, network, 0, 0, 0, host));
    let _one = counts.admit(host(1, 1), 9, 2).expect("first");
    let _two = counts.admit(host(1, 2), 9, 2).expect("second");
    assert!(counts.admit(host(1, 3), 9, 2).is_err());
    let _other = counts.admit(host(2, 3), 9, 2).expect("another network");
    let mapped = IpAddr::V6(Ipv4Addr::new(192, 0, 2, 7).to_ipv6_mapped());
    let _mapped = counts.admit(mapped, 9, 2).expect("mapped");
    assert_eq!(counts.of_address(v4(7)), 1);
}

#[test]
fn a_panic_gives_the_count_back() {
    let counts = ConnectionCounts::new();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _held = counts.admit(v4(1), 9, 9).expect("admitted");
        panic!("a handler fails");
    }));
    assert!(panicked.is_err());
    assert_eq!((counts.total(), counts.of_address(v4(1))), (0, 0));
}

#[test]
fn threads_together_never_pass_a_bound_and_leave_nothing_behind() {
    let counts = ConnectionCounts::new();
    std::thread::scope(|scope| {
        for thread in 0..4_u8 {
            let counts = Arc::clone(&counts);
            scope.spawn(move || {
                for round in 0..2_000_u32 {
                    let address = v4((round % 7) as u8 + thread % 2);
                    if let Ok(held) = counts.admit(address, 3, 2) {
                        assert!(counts.total() <= 3);
                        assert!(counts.of_address(address) <= 2);
                        drop(held);
                    }
                }
            });
        }
    });
    assert_eq!(counts.total(), 0);
    assert!((0..=255).all(|last| counts.of_address(v4(last)) == 0));
}

#[test]
fn a_flood_of_addresses_leaves_no_memory_behind() {
    let counts = ConnectionCounts::new();
    let held: Vec<_> = (0..40_000_u32)
        .map(|n| counts.admit(IpAddr::V4(Ipv4Addr::from_bits(n)), u32::MAX, 1).expect("admitted"))
        .collect();
    drop(held);
    let capacity: usize = counts.shards.iter().map(|shard| shard.lock().expect("lock").capacity()).sum();
    assert!(capacity <= SHARDS * SHRINK_FROM * 2, "{capacity} entries are kept");
}

proptest! {
    #[test]
    fn the_counts_are_those_of_a_plain_list(steps in prop::collection::vec((any::<bool>(), 0..5_u8), 0..200)) {
        let counts = ConnectionCounts::new();
        let mut held = Vec::new();
        for (open, last) in steps {
            let address = v4(last);
            let of_address = |held: &Vec<(IpAddr, _)>| held.iter().filter(|(of, _)| *of == address).count();
            if open {
                let expected = held.len() < 8 && of_address(&held) < 3;
                match counts.admit(address, 8, 3) {
                    Ok(connection) => {
                        prop_assert!(expected);
                        held.push((address, connection));
                    }
                    Err(_) => prop_assert!(!expected),
                }
            } else if let Some(index) = held.iter().position(|(of, _)| *of == address) {
                drop(held.swap_remove(index));
            }
            prop_assert_eq!(counts.total() as usize, held.len());
            prop_assert_eq!(counts.of_address(address) as usize, of_address(&held));
        }
    }
}
