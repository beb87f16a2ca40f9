//! An answer on an HTTP/2 stream, sent no faster than the caller's windows allow.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::{Reason, SendStream};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use model::Problem;
use upstream::{Alarm, UpstreamError};
use wire::fields::Fields;

use crate::answer::{self, Answer, AnswerBody, Length};
use crate::content::Content;
use crate::grpc;
use crate::http2::{Stream, fields};
use crate::pace;
use crate::record::Record;
use crate::request::{Reply, Request};

/// What one piece of an answer may have: a large one would hold up the other streams.
const PIECE_BYTES: usize = 64 * 1024;
/// How many fields the house may add to an answer.
const ADDED_FIELDS: usize = 6;

/// Answers the request of one stream.
pub(super) struct Http2Reply {
    stream: Rc<Stream>,
}

impl Http2Reply {
    pub(super) const fn new(stream: Rc<Stream>) -> Self {
        Self { stream }
    }
}

/// Why an answer was not sent whole.
enum SendError {
    Caller,
    Service(Box<Problem>),
}

impl From<UpstreamError> for SendError {
    fn from(error: UpstreamError) -> Self {
        Self::Service(Box::new(error.into()))
    }
}

impl From<h2::Error> for SendError {
    fn from(_: h2::Error) -> Self {
        Self::Caller
    }
}

impl Reply for Http2Reply {
    async fn send(
        &mut self,
        request: &Request<'_>,
        record: &mut Record<'_>,
        answer: Answer,
        alarm: &mut Alarm,
    ) -> bool {
        let sent = self.send_all(request, record, answer, alarm).await;
        match sent {
            Ok(()) => record.complete(),
            Err(SendError::Caller) => {}
            Err(SendError::Service(problem)) => record.fail(&problem),
        }
        true
    }

    /// A stream that was reset must not go on costing the service: a caller may reset as many as it likes
    /// (CVE-2023-44487).
    fn poll_withdrawn(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.stream.respond.borrow_mut().poll_reset(context).map(drop)
    }
}

impl Http2Reply {
    async fn send_all(
        &mut self,
        request: &Request<'_>,
        record: &mut Record<'_>,
        answer: Answer,
        alarm: &mut Alarm,
    ) -> Result<(), SendError> {
        let length = answer.length(request);
        let head = response(request, record, &answer, length)?;
        let status = answer.head.status();
        let Answer { head: answer_head, body } = answer;
        request.thread.give_answer(answer_head);
        match body {
            _ if matches!(length, Length::Announced(_) | Length::Absent | Length::Known(0)) => {
                self.stream.respond.borrow_mut().send_response(head, true)?;
                record.sent_head(status);
                reclaim(request, body);
            }
            AnswerBody::Whole(whole) => {
                let mut stream = self.stream.respond.borrow_mut().send_response(head, false)?;
                record.sent_head(status);
                record.sent(whole.len() as u64);
                stream.send_data(Bytes::from(whole), true)?;
            }
            AnswerBody::Streamed(content) => {
                let stream = self.stream.respond.borrow_mut().send_response(head, false)?;
                record.sent_head(status);
                let content = relay(request, record, &self.stream.sent, stream, content, alarm).await?;
                reclaim(request, AnswerBody::Streamed(content));
            }
        }
        Ok(())
    }
}

fn reclaim(request: &Request<'_>, body: AnswerBody) {
    if let AnswerBody::Streamed(mut content) = body
        && let Some(buffer) = content.reclaim()
    {
        request.thread.give_buffer(buffer);
    }
}

fn response(
    request: &Request<'_>,
    record: &Record<'_>,
    answer: &Answer,
    length: Length,
) -> Result<Response<()>, SendError> {
    let mut response = Response::new(());
    // A status out of range was refused when the service's head was read.
    *response.status_mut() = StatusCode::from_u16(answer.head.status()).map_err(|_| SendError::Caller)?;
    let mut headers = HeaderMap::with_capacity(answer.head.fields().len() + ADDED_FIELDS);
    answer.each_field(request, record, |known, name, value| fields::append(&mut headers, known, name, value));
    if let Length::Known(length) | Length::Announced(length) = length {
        headers.insert(http::header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    *response.headers_mut() = headers;
    Ok(response)
}

/// Passes the content on, piece by piece, within the deadline and the patience for each silence.
async fn relay(
    request: &Request<'_>,
    record: &mut Record<'_>,
    sent: &Cell<u64>,
    stream: SendStream<Bytes>,
    content: Content,
    alarm: &mut Alarm,
) -> Result<Content, SendError> {
    let mut pace = pace::Outgoing::new(request, record, alarm.deadline());
    let mut relay = Relay { stream, content, sent, blocked: false };
    let result = poll_fn(|context| {
        if let Poll::Ready(result) = relay.poll(context) {
            return Poll::Ready(result);
        }
        let blocked = relay.blocked;
        let silent = pace.poll_silence(context, alarm, relay.sent.get(), blocked);
        silent.map(|()| Err(if blocked { SendError::Caller } else { UpstreamError::TimedOut.into() }))
    })
    .await;
    record.sent(relay.sent.get());
    if let Err(error) = &result {
        relay.break_off(request, record, error);
    }
    result.map(|()| relay.content)
}

/// A body on its way to a stream.
struct Relay<'a> {
    stream: SendStream<Bytes>,
    content: Content,
    sent: &'a Cell<u64>,
    /// The caller's window is full.
    blocked: bool,
}

impl Relay<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        loop {
            if let Poll::Ready(reset) = self.stream.poll_reset(context) {
                reset?;
                return Poll::Ready(Err(SendError::Caller));
            }
            if !ready!(self.content.poll_ready(context))? {
                return Poll::Ready(self.finish());
            }
            let Poll::Ready(room) = self.poll_room(context)? else {
                self.blocked = true;
                // A caller that does not read its answer may still be sending its request.
                if let Poll::Ready(uploaded) = self.content.poll_upload(context) {
                    uploaded?;
                }
                return Poll::Pending;
            };
            self.blocked = false;
            let piece = self.content.take(room);
            self.sent.set(self.sent.get() + piece.len() as u64);
            // The last piece says that it is the last, where that is known already.
            let ended = matches!(self.content.poll_ready(context), Poll::Ready(Ok(false)));
            let last = ended && self.content.trailers().is_none_or(Fields::is_empty);
            self.stream.send_data(piece, last)?;
            if last {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Ends an answer that is not whole, so that nobody takes it for whole.
    fn break_off(&mut self, request: &Request<'_>, record: &Record<'_>, error: &SendError) {
        if let SendError::Service(problem) = error
            && grpc::is_call(request.head)
        {
            let trailers = grpc::trailers(problem, answer::detail_for(request, record));
            // Where even that cannot be said any more, the reset below says it.
            if self.stream.send_trailers(fields::map(&trailers)).is_ok() {
                return;
            }
        }
        self.stream.send_reset(Reason::INTERNAL_ERROR);
    }

    /// Ready with how much may be sent now.
    fn poll_room(&mut self, context: &mut Context<'_>) -> Result<Poll<usize>, SendError> {
        let wanted = self.content.piece().len().min(PIECE_BYTES);
        self.stream.reserve_capacity(wanted);
        loop {
            let capacity = self.stream.capacity();
            if capacity > 0 {
                return Ok(Poll::Ready(capacity.min(wanted)));
            }
            match self.stream.poll_capacity(context) {
                Poll::Pending => return Ok(Poll::Pending),
                Poll::Ready(Some(capacity)) => drop(capacity?),
                Poll::Ready(None) => return Err(SendError::Caller),
            }
        }
    }

    fn finish(&mut self) -> Result<(), SendError> {
        match self.content.trailers().filter(|fields| !fields.is_empty()) {
            Some(fields) => self.stream.send_trailers(fields::map(fields))?,
            None => self.stream.send_data(Bytes::new(), true)?,
        }
        Ok(())
    }
}
