//! Both ways of the compression, by the examples of RFC 7541 and by each other.

use proptest::prelude::*;

use super::{Decoder, Encoder, Indexing, Unreadable, huffman, integer};
use crate::section::{Pseudo, Section};

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| *byte != b' ').collect();
    let text = |pair: &[u8]| String::from_utf8(pair.to_vec()).unwrap();
    digits.chunks(2).map(|pair| u8::from_str_radix(&text(pair), 16).unwrap()).collect()
}

fn decode(decoder: &mut Decoder, block: &[u8]) -> Result<Pairs, Unreadable> {
    let mut section = Section::new(1 << 20);
    decoder.decode(block, &mut section)?;
    Ok(section.fields().map(|(name, value)| (name.to_vec(), value.to_vec())).collect())
}

#[test]
fn the_examples_of_the_standard_are_read() {
    // RFC 7541, Appendix C.4: three requests on one connection.
    let mut decoder = Decoder::new();
    let mut section = Section::new(4096);
    for (block, path, scheme, field) in [
        ("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", "/", "http", None),
        ("8286 84be 5886 a8eb 1064 9cbf", "/", "http", Some(("cache-control", "no-cache"))),
        (
            "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
            "/index.html",
            "https",
            Some(("custom-key", "custom-value")),
        ),
    ] {
        decoder.decode(&octets(block), &mut section).unwrap();
        let pseudo = |which| section.pseudo(which).map(|value| String::from_utf8_lossy(value).into_owned());
        assert_eq!(pseudo(Pseudo::Method).as_deref(), Some("GET"));
        assert_eq!(pseudo(Pseudo::Scheme).as_deref(), Some(scheme));
        assert_eq!(pseudo(Pseudo::Path).as_deref(), Some(path));
        assert_eq!(pseudo(Pseudo::Authority).as_deref(), Some("www.example.com"));
        let wanted: Vec<_> = field.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        assert_eq!(section.fields().collect::<Vec<_>>(), wanted);
    }
}

#[test]
fn every_octet_has_a_code_that_is_read_back() {
    let text: Vec<u8> = (0..=u8::MAX).chain((0..=u8::MAX).rev()).collect();
    let mut coded = Vec::new();
    huffman::encode(&text, &mut coded);
    assert_eq!(coded.len(), huffman::encoded_len(&text));
    let mut read = Vec::new();
    huffman::decode(&coded, &mut read).unwrap();
    assert_eq!(read, text);
}

#[test]
fn codes_that_end_badly_are_not_read() {
    // A whole octet of filling; filling with zeros; the end of the string itself; codes that are cut off.
    for coded in ["1fff", "18", "ffffffff", "fffffffc", "ff", "fffffe"] {
        assert_eq!(huffman::decode(&octets(coded), &mut Vec::new()), Err(Unreadable), "{coded}");
    }
    let mut read = Vec::new();
    huffman::decode(&octets("1f"), &mut read).unwrap();
    assert_eq!(read, b"a");
}

#[test]
fn blocks_that_break_the_rules_are_not_read() {
    for (block, what) in [
        ("80", "index 0"),
        ("be", "an index beyond the table"),
        ("ffffffffff7f", "an index without bound"),
        ("ff8080808080808000", "zeros without end"),
        ("82 3f e11f", "a size in the middle of a block"),
        ("3f e21f", "a table that is larger than allowed"),
        ("20 20 20", "a third size"),
        ("40", "a literal without a name"),
        ("40 05 6162", "a name that is cut off"),
        ("00 01 61", "a field without a value"),
        ("00 01 61 81 00", "a value with a wrong code"),
    ] {
        assert_eq!(decode(&mut Decoder::new(), &octets(block)), Err(Unreadable), "{what}");
    }
}

#[test]
fn a_table_of_nothing_holds_nothing() {
    let mut encoder = Encoder::new();
    let mut out = Vec::new();
    encoder.field(b"x-own", b"1", Indexing::Likely, &mut out);
    encoder.allow(0);
    let mut block = Vec::new();
    encoder.begin(&mut block);
    encoder.field(b"x-own", b"1", Indexing::Likely, &mut block);
    assert_eq!(block.first(), Some(&0x20), "the new size comes first");
    let mut decoder = Decoder::new();
    decode(&mut decoder, &out).unwrap();
    assert_eq!(decode(&mut decoder, &block).unwrap(), [(b"x-own".to_vec(), b"1".to_vec())]);
    assert_eq!(decode(&mut decoder, &[0xBE]), Err(Unreadable));
}

#[test]
fn what_comes_again_takes_an_octet() {
    let mut encoder = Encoder::new();
    let mut out = Vec::new();
    encoder.field(b"content-type", b"application/json", Indexing::Likely, &mut out);
    encoder.field(b"x-own", b"1", Indexing::Likely, &mut out);
    out.clear();
    encoder.field(b"content-type", b"application/json", Indexing::Likely, &mut out);
    encoder.field(b"x-own", b"1", Indexing::Likely, &mut out);
    assert_eq!(out, [0x80 | 63, 0x80 | 62]);
}

#[test]
fn who_may_not_keep_a_field_is_told_so() {
    let mut out = Vec::new();
    Encoder::new().field(b"set-cookie", b"a", Indexing::Never, &mut out);
    assert_eq!(out.first().map(|first| first & 0xF0), Some(0x10));
}

#[test]
fn what_is_too_large_is_read_and_not_kept() {
    let mut encoder = Encoder::new();
    let mut out = Vec::new();
    encoder.field(b"x-first", b"1", Indexing::Likely, &mut out);
    encoder.field(b"x-second", &[b'x'; 100], Indexing::Likely, &mut out);
    let mut section = Section::new(64);
    let mut decoder = Decoder::new();
    decoder.decode(&out, &mut section).unwrap();
    assert!(section.is_too_large());
    assert_eq!(section.fields().count(), 1);
    // The tables are in step all the same.
    assert_eq!(decode(&mut decoder, &[0xBE]).unwrap()[0].0, b"x-second");
}

fn indexing() -> impl Strategy<Value = Indexing> {
    prop_oneof![Just(Indexing::Likely), Just(Indexing::Once), Just(Indexing::Never)]
}

proptest! {
    #[test]
    fn integers_are_read_back(value in 0_usize..1 << 24, prefix in 4_u32..8) {
        let mut out = Vec::new();
        integer::write(value, prefix, 0, &mut out);
        let (first, mut rest) = out.split_first().unwrap();
        prop_assert_eq!(integer::read(*first, prefix, &mut rest), Ok(value));
        prop_assert!(rest.is_empty());
    }

    #[test]
    fn texts_are_read_back(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut coded = Vec::new();
        huffman::encode(&text, &mut coded);
        let mut read = Vec::new();
        prop_assert_eq!(huffman::decode(&coded, &mut read), Ok(()));
        prop_assert_eq!(read, text);
    }

    /// Whatever the sizes of the table in between.
    #[test]
    fn blocks_are_read_back(
        blocks in proptest::collection::vec(
            (
                proptest::option::of(0_usize..300),
                proptest::collection::vec(("[a-d]{1,3}", "[x-z]{0,40}", indexing()), 0..12),
            ),
            1..12,
        )
    ) {
        let (mut encoder, mut decoder) = (Encoder::new(), Decoder::new());
        for (bound, fields) in blocks {
            if let Some(bound) = bound {
                encoder.allow(bound / 2);
                encoder.allow(bound);
            }
            let mut out = Vec::new();
            encoder.begin(&mut out);
            for (name, value, indexing) in &fields {
                encoder.field(name.as_bytes(), value.as_bytes(), *indexing, &mut out);
            }
            let wanted: Pairs = fields.into_iter().map(|(name, value, _)| (name.into(), value.into())).collect();
            prop_assert_eq!(decode(&mut decoder, &out), Ok(wanted));
        }
    }

    #[test]
    fn any_octets_are_read_or_refused(blocks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 1..8)) {
        let mut decoder = Decoder::new();
        for block in blocks {
            if decode(&mut decoder, &block).is_err() {
                break;
            }
        }
    }
}
