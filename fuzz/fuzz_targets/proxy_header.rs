//! Any octets as the front of a proxied connection: read alike in any pieces, and never beyond what is there.

#![no_main]

use wire::proxy::{ProxyVersion, read};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    for version in [ProxyVersion::V1, ProxyVersion::V2] {
        let whole = read(input, version);
        for cut in 0..input.len() {
            match read(&input[..cut], version) {
                Ok(None) => {}
                early => {
                    assert_eq!(early, whole);
                    if let Ok(Some(header)) = early {
                        assert!(header.length <= cut);
                    }
                    break;
                }
            }
        }
    }
});
