//! How much of an answer lies in the kernel while its caller is slow.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use super::*;

/// A connection to a listener of ours whose caller has little room: its end, and ours.
fn connected() -> (TcpStream, TcpStream) {
    let listener = listener((Ipv4Addr::LOCALHOST, 0).into()).expect("a listener");
    listener.set_nonblocking(false).expect("blocking");
    let caller = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP)).expect("a socket");
    caller.set_recv_buffer_size(32 * 1024).expect("a small buffer");
    caller.connect(&listener.local_addr().expect("an address").into()).expect("connected");
    let (ours, _) = listener.accept().expect("accepted");
    (caller.into(), ours)
}

/// Writes until the kernel takes no more; how much that was.
fn fill(ours: &mut TcpStream) -> usize {
    ours.set_nonblocking(true).expect("not blocking");
    let mut taken = 0;
    loop {
        match ours.write(&[0; 16 * 1024]) {
            Ok(count) => taken += count,
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
                return taken;
            }
        }
    }
}

#[test]
fn a_caller_who_takes_a_little_is_seen_to_take_it() {
    let (mut caller, mut ours) = connected();
    let first = fill(&mut ours);
    assert!(first < 1024 * 1024, "the kernel keeps {first} bytes for a caller who takes nothing");
    // Far less than all of it; then there is room again.
    caller.set_read_timeout(Some(Duration::from_secs(15))).expect("a bound");
    caller.read_exact(&mut vec![0; 128 * 1024]).expect("some of it");
    ours.set_nonblocking(false).expect("blocking");
    ours.set_write_timeout(Some(Duration::from_secs(15))).expect("a bound");
    assert!(ours.write(b"more").is_ok(), "what was taken made no room");
}
