//! Frames as they come: heads, content, and the end of either.

use super::{Connection, Key, Leaving, Phase};
use crate::frame::{self, Frame};
use crate::reason::Reason;
use crate::section::Section;

impl Connection {
    /// Reads frames from the front of the input: how much of it was read, and the stream of a request whose head has
    /// come; its fields are in [`section`](Self::section) then. Without one, all frames were read that came whole.
    ///
    /// # Errors
    /// Why the connection ends. The caller is told in the last octets of the output.
    pub fn receive(&mut self, input: &[u8]) -> Result<(usize, Option<Key>), Reason> {
        match self.read_frames(input) {
            Err(reason) if self.phase != Phase::Ended => {
                self.go_away(self.last, reason);
                self.rouse();
                self.end();
                Err(reason)
            }
            read => read,
        }
    }

    /// The fields of the request that has come last.
    #[must_use]
    pub const fn section(&self) -> &Section {
        &self.section
    }

    fn read_frames(&mut self, input: &[u8]) -> Result<(usize, Option<Key>), Reason> {
        let mut read = 0;
        if self.phase == Phase::Preface {
            let length = input.len().min(frame::PREFACE.len());
            if input.get(..length) != frame::PREFACE.get(..length) {
                return Err(Reason::PROTOCOL_ERROR);
            }
            if length < frame::PREFACE.len() {
                return Ok((0, None));
            }
            self.phase = Phase::Settings;
            read = length;
        }
        while self.phase != Phase::Ended
            && let Some((frame, length)) = Frame::read(input.get(read..).unwrap_or_default())?
        {
            read += length;
            let request = self.take(frame)?;
            if request.is_some() || self.is_congested() {
                return Ok((read, request));
            }
        }
        Ok((read, None))
    }

    fn take(&mut self, frame: Frame<'_>) -> Result<Option<Key>, Reason> {
        if self.phase == Phase::Settings && (frame.kind != frame::SETTINGS || frame.has(frame::ACK)) {
            return Err(Reason::PROTOCOL_ERROR);
        }
        if self.unfinished.is_some() && frame.kind != frame::CONTINUATION {
            return Err(Reason::PROTOCOL_ERROR);
        }
        match frame.kind {
            frame::HEADERS => return self.take_headers(frame),
            frame::CONTINUATION => return self.take_continuation(frame),
            frame::DATA => self.take_data(frame)?,
            frame::RST_STREAM => self.take_reset(frame)?,
            frame::WINDOW_UPDATE => self.take_window_update(frame)?,
            frame::SETTINGS => self.take_settings(frame)?,
            frame::PING => self.take_ping(frame)?,
            frame::PRIORITY => self.take_priority(frame)?,
            frame::GOAWAY if frame.stream != 0 => return Err(Reason::PROTOCOL_ERROR),
            // Only a server pushes (RFC 9113 §8.4).
            frame::PUSH_PROMISE => return Err(Reason::PROTOCOL_ERROR),
            // A caller that leaves opens no further streams, and is answered on those that it has. What is unknown
            // means nothing (RFC 9113 §5.5).
            _ => {}
        }
        Ok(None)
    }

    fn take_data(&mut self, frame: Frame<'_>) -> Result<(), Reason> {
        if frame.stream == 0 {
            return Err(Reason::PROTOCOL_ERROR);
        }
        // Padding counts as well (RFC 9113 §6.1); no frame is longer than a window can say.
        let length = u32::try_from(frame.payload.len()).unwrap_or(u32::MAX);
        self.incoming.left -= i64::from(length);
        if self.incoming.left < 0 {
            return Err(Reason::FLOW_CONTROL_ERROR);
        }
        let content = frame.unpadded()?;
        let Some(key) = self.key_of(frame.stream) else {
            self.let_send(length);
            return self.stray(frame.stream);
        };
        let Some(stream) = self.stream(key) else { return Ok(()) };
        let incoming = &mut stream.incoming;
        if stream.broken.is_some() {
            self.let_send(length);
            return self.stray(key.id);
        }
        if incoming.ended {
            let open = stream.is_open();
            self.let_send(length);
            // Also where both sides had ended: only whoever serves it has not given it back yet.
            return if open {
                self.fault(key, Reason::STREAM_CLOSED)
            } else {
                self.refuse_stream(key.id, Reason::STREAM_CLOSED)
            };
        }
        incoming.window -= i64::from(length);
        if incoming.window < 0 {
            self.let_send(length);
            return self.fault(key, Reason::FLOW_CONTROL_ERROR);
        }
        let left = incoming.left.map(|left| left.checked_sub(content.len() as u64));
        if left == Some(None) || frame.has(frame::END_STREAM) && left.flatten().is_some_and(|left| left > 0) {
            self.let_send(length);
            return self.fault(key, Reason::PROTOCOL_ERROR);
        }
        incoming.left = left.flatten();
        let mut kept = 0;
        if !incoming.unwanted {
            incoming.append(content);
            kept = u32::try_from(content.len()).unwrap_or(u32::MAX);
        }
        stream.wake();
        // Padding is taken at once. What nobody wants is not made up for on its stream.
        let unwanted = stream.incoming.unwanted;
        self.let_send(length - kept);
        if !unwanted {
            self.let_send_on(key, length - kept);
        }
        if frame.has(frame::END_STREAM) {
            self.end_request(key);
        }
        Ok(())
    }

    /// The last frame of a request has come.
    pub(super) fn end_request(&mut self, key: Key) {
        let Some(stream) = self.stream(key) else { return };
        stream.incoming.ended = true;
        stream.wake();
        if !stream.is_open() {
            self.note_over(key.id, false);
        }
    }

    fn take_reset(&mut self, frame: Frame<'_>) -> Result<(), Reason> {
        let reason = Reason(frame.word()?);
        let Some(key) = self.key_of(frame.stream) else { return self.must_be_over(frame.stream) };
        let bounds = self.bounds;
        let Some(stream) = self.stream(key) else { return Ok(()) };
        if !stream.is_open() {
            return Ok(());
        }
        stream.broken = Some(reason);
        stream.wake();
        // INVARIANT: whoever opens streams only to reset them is stopped before each has cost a request.
        let unseen = !stream.begun;
        self.retract(key);
        self.note_over(key.id, false);
        if unseen {
            self.resets += 1;
        }
        if self.resets > bounds.resets { Err(Reason::ENHANCE_YOUR_CALM) } else { Ok(()) }
    }

    /// A frame on a stream that nobody serves any more: passed over where the caller may not have heard of that.
    fn stray(&mut self, id: u32) -> Result<(), Reason> {
        self.must_be_over(id)?;
        if id > self.last || self.over.find(id) == Some(true) {
            Ok(())
        } else {
            self.refuse_stream(id, Reason::STREAM_CLOSED)
        }
    }

    /// A stream that never was is no stream to say anything of (RFC 9113 §5.1).
    pub(super) fn must_be_over(&self, id: u32) -> Result<(), Reason> {
        // What was opened after our last word is passed over (RFC 9113 §6.8).
        if id.is_multiple_of(2) || id > self.last && self.leaving != Leaving::Final {
            Err(Reason::PROTOCOL_ERROR)
        } else {
            Ok(())
        }
    }

    /// Breaks off a stream that broke the rules.
    pub(super) fn fault(&mut self, key: Key, reason: Reason) -> Result<(), Reason> {
        self.break_off(key, reason);
        self.count_fault()
    }

    /// Refuses a stream that has no place.
    pub(super) fn refuse_stream(&mut self, id: u32, reason: Reason) -> Result<(), Reason> {
        self.over.remember(id, true);
        frame::write(&mut self.out, frame::RST_STREAM, 0, id, &reason.0.to_be_bytes());
        self.count_fault()
    }

    /// INVARIANT: a caller cannot make us reset streams for ever (CVE-2025-8671).
    const fn count_fault(&mut self) -> Result<(), Reason> {
        self.faults += 1;
        if self.faults > self.bounds.faults { Err(Reason::ENHANCE_YOUR_CALM) } else { Ok(()) }
    }
}
