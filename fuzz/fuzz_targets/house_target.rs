//! Any text as a URL that the house is to call: what is read is written and read alike, and leads nowhere it must not.

#![no_main]

use upstream::{AddressKind, Host, Target};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Ok(url) = std::str::from_utf8(input) else { return };
    let (configured, supplied) = (Target::configured(url), Target::supplied(url, &[8443]));
    if let Ok(target) = &configured {
        assert_eq!(Target::configured(&target.to_string()).as_ref(), Ok(target));
        if let Host::Address(ip) = target.destination().host() {
            assert!(!AddressKind::of(*ip).is_never_called());
        }
    }
    if let Ok(target) = supplied {
        assert!(configured.is_ok(), "a caller may name what the file may not");
        assert!(target.is_tls() && matches!(target.destination().port(), 443 | 8443));
        if let Host::Address(ip) = target.destination().host() {
            assert_eq!(AddressKind::of(*ip), AddressKind::Public);
        }
    }
});
