//! What h2 writes frame by frame, gathered: the answers of one turn leave in one TLS record and one call of the kernel.
//!
//! h2 flushes after each DATA frame. A record and a call per frame cost more than all else that a small answer takes,
//! so that a flush is put off here until the connection has nothing more to say for now.

use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::socket::Socket;
use crate::thread::Thread;

/// What is gathered at most: the plaintext of one TLS record (RFC 8446 §5.1). Larger writes are not copied.
const GATHERED_BYTES: usize = 16 * 1024;

/// A caller's connection, shared by h2, which reads and writes, and the session, which says when to send.
#[derive(Clone)]
pub(super) struct Gathered(Rc<RefCell<Gathering>>);

struct Gathering {
    socket: Socket,
    thread: Rc<Thread>,
    /// Written by h2 and not sent; a buffer of the thread's, which has it back when all is sent.
    out: Vec<u8>,
    sent: usize,
    gathers: bool,
}

impl Gathered {
    /// A connection that sends at once, until it is told to [`gather`](Self::gather).
    pub(super) fn new(socket: Socket, thread: &Rc<Thread>) -> Self {
        let thread = Rc::clone(thread);
        Self(Rc::new(RefCell::new(Gathering { socket, thread, out: Vec::new(), sent: 0, gathers: false })))
    }

    /// From now on only [`poll_send`](Self::poll_send), the end, or want of room sends what was written.
    pub(super) fn gather(&self) {
        self.0.borrow_mut().gathers = true;
    }

    /// Sends what was gathered.
    ///
    /// # Errors
    /// When the connection is gone.
    pub(super) fn poll_send(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut gathering = self.0.borrow_mut();
        ready!(gathering.poll_drain(context))?;
        Pin::new(&mut gathering.socket).poll_flush(context)
    }
}

impl Gathering {
    /// Writes until nothing is left of what was gathered.
    fn poll_drain(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.out.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match ready!(Pin::new(&mut self.socket).poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                count => self.sent += count,
            }
        }
        if self.sent > 0 {
            self.sent = 0;
            self.thread.give_buffer(std::mem::take(&mut self.out));
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write(&mut self, context: &mut Context<'_>, slices: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let length = slices.iter().map(|slice| slice.len()).sum::<usize>();
        if self.out.len() + length > GATHERED_BYTES {
            ready!(self.poll_drain(context))?;
        }
        if !self.gathers || length > GATHERED_BYTES {
            return Pin::new(&mut self.socket).poll_write_vectored(context, slices);
        }
        if self.out.capacity() == 0 {
            self.out = self.thread.take_buffer();
        }
        for slice in slices {
            self.out.extend_from_slice(slice);
        }
        Poll::Ready(Ok(length))
    }
}

impl AsyncRead for Gathered {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0.borrow_mut().socket).poll_read(context, buffer)
    }
}

impl AsyncWrite for Gathered {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.0.borrow_mut().poll_write(context, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.0.borrow_mut().poll_write(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// While gathering, a flush is the session's to make.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.0.borrow().gathers { Poll::Ready(Ok(())) } else { self.poll_send(context) }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(context))?;
        Pin::new(&mut self.0.borrow_mut().socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests;
