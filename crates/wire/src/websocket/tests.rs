//! Frames by the letter of RFC 6455 §5, and the same however they are cut.

use proptest::prelude::*;

use super::FrameError::{AfterClose, Control, Fragment, Length, Mask, Opcode, Reserved, TooLong};
use super::{FrameError, Frames, Sender, close, ping};

const MEBIBYTE: u64 = 1024 * 1024;

/// All that passes of the input, when it comes in pieces of this size, and how it ended.
fn pass(mut frames: Frames, input: &[u8], piece: usize) -> (usize, Result<(), FrameError>, bool) {
    let (mut passed, mut here) = (0, 0);
    loop {
        match frames.pass(&input[passed..here]) {
            Ok(0) if here == input.len() => return (passed, Ok(()), frames.is_closed()),
            Ok(0) => here = (here + piece).min(input.len()),
            Ok(count) => passed += count,
            Err(error) => return (passed, Err(error), frames.is_closed()),
        }
    }
}

fn from_server(input: &[u8]) -> (usize, Result<(), FrameError>, bool) {
    pass(Frames::new(Sender::Server, false, MEBIBYTE), input, usize::MAX)
}

/// The head of a frame with the length in the form given: 0, 2 or 8 octets.
fn head(first: u8, masked: bool, length: u64, form: usize) -> Vec<u8> {
    let mask = if masked { 0x80 } else { 0 };
    let mut out = match form {
        0 => vec![first, mask | length as u8],
        2 => [&[first, mask | 126][..], &(length as u16).to_be_bytes()].concat(),
        _ => [&[first, mask | 127][..], &length.to_be_bytes()].concat(),
    };
    if masked {
        out.extend_from_slice(&[1, 2, 3, 4]);
    }
    out
}

fn frame(first: u8, masked: bool, length: usize) -> Vec<u8> {
    let form = match length {
        0..=125 => 0,
        126..=0xFFFF => 2,
        _ => 8,
    };
    [head(first, masked, length as u64, form), vec![b'x'; length]].concat()
}

#[test]
fn whole_messages_fragments_and_control_frames_between_them_pass() {
    let frames = [
        frame(0x81, false, 5),
        frame(0x02, false, 70_000),
        frame(0x89, false, 0),
        frame(0x00, false, 126),
        frame(0x8A, false, 125),
        frame(0x80, false, 0),
        frame(0x88, false, 2),
    ];
    let input = frames.concat();
    assert_eq!(from_server(&input), (input.len(), Ok(()), true));
}

#[test]
fn what_breaks_a_rule_does_not_pass() {
    let cases: [(Vec<u8>, FrameError); 16] = [
        (frame(0xC1, false, 1), Reserved),
        (frame(0x83, false, 1), Opcode),
        (frame(0x8B, false, 1), Opcode),
        (frame(0x81, true, 1), Mask),
        (frame(0x09, false, 1), Control),
        (frame(0x89, false, 126), Control),
        (frame(0x88, false, 1), Control),
        (frame(0x80, false, 1), Fragment),
        ([frame(0x01, false, 1), frame(0x81, false, 1)].concat(), Fragment),
        (head(0x82, false, 125, 2), Length),
        (head(0x82, false, 65_535, 8), Length),
        (head(0x82, false, 1 << 63, 8), Length),
        (head(0x82, false, MEBIBYTE + 1, 8), TooLong),
        ([frame(0x02, false, 70_000), head(0x80, false, MEBIBYTE, 8)].concat(), TooLong),
        ([frame(0x88, false, 0), frame(0x81, false, 1)].concat(), AfterClose),
        ([frame(0x88, false, 0), frame(0x88, false, 0)].concat(), AfterClose),
    ];
    for (input, error) in cases {
        assert_eq!(from_server(&input).1, Err(error), "{:?}", &input[..10.min(input.len())]);
    }
}

#[test]
fn a_client_has_to_mask_and_an_extension_may_use_the_reserved_bits() {
    let client = |extended| Frames::new(Sender::Client, extended, MEBIBYTE);
    assert_eq!(pass(client(false), &frame(0x81, true, 300), 1000).1, Ok(()));
    assert_eq!(pass(client(false), &frame(0x81, false, 300), 1000), (0, Err(Mask), false));
    assert_eq!(pass(client(true), &frame(0xC1, true, 300), 1000).1, Ok(()));
}

#[test]
fn our_own_frames_are_frames() {
    for (sender, mask) in [(Sender::Client, Some([9, 8, 7, 6])), (Sender::Server, None)] {
        let mut out = Vec::new();
        ping(&mut out, mask);
        close(&mut out, 1001, mask);
        assert_eq!(pass(Frames::new(sender, false, 0), &out, 1), (out.len(), Ok(()), true));
    }
    let mut out = Vec::new();
    close(&mut out, 1001, Some([1, 2, 3, 4]));
    assert_eq!(out, [0x88, 0x82, 1, 2, 3, 4, 0x03 ^ 1, 0xE9 ^ 2]);
}

#[test]
fn there_is_room_between_frames_and_not_within() {
    let mut frames = Frames::new(Sender::Server, false, MEBIBYTE);
    let input = frame(0x01, false, 4);
    assert!(frames.is_between());
    assert_eq!((frames.pass(&input[..4]), frames.is_between()), (Ok(4), false));
    assert_eq!((frames.pass(&input[4..]), frames.is_between()), (Ok(2), true));
}

proptest! {
    #[test]
    fn any_octets_pass_alike_however_they_are_cut(
        input in proptest::collection::vec(prop_oneof![Just(0x81_u8), Just(0), Just(2), any::<u8>()], 0..200),
        piece in 1_usize..40,
        extended in any::<bool>(),
    ) {
        let frames = Frames::new(Sender::Server, extended, 100);
        let whole = pass(frames.clone(), &input, input.len().max(1));
        prop_assert_eq!(pass(frames, &input, piece), whole);
    }
}
