//! The answer of a stream, framed as it is given.

use super::{Connection, Key};
use crate::frame;
use crate::hpack::Indexing;
use crate::reason::Reason;

/// Room for what usually waits to be sent.
pub(super) const OUT_BYTES: usize = 2 * 1024;
/// Places for streams that a connection keeps while it has none.
const PLACES_KEPT: usize = 16;

/// Content that was written, where it waits to be sent.
#[derive(Debug)]
pub struct Written(usize);

/// A head or trailer section that is being written.
#[derive(Debug)]
pub struct HeadWriter<'a> {
    connection: &'a mut Connection,
    key: Key,
    /// Where its frame begins.
    start: usize,
}

impl HeadWriter<'_> {
    /// Appends a field; its name is in lower case.
    pub fn field(&mut self, name: &[u8], value: &[u8], indexing: Indexing) {
        let Connection { encoder, out, .. } = &mut *self.connection;
        encoder.field(name, value, indexing, out);
    }

    /// Ends the section; `last` where nothing follows it on the stream.
    pub fn finish(self, last: bool) {
        let Self { connection, key, start } = self;
        connection.close_block(key.id, start, last);
        if last {
            connection.end_answer(key);
        }
        connection.rouse();
    }
}

impl Connection {
    /// Begins the head of an answer, or of an interim one where the status is below 200.
    ///
    /// # Errors
    /// Why the stream was broken off.
    pub fn head(&mut self, key: Key, status: u16) -> Result<HeadWriter<'_>, Reason> {
        let stream = self.stream(key).ok_or(Reason::CANCEL)?;
        if let Some(reason) = stream.broken {
            return Err(reason);
        }
        stream.outgoing.begun = status >= 200;
        let writer = self.begin_block(key);
        let Self { encoder, out, .. } = &mut *writer.connection;
        encoder.status(status, out);
        Ok(writer)
    }

    /// Begins the trailers of an answer; they end the stream.
    ///
    /// # Errors
    /// Why the stream was broken off.
    pub fn trailers(&mut self, key: Key) -> Result<HeadWriter<'_>, Reason> {
        match self.stream(key).map(|stream| stream.broken) {
            None => Err(Reason::CANCEL),
            Some(Some(reason)) => Err(reason),
            Some(None) => Ok(self.begin_block(key)),
        }
    }

    /// Sends content, as much as [`poll_room`](Self::poll_room) has allowed at most; `last` where nothing follows it.
    ///
    /// # Errors
    /// Why the stream was broken off.
    pub fn content(&mut self, key: Key, content: &[u8], last: bool) -> Result<Written, Reason> {
        let stream = self.stream(key).ok_or(Reason::CANCEL)?;
        if let Some(reason) = stream.broken {
            return Err(reason);
        }
        let Some(left) = stream.outgoing.granted.checked_sub(content.len()) else {
            return Err(Reason::INTERNAL_ERROR);
        };
        stream.outgoing.granted = left;
        self.promised -= content.len();
        let flags = if last { frame::END_STREAM } else { 0 };
        let written = Written(self.out.len());
        frame::write(&mut self.out, frame::DATA, flags, key.id, content);
        if last {
            self.end_answer(key);
        }
        self.rouse();
        Ok(written)
    }

    /// Nothing follows what was written last on the stream. To be said before anything is sent.
    ///
    /// # Errors
    /// Why the stream was broken off.
    pub fn end_with(&mut self, key: Key, written: &Written) -> Result<(), Reason> {
        let head = self.out.get_mut(written.0..).and_then(|rest| rest.first_chunk_mut::<{ frame::HEAD_BYTES }>());
        match head {
            Some([_, _, _, frame::DATA, flags, stream @ ..]) if *stream == key.id.to_be_bytes() => {
                *flags |= frame::END_STREAM;
                self.end_answer(key);
                Ok(())
            }
            _ => self.content(key, &[], true).map(drop),
        }
    }

    /// Breaks a stream off.
    pub fn break_off(&mut self, key: Key, reason: Reason) {
        let Some(stream) = self.stream(key).filter(|stream| stream.is_open()) else { return };
        stream.broken = Some(reason);
        stream.wake();
        self.retract(key);
        self.note_over(key.id, true);
        if self.phase != super::Phase::Ended {
            frame::write(&mut self.out, frame::RST_STREAM, 0, key.id, &reason.0.to_be_bytes());
            self.rouse();
        }
    }

    /// Gives back a stream that nobody has looked at: the caller may ask again elsewhere (RFC 9113 §8.7).
    pub fn refuse(&mut self, key: Key) {
        self.break_off(key, Reason::REFUSED_STREAM);
        self.release(key);
    }

    /// Gives the stream back. Where it is still open it is broken off: a caller whose answer is whole need not send
    /// the rest of its request (RFC 9113 §8.1).
    pub fn release(&mut self, key: Key) {
        let Some(stream) = self.stream(key) else { return };
        let reason = if stream.outgoing.ended { Reason::NO_ERROR } else { Reason::INTERNAL_ERROR };
        let left = stream.incoming.content().len();
        self.break_off(key, reason);
        self.let_send(u32::try_from(left).unwrap_or(u32::MAX));
        if let (Some(id), Some(stream)) = (self.ids.get_mut(key.place), self.streams.get_mut(key.place)) {
            *id = 0;
            stream.forget();
        }
        if self.open == 0 {
            // Whoever drives the connection may have waited for the last.
            self.rouse();
            if self.ids.len() > PLACES_KEPT && self.ids.iter().all(|id| *id == 0) {
                (self.ids, self.streams) = (Vec::new(), Vec::new());
            }
        }
    }

    fn begin_block(&mut self, key: Key) -> HeadWriter<'_> {
        if self.out.capacity() == 0 {
            self.out.reserve(OUT_BYTES);
        }
        let start = self.out.len();
        self.out.extend_from_slice(&[0; frame::HEAD_BYTES]);
        self.encoder.begin(&mut self.out);
        HeadWriter { connection: self, key, start }
    }

    /// Writes the front of the frame whose payload was written, or of the frames that it takes.
    fn close_block(&mut self, id: u32, start: usize, last: bool) {
        let end_stream = if last { frame::END_STREAM } else { 0 };
        let body = start + frame::HEAD_BYTES;
        let length = self.out.len().saturating_sub(body);
        if length <= self.peer_frame {
            let head = frame::head(length, frame::HEADERS, end_stream | frame::END_HEADERS, id);
            if let Some(place) = self.out.get_mut(start..body) {
                place.copy_from_slice(&head);
            }
            return;
        }
        let block = self.out.split_off(body);
        self.out.truncate(start);
        let (mut kind, mut flags) = (frame::HEADERS, end_stream);
        let mut pieces = block.chunks(self.peer_frame).peekable();
        while let Some(piece) = pieces.next() {
            let whole = if pieces.peek().is_none() { frame::END_HEADERS } else { 0 };
            frame::write(&mut self.out, kind, flags | whole, id, piece);
            (kind, flags) = (frame::CONTINUATION, 0);
        }
    }

    fn end_answer(&mut self, key: Key) {
        self.retract(key);
        let Some(stream) = self.stream(key) else { return };
        stream.outgoing.ended = true;
        if !stream.is_open() {
            self.note_over(key.id, false);
        }
    }
}
