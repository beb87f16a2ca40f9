//! Any frames in any order from a caller, and any octets: no panic, bounded output, and frames that are whole.

#![no_main]

use std::task::{Context, Waker};

use http2::{Bounds, Connection, Indexing, Key, Reason};

const BOUNDS: Bounds = Bounds {
    streams: 8,
    stream_window: 65_535,
    connection_window: 131_070,
    head_bytes: 4 * 1024,
    resets: 8,
    faults: 16,
};
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
/// What may wait to be sent, the largest frame on top of it, and what is said about frames that came before it was full.
const OUTPUT_AT_MOST: usize = 64 * 1024 + 64 * 1024;
const CONTENT: &[u8] = &[b'x'; 40_000];

// The first octet says whether the rest are frames in short form, or octets as they come; the second, how many are read
// and sent at once.
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let [form, pace, rest @ ..] = input else { return };
    let mut octets = PREFACE.to_vec();
    if form % 8 == 0 {
        octets.extend_from_slice(rest);
    } else {
        framed(rest, &mut octets);
    }
    House::new(usize::from(*pace)).serve(&octets);
});

/// Kind, flags, stream and length take an octet each; streams that callers open are frequent.
fn framed(mut short: &[u8], out: &mut Vec<u8>) {
    while let [kind, flags, stream, length, rest @ ..] = short {
        let (payload, rest) = rest.split_at(rest.len().min(usize::from(*length)));
        short = rest;
        out.extend_from_slice(&[0, 0, payload.len() as u8, kind % 11, *flags, 0, 0, 0, stream % 32]);
        out.extend_from_slice(payload);
    }
}

struct House {
    connection: Connection,
    pace: usize,
    /// Those that are being served, and how much of the answer was given.
    serving: Vec<(Key, usize)>,
    sent: Vec<u8>,
}

impl House {
    fn new(pace: usize) -> Self {
        Self { connection: Connection::new(BOUNDS), pace, serving: Vec::new(), sent: Vec::new() }
    }

    fn serve(&mut self, octets: &[u8]) {
        let (mut read, mut known) = (0, 0);
        let mut ended = false;
        while !ended {
            known = octets.len().min(known + 1 + self.pace * 8);
            let received = self.connection.receive(&octets[read..known]);
            let progress = match received {
                Ok((count, key)) => {
                    read += count;
                    assert!(read <= known);
                    if let Some(key) = key {
                        self.begin(key);
                    }
                    count > 0 || key.is_some()
                }
                Err(_) => {
                    ended = true;
                    false
                }
            };
            let waits = self.connection.output().len();
            assert!(waits <= OUTPUT_AT_MOST, "{waits} octets wait");
            self.answer();
            self.send();
            ended |= known == octets.len() && !progress;
        }
        self.connection.end();
        for (key, _) in std::mem::take(&mut self.serving) {
            self.connection.release(key);
        }
        self.pace = 255;
        while !self.connection.output().is_empty() {
            self.send();
        }
        check(&self.sent);
    }

    fn begin(&mut self, key: Key) {
        assert!(self.connection.section().fields().all(|(name, _)| !name.starts_with(b":")));
        if self.connection.begin(key) {
            self.serving.push((key, 0));
        } else {
            self.connection.release(key);
        }
        assert!(self.serving.len() <= 2 * BOUNDS.streams as usize);
    }

    /// A little of each answer.
    fn answer(&mut self) {
        let mut at = 0;
        while let Some((key, given)) = self.serving.get(at).copied() {
            match self.answer_one(key, given) {
                Ok(given) => {
                    self.serving[at].1 = given;
                    at += 1;
                }
                Err(_) => {
                    self.connection.release(key);
                    self.serving.remove(at);
                }
            }
        }
    }

    /// How much was given by then; an error where it is over.
    fn answer_one(&mut self, key: Key, given: usize) -> Result<usize, Reason> {
        let context = Context::from_waker(Waker::noop());
        let connection = &mut self.connection;
        let mut content = Vec::new();
        if let std::task::Poll::Ready(there) = connection.poll_content(key, &context) {
            let there = there?;
            assert_eq!(connection.take_content(key, &mut content, there / 2 + 1), there.min(there / 2 + 1));
        }
        if given == 0 {
            let mut head = connection.head(key, 200)?;
            head.field(b"x-own", b"1", Indexing::Likely);
            head.finish(false);
        }
        let left = CONTENT.get(given..).unwrap_or_default();
        if left.is_empty() {
            connection.trailers(key)?.finish(true);
            return Err(Reason::NO_ERROR);
        }
        match connection.poll_room(key, left.len(), &context) {
            std::task::Poll::Ready(room) => {
                let room = room?;
                assert!(room > 0 && room <= left.len());
                connection.content(key, &left[..room], false)?;
                Ok(given + room)
            }
            std::task::Poll::Pending => Ok(given.max(1)),
        }
    }

    fn send(&mut self) {
        let output = self.connection.output();
        let count = output.len().min(1 + self.pace * 64);
        self.sent.extend_from_slice(&output[..count]);
        self.connection.sent(count);
    }
}

/// What was sent is whole frames that a caller may get, with content on streams that it opened only.
fn check(mut sent: &[u8]) {
    while let [a, b, c, kind, _, stream @ ..] = sent {
        let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
        let (stream, rest) = stream.split_first_chunk::<4>().expect("a whole head");
        let stream = u32::from_be_bytes(*stream);
        assert!(length <= 0xFF_FFFF && *kind <= 9, "{kind}");
        match *kind {
            0 | 1 | 9 => assert!(stream % 2 == 1),
            3 => assert!(stream != 0),
            4 | 6 | 7 => assert!(stream == 0),
            _ => {}
        }
        sent = rest.get(length..).expect("a whole frame");
    }
    assert!(sent.is_empty());
}
