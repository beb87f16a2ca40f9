//! An answer on an HTTP/2 stream, sent no faster than the caller's windows allow.

use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use ::http2::{HeadWriter, Indexing, Reason};
use model::Problem;
use upstream::{Alarm, UpstreamError};
use wire::fields::{Fields, Name};

use crate::answer::{self, Answer, AnswerBody, Length};
use crate::content::Content;
use crate::grpc;
use crate::http2::stream::Stream;
use crate::pace;
use crate::record::Record;
use crate::request::{Reply, Request};

/// Values that are longer come again too seldom to push out those that do.
const LIKELY_BYTES: usize = 128;

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

impl From<Reason> for SendError {
    fn from(_: Reason) -> Self {
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

    fn cut(&mut self) {
        self.stream.connection().break_off(self.stream.key, Reason::CANCEL);
    }

    /// A stream that was reset must not go on costing the service: a caller may reset as many as it likes
    /// (CVE-2023-44487).
    fn poll_withdrawn(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.stream.connection().poll_broken(self.stream.key, context).map(drop)
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
        let status = answer.head.status();
        let empty = matches!(length, Length::Announced(_) | Length::Absent | Length::Known(0));
        self.send_head(request, record, &answer, length, empty)?;
        record.sent_head(status);
        let Answer { head, body } = answer;
        request.thread.give_answer(head);
        if empty {
            reclaim(request, body);
            return Ok(());
        }
        match body {
            AnswerBody::Whole(whole) => self.relay(request, record, Content::Kept(whole.into()), alarm).await.map(drop),
            AnswerBody::Streamed(content) => {
                let content = self.relay(request, record, content, alarm).await?;
                reclaim(request, AnswerBody::Streamed(content));
                Ok(())
            }
        }
    }

    /// The head of an answer; `last` where nothing follows it.
    fn send_head(
        &self,
        request: &Request<'_>,
        record: &Record<'_>,
        answer: &Answer,
        length: Length,
        last: bool,
    ) -> Result<(), SendError> {
        let mut connection = self.stream.connection();
        let mut head = connection.head(self.stream.key, answer.head.status())?;
        answer.each_field(request, record, |known, name, value| field(&mut head, known, name, value));
        if let Length::Known(length) | Length::Announced(length) = length {
            head.field(b"content-length", itoa::Buffer::new().format(length).as_bytes(), Indexing::Once);
        }
        head.finish(last);
        Ok(())
    }

    /// Passes the content on, piece by piece, within the deadline and the patience for each silence.
    async fn relay(
        &self,
        request: &Request<'_>,
        record: &mut Record<'_>,
        content: Content,
        alarm: &mut Alarm,
    ) -> Result<Content, SendError> {
        let mut pace = pace::Outgoing::new(request, record, alarm.deadline());
        let hides_faults =
            record.operation_settings().is_some_and(|operation| grpc::hides_faults(request.head, operation));
        let mut relay = Relay { stream: &self.stream, content, blocked: false, hides_faults };
        let result = poll_fn(|context| {
            if let Poll::Ready(result) = relay.poll(context) {
                return Poll::Ready(result);
            }
            let blocked = relay.blocked;
            let silent = pace.poll_silence(context, alarm, self.stream.sent.get(), blocked);
            silent.map(|()| Err(if blocked { SendError::Caller } else { UpstreamError::TimedOut.into() }))
        })
        .await;
        record.sent(self.stream.sent.get());
        if let Err(error) = &result {
            relay.break_off(request, record, error);
        }
        result.map(|()| relay.content)
    }
}

fn reclaim(request: &Request<'_>, body: AnswerBody) {
    if let AnswerBody::Streamed(mut content) = body
        && let Some(buffer) = content.reclaim()
    {
        request.thread.give_buffer(buffer);
    }
}

/// Writes a field that was read already.
fn field(head: &mut HeadWriter<'_>, known: Name, name: &str, value: &[u8]) {
    let indexing = match known {
        // It never comes again: in the table of the compression (RFC 7541 §2.3.2) it would push out what does.
        Name::RequestId => Indexing::Once,
        // What is somebody's alone is not to be found out by trying (RFC 7541 §7.1.3).
        Name::SetCookie => Indexing::Never,
        _ if value.len() > LIKELY_BYTES => Indexing::Once,
        _ => Indexing::Likely,
    };
    head.field(name.as_bytes(), value, indexing);
}

/// A body on its way to a stream.
struct Relay<'a> {
    stream: &'a Stream,
    content: Content,
    /// The caller's window is full.
    blocked: bool,
    /// How a service's own failure ends a call is the house's to say.
    hides_faults: bool,
}

impl Relay<'_> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), SendError>> {
        let key = self.stream.key;
        loop {
            if let Poll::Ready(reason) = self.stream.connection().poll_broken(key, context) {
                return Poll::Ready(Err(reason.into()));
            }
            if !ready!(self.content.poll_ready(context))? {
                return Poll::Ready(self.finish());
            }
            let wanted = self.content.piece().len();
            let room = self.stream.connection().poll_room(key, wanted, context)?;
            let Poll::Ready(room) = room else {
                self.blocked = true;
                // A caller that does not read its answer may still be sending its request.
                if let Poll::Ready(uploaded) = self.content.poll_upload(context) {
                    uploaded?;
                }
                return Poll::Pending;
            };
            self.blocked = false;
            let piece = self.content.piece().get(..room).unwrap_or_default();
            let written = self.stream.connection().content(key, piece, false)?;
            self.content.consume(room);
            self.stream.sent.set(self.stream.sent.get() + room as u64);
            // The last piece says that it is the last, where that is known already.
            let next = self.content.poll_ready(context);
            let ended = matches!(next, Poll::Ready(Ok(false)));
            if ended && self.content.trailers().is_none_or(Fields::is_empty) {
                self.stream.connection().end_with(key, &written)?;
                return Poll::Ready(Ok(()));
            }
            // Said once only: who asks again may hear that all is well.
            if let Poll::Ready(Err(error)) = next {
                return Poll::Ready(Err(error.into()));
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
            if self.send_trailers(&trailers).is_ok() {
                return;
            }
        }
        self.stream.connection().break_off(self.stream.key, Reason::INTERNAL_ERROR);
    }

    fn finish(&mut self) -> Result<(), SendError> {
        let trailers = self.content.trailers().filter(|fields| !fields.is_empty());
        if let Some(problem) = trailers.filter(|_| self.hides_faults).and_then(grpc::fault) {
            return Err(SendError::Service(Box::new(problem)));
        }
        match trailers {
            Some(fields) => self.send_trailers(fields),
            None => {
                self.stream.connection().content(self.stream.key, &[], true)?;
                Ok(())
            }
        }
    }

    fn send_trailers(&self, fields: &Fields) -> Result<(), SendError> {
        let mut connection = self.stream.connection();
        let mut trailers = connection.trailers(self.stream.key)?;
        for line in fields.iter() {
            field(&mut trailers, line.known, line.name, line.value);
        }
        trailers.finish(true);
        Ok(())
    }
}
