//! What is an issuer and what is not.

use super::{IssuerUrl, IssuerUrlError};

#[test]
fn an_issuer_is_a_host_and_perhaps_a_port() {
    let issuer = IssuerUrl::parse("https://shop.localhost:8443").expect("is an issuer");
    assert_eq!((issuer.authority(), issuer.host()), ("shop.localhost:8443", "shop.localhost"));
    assert_eq!(IssuerUrl::parse("https://shop.example").expect("is an issuer").authority(), "shop.example");
}

#[test]
fn what_could_be_written_in_two_ways_is_not_an_issuer() {
    for (text, error) in [
        ("http://shop.example", IssuerUrlError::Scheme),
        ("HTTPS://shop.example", IssuerUrlError::Scheme),
        ("https://", IssuerUrlError::Host),
        ("https://shop.example/", IssuerUrlError::Host),
        ("https://shop.example/a", IssuerUrlError::Host),
        ("https://shop.example?a", IssuerUrlError::Host),
        ("https://shop.example#a", IssuerUrlError::Host),
        ("https://Shop.example", IssuerUrlError::Host),
        ("https://ada@shop.example", IssuerUrlError::Host),
        ("https://shop.example:443", IssuerUrlError::Host),
        ("https://shop.example:08443", IssuerUrlError::Host),
        ("https://shop.example:", IssuerUrlError::Host),
        ("https://shop..example", IssuerUrlError::Host),
        ("https://-shop.example", IssuerUrlError::Host),
    ] {
        assert_eq!(IssuerUrl::parse(text), Err(error), "{text}");
    }
}
