//! The body of an HTTP/2 request as a service reads it: counted and bounded; what is read is given back to flow control.

use std::future::poll_fn;
use std::mem;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use ::http2::{Reason, Section};
use model::{Code, Problem};
use upstream::{Alarm, RequestBody};
use wire::fields::Fields;
use wire::http2_trailers;

use crate::forward::trusted;
use crate::http1::{BODY, too_large};
use crate::http2::stream::Stream;
use crate::pace;
use crate::request::Incoming;
use crate::settings::Patience;

/// How long a caller may go on sending a request that is answered already.
const LINGER: Duration = Duration::from_secs(2);

/// Lets a caller finish sending a request that was answered before it had come whole, within the window of the stream.
///
/// RFC 9113 §8.1 lets us reset the stream at once, but callers that are still sending (curl before 8) then report
/// the reset and drop the answer.
pub(super) async fn let_finish(stream: &Stream, alarm: &mut Alarm) {
    {
        let mut connection = stream.connection();
        if connection.has_ended(stream.key) {
            return;
        }
        // The room is not given back: no more comes than the window had left.
        connection.pass_over(stream.key);
    }
    alarm.set(Some(Instant::now() + LINGER));
    let ended = poll_fn(|context| stream.connection().poll_end(stream.key, usize::MAX, context).map(drop));
    // Late or not, the stream is dropped now, which resets it where it is still open.
    let _ = alarm.guard(ended).await;
}

/// Reads the body of one stream.
pub(super) struct Http2Body {
    stream: Rc<Stream>,
    pace: pace::Incoming,
    at_most: u64,
    /// What the service was told: it takes the last of so many bytes for the end of the request.
    length: Option<u64>,
    /// The caller waits to be told to go on.
    waiting: bool,
    /// How much was passed on.
    taken: u64,
    trailers: Option<Fields>,
}

impl Http2Body {
    /// `length` is what the service is told of it; `waiting`, whether the caller expects to be told to go on.
    pub(super) fn new(stream: Rc<Stream>, patience: Patience, length: Option<u64>, waiting: bool) -> Self {
        Self { stream, pace: pace::Incoming::new(patience), at_most: 0, length, waiting, taken: 0, trailers: None }
    }

    /// Ready with how much there is to pass on; with 0 at the end.
    fn poll_some(&mut self, context: &mut Context<'_>) -> Poll<Result<usize, Problem>> {
        let polled = self.stream.connection().poll_content(self.stream.key, context).map_err(gone)?;
        let Poll::Ready(count) = polled else { return self.poll_silence(context).map(Err) };
        self.waiting = false;
        let received = self.taken + count as u64;
        if received != self.stream.received.replace(received) {
            self.pace.came(received)?;
        }
        Poll::Ready(if received > self.at_most { Err(too_large(self.at_most)) } else { Ok(count) })
    }

    /// Waits for the end of a body of known length before its last bytes are passed on: what cannot be forwarded
    /// behind them must be refused while the service cannot have taken the request for whole.
    fn poll_nothing_follows(&mut self, count: usize, context: &mut Context<'_>) -> Poll<Result<(), Problem>> {
        // A stream that is longer than it says is broken off, which is seen here.
        let polled = self.stream.connection().poll_end(self.stream.key, count, context).map_err(gone)?;
        let Poll::Ready(ended) = polled else { return self.poll_silence(context).map(Err) };
        if !ended {
            return Poll::Ready(Err(Problem::new(Code::MalformedBody, "content beyond the content-length")));
        }
        match self.stream.connection().take_trailers_of(self.stream.key) {
            None => Poll::Ready(Ok(())),
            Some(_) => Poll::Ready(Err(Problem::new(
                Code::MalformedBody,
                "trailers behind a body with a content-length, and no `trailer` field that announces them",
            ))),
        }
    }

    fn poll_silence(&mut self, context: &mut Context<'_>) -> Poll<Problem> {
        // Only now: the request is permitted and its body is wanted (RFC 9110 §10.1.1).
        if mem::take(&mut self.waiting) {
            go_on(&self.stream);
        }
        self.pace.poll_silence(context, self.stream.sent.get())
    }
}

impl Incoming for Http2Body {
    fn bound(&mut self, at_most: u64) {
        self.at_most = at_most;
    }

    fn let_stream(&mut self, idle: Duration) {
        self.pace.let_stream(idle);
    }
}

impl RequestBody for Http2Body {
    fn poll_append(
        &mut self,
        context: &mut Context<'_>,
        out: &mut Vec<u8>,
        room: usize,
    ) -> Poll<Result<usize, Problem>> {
        let count = ready!(self.poll_some(context))?;
        if self.length == Some(self.taken + count as u64) {
            ready!(self.poll_nothing_follows(count, context))?;
        }
        let mut connection = self.stream.connection();
        if count == 0 {
            let trailers = connection.take_trailers_of(self.stream.key);
            self.trailers = trailers.as_ref().map(fields).transpose()?;
            return Poll::Ready(Ok(0));
        }
        let taken = connection.take_content(self.stream.key, out, room);
        self.taken += taken as u64;
        Poll::Ready(Ok(taken))
    }

    fn trailers(&mut self) -> Option<Fields> {
        self.trailers.take()
    }
}

/// A caller that is gone cannot be told, and one that has its answer need not be.
fn go_on(stream: &Stream) {
    if let Ok(interim) = stream.connection().head(stream.key, 100) {
        interim.finish(false);
    }
}

/// Trailers are held to the same rules as those of HTTP/1.1.
fn fields(trailers: &Section) -> Result<Fields, Problem> {
    let fields = http2_trailers(trailers.fields(), &BODY)?;
    trusted::refuse(&fields)?;
    Ok(fields)
}

fn gone(reason: Reason) -> Problem {
    Problem::new(Code::MalformedBody, "the stream ended in the middle of the body").because(reason)
}
