//! What an authenticator app is shown.

use super::{Enrolment, encoded};
use crate::accounts::{Address, TotpSecret};

#[test]
fn the_uri_names_the_house_and_the_person_and_holds_the_secret() {
    let secret = TotpSecret::from_octets(*b"12345678901234567890");
    let address = Address::parse("ada+x@shop.example").unwrap();
    let shown = Enrolment::of(&secret, &address, "Corner & Shop: Ltd");
    assert_eq!(
        shown.uri.expose(),
        "otpauth://totp/Corner%20%26%20Shop%3A%20Ltd:ada%2Bx%40shop.example\
         ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Corner%20%26%20Shop%3A%20Ltd"
    );
    assert_eq!(shown.text.expose(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    assert_eq!(encoded("é/~"), "%C3%A9%2F~");
}

#[test]
fn the_picture_has_no_text_of_anybody_in_it() {
    let secret = TotpSecret::generate().unwrap();
    let address = Address::parse("ada@shop.example").unwrap();
    let shown = Enrolment::of(&secret, &address, "\"><script>");
    let svg = shown.svg.expose();
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"));
    assert!(!svg.contains("script") && !svg.contains("style") && !svg.contains("ada"));
    // Three finder patterns: their outer rows are seven dark modules, from the corner inside the quiet zone.
    for corner in ["M4 4h1v1h-1z", "M10 4h1v1h-1z", "M4 10h1v1h-1z"] {
        assert!(svg.contains(corner), "{corner}");
    }
}

#[test]
fn nothing_of_it_is_printed() {
    let secret = TotpSecret::generate().unwrap();
    let shown = Enrolment::of(&secret, &Address::parse("ada@shop.example").unwrap(), "Shop");
    let printed = format!("{shown:?} {secret:?}");
    assert!(!printed.contains("otpauth") && !printed.contains("svg x"), "{printed}");
}
