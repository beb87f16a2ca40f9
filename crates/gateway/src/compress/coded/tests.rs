//! What is encoded is what it was when it is decoded, in whatever pieces, and places are given back.

use std::io::Read as _;
use std::sync::Arc;
use std::task::Waker;

use observe::{LogFormat, LogSettings, Observatory};

use super::*;

fn observatory() -> Arc<Observatory> {
    let log = observe::Settings { log: LogSettings { format: LogFormat::Off, colour: false } };
    Observatory::start(log, Box::new(std::io::sink())).expect("a thread")
}

fn counter(observatory: &Arc<Observatory>) -> Counter {
    Counter { observer: Rc::new(observatory.observer()), door: DoorRow::default() }
}

fn decoded(coding: Coding, encoded: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let read = match coding {
        Coding::Zstd => zstd::stream::read::Decoder::new(encoded).expect("memory").read_to_end(&mut decoded),
        Coding::Brotli => brotli::Decompressor::new(encoded, 4096).read_to_end(&mut decoded),
        Coding::Gzip => flate2::read::GzDecoder::new(encoded).read_to_end(&mut decoded),
    };
    read.unwrap_or_else(|error| panic!("{coding:?} {error}"));
    decoded
}

#[test]
fn any_content_is_itself_again_when_it_is_decoded() {
    let mut random = fastrand::Rng::with_seed(5);
    let mut context = Context::from_waker(Waker::noop());
    let observatory = observatory();
    for round in 0..60 {
        let length = if round < 3 { 0 } else { random.usize(0..300_000) };
        let content: Vec<u8> = (0..length).map(|_| random.u8(if round % 2 == 0 { 0..4 } else { 0..255 })).collect();
        let coding = Coding::ALL[round % 3];
        let place = Places::default().take(coding).expect("a place");
        let known = random.bool().then_some(length as u64);
        let kept = Content::Kept(Bytes::from(content.clone()));
        let encoder = Encoder::new(coding, known).expect("an encoder");
        let mut coded = Coded::new(kept, encoder, place, counter(&observatory));
        let mut encoded = Vec::new();
        loop {
            match coded.poll_ready(&mut context) {
                Poll::Ready(Ok(true)) => encoded.extend_from_slice(&coded.take(random.usize(1..40_000))),
                Poll::Ready(Ok(false)) => break,
                other => panic!("{other:?}"),
            }
            assert!(coded.piece().len() < 256 * 1024, "{}", coded.piece().len());
        }
        assert!(decoded(coding, &encoded) == content, "{coding:?} {length} octets");
    }
}

#[test]
fn there_is_so_much_room_and_each_place_is_given_back() {
    let places = Places::default();
    for (coding, at_most) in [(Coding::Zstd, 51), (Coding::Brotli, 18), (Coding::Gzip, 128)] {
        let taken: Vec<_> = (0..at_most).map(|_| places.take(coding).expect("a place")).collect();
        assert!(places.take(coding).is_none(), "{coding:?}");
        drop(taken);
    }
    assert_eq!(places.0.get(), 0);
    // Where a large encoder has no room, a small one may have.
    let _large: Vec<_> = (0..18).map(|_| places.take(Coding::Brotli).expect("a place")).collect();
    assert!(places.take(Coding::Brotli).is_none() && places.take(Coding::Gzip).is_some());
}
