//! The answers that one HTTP/2 connection waits for.

use super::fields::{Fact, Table};
use crate::frame::{self, Frame, Kind, REFILL};
use crate::load::exchange::Exchange;
use crate::load::fault::Fault;
use std::collections::HashMap;
use std::time::Instant;

#[derive(Default)]
pub(crate) struct Answers {
    waiting: HashMap<u32, Waiting>,
    finished: u64,
    unreturned: u32,
    /// What the proxy has entered into this side's table; kept for calls only.
    table: Table,
}

struct Waiting {
    since: Instant,
    right_head: bool,
    right_trailers: bool,
    received: usize,
    compare: Option<bool>,
}

impl Answers {
    pub(crate) fn begin(&mut self, stream: u32, since: Instant) {
        self.waiting
            .insert(stream, Waiting { since, right_head: false, right_trailers: false, received: 0, compare: None });
    }

    /// How many are waited for.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Takes a frame in; appends what must be answered to it; says since when a request was waiting if this ended it.
    pub(crate) fn take(
        &mut self,
        frame: &Frame<'_>,
        exchange: &Exchange,
        out: &mut Vec<u8>,
    ) -> Result<Option<Instant>, Fault> {
        match frame.kind {
            Kind::Data => self.data(frame, exchange, out)?,
            Kind::Headers if exchange.is_call() => self.block_of_call(frame)?,
            Kind::Headers => self.head(frame)?,
            Kind::Settings if !frame.has(frame::ACK) => frame::write(out, Kind::Settings, frame::ACK, 0, &[]),
            Kind::Ping if !frame.has(frame::ACK) => frame::write(out, Kind::Ping, frame::ACK, 0, frame.payload),
            Kind::Other(3) => return Err(Fault::Http2("a stream was reset")),
            Kind::Other(7) => return Err(Fault::Http2("the proxy ends the connection")),
            Kind::Other(9) => return Err(Fault::Http2("heads in several frames are not read here")),
            Kind::Settings | Kind::Ping | Kind::WindowUpdate | Kind::Other(_) => {}
        }
        let ends = matches!(frame.kind, Kind::Data | Kind::Headers) && frame.has(frame::END_STREAM);
        if ends { self.finish(frame.stream, exchange).map(Some) } else { Ok(None) }
    }

    fn waiting_on(&mut self, frame: &Frame<'_>) -> Result<&mut Waiting, Fault> {
        self.waiting.get_mut(&frame.stream).ok_or(Fault::Http2("a frame on a stream that is not open"))
    }

    fn head(&mut self, frame: &Frame<'_>) -> Result<(), Fault> {
        can_be_read(frame)?;
        let waiting = self.waiting_on(frame)?;
        if waiting.right_head {
            return Err(Fault::Http2("a second head"));
        }
        // Changes of the table's size may stand in front (RFC 7541 §6.3): 001xxxxx, and more bytes if all x are set.
        let mut block = frame.payload;
        while let [0x20..=0x3f, rest @ ..] = block {
            let long = block.first() == Some(&0x3f);
            let skipped = if long { rest.iter().take_while(|byte| **byte >= 0x80).count() + 1 } else { 0 };
            block = rest.get(skipped..).unwrap_or_default();
        }
        if block.first() != Some(&0x88) {
            return Err(Fault::Status(format!(
                "HTTP/2 field block {:02x?}",
                block.get(..8.min(block.len())).unwrap_or_default()
            )));
        }
        waiting.right_head = true;
        Ok(())
    }

    /// The head of a call's answer, or its trailers, which end it.
    fn block_of_call(&mut self, frame: &Frame<'_>) -> Result<(), Fault> {
        can_be_read(frame)?;
        let last = frame.has(frame::END_STREAM);
        let wanted = if last { Fact::GrpcOk } else { Fact::Status200 };
        if !self.table.shows(frame.payload, wanted)? {
            return Err(Fault::Http2(if last {
                "a call's status is not 0"
            } else {
                "a call's status of HTTP is not 200"
            }));
        }
        let waiting = self.waiting_on(frame)?;
        if last {
            waiting.right_trailers = true;
        } else {
            waiting.right_head = true;
        }
        Ok(())
    }

    fn data(&mut self, frame: &Frame<'_>, exchange: &Exchange, out: &mut Vec<u8>) -> Result<(), Fault> {
        if frame.has(frame::PADDED) {
            return Err(Fault::Http2("padding"));
        }
        let finished = self.finished;
        let waiting = self.waiting_on(frame)?;
        let compare = *waiting.compare.get_or_insert_with(|| exchange.compares(finished));
        exchange.check(waiting.received, frame.payload, compare)?;
        waiting.received += frame.payload.len();
        self.unreturned += frame.payload.len() as u32;
        if self.unreturned > REFILL {
            frame::write(out, Kind::WindowUpdate, 0, 0, &self.unreturned.to_be_bytes());
            self.unreturned = 0;
        }
        Ok(())
    }

    fn finish(&mut self, stream: u32, exchange: &Exchange) -> Result<Instant, Fault> {
        let ended = self.waiting.remove(&stream).ok_or(Fault::Http2("a frame on a stream that is not open"))?;
        self.finished += 1;
        if exchange.is_call() && !ended.right_trailers {
            return Err(Fault::Http2("a call's answer without trailers"));
        }
        match (ended.right_head, ended.received == exchange.length()) {
            (true, true) => Ok(ended.since),
            (false, _) => Err(Fault::Http2("a body without a head")),
            (_, false) => Err(Fault::Length { expected: exchange.length(), found: Some(ended.received) }),
        }
    }
}

fn can_be_read(frame: &Frame<'_>) -> Result<(), Fault> {
    if !frame.has(frame::END_HEADERS) || frame.has(frame::PADDED) || frame.has(frame::PRIORITY) {
        return Err(Fault::Http2("a head of a form that is not read here"));
    }
    Ok(())
}
