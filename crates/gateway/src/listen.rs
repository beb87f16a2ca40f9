//! Listening sockets: one per data thread and address, all bound before any of them is used.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections that the kernel keeps for a thread that is busy.
const BACKLOG: i32 = 1024;

/// One socket for each thread at one address; the kernel spreads connections over them (SO_REUSEPORT).
///
/// # Errors
/// The address is in use by somebody else, or may not be bound.
pub(crate) fn bind(address: SocketAddr, threads: usize) -> io::Result<Vec<TcpListener>> {
    // The first socket alone does not share the port: another process of ours that did would take half of the callers.
    drop(socket(address, false)?);
    (0..threads).map(|_| listener(address)).collect()
}

fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = socket(address, true)?;
    // Accepted connections inherit it: without it small answers wait for the acknowledgement of earlier ones.
    socket.set_tcp_nodelay(true)?;
    socket.set_nonblocking(true)?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn socket(address: SocketAddr, shared: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    if address.is_ipv6() {
        // An address means that address: `[::]` does not silently take IPv4 along.
        socket.set_only_v6(true)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(shared)?;
    socket.bind(&address.into())?;
    Ok(socket)
}
