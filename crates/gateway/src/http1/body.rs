//! The body of an HTTP/1.1 request as a service reads it: decoded, counted, bounded in size and in slowness.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Buf;
use model::{Code, Problem};
use upstream::RequestBody;
use wire::Decoded;
use wire::fields::Fields;

use crate::forward::trusted;
use crate::http1::stream::{READ_BYTES, Stream};
use crate::pace;
use crate::request::Incoming;
use crate::settings::Patience;

const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Reads the body that is under way on a connection.
pub(super) struct Http1Body {
    stream: Rc<RefCell<Stream>>,
    pace: pace::Incoming,
    at_most: u64,
    continue_written: usize,
}

impl Http1Body {
    pub(super) fn new(stream: &Rc<RefCell<Stream>>, patience: Patience) -> Self {
        Self { stream: Rc::clone(stream), pace: pace::Incoming::new(patience), at_most: 0, continue_written: 0 }
    }
}

impl Incoming for Http1Body {
    fn bound(&mut self, at_most: u64) {
        self.at_most = at_most;
    }

    fn let_stream(&mut self, idle: Duration) {
        self.pace.let_stream(idle);
    }
}

impl RequestBody for Http1Body {
    fn poll_append(
        &mut self,
        context: &mut Context<'_>,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Poll<Result<usize, Problem>> {
        let stream = Rc::clone(&self.stream);
        let mut stream = stream.borrow_mut();
        loop {
            if stream.content > 0 {
                return Poll::Ready(Ok(take(&mut stream, out, room)));
            }
            let Stream { buffer, decoder, .. } = &mut *stream;
            match decoder.decode(buffer)? {
                Decoded::Data { skip, len } => {
                    buffer.advance(skip);
                    stream.content = len;
                    if stream.received.get().saturating_add(len as u64) > self.at_most {
                        return Poll::Ready(Err(too_large(self.at_most)));
                    }
                    continue;
                }
                Decoded::End { skip } => {
                    buffer.advance(skip);
                    decoder.trailers().map_or(Ok(()), trusted::refuse)?;
                    return Poll::Ready(Ok(0));
                }
                Decoded::More { skip } => buffer.advance(skip),
            }
            ready!(self.poll_read(context, &mut stream))?;
        }
    }

    fn trailers(&mut self) -> Option<Fields> {
        self.stream.borrow().decoder.trailers().cloned()
    }
}

impl Http1Body {
    /// Reads more of the body, after telling a caller that waits for it to go on.
    fn poll_read(&mut self, context: &mut Context<'_>, stream: &mut Stream) -> Poll<Result<(), Problem>> {
        while stream.continue_due {
            let rest = CONTINUE.get(self.continue_written..).unwrap_or_default();
            self.continue_written += ready!(stream.socket.poll_write_two(context, rest, &[])).map_err(gone)?;
            stream.continue_due = self.continue_written < CONTINUE.len();
        }
        let Stream { socket, buffer, .. } = stream;
        match socket.poll_fill(context, buffer, READ_BYTES) {
            Poll::Ready(Ok(0)) => Poll::Ready(Err(gone(io::ErrorKind::UnexpectedEof.into()))),
            Poll::Ready(Ok(_)) => Poll::Ready(self.pace.came(stream.received.get())),
            Poll::Ready(Err(error)) => Poll::Ready(Err(gone(error))),
            Poll::Pending => self.pace.poll_silence(context, 0).map(Err),
        }
    }
}

fn take(stream: &mut Stream, out: &mut Vec<u8>, room: usize) -> usize {
    let count = stream.content.min(room);
    out.extend_from_slice(stream.buffer.get(..count).unwrap_or_default());
    stream.buffer.advance(count);
    stream.content -= count;
    stream.received.set(stream.received.get() + count as u64);
    count
}

pub(crate) fn too_large(at_most: u64) -> Problem {
    Problem::new(Code::BodyTooLarge, format!("the body may have {at_most} bytes"))
}

fn gone(error: io::Error) -> Problem {
    Problem::new(Code::MalformedBody, "the connection ended in the middle of the body").because(error)
}
