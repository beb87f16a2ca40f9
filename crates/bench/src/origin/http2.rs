//! HTTP/2 by prior knowledge, for calls by gRPC: every stream is the one method, whose message goes back.
//!
//! Field blocks of requests are not read: which method is called is the proxy's
//! routing, and what it must look like for a service is tested elsewhere.
//! Fields of answers are entered into the proxy's table once, as services do,
//! unless the proxy keeps none.

use super::{Input, Origin};
use crate::frame::{self, Frame, Kind};
use std::collections::HashMap;
use std::io;
use tokio::io::AsyncWriteExt;

/// Windows that never hold a request back.
const SETTINGS: [u8; 6] = [0, 4, 0x7f, 0xff, 0xff, 0xff];
/// Numbers of what is read of the proxy's (RFC 9113 §6.5.2), and the frame that resets a stream.
const HEADER_TABLE_SIZE: [u8; 2] = [0, 1];
const RESET: Kind = Kind::Other(3);
/// A table that holds the few fields of an answer, in bytes.
const SMALL_TABLE: u32 = 512;
/// Before the proxy gives more, in bytes (RFC 9113 §6.9.2).
const FIRST_WINDOW: i64 = 65_535;

pub(super) async fn serve(mut input: Input, origin: &Origin) -> io::Result<()> {
    input.take(frame::PREFACE.len());
    let mut service = Service::new();
    loop {
        let mut rest = input.unread();
        while let Some((frame, after)) = Frame::read(rest) {
            rest = after;
            service.take(&frame, origin)?;
        }
        let taken = input.unread().len() - rest.len();
        input.take(taken);
        if !service.out.is_empty() {
            input.stream.write_all(&service.out).await?;
            service.out.clear();
        }
        if !input.read().await? {
            return Ok(());
        }
    }
}

/// The service's side of one connection.
struct Service {
    out: Vec<u8>,
    /// Messages that are not yet whole, by stream.
    begun: HashMap<u32, Vec<u8>>,
    fields: Fields,
    window: i64,
    unreturned: u32,
}

/// How the next answer's fields are written.
enum Fields {
    /// Entered into the proxy's table.
    Entered,
    /// Pointed at in that table.
    PointedAt,
    /// The proxy wants its table to be empty, which is to be confirmed first (RFC 7541 §4.2).
    Emptied,
    Literal,
}

impl Service {
    fn new() -> Self {
        let mut out = Vec::new();
        frame::write(&mut out, Kind::Settings, 0, 0, &SETTINGS);
        frame::write(&mut out, Kind::WindowUpdate, 0, 0, &frame::CONNECTION_WINDOW.to_be_bytes());
        Self { out, begun: HashMap::new(), fields: Fields::Entered, window: FIRST_WINDOW, unreturned: 0 }
    }

    fn take(&mut self, frame: &Frame<'_>, origin: &Origin) -> io::Result<()> {
        match frame.kind {
            Kind::Data => self.data(frame, origin)?,
            Kind::Settings if !frame.has(frame::ACK) => self.settings(frame.payload),
            Kind::Ping if !frame.has(frame::ACK) => {
                frame::write(&mut self.out, Kind::Ping, frame::ACK, 0, frame.payload);
            }
            Kind::WindowUpdate if frame.stream == 0 => {
                let more = frame.payload.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
                self.window += i64::from(more);
            }
            RESET => {
                self.begun.remove(&frame.stream);
            }
            // Windows of streams are larger than every message; what a request's head says does not matter.
            Kind::Headers | Kind::Settings | Kind::Ping | Kind::WindowUpdate | Kind::Other(_) => {}
        }
        Ok(())
    }

    fn settings(&mut self, payload: &[u8]) {
        for setting in payload.as_chunks::<6>().0 {
            let [n0, n1, value @ ..] = *setting;
            if [n0, n1] == HEADER_TABLE_SIZE && u32::from_be_bytes(value) < SMALL_TABLE {
                self.fields = Fields::Emptied;
            }
        }
        frame::write(&mut self.out, Kind::Settings, frame::ACK, 0, &[]);
    }

    fn data(&mut self, frame: &Frame<'_>, origin: &Origin) -> io::Result<()> {
        if frame.has(frame::PADDED) {
            return Err(io::Error::other("padding is not read here"));
        }
        self.unreturned += frame.payload.len() as u32;
        if self.unreturned > frame::REFILL {
            frame::write(&mut self.out, Kind::WindowUpdate, 0, 0, &self.unreturned.to_be_bytes());
            self.unreturned = 0;
        }
        let ends = frame.has(frame::END_STREAM);
        match self.begun.remove(&frame.stream) {
            None if ends => self.answer(frame.stream, frame.payload, origin),
            begun => {
                let mut message = begun.unwrap_or_default();
                message.extend(frame.payload);
                if ends {
                    return self.answer(frame.stream, &message, origin);
                }
                self.begun.insert(frame.stream, message);
                Ok(())
            }
        }
    }

    /// A head, the message, and trailers.
    fn answer(&mut self, stream: u32, message: &[u8], origin: &Origin) -> io::Result<()> {
        origin.count();
        self.window -= message.len() as i64;
        if self.window < 0 {
            return Err(io::Error::other("the proxy's window is too small for this service"));
        }
        let (head, trailers) = self.fields.blocks();
        frame::write(&mut self.out, Kind::Headers, frame::END_HEADERS, stream, &head);
        frame::write(&mut self.out, Kind::Data, 0, stream, message);
        frame::write(&mut self.out, Kind::Headers, frame::END_HEADERS | frame::END_STREAM, stream, &trailers);
        Ok(())
    }
}

impl Fields {
    /// Head and trailers of an answer, and how the next ones are written.
    fn blocks(&mut self) -> (Vec<u8>, Vec<u8>) {
        const STATUS_200: u8 = 0x88;
        const CONTENT_TYPE: u8 = 31;
        const TABLE_OF_NOTHING: u8 = 0x20;
        let (mut head, mut trailers) = (vec![STATUS_200], Vec::new());
        match self {
            Fields::Entered => {
                frame::literal(&mut head, Some(CONTENT_TYPE), "", "application/grpc");
                frame::literal(&mut trailers, None, "grpc-status", "0");
                frame::literal(&mut trailers, None, "grpc-message", "");
                *self = Fields::PointedAt;
            }
            Fields::PointedAt => {
                head.push(0x80 | 64);
                trailers.extend([0x80 | 63, 0x80 | 62]);
            }
            Fields::Emptied | Fields::Literal => {
                if matches!(self, Fields::Emptied) {
                    head.insert(0, TABLE_OF_NOTHING);
                }
                // Without indexing (RFC 7541 §6.2.2); 31 needs a second byte behind a prefix of four bits.
                head.extend([0x0f, CONTENT_TYPE - 0x0f]);
                frame::string(&mut head, "application/grpc");
                for (name, value) in [("grpc-status", "0"), ("grpc-message", "")] {
                    trailers.push(0);
                    frame::string(&mut trailers, name);
                    frame::string(&mut trailers, value);
                }
                *self = Fields::Literal;
            }
        }
        (head, trailers)
    }
}
