//! Descriptors over a Unix socket: one message of a fixed size for each, with the address that it listens at.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;

use gateway::Inherited;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};

/// Longest address, filled up with spaces: an IPv6 address with scope and port has at most 58 bytes.
const MESSAGE: usize = 64;
/// What comes after the last one.
const END: &str = "end";
/// More than this no house has: a socket for each address and core.
const AT_MOST: usize = 65_536;

/// Sends every socket.
pub(super) fn send(line: &UnixStream, sockets: &[(SocketAddr, OwnedFd)]) -> io::Result<()> {
    for (address, socket) in sockets {
        send_one(line, &address.to_string(), Some(socket))?;
    }
    send_one(line, END, None)
}

fn send_one(line: &UnixStream, text: &str, socket: Option<&OwnedFd>) -> io::Result<()> {
    let message = format!("{text:<MESSAGE$}");
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut beside = SendAncillaryBuffer::new(&mut space);
    let descriptors = socket.map(|socket| [socket.as_fd()]);
    if let Some(descriptors) = &descriptors
        && !beside.push(SendAncillaryMessage::ScmRights(descriptors))
    {
        return Err(io::Error::other("there is no room for a descriptor"));
    }
    let sent = sendmsg(line, &[IoSlice::new(message.as_bytes())], &mut beside, SendFlags::NOSIGNAL)?;
    // A blocking socket takes all of so short a message, or fails.
    if sent == message.len() { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
}

/// Receives every socket.
pub(super) fn receive(line: &UnixStream) -> io::Result<Inherited> {
    let mut all = Inherited::default();
    for _ in 0..AT_MOST {
        let (text, socket) = receive_one(line)?;
        match (text.as_str(), socket) {
            (END, None) => return Ok(all),
            (address, Some(socket)) => {
                let address = address.parse().map_err(|_| not_a_handover())?;
                all.push(address, socket);
            }
            (_, None) => return Err(not_a_handover()),
        }
    }
    Err(not_a_handover())
}

fn receive_one(line: &UnixStream) -> io::Result<(String, Option<OwnedFd>)> {
    let mut message = [0_u8; MESSAGE];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut beside = RecvAncillaryBuffer::new(&mut space);
    let received =
        recvmsg(line, &mut [IoSliceMut::new(&mut message)], &mut beside, RecvFlags::CMSG_CLOEXEC | RecvFlags::WAITALL)?;
    if received.bytes != MESSAGE {
        return Err(not_a_handover());
    }
    let descriptors = beside.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
        _ => None,
    });
    let socket = descriptors.flatten().next();
    let text = std::str::from_utf8(&message).map_err(|_| not_a_handover())?;
    Ok((text.trim_end().to_owned(), socket))
}

fn not_a_handover() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "standard input is not a hand-over")
}

#[cfg(test)]
mod tests;
