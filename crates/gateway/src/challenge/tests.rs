//! Which proofs are shown to whom. Handshakes are tested through the whole program, with a real CA.

use ca::acme::{Challenge, Proof, Responder as _};
use wire::{HeadLimits, RequestHead};

use super::Challenges;

fn proof(challenge: Challenge) -> Proof {
    let (token, key_authorization) = ("t0ken".to_owned(), "t0ken.thumb".to_owned());
    Proof { challenge, name: "shop.test".to_owned(), token, key_authorization }
}

fn answer(challenges: &Challenges, line: &str) -> Option<String> {
    let mut head = RequestHead::new();
    let text = format!("{line} HTTP/1.1\r\nhost: shop.test\r\n\r\n");
    head.parse(text.as_bytes(), &HeadLimits { head_bytes: 4096, target_bytes: 1024, fields: 16 }).expect("a head");
    challenges.answer(&head)
}

#[test]
fn a_token_is_answered_while_it_is_shown_and_nothing_else_is() {
    let challenges = Challenges::default();
    let asked = "GET /.well-known/acme-challenge/t0ken";
    assert_eq!(answer(&challenges, asked), None);
    challenges.show(&[proof(Challenge::Http)]);
    assert_eq!(answer(&challenges, asked).as_deref(), Some("t0ken.thumb"));
    for other in [
        "GET /.well-known/acme-challenge/other",
        "GET /.well-known/acme-challenge/",
        "GET /.well-known/acme-challenge/t0ken/",
        "GET /t0ken",
        "POST /.well-known/acme-challenge/t0ken",
    ] {
        assert_eq!(answer(&challenges, other), None, "{other}");
    }
    challenges.show(&[proof(Challenge::TlsAlpn)]);
    assert_eq!(answer(&challenges, asked), None, "a proof of the other kind");
    assert!(challenges.shown().is_some_and(|shown| shown.handshakes.contains_key("shop.test")));
    challenges.show(&[]);
    assert!(challenges.shown().is_none());
}
