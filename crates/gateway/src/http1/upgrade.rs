//! The end of HTTP on a connection: the answer 101, and the WebSocket behind it.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::BytesMut;
use tokio::io::AsyncWrite;
use upstream::Alarm;

use crate::answer::{Answer, AnswerBody, Length};
use crate::http1::reply;
use crate::http1::stream::{READ_BYTES, Stream};
use crate::record::Record;
use crate::request::Request;
use crate::websocket::{self, Leg, handshake};

/// Answers 101 and passes frames until the WebSocket is over, and the connection with it.
pub(super) async fn serve(
    request: &Request<'_>,
    record: &mut Record<'_>,
    answer: Answer,
    stream: &RefCell<Stream>,
    alarm: &mut Alarm,
) {
    stream.borrow_mut().broken = true;
    let extended = handshake::is_extended(&answer.head);
    let Some(operation) = record.operation_settings() else { return };
    alarm.set(Some(Instant::now() + request.door.patience.stall));
    if !matches!(alarm.guard(send_head(request, record, &answer, stream)).await, Ok(Ok(()))) {
        return;
    }
    record.sent_head(answer.head.status());
    let AnswerBody::Streamed(content) = answer.body else { return };
    let Some(tunnel) = content.into_service().and_then(upstream::Body::into_tunnel) else { return };
    websocket::relay(request, record, operation, stream, tunnel, extended, alarm).await;
    let mut stream = stream.borrow_mut();
    (stream.broken, stream.linger) = (false, true);
}

async fn send_head(
    request: &Request<'_>,
    record: &Record<'_>,
    answer: &Answer,
    stream: &RefCell<Stream>,
) -> io::Result<()> {
    let mut out = request.thread.take_buffer();
    reply::write_head(&mut out, request, record, answer, Length::Absent, true);
    let mut written = 0;
    let sent = poll_fn(|context| {
        let socket = &mut stream.borrow_mut().socket;
        while let Some(rest) = out.get(written..).filter(|rest| !rest.is_empty()) {
            written += ready!(socket.poll_write_two(context, rest, &[]))?;
        }
        Pin::new(socket).poll_flush(context)
    })
    .await;
    request.thread.give_buffer(out);
    sent
}

impl Leg for Stream {
    fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.socket.poll_fill(context, &mut self.buffer, READ_BYTES)
    }

    fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }
}
