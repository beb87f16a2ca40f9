//! The few parts of HPACK that are written here agree with RFC 7541.

use super::*;

#[test]
fn every_status_is_read_in_every_coding() {
    assert_eq!(status_of(&[0x88]), Some(200));
    assert_eq!(status_of(&[0x8E]), Some(500));
    assert_eq!(status_of(&[0x3F, 0xE1]), None, "a size update that is cut short");
    assert_eq!(status_of(b"\x20\x08\x03421"), Some(421));
    // RFC 7541, Appendix C.6.1: 302 with Huffman coding is `64 02`.
    assert_eq!(status_of(&[0x48, 0x82, 0x64, 0x02]), Some(302));
    // Appendix C.6.2: 307 is `64 0e ff`.
    assert_eq!(status_of(&[0x48, 0x83, 0x64, 0x0E, 0xFF]), Some(307));
}

#[test]
fn long_strings_have_their_length_in_several_bytes() {
    let mut block = Vec::new();
    string(&mut block, &[b'x'; 1_337]);
    // 1337 - 127 = 1210 = 9 · 128 + 58
    assert_eq!(block.get(..3), Some(&[0x7F, 0x80 | 58, 9][..]));
    assert_eq!(block.len(), 3 + 1_337);
}
