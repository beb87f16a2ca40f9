//! The request of a stream, as whoever serves it reads it.

use std::task::{Context, Poll};

use super::{Connection, Key};
use crate::frame;
use crate::reason::Reason;
use crate::section::Section;

impl Connection {
    /// The stream is being looked at; `false` where the caller has taken its request back already.
    pub fn begin(&mut self, key: Key) -> bool {
        let Some(stream) = self.stream(key) else { return false };
        stream.begun = true;
        let wanted = stream.broken.is_none();
        if wanted {
            self.resets = self.resets.saturating_sub(1);
        }
        wanted
    }

    /// The request says that it has so many octets of content: a stream that brings more or fewer is broken off.
    pub fn expect(&mut self, key: Key, length: u64) {
        if let Some(stream) = self.stream(key) {
            stream.incoming.left = Some(length);
        }
    }

    /// Whether all of the request has come.
    #[must_use]
    pub fn has_ended(&mut self, key: Key) -> bool {
        self.stream(key).is_none_or(|stream| stream.incoming.ended)
    }

    /// Ready with the number of octets that have come and were not taken; with 0 where none will come.
    ///
    /// # Errors
    /// Why the stream was broken off.
    pub fn poll_content(&mut self, key: Key, context: &Context<'_>) -> Poll<Result<usize, Reason>> {
        let Some(stream) = self.stream(key) else { return Poll::Ready(Err(Reason::CANCEL)) };
        if let Some(reason) = stream.broken {
            return Poll::Ready(Err(reason));
        }
        match stream.incoming.content().len() {
            0 if !stream.incoming.ended => {
                stream.register(context);
                Poll::Pending
            }
            count => Poll::Ready(Ok(count)),
        }
    }

    /// Ready once nothing more will come, or something more is there than `known` octets: whether it is the end.
    ///
    /// # Errors
    /// Why the stream was broken off.
    pub fn poll_end(&mut self, key: Key, known: usize, context: &Context<'_>) -> Poll<Result<bool, Reason>> {
        let Some(stream) = self.stream(key) else { return Poll::Ready(Err(Reason::CANCEL)) };
        if let Some(reason) = stream.broken {
            return Poll::Ready(Err(reason));
        }
        if stream.incoming.ended || stream.incoming.content().len() > known {
            return Poll::Ready(Ok(stream.incoming.ended));
        }
        stream.register(context);
        Poll::Pending
    }

    /// Appends content to `out`, at most `room` octets of it, and lets the caller send as many; how many they are.
    pub fn take_content(&mut self, key: Key, out: &mut Vec<u8>, room: usize) -> usize {
        let Some(stream) = self.stream(key) else { return 0 };
        let content = stream.incoming.content();
        let content = content.get(..room).unwrap_or(content);
        out.extend_from_slice(content);
        let count = content.len();
        stream.incoming.consume(count);
        // No window is larger than that.
        let count_in_window = u32::try_from(count).unwrap_or(u32::MAX);
        self.let_send(count_in_window);
        self.let_send_on(key, count_in_window);
        count
    }

    /// The trailers, once the request has ended.
    pub fn take_trailers_of(&mut self, key: Key) -> Option<Section> {
        self.stream(key)?.incoming.trailers.take()
    }

    /// Nobody wants the rest of the request: what comes is passed over, and not made up for.
    pub fn pass_over(&mut self, key: Key) {
        let Some(stream) = self.stream(key) else { return };
        stream.incoming.unwanted = true;
        let count = stream.incoming.content().len();
        stream.incoming.consume(count);
        self.let_send(u32::try_from(count).unwrap_or(u32::MAX));
    }

    /// Ready once the stream was broken off, by either side.
    pub fn poll_broken(&mut self, key: Key, context: &Context<'_>) -> Poll<Reason> {
        let Some(stream) = self.stream(key) else { return Poll::Ready(Reason::CANCEL) };
        if let Some(reason) = stream.broken {
            return Poll::Ready(reason);
        }
        stream.register(context);
        Poll::Pending
    }

    /// Lets the caller send so much more on the connection; told when it is worth a frame.
    pub(super) fn let_send(&mut self, count: u32) {
        self.incoming.owed += count;
        if self.incoming.owed > 0 && self.incoming.owed >= self.bounds.connection_window / 2 {
            let owed = std::mem::take(&mut self.incoming.owed);
            self.incoming.left += i64::from(owed);
            frame::write(&mut self.out, frame::WINDOW_UPDATE, 0, 0, &owed.to_be_bytes());
            self.rouse();
        }
    }

    /// And on a stream.
    pub(super) fn let_send_on(&mut self, key: Key, count: u32) {
        let worth = self.bounds.stream_window / 2;
        let Some(stream) = self.stream(key) else { return };
        let incoming = &mut stream.incoming;
        incoming.owed += count;
        if incoming.owed > 0 && incoming.owed >= worth && !incoming.ended && stream.broken.is_none() {
            let owed = std::mem::take(&mut stream.incoming.owed);
            stream.incoming.window += i64::from(owed);
            frame::write(&mut self.out, frame::WINDOW_UPDATE, 0, key.id, &owed.to_be_bytes());
            self.rouse();
        }
    }
}
