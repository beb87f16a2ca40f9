//! Ports are free, and given out once.

use super::*;

#[test]
fn no_port_is_given_out_twice() {
    let mut ports: Vec<u16> = (0..200).map(|_| free()).collect();
    ports.sort_unstable();
    ports.dedup();
    assert_eq!(ports.len(), 200);
}

#[test]
fn a_run_of_ports_can_be_bound() {
    let first = free_run(4);
    let bound: Vec<_> = (first..first + 4).map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port))).collect();
    assert!(bound.iter().all(Result::is_ok));
}
