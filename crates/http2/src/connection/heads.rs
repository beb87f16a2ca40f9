//! Heads and trailers: field blocks, in one frame or several.

use super::{Connection, Key, Leaving, Unfinished};
use crate::frame::{self, Frame};
use crate::reason::Reason;
use crate::section::Section;
use crate::stream::Stream;

/// CONTINUATION frames of one head: more than the largest head needs that is ever taken, in frames of usual size.
const FRAMES_AT_MOST: usize = 64;
/// Places of streams, for each stream that may be open: those that are over may not all have been given back.
const PLACES_PER_STREAM: usize = 2;

impl Connection {
    pub(super) fn take_headers(&mut self, frame: Frame<'_>) -> Result<Option<Key>, Reason> {
        if frame.stream.is_multiple_of(2) {
            return Err(Reason::PROTOCOL_ERROR);
        }
        let mut block = frame.unpadded()?;
        let mut depends_on_itself = false;
        if frame.has(frame::PRIORITISED) {
            let (priority, rest) = block.split_first_chunk::<5>().ok_or(Reason::FRAME_SIZE_ERROR)?;
            depends_on_itself = depends_on(priority) == frame.stream;
            block = rest;
        }
        let ends_stream = frame.has(frame::END_STREAM);
        if !frame.has(frame::END_HEADERS) {
            let (stream, block) = (frame.stream, block.to_vec());
            self.unfinished = Some(Unfinished { stream, ends_stream, depends_on_itself, block, frames: 0 });
            return Ok(None);
        }
        self.take_head(frame.stream, block, ends_stream, depends_on_itself)
    }

    pub(super) fn take_continuation(&mut self, frame: Frame<'_>) -> Result<Option<Key>, Reason> {
        let bound = self.bounds.head_bytes as usize + 2 * frame::PAYLOAD_BYTES;
        let unfinished = self.unfinished.as_mut().filter(|unfinished| unfinished.stream == frame.stream);
        let unfinished = unfinished.ok_or(Reason::PROTOCOL_ERROR)?;
        unfinished.frames += 1;
        if unfinished.frames > FRAMES_AT_MOST || unfinished.block.len() + frame.payload.len() > bound {
            return Err(Reason::ENHANCE_YOUR_CALM);
        }
        unfinished.block.extend_from_slice(frame.payload);
        if !frame.has(frame::END_HEADERS) {
            return Ok(None);
        }
        let Some(Unfinished { stream, ends_stream, depends_on_itself, block, .. }) = self.unfinished.take() else {
            return Ok(None);
        };
        self.take_head(stream, &block, ends_stream, depends_on_itself)
    }

    /// A whole field block: a request, trailers, or what nobody waits for. It is read in any case, for the tables.
    fn take_head(
        &mut self,
        id: u32,
        block: &[u8],
        ended: bool,
        depends_on_itself: bool,
    ) -> Result<Option<Key>, Reason> {
        self.decoder.decode(block, &mut self.section).map_err(|_| Reason::COMPRESSION_ERROR)?;
        if let Some(key) = self.key_of(id) {
            return self.take_trailers(key, ended).map(|()| None);
        }
        if id <= self.last {
            return match self.over.find(id) {
                Some(true) => Ok(None),
                Some(false) => Err(Reason::STREAM_CLOSED),
                None => Err(Reason::PROTOCOL_ERROR),
            };
        }
        if self.leaving == Leaving::Final {
            return Ok(None);
        }
        self.last = id;
        if depends_on_itself || self.section.is_malformed() || !self.section.is_request() {
            return self.refuse_stream(id, Reason::PROTOCOL_ERROR).map(|()| None);
        }
        let bound = self.bounds.streams;
        if self.open >= bound || self.ids.iter().filter(|id| **id != 0).count() >= bound as usize * PLACES_PER_STREAM {
            self.over.remember(id, true);
            frame::write(&mut self.out, frame::RST_STREAM, 0, id, &Reason::REFUSED_STREAM.0.to_be_bytes());
            return Ok(None);
        }
        Ok(Some(self.open(id, ended)))
    }

    fn open(&mut self, id: u32, ended: bool) -> Key {
        self.open += 1;
        let place = self.ids.iter().position(|id| *id == 0).unwrap_or(self.ids.len());
        if place == self.ids.len() {
            self.ids.push(0);
            self.streams.push(Stream::default());
        }
        if let (Some(known), Some(stream)) = (self.ids.get_mut(place), self.streams.get_mut(place)) {
            *known = id;
            stream.open(id, ended, i64::from(self.bounds.stream_window), self.peer_window);
        }
        Key { place, id }
    }

    fn take_trailers(&mut self, key: Key, ended: bool) -> Result<(), Reason> {
        let malformed = !ended || self.section.is_malformed() || self.section.has_pseudo();
        let too_large = self.section.is_too_large();
        let Some(stream) = self.stream(key) else { return Ok(()) };
        if stream.broken.is_some() && self.over.find(key.id) == Some(true) {
            return Ok(());
        }
        let Some(stream) = self.stream(key) else { return Ok(()) };
        if stream.broken.is_some() || stream.incoming.ended {
            return Err(Reason::STREAM_CLOSED);
        }
        if malformed || stream.incoming.left.is_some_and(|left| left > 0) {
            return self.fault(key, Reason::PROTOCOL_ERROR);
        }
        if too_large {
            return self.fault(key, Reason::ENHANCE_YOUR_CALM);
        }
        let bound = self.bounds.head_bytes as usize;
        let trailers = std::mem::replace(&mut self.section, Section::new(bound));
        if let Some(stream) = self.stream(key) {
            stream.incoming.trailers = Some(trailers);
        }
        self.end_request(key);
        Ok(())
    }
}

/// The stream that a priority names.
pub(super) const fn depends_on(priority: &[u8; 5]) -> u32 {
    let [a, b, c, d, _] = *priority;
    u32::from_be_bytes([a & 0x7F, b, c, d])
}
