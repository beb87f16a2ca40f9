//! What is encoded is what it was when it is decoded, in whatever pieces, and places are given back.

use std::io::Read as _;
use std::task::Waker;

use super::*;

#[test]
fn any_content_is_itself_again_when_it_is_decoded() {
    let mut random = fastrand::Rng::with_seed(5);
    let mut context = Context::from_waker(Waker::noop());
    for round in 0..60 {
        let length = if round == 0 { 0 } else { random.usize(0..300_000) };
        let content: Vec<u8> = (0..length).map(|_| random.u8(if round % 2 == 0 { 0..4 } else { 0..255 })).collect();
        let place = Places::default().take().expect("a place");
        let mut coded = Coded::new(Content::Kept(Bytes::from(content.clone())), Coding::Gzip, place);
        let mut encoded = Vec::new();
        loop {
            match coded.poll_ready(&mut context) {
                Poll::Ready(Ok(true)) => encoded.extend_from_slice(&coded.take(random.usize(1..40_000))),
                Poll::Ready(Ok(false)) => break,
                other => panic!("{other:?}"),
            }
            assert!(coded.piece().len() < 256 * 1024, "{}", coded.piece().len());
        }
        let mut decoded = Vec::new();
        flate2::read::GzDecoder::new(encoded.as_slice()).read_to_end(&mut decoded).expect("gzip");
        assert!(decoded == content, "{length} octets");
    }
}

#[test]
fn there_are_so_many_places_and_each_is_given_back() {
    let places = Places::default();
    let taken: Vec<_> = (0..AT_MOST).map(|_| places.take().expect("a place")).collect();
    assert!(places.take().is_none());
    drop(taken);
    assert!(places.take().is_some());
}
