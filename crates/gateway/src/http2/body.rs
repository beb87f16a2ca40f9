//! The body of an HTTP/2 request as a service reads it: counted and bounded; what is read is given back to flow control.

use std::future::poll_fn;
use std::mem;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::{Buf, Bytes};
use http::{HeaderMap, Response, StatusCode};
use model::{Code, Problem};
use upstream::{Alarm, RequestBody};
use wire::fields::Fields;
use wire::http2_trailers;

use crate::forward::trusted;
use crate::http1::{BODY, too_large};
use crate::http2::Stream;
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
    if stream.body.borrow().is_end_stream() {
        return;
    }
    alarm.set(Some(Instant::now() + LINGER));
    let ended = poll_fn(|context| {
        // The capacity is not given back: no more comes than the window had left.
        while let Some(Ok(_)) = ready!(stream.body.borrow_mut().poll_data(context)) {}
        Poll::Ready(())
    });
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
    content: Bytes,
    content_ended: bool,
    trailers: Option<Fields>,
}

impl Http2Body {
    /// `length` is what the service is told of it; `waiting`, whether the caller expects to be told to go on.
    pub(super) fn new(stream: Rc<Stream>, patience: Patience, length: Option<u64>, waiting: bool) -> Self {
        Self {
            stream,
            pace: pace::Incoming::new(patience),
            at_most: 0,
            length,
            waiting,
            content: Bytes::new(),
            content_ended: false,
            trailers: None,
        }
    }

    /// Reads on until there is content to pass on, or no more.
    fn poll_some(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Problem>> {
        while self.content.is_empty() && !self.content_ended {
            let Some(content) = ready!(self.poll_content(context))? else {
                self.content_ended = true;
                break;
            };
            if self.stream.received.get() > self.at_most {
                return Poll::Ready(Err(too_large(self.at_most)));
            }
            self.content = content;
        }
        Poll::Ready(Ok(()))
    }

    /// Reads the end of a body of known length before its last bytes are passed on: what cannot be forwarded behind
    /// them must be refused while the service cannot have taken the request for whole.
    fn poll_nothing_follows(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Problem>> {
        while let Some(content) = ready!(self.poll_content(context))? {
            // h2 counts as well, and resets a stream that is longer than it says.
            if !content.is_empty() {
                return Poll::Ready(Err(Problem::new(Code::MalformedBody, "content beyond the content-length")));
            }
        }
        self.content_ended = true;
        match ready!(self.stream.body.borrow_mut().poll_trailers(context)).map_err(gone)? {
            None => Poll::Ready(Ok(())),
            Some(_) => Poll::Ready(Err(Problem::new(
                Code::MalformedBody,
                "trailers behind a body with a content-length, and no `trailer` field that announces them",
            ))),
        }
    }

    /// The next content, counted, or `None` at its end.
    fn poll_content(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Problem>> {
        let mut stream = self.stream.body.borrow_mut();
        match stream.poll_data(context) {
            Poll::Ready(Some(Ok(content))) => {
                self.waiting = false;
                stream.flow_control().release_capacity(content.len()).map_err(gone)?;
                let received = self.stream.received.get() + content.len() as u64;
                self.stream.received.set(received);
                Poll::Ready(self.pace.came(received).map(|()| Some(content)))
            }
            Poll::Ready(Some(Err(error))) => Poll::Ready(Err(gone(error))),
            Poll::Ready(None) => Poll::Ready(Ok(None)),
            Poll::Pending => {
                // Only now: the request is permitted and its body is wanted (RFC 9110 §10.1.1).
                if mem::take(&mut self.waiting) {
                    go_on(&self.stream);
                }
                self.pace.poll_silence(context, self.stream.sent.get()).map(Err)
            }
        }
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
        ready!(self.poll_some(context))?;
        if !self.content_ended && self.length == Some(self.stream.received.get()) {
            ready!(self.poll_nothing_follows(context))?;
        }
        if self.content.is_empty() {
            let trailers = ready!(self.stream.body.borrow_mut().poll_trailers(context)).map_err(gone)?;
            self.trailers = trailers.as_ref().map(fields).transpose()?;
            return Poll::Ready(Ok(0));
        }
        let count = self.content.len().min(room);
        out.extend_from_slice(self.content.get(..count).unwrap_or_default());
        self.content.advance(count);
        Poll::Ready(Ok(count))
    }

    fn trailers(&mut self) -> Option<Fields> {
        self.trailers.take()
    }
}

/// A caller that is gone cannot be told, and one that has its answer need not be.
fn go_on(stream: &Stream) {
    let mut interim = Response::new(());
    *interim.status_mut() = StatusCode::CONTINUE;
    let _ = stream.respond.borrow_mut().send_informational(interim);
}

/// Trailers are held to the same rules as those of HTTP/1.1.
fn fields(trailers: &HeaderMap) -> Result<Fields, Problem> {
    let trailers = trailers.iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()));
    let fields = http2_trailers(trailers, &BODY)?;
    trusted::refuse(&fields)?;
    Ok(fields)
}

fn gone(error: h2::Error) -> Problem {
    Problem::new(Code::MalformedBody, "the stream ended in the middle of the body").because(error)
}
