//! Room for answers: both windows of the caller, and what may wait to be sent, shared out in turn.

use std::task::{Context, Poll};

use super::{Connection, Key, OUT_AT_MOST, PIECE_BYTES};
use crate::reason::Reason;

impl Connection {
    /// Ready with how many octets of content may be sent now on the stream, at most `wanted`; which is more than 0.
    ///
    /// Who does not get room at once has its turn after those that have waited longer.
    ///
    /// # Errors
    /// Why the stream was broken off.
    pub fn poll_room(&mut self, key: Key, wanted: usize, context: &Context<'_>) -> Poll<Result<usize, Reason>> {
        let Some(stream) = self.stream(key) else { return Poll::Ready(Err(Reason::CANCEL)) };
        if let Some(reason) = stream.broken {
            return Poll::Ready(Err(reason));
        }
        stream.outgoing.wanted = wanted;
        if stream.outgoing.granted == 0 {
            if self.waiting.is_empty() {
                self.grant(key);
            } else {
                self.queue(key);
            }
        }
        let Some(stream) = self.stream(key) else { return Poll::Pending };
        match stream.outgoing.granted {
            0 => {
                stream.register(context);
                self.queue(key);
                Poll::Pending
            }
            granted => {
                stream.outgoing.wanted = 0;
                Poll::Ready(Ok(granted.min(wanted)))
            }
        }
    }

    /// Puts a stream that wants room into the queue, where its own window has any.
    pub(super) fn queue(&mut self, key: Key) {
        let Some(stream) = self.stream(key) else { return };
        let outgoing = &mut stream.outgoing;
        if outgoing.wanted > 0 && outgoing.granted == 0 && outgoing.window > 0 && !outgoing.queued {
            outgoing.queued = true;
            self.waiting.push_back(key);
        }
    }

    /// Gives room to those who wait, in their order.
    pub(super) fn share_out(&mut self) {
        while self.room() > 0
            && let Some(key) = self.waiting.pop_front()
        {
            if let Some(stream) = self.stream(key) {
                stream.outgoing.queued = false;
            }
            self.grant(key);
            if let Some(stream) = self.stream(key)
                && stream.outgoing.granted > 0
            {
                stream.wake();
            }
        }
    }

    /// Gives room to one.
    fn grant(&mut self, key: Key) {
        let most = self.room().min(self.peer_frame).min(PIECE_BYTES);
        let Some(stream) = self.stream(key).filter(|stream| stream.is_open()) else { return };
        let outgoing = &mut stream.outgoing;
        let window = usize::try_from(outgoing.window).unwrap_or_default();
        let granted = outgoing.wanted.min(window).min(most);
        outgoing.granted += granted;
        // Both were at least as large.
        outgoing.window -= granted as i64;
        self.outgoing -= granted as i64;
        self.promised += granted;
    }

    /// What may be sent now over all streams.
    fn room(&self) -> usize {
        let waits = self.output().len() + self.promised;
        usize::try_from(self.outgoing).unwrap_or_default().min(OUT_AT_MOST.saturating_sub(waits))
    }

    /// Takes back the room that a stream did not use, and its place in the queue.
    pub(super) fn retract(&mut self, key: Key) {
        let Some(stream) = self.stream(key) else { return };
        let granted = std::mem::take(&mut stream.outgoing.granted);
        let queued = std::mem::take(&mut stream.outgoing.queued);
        stream.outgoing.wanted = 0;
        stream.outgoing.window += granted as i64;
        self.outgoing += granted as i64;
        self.promised -= granted;
        if queued {
            self.waiting.retain(|waiting| *waiting != key);
        }
        if granted > 0 {
            self.share_out();
        }
    }
}
