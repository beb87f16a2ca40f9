//! Any octets as the frames of one direction of a WebSocket: they pass alike in one piece and octet by octet.

#![no_main]

use wire::websocket::{FrameError, Frames, Sender};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    for sender in [Sender::Client, Sender::Server] {
        for extended in [false, true] {
            let frames = Frames::new(sender, extended, 4096);
            assert_eq!(passed(frames.clone(), input, input.len()), passed(frames, input, 1));
        }
    }
});

fn passed(mut frames: Frames, input: &[u8], piece: usize) -> (usize, Option<FrameError>, bool) {
    let (mut passed, mut here) = (0, 0);
    loop {
        match frames.pass(&input[passed..here]) {
            Ok(0) if here == input.len() => return (passed, None, frames.is_closed()),
            Ok(0) => here = (here + piece).min(input.len()),
            Ok(count) => passed += count,
            Err(error) => return (passed, Some(error), frames.is_closed()),
        }
    }
}
