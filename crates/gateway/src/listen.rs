//! Listening sockets: one per data thread and address, all bound before any of them is used.

use std::io;
use std::net::{SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

/// Connections that the kernel keeps for a thread that is busy.
const BACKLOG: i32 = 1024;
/// What the kernel takes of an answer beyond what is on its way to the caller; at half of it, it takes more. Without a
/// bound it takes megabytes: a slow caller who takes all the time would not be seen to for as long as that lasts, and be
/// given up.
const UNSENT_BYTES: u32 = 128 * 1024;

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
    // Accepted connections inherit both: without the first small answers wait for the acknowledgement of earlier ones.
    socket.set_tcp_nodelay(true)?;
    socket.set_tcp_notsent_lowat(UNSENT_BYTES)?;
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

#[cfg(test)]
mod tests;
