//! The holder of a port is found by its socket.

use std::net::TcpListener;

use super::*;

#[test]
fn our_own_listening_socket_is_ours() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let holder = of(listener.local_addr().expect("an address")).expect("a holder");
    assert!(holder.ends_with(&format!("(process {})", std::process::id())), "{holder}");
}

#[test]
fn a_port_is_read_in_hexadecimal_and_only_where_it_listens() {
    let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
                 0: 0100007F:20FB 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 111 1 0\n\
                 1: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0\n";
    assert_eq!(listening_inode(table, 8443), Some(222));
    assert_eq!(listening_inode(table, 9443), None);
    assert_eq!(listening_inode("", 8443), None);
}
