//! Messages and their frames.

use super::*;

#[test]
fn what_was_framed_comes_out_as_it_was() {
    let content = [framed(b"one"), framed(b""), framed(b"three")].concat();
    assert_eq!(unframed(&content), Some(vec![b"one".to_vec(), Vec::new(), b"three".to_vec()]));
    assert_eq!(unframed(b""), Some(Vec::new()));
}

#[test]
fn content_that_breaks_off_within_a_message_is_none() {
    let content = framed(b"message");
    for length in 1..content.len() {
        assert_eq!(unframed(content.get(..length).unwrap_or_default()), None, "{length} bytes");
    }
}
