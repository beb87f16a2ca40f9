//! What a caller is told of a refusal.

use std::net::{IpAddr, Ipv4Addr};

use model::{Code, DoorKind};

use super::GuardError;

#[test]
fn a_refused_address_learns_nothing_at_a_client_door() {
    let refused = GuardError::AddressNotAdmitted { address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)) };
    assert_eq!(refused.problem_for(DoorKind::Client).code, Code::NotFound);
    assert_eq!(refused.problem_for(DoorKind::Server).code, Code::NetworkNotAllowed);
    assert!(refused.problem_for(DoorKind::Server).detail.contains("192.0.2.1"));
}

#[test]
fn a_large_body_is_told_its_bound_at_both_doors() {
    let refused = GuardError::BodyTooLarge { bound_bytes: 1_048_576 };
    for door in [DoorKind::Client, DoorKind::Server] {
        let problem = refused.problem_for(door);
        assert_eq!(problem.code, Code::BodyTooLarge);
        assert_eq!(problem.detail, "the body is larger than 1048576 bytes");
    }
}
