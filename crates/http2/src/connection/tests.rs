//! What a caller says by frames, and what it is answered.

use std::task::{Context, Poll, Waker};

use proptest::prelude::*;

use super::{Bounds, Connection, Key};
use crate::frame::{self, Frame};
use crate::hpack::{Decoder, Encoder, Indexing};
use crate::{Pseudo, Reason, Section};

const BOUNDS: Bounds = Bounds {
    streams: 4,
    stream_window: 65_535,
    connection_window: 131_070,
    head_bytes: 16 * 1024,
    resets: 3,
    faults: 5,
};
const END: u8 = frame::END_STREAM;

/// One frame of ours.
type Sent = (u8, u8, u32, Vec<u8>);

/// A caller, and the connection with it.
struct Caller {
    house: Connection,
    encoder: Encoder,
}

fn framed(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    frame::write(&mut out, kind, flags, stream, payload);
    out
}

fn context() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

impl Caller {
    /// One that has begun, and has read what the house says first.
    fn new() -> Self {
        let mut caller = Self { house: Connection::new(BOUNDS), encoder: Encoder::new() };
        assert_eq!(caller.house.receive(frame::PREFACE), Ok((frame::PREFACE.len(), None)));
        assert!(!caller.house.has_begun());
        assert_eq!(caller.say(frame::SETTINGS, 0, 0, &[]), Ok(None));
        assert!(caller.house.has_begun());
        caller.frames();
        caller
    }

    fn say(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Result<Option<Key>, Reason> {
        let octets = framed(kind, flags, stream, payload);
        self.house.receive(&octets).map(|(read, key)| {
            assert_eq!(read, octets.len());
            key
        })
    }

    fn block(&mut self, fields: &[(&str, &str)]) -> Vec<u8> {
        let mut block = Vec::new();
        for (name, value) in fields {
            self.encoder.field(name.as_bytes(), value.as_bytes(), Indexing::Likely, &mut block);
        }
        block
    }

    fn get(&mut self) -> Vec<u8> {
        self.block(&[(":method", "GET"), (":scheme", "https"), (":path", "/"), ("x-own", "1")])
    }

    fn ask(&mut self, stream: u32, flags: u8) -> Key {
        let block = self.get();
        let key = self.say(frame::HEADERS, flags | frame::END_HEADERS, stream, &block);
        key.expect("no fault").expect("a request")
    }

    /// What the house has said since.
    fn frames(&mut self) -> Vec<Sent> {
        let mut frames = Vec::new();
        let output = self.house.output().to_vec();
        let mut rest = output.as_slice();
        while let Some((frame, length)) = Frame::read(rest).expect("no frame is too long") {
            frames.push((frame.kind, frame.flags, frame.stream, frame.payload.to_vec()));
            rest = &rest[length..];
        }
        assert!(rest.is_empty());
        self.house.sent(output.len());
        frames
    }

    fn room(&mut self, key: Key, wanted: usize) -> Poll<Result<usize, Reason>> {
        self.house.poll_room(key, wanted, &context())
    }

    /// Sends content as long as there is room; how much that was.
    fn send_all(&mut self, key: Key, mut left: usize) -> usize {
        let mut sent = 0;
        while left > 0
            && let Poll::Ready(room) = self.room(key, left)
        {
            let room = room.expect("an open stream");
            self.house.content(key, &vec![b'x'; room], false).expect("an open stream");
            (sent, left) = (sent + room, left - room);
            self.frames();
        }
        sent
    }
}

fn reset(stream: u32, reason: Reason) -> Sent {
    (frame::RST_STREAM, 0, stream, reason.0.to_be_bytes().to_vec())
}

fn gone(last: u32, reason: Reason) -> Sent {
    (frame::GOAWAY, 0, 0, [last.to_be_bytes(), reason.0.to_be_bytes()].concat())
}

#[test]
fn a_request_is_the_same_however_it_is_cut() {
    let mut caller = Caller::new();
    let block = caller.get();
    let (first, rest) = block.split_at(3);
    let mut octets = framed(frame::HEADERS, END, 1, first);
    octets.extend(framed(frame::CONTINUATION, 0, 1, &[]));
    octets.extend(framed(frame::CONTINUATION, frame::END_HEADERS, 1, rest));
    let (mut input, mut request) = (Vec::new(), None);
    for octet in octets {
        assert_eq!(request, None);
        input.push(octet);
        let (read, key) = caller.house.receive(&input).unwrap();
        input.drain(..read);
        request = key;
    }
    let key = request.expect("a request");
    assert!(caller.house.has_ended(key));
    let section = caller.house.section();
    assert_eq!(section.pseudo(Pseudo::Path), Some(&b"/"[..]));
    assert_eq!(section.fields().collect::<Vec<_>>(), [(&b"x-own"[..], &b"1"[..])]);
}

#[test]
fn an_answer_is_framed_as_it_is_given() {
    let mut caller = Caller::new();
    let key = caller.ask(1, END);
    let mut head = caller.house.head(key, 299).unwrap();
    head.field(b"x-own", b"1", Indexing::Likely);
    head.finish(false);
    assert_eq!(caller.room(key, 5), Poll::Ready(Ok(5)));
    let written = caller.house.content(key, b"hello", false).unwrap();
    caller.house.end_with(key, &written).unwrap();
    caller.house.release(key);
    let frames = caller.frames();
    assert_eq!(frames.len(), 2, "{frames:?}");
    assert_eq!((frames[0].0, frames[0].1, frames[0].2), (frame::HEADERS, frame::END_HEADERS, 1));
    // `:status` by its name's index, and three digits as they are.
    assert_eq!(frames[0].3[..2], [8, 3]);
    assert_eq!(frames[1], (frame::DATA, END, 1, b"hello".to_vec()));
}

#[test]
fn a_head_that_is_larger_than_a_frame_goes_on_in_others() {
    let mut caller = Caller::new();
    let key = caller.ask(1, END);
    let value = vec![b'\\'; 20_000];
    let mut head = caller.house.head(key, 200).unwrap();
    head.field(b"x-long", &value, Indexing::Once);
    head.finish(true);
    let frames = caller.frames();
    let kinds: Vec<_> = frames.iter().map(|frame| (frame.0, frame.1)).collect();
    assert_eq!(kinds, [(frame::HEADERS, END), (frame::CONTINUATION, frame::END_HEADERS)]);
    let block: Vec<u8> = frames.into_iter().flat_map(|frame| frame.3).collect();
    let mut section = Section::new(1 << 20);
    Decoder::new().decode(&block, &mut section).unwrap();
    assert_eq!(section.fields().map(|field| field.1.to_vec()).collect::<Vec<_>>(), [value]);
}

#[test]
fn rules_of_the_connection_end_it() {
    use Reason as R;
    type Story = fn(&mut Caller) -> Result<Option<Key>, Reason>;
    let stories: &[(&str, Reason, Story)] = &[
        ("data on no stream", R::PROTOCOL_ERROR, |c| c.say(frame::DATA, 0, 0, b"x")),
        ("data on a stream that never was", R::PROTOCOL_ERROR, |c| c.say(frame::DATA, 0, 9, b"x")),
        ("a stream of ours", R::PROTOCOL_ERROR, |c| {
            let block = c.get();
            c.say(frame::HEADERS, 5, 2, &block)
        }),
        ("a smaller number", R::PROTOCOL_ERROR, |c| {
            c.ask(5, END);
            let block = c.get();
            c.say(frame::HEADERS, 5, 3, &block)
        }),
        ("a head after the end", R::STREAM_CLOSED, |c| {
            c.ask(1, END);
            let block = c.get();
            c.say(frame::HEADERS, 5, 1, &block)
        }),
        ("fields out of step", R::COMPRESSION_ERROR, |c| c.say(frame::HEADERS, 5, 1, &[0xFF, 0xFF])),
        ("a head with another frame in it", R::PROTOCOL_ERROR, |c| {
            c.say(frame::HEADERS, 0, 1, &[])?;
            c.say(frame::PING, 0, 0, &[0; 8])
        }),
        ("a continuation of nothing", R::PROTOCOL_ERROR, |c| c.say(frame::CONTINUATION, 4, 1, &[])),
        ("continuations without end", R::ENHANCE_YOUR_CALM, |c| {
            c.say(frame::HEADERS, 0, 1, &[])?;
            (0..100).try_fold(None, |_, _| c.say(frame::CONTINUATION, 0, 1, &[]))
        }),
        ("padding without room", R::PROTOCOL_ERROR, |c| {
            c.ask(1, 0);
            c.say(frame::DATA, frame::PADDED, 1, &[4, 0, 0])
        }),
        ("a push", R::PROTOCOL_ERROR, |c| c.say(frame::PUSH_PROMISE, 4, 1, &[0; 4])),
        ("a setting of odd length", R::FRAME_SIZE_ERROR, |c| c.say(frame::SETTINGS, 0, 0, &[0; 5])),
        ("settings on a stream", R::PROTOCOL_ERROR, |c| c.say(frame::SETTINGS, 0, 1, &[])),
        ("a window beyond all", R::FLOW_CONTROL_ERROR, |c| c.say(frame::SETTINGS, 0, 0, &[0, 4, 0x80, 0, 0, 0])),
        ("frames too small", R::PROTOCOL_ERROR, |c| c.say(frame::SETTINGS, 0, 0, &[0, 5, 0, 0, 0, 1])),
        ("a short ping", R::FRAME_SIZE_ERROR, |c| c.say(frame::PING, 0, 0, &[0; 7])),
        ("no more room for all", R::PROTOCOL_ERROR, |c| c.say(frame::WINDOW_UPDATE, 0, 0, &[0; 4])),
        ("too much room for all", R::FLOW_CONTROL_ERROR, |c| {
            c.say(frame::WINDOW_UPDATE, 0, 0, &[0x7F, 0xFF, 0xFF, 0xFF])
        }),
        ("a reset of what never was", R::PROTOCOL_ERROR, |c| c.say(frame::RST_STREAM, 0, 7, &[0; 4])),
        ("a reset of no stream", R::PROTOCOL_ERROR, |c| c.say(frame::RST_STREAM, 0, 0, &[0; 4])),
        ("more than the window", R::FLOW_CONTROL_ERROR, |c| {
            c.ask(1, 0);
            c.ask(3, 0);
            c.ask(5, 0);
            let full = vec![0; frame::PAYLOAD_BYTES];
            (0..9_u32).try_fold(None, |_, turn| c.say(frame::DATA, 0, 1 + 2 * (turn / 3), &full))
        }),
    ];
    for (what, reason, story) in stories {
        let mut caller = Caller::new();
        assert_eq!(story(&mut caller), Err(*reason), "{what}");
        let last = caller.frames().pop();
        assert_eq!(last, Some(gone(caller.house.last, *reason)), "{what}");
        assert!(caller.house.is_over());
        // Nothing is read any more.
        assert_eq!(caller.house.receive(&framed(frame::PING, 0, 0, &[0; 8])), Ok((0, None)), "{what}");
    }
    let mut early = Connection::new(BOUNDS);
    assert_eq!(early.receive(b"GET / HTTP/1.1"), Err(Reason::PROTOCOL_ERROR));
    let mut early = Connection::new(BOUNDS);
    let octets = [frame::PREFACE, &framed(frame::PING, 0, 0, &[0; 8])].concat();
    assert_eq!(early.receive(&octets), Err(Reason::PROTOCOL_ERROR), "settings come first");
    let mut long = Caller::new();
    assert_eq!(long.house.receive(&frame::head(16_385, frame::DATA, 0, 1)), Err(Reason::FRAME_SIZE_ERROR));
}

#[test]
fn rules_of_a_stream_end_the_stream() {
    use Reason as R;
    type Story = fn(&mut Caller);
    let stories: &[(&str, Reason, Story)] = &[
        ("no path", R::PROTOCOL_ERROR, |c| {
            let block = c.block(&[(":method", "GET"), (":scheme", "https")]);
            assert_eq!(c.say(frame::HEADERS, 5, 1, &block), Ok(None));
        }),
        ("a pseudo-field that is unknown", R::PROTOCOL_ERROR, |c| {
            let block = c.block(&[(":method", "GET"), (":scheme", "https"), (":path", "/"), (":status", "200")]);
            assert_eq!(c.say(frame::HEADERS, 5, 1, &block), Ok(None));
        }),
        ("two paths", R::PROTOCOL_ERROR, |c| {
            let block = c.block(&[(":method", "GET"), (":scheme", "https"), (":path", "/"), (":path", "/")]);
            assert_eq!(c.say(frame::HEADERS, 5, 1, &block), Ok(None));
        }),
        ("a pseudo-field behind others", R::PROTOCOL_ERROR, |c| {
            let block = c.block(&[(":method", "GET"), (":scheme", "https"), ("x-own", "1"), (":path", "/")]);
            assert_eq!(c.say(frame::HEADERS, 5, 1, &block), Ok(None));
        }),
        ("trailers that do not end", R::PROTOCOL_ERROR, |c| {
            c.ask(1, 0);
            assert_eq!(c.say(frame::HEADERS, frame::END_HEADERS, 1, &[]), Ok(None));
        }),
        ("trailers with a path", R::PROTOCOL_ERROR, |c| {
            c.ask(1, 0);
            let block = c.block(&[(":path", "/")]);
            assert_eq!(c.say(frame::HEADERS, 5, 1, &block), Ok(None));
        }),
        ("data after the end", R::STREAM_CLOSED, |c| {
            c.ask(1, END);
            assert_eq!(c.say(frame::DATA, 0, 1, b"x"), Ok(None));
        }),
        ("more than it said", R::PROTOCOL_ERROR, |c| {
            let key = c.ask(1, 0);
            c.house.expect(key, 3);
            assert_eq!(c.say(frame::DATA, 0, 1, b"four"), Ok(None));
        }),
        ("less than it said", R::PROTOCOL_ERROR, |c| {
            let key = c.ask(1, 0);
            c.house.expect(key, 3);
            assert_eq!(c.say(frame::DATA, END, 1, b"2x"), Ok(None));
        }),
        ("no more room", R::PROTOCOL_ERROR, |c| {
            c.ask(1, END);
            assert_eq!(c.say(frame::WINDOW_UPDATE, 0, 1, &[0; 4]), Ok(None));
        }),
        ("too much room", R::FLOW_CONTROL_ERROR, |c| {
            c.ask(1, END);
            assert_eq!(c.say(frame::WINDOW_UPDATE, 0, 1, &[0x7F, 0xFF, 0xFF, 0xFF]), Ok(None));
        }),
        ("a short priority", R::FRAME_SIZE_ERROR, |c| {
            c.ask(1, END);
            assert_eq!(c.say(frame::PRIORITY, 0, 1, &[0; 4]), Ok(None));
        }),
        ("data after its own reset", R::STREAM_CLOSED, |c| {
            let key = c.ask(1, 0);
            assert!(c.house.begin(key));
            assert_eq!(c.say(frame::RST_STREAM, 0, 1, &[0; 4]), Ok(None));
            assert_eq!(c.say(frame::DATA, 0, 1, b"x"), Ok(None));
        }),
    ];
    for (what, reason, story) in stories {
        let mut caller = Caller::new();
        story(&mut caller);
        assert_eq!(caller.frames(), [reset(1, *reason)], "{what}");
        // Others are served.
        caller.ask(3, END);
    }
}

#[test]
fn no_stream_depends_on_itself() {
    let mut caller = Caller::new();
    let block = [&[0, 0, 0, 1, 9][..], &caller.get()].concat();
    assert_eq!(caller.say(frame::HEADERS, 5 | frame::PRIORITISED, 1, &block), Ok(None));
    assert_eq!(caller.frames(), [reset(1, Reason::PROTOCOL_ERROR)]);
}

#[test]
fn a_stream_that_we_broke_off_may_still_be_spoken_on() {
    let mut caller = Caller::new();
    let key = caller.ask(1, 0);
    caller.house.break_off(key, Reason::CANCEL);
    caller.frames();
    for release in [false, true] {
        if release {
            caller.house.release(key);
        }
        caller.say(frame::DATA, 0, 1, b"late").unwrap();
        caller.say(frame::HEADERS, 5, 1, &[]).unwrap();
        caller.say(frame::RST_STREAM, 0, 1, &[0; 4]).unwrap();
        assert_eq!(caller.frames(), []);
    }
}

#[test]
fn more_streams_than_agreed_are_refused() {
    let mut caller = Caller::new();
    let keys: Vec<_> = (0..4).map(|number| caller.ask(2 * number + 1, END)).collect();
    let block = caller.get();
    assert_eq!(caller.say(frame::HEADERS, 5, 9, &block), Ok(None));
    assert_eq!(caller.frames(), [reset(9, Reason::REFUSED_STREAM)]);
    caller.house.release(keys[2]);
    caller.ask(11, END);
}

#[test]
fn resets_of_what_nobody_has_looked_at_are_bounded() {
    let mut caller = Caller::new();
    for stream in [1, 3, 5] {
        caller.ask(stream, END);
        assert_eq!(caller.say(frame::RST_STREAM, 0, stream, &[0; 4]), Ok(None));
    }
    caller.ask(7, END);
    assert_eq!(caller.say(frame::RST_STREAM, 0, 7, &[0; 4]), Err(Reason::ENHANCE_YOUR_CALM));
    // Those that were looked at have cost the caller a request each.
    let mut caller = Caller::new();
    for stream in (0..50).map(|number| 2 * number + 1) {
        let key = caller.ask(stream, END);
        assert!(caller.house.begin(key));
        assert_eq!(caller.say(frame::RST_STREAM, 0, stream, &[0; 4]), Ok(None));
        assert_eq!(caller.house.poll_broken(key, &context()), Poll::Ready(Reason(0)));
        caller.house.release(key);
    }
}

#[test]
fn streams_that_break_the_rules_are_bounded() {
    let mut caller = Caller::new();
    let said: Result<Vec<_>, _> =
        (0..10).map(|number| caller.say(frame::HEADERS, 5, 2 * number + 1, &[0x82])).collect();
    assert_eq!(said, Err(Reason::ENHANCE_YOUR_CALM));
}

#[test]
fn content_goes_no_faster_than_both_windows() {
    let mut caller = Caller::new();
    let (first, second) = (caller.ask(1, END), caller.ask(3, END));
    for key in [first, second] {
        caller.house.head(key, 200).unwrap().finish(false);
    }
    caller.frames();
    assert_eq!(caller.send_all(first, 100_000), 65_535);
    assert_eq!(caller.send_all(second, 100_000), 0);
    // The window of all, and then that of the stream.
    caller.say(frame::WINDOW_UPDATE, 0, 0, &30_000_u32.to_be_bytes()).unwrap();
    assert_eq!(caller.send_all(first, 100_000), 0);
    assert_eq!(caller.send_all(second, 10_000), 10_000);
    caller.say(frame::WINDOW_UPDATE, 0, 1, &5_000_u32.to_be_bytes()).unwrap();
    assert_eq!(caller.send_all(first, 100_000), 5_000);
    // A smaller window for all streams leaves nothing to either, until it is made up for.
    caller.say(frame::SETTINGS, 0, 0, &[0, 4, 0, 0, 0, 0]).unwrap();
    assert_eq!(caller.send_all(second, 100), 0);
    caller.say(frame::WINDOW_UPDATE, 0, 3, &10_001_u32.to_be_bytes()).unwrap();
    assert_eq!(caller.send_all(second, 100), 1);
}

#[test]
fn streams_take_turns_where_room_is_short() {
    let mut caller = Caller::new();
    let keys: Vec<_> = [1, 3, 5].map(|stream| caller.ask(stream, END)).to_vec();
    for key in &keys {
        caller.house.head(*key, 200).unwrap().finish(false);
    }
    caller.say(frame::SETTINGS, 0, 0, &[0, 4, 0x7F, 0, 0, 0]).unwrap();
    assert_eq!(caller.send_all(keys[0], 1 << 20), 65_535);
    let mut sent = [0; 3];
    for key in &keys {
        assert!(caller.room(*key, 1 << 20).is_pending());
    }
    for _ in 0..30 {
        caller.say(frame::WINDOW_UPDATE, 0, 0, &1_000_u32.to_be_bytes()).unwrap();
        for (sent, key) in sent.iter_mut().zip(&keys) {
            *sent += caller.send_all(*key, 1 << 20);
        }
    }
    assert_eq!(sent, [10_000; 3]);
}

#[test]
fn room_that_is_not_used_goes_to_others() {
    let mut caller = Caller::new();
    let (first, second) = (caller.ask(1, END), caller.ask(3, END));
    for key in [first, second] {
        caller.house.head(key, 200).unwrap().finish(false);
    }
    caller.say(frame::SETTINGS, 0, 0, &[0, 4, 0x7F, 0, 0, 0]).unwrap();
    assert_eq!(caller.send_all(first, 60_000), 60_000);
    assert_eq!(caller.room(first, 10_000), Poll::Ready(Ok(5_535)));
    assert!(caller.room(second, 10_000).is_pending());
    caller.house.release(first);
    assert_eq!(caller.room(second, 10_000), Poll::Ready(Ok(5_535)));
}

#[test]
fn what_is_taken_of_a_request_may_be_sent_again() {
    let mut caller = Caller::new();
    let key = caller.ask(1, 0);
    let piece = vec![b'x'; 16_000];
    for _ in 0..3 {
        caller.say(frame::DATA, 0, 1, &piece).unwrap();
    }
    assert_eq!(caller.frames(), [], "nothing was taken");
    assert_eq!(caller.house.poll_content(key, &context()), Poll::Ready(Ok(48_000)));
    let mut out = Vec::new();
    assert_eq!(caller.house.take_content(key, &mut out, 40_000), 40_000);
    assert_eq!(caller.frames(), [(frame::WINDOW_UPDATE, 0, 1, 40_000_u32.to_be_bytes().to_vec())]);
    assert_eq!(caller.house.take_content(key, &mut out, 40_000), 8_000);
    assert!(caller.house.poll_content(key, &context()).is_pending());
    // What is left when the stream is given back makes up for the connection's window.
    caller.say(frame::DATA, 0, 1, &piece).unwrap();
    caller.say(frame::DATA, 0, 1, &piece[..4_000]).unwrap();
    caller.house.release(key);
    let wanted = [reset(1, Reason::INTERNAL_ERROR), (frame::WINDOW_UPDATE, 0, 0, 68_000_u32.to_be_bytes().to_vec())];
    assert_eq!(caller.frames(), wanted);
}

#[test]
fn who_does_not_take_answers_is_not_read_any_further() {
    let mut caller = Caller::new();
    let pings = framed(frame::PING, 0, 0, &[7; 8]).repeat(10_000);
    let (read, _) = caller.house.receive(&pings).unwrap();
    assert!(read < pings.len() / 2, "{read}");
    assert!(caller.house.is_congested());
    caller.frames();
    assert!(!caller.house.is_congested());
}

#[test]
fn who_leaves_serves_what_was_asked_before_it_was_heard() {
    let mut caller = Caller::new();
    let first = caller.ask(1, END);
    caller.house.leave();
    let frames = caller.frames();
    assert_eq!(frames[0], gone(u32::MAX >> 1, Reason::NO_ERROR));
    let second = caller.ask(3, END);
    caller.say(frame::PING, frame::ACK, 0, &frames[1].3).unwrap();
    assert_eq!(caller.frames(), [gone(3, Reason::NO_ERROR)]);
    let block = caller.get();
    assert_eq!(caller.say(frame::HEADERS, 4, 5, &block), Ok(None));
    assert_eq!(caller.say(frame::DATA, 0, 5, b"passed over"), Ok(None));
    for key in [first, second] {
        assert!(!caller.house.is_over());
        caller.house.head(key, 204).unwrap().finish(true);
        caller.house.release(key);
    }
    assert!(caller.house.is_over());
}

proptest! {
    /// Frames of any kind in any order, on few streams: answered or refused, and never too much kept.
    #[test]
    fn any_frames_are_taken_or_refused(
        frames in proptest::collection::vec(
            (0_u8..11, any::<u8>(), 0_u32..8, proptest::collection::vec(any::<u8>(), 0..40), any::<bool>()),
            0..60,
        )
    ) {
        let mut caller = Caller::new();
        let mut keys = Vec::new();
        for (kind, flags, stream, payload, serve) in frames {
            let payload = if kind == frame::HEADERS && payload.len() > 5 { caller.get() } else { payload };
            match caller.say(kind, flags, stream, &payload) {
                Ok(key) => keys.extend(key),
                Err(_) => return Ok(()),
            }
            if serve && let Some(key) = keys.pop() {
                caller.house.begin(key);
                let _ = caller.house.take_content(key, &mut Vec::new(), 10);
                if let Ok(head) = caller.house.head(key, 200) {
                    head.finish(false);
                }
                let room = caller.room(key, 30);
                if let Poll::Ready(Ok(room)) = room {
                    prop_assert!(caller.house.content(key, &[b'x'; 30][..room], room % 2 == 0).is_ok());
                }
                caller.house.release(key);
            }
            prop_assert!(caller.house.streams.len() <= 2 * BOUNDS.streams as usize);
            prop_assert!(caller.house.promised <= super::OUT_AT_MOST);
            prop_assert!(caller.house.waiting.len() <= caller.house.streams.len());
        }
    }
}
