//! An answer on an HTTP/1.1 connection: its head and its body, in as few writes as there can be.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

use model::Problem;
use tokio::io::AsyncWrite;
use upstream::{Alarm, UpstreamError};
use wire::{Version, encode};

use crate::answer::{self, Answer, AnswerBody, Length};
use crate::http1::stream::Stream;
use crate::http1::upgrade;
use crate::pace;
use crate::record::Record;
use crate::request::{Reply, Request};
use crate::websocket::handshake;

/// Content up to this size is copied behind the head and leaves in the same write.
const COPIED_BYTES: usize = 4 * 1024;
/// What is gathered before it is written.
const GATHERED_BYTES: usize = 16 * 1024;

/// Answers one request of a connection.
pub(super) struct Http1Reply<'a> {
    stream: &'a Rc<RefCell<Stream>>,
    /// Whether the request could be read to its end, so that another may follow.
    readable: bool,
}

impl<'a> Http1Reply<'a> {
    pub(super) const fn new(stream: &'a Rc<RefCell<Stream>>, readable: bool) -> Self {
        Self { stream, readable }
    }
}

/// How the end of the body is shown to the caller (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Counted,
    Chunked,
    Closing,
}

/// Why an answer was not sent whole.
enum SendError {
    /// The caller went away or does not read.
    Caller,
    /// The service's part failed.
    Service(UpstreamError),
}

impl Reply for Http1Reply<'_> {
    async fn send(
        &mut self,
        request: &Request<'_>,
        record: &mut Record<'_>,
        answer: Answer,
        alarm: &mut Alarm,
    ) -> bool {
        if answer.head.is_upgrade() {
            upgrade::serve(request, record, answer, self.stream, alarm).await;
            return false;
        }
        match self.send_once(request, record, answer, alarm).await {
            Ok(keep) => keep,
            Err(problem) => {
                let refusal = answer::refuse(request, record, &problem);
                self.send_once(request, record, refusal, alarm).await.unwrap_or(false)
            }
        }
    }

    /// A caller that closed its side may still be reading; one that reset the connection is not.
    fn poll_withdrawn(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let mut stream = self.stream.borrow_mut();
        let reset = stream.socket.poll_reset(context);
        stream.broken |= reset.is_ready();
        reset
    }
}

impl Http1Reply<'_> {
    /// Whether the connection can be used again; or the problem of a service that broke off before anything of its
    /// answer had gone out, so that the caller can still be told.
    async fn send_once(
        &mut self,
        request: &Request<'_>,
        record: &mut Record<'_>,
        mut answer: Answer,
        alarm: &mut Alarm,
    ) -> Result<bool, Problem> {
        let length = answer.length(request);
        let end = match length {
            Length::Absent | Length::Known(_) | Length::Announced(_) => End::Counted,
            Length::Unknown if request.head.version() == Version::Http10 => End::Closing,
            Length::Unknown => End::Chunked,
        };
        let keep = self.may_keep(request, &answer) && end != End::Closing;
        let mut out = request.thread.take_buffer();
        write_head(&mut out, request, record, &answer, length, keep);
        record.sent_head(answer.head.status());
        if matches!(length, Length::Announced(_)) {
            answer.body = AnswerBody::Whole(Vec::new());
        }
        let mut sending = Sending { out, written: 0, content: 0, end, ended: false, sent: 0, begun: false };
        let sent = self.drive(request, record, &mut sending, &mut answer.body, alarm).await;
        record.sent(sending.sent);
        request.thread.give_buffer(std::mem::take(&mut sending.out));
        request.thread.give_answer(answer.head);
        let mut stream = self.stream.borrow_mut();
        match sent {
            Ok(()) => {
                record.complete();
                if let AnswerBody::Streamed(content) = &mut answer.body
                    && let Some(buffer) = content.reclaim()
                {
                    request.thread.give_buffer(buffer);
                }
                let read_whole = stream.discard();
                stream.linger |= !read_whole;
                Ok(keep && read_whole)
            }
            Err(SendError::Service(error)) if !sending.begun => Err(error.into()),
            Err(error) => {
                if let SendError::Service(error) = error {
                    record.fail(&error.into());
                }
                stream.broken = true;
                Ok(false)
            }
        }
    }
}

impl Http1Reply<'_> {
    /// Whether another request may follow, as far as is known before the answer goes out.
    fn may_keep(&self, request: &Request<'_>, answer: &Answer) -> bool {
        let mut stream = self.stream.borrow_mut();
        // Who offered another protocol and was refused may have begun to speak it: none of that is a request.
        let plain = self.readable && request.head.upgrade().is_none();
        let wanted = plain && request.head.keep_alive() && !request.thread.is_draining();
        // An answer of the house ends the request: its body is read away now, or never.
        let of_service = matches!(&answer.body, AnswerBody::Streamed(content) if content.is_of_service());
        let at_end = of_service || stream.discard();
        if !of_service {
            stream.linger |= !at_end;
            stream.continue_due = false;
        }
        wanted && at_end
    }

    /// Sends until all is sent, within the deadline of the whole answer and the patience for each silence.
    async fn drive(
        &self,
        request: &Request<'_>,
        record: &Record<'_>,
        sending: &mut Sending,
        body: &mut AnswerBody,
        alarm: &mut Alarm,
    ) -> Result<(), SendError> {
        let whole = match body {
            AnswerBody::Streamed(_) => alarm.deadline(),
            AnswerBody::Whole(_) => None,
        };
        let mut pace = pace::Outgoing::new(request, record, whole);
        alarm.set(whole);
        // What was not asked for before the answer is not asked for any more.
        self.stream.borrow_mut().continue_due = false;
        poll_fn(|context| {
            if let Poll::Ready(result) = sending.poll(context, self.stream, body) {
                return Poll::Ready(result);
            }
            let silent = pace.poll_silence(context, alarm, sending.progress(), sending.is_blocked());
            silent.map(|()| Err(sending.timed_out()))
        })
        .await
    }
}

pub(super) fn write_head(
    out: &mut Vec<u8>,
    request: &Request<'_>,
    record: &Record<'_>,
    answer: &Answer,
    length: Length,
    keep: bool,
) {
    answer.head.write(out);
    answer.each_added(request, record, |_, name, value| encode::field(out, name, value));
    match length {
        Length::Absent => {}
        Length::Known(length) | Length::Announced(length) => encode::field_u64(out, "content-length", length),
        Length::Unknown if request.head.version() == Version::Http10 => {}
        Length::Unknown => encode::field(out, "transfer-encoding", b"chunked"),
    }
    if matches!(answer.head.status(), 101 | 426) {
        // No other protocol is ever changed to, or asked for.
        encode::field(out, "upgrade", handshake::PROTOCOL);
        encode::field(out, "connection", b"upgrade");
    }
    if !keep {
        encode::field(out, "connection", b"close");
    } else if request.head.version() == Version::Http10 {
        encode::field(out, "connection", b"keep-alive");
    }
    encode::end_of_head(out);
}

/// What is on its way to the caller.
struct Sending {
    /// Head, framing and small content.
    out: Vec<u8>,
    written: usize,
    /// Large content at the front of the body that follows `out` and is written from where it lies.
    content: usize,
    end: End,
    /// The last byte is in `out`.
    ended: bool,
    /// Content sent or in `out`.
    sent: u64,
    /// Something has gone out.
    begun: bool,
}

impl Sending {
    fn progress(&self) -> u64 {
        self.sent + self.written as u64
    }

    /// Gathers what is there and writes it, until all is written or something has to be waited for.
    fn poll(
        &mut self,
        context: &mut Context<'_>,
        stream: &RefCell<Stream>,
        body: &mut AnswerBody,
    ) -> Poll<Result<(), SendError>> {
        loop {
            let gathered = self.gather(context, body);
            if let Poll::Ready(Err(error)) = gathered {
                return Poll::Ready(Err(SendError::Service(error)));
            }
            match self.poll_write(context, stream, body) {
                Poll::Ready(written) => written.map_err(|_| SendError::Caller)?,
                Poll::Pending => return keep_uploading(context, body),
            }
            if self.ended {
                let flushed = ready!(Pin::new(&mut stream.borrow_mut().socket).poll_flush(context));
                return Poll::Ready(flushed.map_err(|_| SendError::Caller));
            }
            ready!(gathered.map_ok(drop).map_err(SendError::Service))?;
        }
    }

    /// Takes content from the body until there is enough for one write, none to be had now, or no more.
    fn gather(&mut self, context: &mut Context<'_>, body: &mut AnswerBody) -> Poll<Result<(), UpstreamError>> {
        while !self.ended && self.content == 0 && self.out.len() < GATHERED_BYTES {
            let content = match body {
                AnswerBody::Whole(whole) => {
                    self.sent += whole.len() as u64;
                    self.out.append(whole);
                    self.ended = true;
                    break;
                }
                AnswerBody::Streamed(content) => content,
            };
            if !ready!(content.poll_ready(context))? {
                if self.end == End::Chunked {
                    encode::last_chunk(&mut self.out, content.trailers());
                }
                self.ended = true;
                break;
            }
            let count = content.piece().len();
            self.sent += count as u64;
            if self.end == End::Chunked {
                encode::chunk_head(&mut self.out, count);
            }
            if count > COPIED_BYTES {
                self.content = count;
                break;
            }
            self.out.extend_from_slice(content.piece());
            content.consume(count);
            if self.end == End::Chunked {
                encode::chunk_end(&mut self.out);
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Writes `out` and the large content behind it.
    fn poll_write(
        &mut self,
        context: &mut Context<'_>,
        stream: &RefCell<Stream>,
        body: &mut AnswerBody,
    ) -> Poll<io::Result<()>> {
        let mut stream = stream.borrow_mut();
        loop {
            let head = self.out.get(self.written..).unwrap_or_default();
            let content = match body {
                AnswerBody::Streamed(content) => content.piece().get(..self.content).unwrap_or_default(),
                AnswerBody::Whole(_) => &[],
            };
            if head.is_empty() && content.is_empty() {
                self.out.clear();
                self.written = 0;
                return Poll::Ready(Ok(()));
            }
            let count = ready!(stream.socket.poll_write_two(context, head, content))?;
            self.begun = true;
            let of_head = count.min(head.len());
            self.written += of_head;
            let of_content = count - of_head;
            if of_content > 0 {
                self.content -= of_content;
                if let AnswerBody::Streamed(content) = body {
                    content.consume(of_content);
                }
                if self.content == 0 && self.end == End::Chunked {
                    self.out.clear();
                    self.written = 0;
                    encode::chunk_end(&mut self.out);
                }
            }
        }
    }

    /// Whether there is something that the caller does not take.
    const fn is_blocked(&self) -> bool {
        self.written < self.out.len() || self.content > 0
    }

    /// Nothing moved for too long.
    const fn timed_out(&self) -> SendError {
        if self.is_blocked() { SendError::Caller } else { SendError::Service(UpstreamError::TimedOut) }
    }
}

/// A caller that does not read its answer may still be sending its request.
fn keep_uploading(context: &mut Context<'_>, body: &mut AnswerBody) -> Poll<Result<(), SendError>> {
    if let AnswerBody::Streamed(content) = body
        && let Poll::Ready(Err(error)) = content.poll_upload(context)
    {
        return Poll::Ready(Err(SendError::Service(error)));
    }
    Poll::Pending
}
