//! Each encoder within the memory that is counted for it, and what comes out of it.

use super::*;

/// Gives `content` to an encoder in pieces; what came out.
fn encoded(coding: Coding, content: &[u8], length: Option<u64>) -> Vec<u8> {
    let mut encoder = Encoder::new(coding, length).expect("an encoder");
    let mut out = Vec::new();
    for piece in content.chunks(16 * 1024) {
        encoder.write(piece).expect("memory");
        out.append(encoder.output());
    }
    out.extend(encoder.finish().expect("memory"));
    out
}

/// Numbered lines with something of chance in each.
fn text(octets: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(7);
    let lines = (0..).flat_map(|number: u32| {
        format!("{{\"number\":{number},\"price\":{},\"name\":\"item {}\"}}\n", random.u16(..), random.u8(..))
            .into_bytes()
    });
    lines.take(octets).collect()
}

#[test]
fn no_encoder_holds_more_than_is_counted_for_it() {
    let mut random = fastrand::Rng::with_seed(7);
    let noise: Vec<u8> = (0..3_000_000).map(|_| random.u8(..)).collect();
    for content in [noise, text(3_000_000)] {
        // What zstd holds is not on Rust's heap: it says itself that it is 1145 KiB with these settings.
        for coding in [Coding::Brotli, Coding::Gzip] {
            let mut encoder = None;
            let held = allocation_counter::measure(|| {
                let mut made = Encoder::new(coding, None).expect("an encoder");
                for piece in content.chunks(16 * 1024) {
                    made.write(piece).expect("memory");
                    made.output().clear();
                }
                encoder = Some(made);
            });
            assert!(held.bytes_max <= most_bytes(coding) as u64, "{coding:?} {held:?}");
            assert!(held.bytes_max * 3 > most_bytes(coding) as u64, "{coding:?} {held:?}: far too much is counted");
        }
    }
}

#[test]
fn brotli_is_the_smallest_and_zstd_is_about_as_small_as_gzip() {
    let content = text(60_000);
    let [zstd, brotli, gzip] = Coding::ALL.map(|coding| encoded(coding, &content, None).len());
    assert!(brotli < gzip && zstd * 10 < gzip * 11 && gzip < content.len() / 3, "{zstd} {brotli} {gzip}");
}

#[test]
fn a_length_that_is_known_changes_nothing_but_the_tables() {
    let content = text(5_000);
    for coding in Coding::ALL {
        let (known, unknown) = (encoded(coding, &content, Some(5_000)), encoded(coding, &content, None));
        assert!(known.len().abs_diff(unknown.len()) < 200, "{coding:?} {} {}", known.len(), unknown.len());
    }
}
