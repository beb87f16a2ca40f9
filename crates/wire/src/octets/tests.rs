//! Looking at eight octets together misses nothing.

use super::{is_value_octet, value_len};

#[test]
fn eight_at_once_finds_what_one_at_a_time_finds() {
    for len in 0..20 {
        for at in 0..len {
            for octet in 0..=u8::MAX {
                let mut text = vec![b'a'; len];
                text[at] = octet;
                if at > 0 {
                    text[at - 1] = b'\t';
                }
                let expected = if is_value_octet(octet) { len } else { at };
                assert_eq!(value_len(&text), expected, "{octet} at {at} of {len}");
            }
        }
    }
}
