//! Sockets that arrive are the sockets that were sent.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};

use super::*;

fn listener() -> (SocketAddr, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    (listener.local_addr().expect("its address"), listener)
}

#[test]
fn a_connection_that_waits_in_the_queue_is_accepted_from_the_socket_that_arrived() {
    let (ours, theirs) = UnixStream::pair().expect("a pair");
    let (first, second) = (listener(), listener());
    let _waiting = TcpStream::connect(first.0).expect("taken by the kernel");
    let sockets = vec![(first.0, OwnedFd::from(first.1)), (second.0, OwnedFd::from(second.1))];
    let sending = std::thread::spawn(move || send(&ours, &sockets).map(|()| drop(sockets)));
    let mut received = receive(&theirs).expect("a hand-over");
    sending.join().expect("no panic").expect("sent");
    // The copies of the sender are closed by now: what is accepted is accepted from the ones that came.
    let sockets = received.take(first.0).expect("the first");
    let [socket] = <[TcpListener; 1]>::try_from(sockets).expect("one");
    socket.set_nonblocking(true).expect("set");
    assert!(socket.accept().is_ok());
    assert_eq!(received.take(second.0).map(|sockets| sockets.len()), Some(1));
}

#[test]
fn what_is_not_a_hand_over_is_refused() {
    let refused = |bytes: &[u8]| {
        let (mut ours, theirs) = UnixStream::pair().expect("a pair");
        ours.write_all(bytes).expect("sent");
        drop(ours);
        receive(&theirs).is_err()
    };
    assert!(refused(b""), "nothing at all");
    assert!(refused(b"end"), "too short");
    assert!(refused(format!("{:<64}", "127.0.0.1:80").as_bytes()), "an address without a socket");
    assert!(refused(&[0xff; 64]), "no text");
}
