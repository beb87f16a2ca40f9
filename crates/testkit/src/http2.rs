//! Raw HTTP/2: frames with exactly the fields that a test wants to send, which no library would.
//!
//! Fields are written as literals without indexing (RFC 7541 §6.2.2) and
//! without Huffman coding, so that every byte arrives as it was written. Of an
//! answer only what tests ask for is read: its status, its data, or how the
//! stream or the connection was ended.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read as _, Write as _};
use std::time::Duration;

use crate::{Deadline, Stream};

/// What became of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// An answer with this status and body.
    Answer(u16, Vec<u8>),
    /// RST_STREAM with this code (RFC 9113 §7).
    StreamReset(u32),
    /// GOAWAY with this code.
    GoneAway(u32),
    /// The connection ended without a word.
    Closed,
    /// Nothing came in time.
    Nothing,
}

/// An HTTP/2 connection, after the preface and our SETTINGS.
pub struct Http2 {
    stream: Stream,
    pending: Vec<u8>,
    /// A write failed.
    over: bool,
}

const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Kind of a frame with content.
pub const DATA: u8 = 0;
/// Kind of a frame that opens a stream, answers on it, or ends it with trailers.
pub const HEADERS: u8 = 1;
/// Kind of a frame that breaks a stream off.
pub const RST_STREAM: u8 = 3;
/// Kind of a frame with settings of the connection.
pub const SETTINGS: u8 = 4;
/// Kind of a frame that asks for an echo.
pub const PING: u8 = 6;
/// Kind of a frame that ends the connection.
pub const GOAWAY: u8 = 7;
/// Kind of a frame that lets the peer send more.
pub const WINDOW_UPDATE: u8 = 8;
/// Kind of a frame that goes on with the fields of the one before.
pub const CONTINUATION: u8 = 9;
/// Flag of DATA and HEADERS: nothing follows on this stream.
pub const END_STREAM: u8 = 1;
/// Flag of HEADERS and CONTINUATION: no CONTINUATION follows.
pub const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

/// One frame as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// DATA, HEADERS and so on.
    pub kind: u8,
    /// Their meaning depends on the kind.
    pub flags: u8,
    /// The stream, or 0 for the connection.
    pub stream: u32,
    /// What it holds.
    pub payload: Vec<u8>,
}

impl Frame {
    /// The status that this frame answers its stream with, if it does.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        if self.kind == HEADERS { status_of(&self.payload) } else { None }
    }

    /// Whether nothing follows on its stream.
    #[must_use]
    pub const fn ends_stream(&self) -> bool {
        matches!(self.kind, DATA | HEADERS) && self.flags & END_STREAM != 0
    }
}

/// Fields as a header block: literals without indexing, exactly as given.
#[must_use]
pub fn block(fields: &[(&[u8], &[u8])]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        string(&mut block, name);
        string(&mut block, value);
    }
    block
}

impl Http2 {
    /// Sends the preface and SETTINGS over a stream whose ALPN chose `h2`. The settings forbid the peer to refer back
    /// to fields that it sent before, so that each answer can be read alone.
    ///
    /// # Panics
    /// When the peer is gone.
    #[must_use]
    pub fn over(stream: Stream) -> Self {
        let mut connection = Self { stream, pending: Vec::new(), over: false };
        connection.stream.set_timeout(Duration::from_secs(20)).expect("a timeout");
        connection.stream.write_all(PREFACE).expect("the preface");
        const HEADER_TABLE_SIZE_0: [u8; 6] = [0, 1, 0, 0, 0, 0];
        connection.send(SETTINGS, 0, 0, &HEADER_TABLE_SIZE_0);
        connection
    }

    /// The service's end of a connection, once the caller's preface has come.
    ///
    /// # Panics
    /// When something else comes, or the peer is gone.
    #[must_use]
    pub fn serving(stream: Stream) -> Self {
        let mut connection = Self { stream, pending: Vec::new(), over: false };
        connection.stream.set_timeout(Duration::from_secs(20)).expect("a timeout");
        let mut preface = [0; PREFACE.len()];
        connection.stream.read_exact(&mut preface).expect("a preface");
        assert_eq!(&preface, PREFACE);
        connection.send(SETTINGS, 0, 0, &[]);
        connection
    }

    /// Sends any frame.
    pub fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> &mut Self {
        let length = u32::try_from(payload.len()).expect("a short payload").to_be_bytes();
        let mut bytes = length.get(1..).unwrap_or_default().to_vec();
        bytes.extend_from_slice(&[kind, flags]);
        bytes.extend_from_slice(&stream.to_be_bytes());
        bytes.extend_from_slice(payload);
        // A peer that is gone shows in the outcome.
        self.over |= self.stream.write_all(&bytes).and_then(|()| self.stream.flush()).is_err();
        self
    }

    /// Opens a stream with these fields, pseudo-fields first as given; `end` where there is no body.
    pub fn request(&mut self, stream: u32, fields: &[(&[u8], &[u8])], end: bool) -> &mut Self {
        let flags = END_HEADERS | if end { END_STREAM } else { 0 };
        self.send(HEADERS, flags, stream, &block(fields))
    }

    /// Sends a piece of the body.
    pub fn data(&mut self, stream: u32, bytes: &[u8], end: bool) -> &mut Self {
        self.send(DATA, if end { END_STREAM } else { 0 }, stream, bytes)
    }

    /// Breaks the stream off, saying that it is not wanted any more.
    pub fn cancel(&mut self, stream: u32) -> &mut Self {
        self.send(RST_STREAM, 0, stream, &8_u32.to_be_bytes())
    }

    /// Whether the peer was found gone when something was sent to it.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.over
    }

    /// The stream itself.
    pub const fn stream(&mut self) -> &mut Stream {
        &mut self.stream
    }

    /// What becomes of the stream.
    ///
    /// # Panics
    /// When an answer has no status.
    pub fn outcome(&mut self, stream: u32, deadline: Deadline) -> Outcome {
        self.outcomes(&[stream], deadline).remove(&stream).unwrap_or(Outcome::Nothing)
    }

    /// What becomes of several streams. What is received is acknowledged, so that bodies may be of any length.
    ///
    /// # Panics
    /// When an answer has no status.
    pub fn outcomes(&mut self, streams: &[u32], deadline: Deadline) -> BTreeMap<u32, Outcome> {
        let mut answers: BTreeMap<u32, (u16, Vec<u8>)> =
            streams.iter().map(|stream| (*stream, (0, Vec::new()))).collect();
        let mut outcomes = BTreeMap::new();
        while !answers.is_empty() {
            let frame = match self.frame(deadline) {
                Ok(frame) => frame,
                Err(outcome) => {
                    outcomes.extend(answers.into_keys().map(|stream| (stream, outcome.clone())));
                    return outcomes;
                }
            };
            let Some((status, body)) = answers.get_mut(&frame.stream) else { continue };
            match frame.kind {
                RST_STREAM => {
                    outcomes.insert(frame.stream, Outcome::StreamReset(word(&frame.payload, 0)));
                    answers.remove(&frame.stream);
                    continue;
                }
                HEADERS if *status < 200 => {
                    *status = frame.status().unwrap_or_else(|| panic!("no status: {:02x?}", frame.payload));
                }
                DATA => body.extend_from_slice(&frame.payload),
                _ => {}
            }
            if frame.ends_stream() {
                self.take_in(&[0], frame.payload.len());
                outcomes.insert(frame.stream, Outcome::Answer(*status, std::mem::take(body)));
                answers.remove(&frame.stream);
            } else if frame.kind == DATA {
                self.take_in(&[0, frame.stream], frame.payload.len());
            }
        }
        outcomes
    }

    /// Lets the peer send as much again, on these streams.
    fn take_in(&mut self, streams: &[u32], length: usize) {
        let Some(length) = u32::try_from(length).ok().filter(|length| *length > 0) else { return };
        for stream in streams {
            self.send(WINDOW_UPDATE, 0, *stream, &length.to_be_bytes());
        }
    }

    /// The next frame. SETTINGS are acknowledged and passed over.
    ///
    /// # Errors
    /// [`Outcome::GoneAway`], [`Outcome::Closed`] or [`Outcome::Nothing`] where there is no further frame.
    pub fn frame(&mut self, deadline: Deadline) -> Result<Frame, Outcome> {
        loop {
            let frame = self.any_frame(deadline)?;
            match frame.kind {
                SETTINGS if frame.flags & ACK == 0 => drop(self.send(SETTINGS, ACK, 0, &[])),
                SETTINGS => {}
                GOAWAY => match word(&frame.payload, 4) {
                    // NO_ERROR only says that no further stream is taken; those under way may still be answered.
                    0 => {}
                    code => return Err(Outcome::GoneAway(code)),
                },
                _ => return Ok(frame),
            }
        }
    }

    fn any_frame(&mut self, deadline: Deadline) -> Result<Frame, Outcome> {
        loop {
            if let Some((header, rest)) = self.pending.split_at_checked(9) {
                let [l1, l2, l3, kind, flags, s1, s2, s3, s4] = *header else { return Err(Outcome::Closed) };
                let length = u32::from_be_bytes([0, l1, l2, l3]) as usize;
                if let Some(payload) = rest.get(..length) {
                    let stream = u32::from_be_bytes([s1 & 0x7F, s2, s3, s4]);
                    let frame = Frame { kind, flags, stream, payload: payload.to_vec() };
                    self.pending.drain(..9 + length);
                    return Ok(frame);
                }
            }
            let Some(left) = deadline.left() else { return Err(Outcome::Nothing) };
            self.stream.set_timeout(left).map_err(|_| Outcome::Closed)?;
            let mut buffer = [0; 16 * 1024];
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err(Outcome::Closed),
                Ok(read) => self.pending.extend_from_slice(buffer.get(..read).unwrap_or_default()),
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Err(Outcome::Nothing);
                }
                Err(_) => return Err(Outcome::Closed),
            }
        }
    }
}

/// A string without Huffman coding (RFC 7541 §5.2), its length as an integer with a prefix of 7 bits (§5.1).
fn string(block: &mut Vec<u8>, text: &[u8]) {
    match u8::try_from(text.len()) {
        Ok(length) if length < 0x7F => block.push(length),
        _ => {
            block.push(0x7F);
            let mut rest = text.len() - 0x7F;
            while rest >= 0x80 {
                block.push(0x80 | u8::try_from(rest % 0x80).unwrap_or_default());
                rest /= 0x80;
            }
            block.push(u8::try_from(rest).unwrap_or_default());
        }
    }
    block.extend_from_slice(text);
}

fn word(payload: &[u8], at: usize) -> u32 {
    let bytes = payload.get(at..at + 4).and_then(|four| four.try_into().ok());
    bytes.map(u32::from_be_bytes).unwrap_or_default()
}

/// `:status`, the first field of every answer: indexed, or a literal whose name is indexed (RFC 7541, Appendix A).
fn status_of(block: &[u8]) -> Option<u16> {
    const INDEXED: [u16; 7] = [200, 204, 206, 304, 400, 404, 500];
    let (first, rest) = block.split_first()?;
    match first {
        // An encoder may announce the size of its table first (§6.3).
        0x20..=0x3F => status_of(rest),
        0x88..=0x8E => INDEXED.get(usize::from(first - 0x88)).copied(),
        0x08 | 0x18 | 0x48 => {
            let (length, text) = rest.split_first()?;
            let text = text.get(..usize::from(length & 0x7F))?;
            let digits = if length & 0x80 == 0 { text.to_vec() } else { huffman_digits(text) };
            std::str::from_utf8(&digits).ok()?.parse().ok()
        }
        _ => None,
    }
}

/// Digits alone have codes of 5 bits (`0` to `2`) and 6 bits (`3` to `9`) in RFC 7541, Appendix B.
fn huffman_digits(bytes: &[u8]) -> Vec<u8> {
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |shift| byte >> shift & 1)).collect();
    let number = |bits: &[u8]| bits.iter().fold(0, |number, bit| number << 1 | bit);
    let mut digits = Vec::new();
    let mut rest = bits.as_slice();
    while let Some((five, after)) = rest.split_at_checked(5) {
        if number(five) <= 2 {
            digits.push(b'0' + number(five));
            rest = after;
            continue;
        }
        let Some((six, after)) = rest.split_at_checked(6) else { break };
        if !(0x19..=0x1F).contains(&number(six)) {
            break;
        }
        digits.push(b'3' + (number(six) - 0x19));
        rest = after;
    }
    digits
}

#[cfg(test)]
mod tests;
