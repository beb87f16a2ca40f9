//! Content that is in memory already.

use std::task::{Context, Poll, Waker};

use super::*;

#[test]
fn kept_content_is_handed_out_where_it_lies_and_ends() {
    let kept = Bytes::from_static(b"seven dwarfs");
    let mut content = Content::Kept(kept.clone());
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(content.poll_ready(&mut context), Poll::Ready(Ok(true))));
    assert_eq!(content.piece(), b"seven dwarfs");
    assert_eq!(content.piece().as_ptr(), kept.as_ptr(), "nothing was copied");
    content.consume(6);
    assert_eq!(content.piece(), b"dwarfs");
    content.consume(99);
    assert!(matches!(content.poll_ready(&mut context), Poll::Ready(Ok(false))));
    assert!(content.trailers().is_none() && !content.is_of_service());
}
