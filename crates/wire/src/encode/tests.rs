//! What is written is what was meant.

use super::{
    chunk_end, chunk_head, end_of_head, field, field_u64, last_chunk, reason_phrase, request_line, status_line,
};
use crate::Fields;

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).expect("text")
}

#[test]
fn a_head_is_written_line_by_line() {
    let head = written(|out| {
        request_line(out, "GET", "/a?b");
        field(out, "host", b"a");
        field_u64(out, "content-length", u64::MAX);
        end_of_head(out);
    });
    assert_eq!(head, "GET /a?b HTTP/1.1\r\nhost: a\r\ncontent-length: 18446744073709551615\r\n\r\n");
}

#[test]
fn every_status_line_has_its_registered_reason() {
    for status in 100..600 {
        let line = written(|out| status_line(out, status));
        assert_eq!(line, format!("HTTP/1.1 {status} {}\r\n", reason_phrase(status)));
    }
}

#[test]
fn chunks_are_written_with_their_size() {
    for len in [1, 9, 15, 16, 255, 4096, 0x00AB_CDEF, usize::MAX] {
        assert_eq!(written(|out| chunk_head(out, len)), format!("{len:x}\r\n"));
    }
    assert_eq!(written(|out| chunk_head(out, 0)), "");
    assert_eq!(written(chunk_end), "\r\n");
    assert_eq!(written(|out| last_chunk(out, None)), "0\r\n\r\n");
    let mut trailers = Fields::new();
    trailers.push(b"X-Sum", b"a").expect("valid");
    assert_eq!(written(|out| last_chunk(out, Some(&trailers))), "0\r\nx-sum: a\r\n\r\n");
}
