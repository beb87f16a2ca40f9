//! Answers are read as they come, and proofs are what RFC 9449 asks for.

use super::answer::Answer;
use super::arguments::Alone;
use super::proof::Key;
use super::{alone, encoded, form};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use data_encoding::BASE64URL_NOPAD;

#[test]
fn an_answer_is_read_once_it_is_whole() {
    let whole = b"HTTP/1.1 303 See Other\r\nSet-Cookie: a=1; Path=/\r\nset-cookie: b=2\r\nContent-Length: 3\r\n\r\nyes";
    for end in 0..whole.len() {
        assert!(Answer::read(&whole[..end]).unwrap().is_none(), "{end}");
    }
    let (answer, taken) = Answer::read(whole).unwrap().unwrap();
    assert_eq!((answer.status, answer.text(), taken), (303, "yes", whole.len()));
    assert_eq!(answer.all("set-cookie").collect::<Vec<_>>(), ["a=1; Path=/", "b=2"]);
}

#[test]
fn chunks_are_joined() {
    let whole = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nyes\r\nB\r\n, and then \r\n0\r\n\r\n";
    for end in 0..whole.len() {
        assert!(Answer::read(&whole[..end]).unwrap().is_none(), "{end}");
    }
    let (answer, taken) = Answer::read(whole).unwrap().unwrap();
    assert_eq!((answer.text(), taken), ("yes, and then ", whole.len()));
}

#[test]
fn what_is_no_answer_is_a_fault() {
    assert!(Answer::read(b"SSH-2.0-server\r\n\r\n").is_err());
}

#[test]
fn the_token_of_a_form_is_found_in_its_page() {
    let page =
        "HTTP/1.1 200 OK\r\ncontent-length: 56\r\n\r\n<input type=\"hidden\" name=\"form_token\" value=\"abc-_9\">  ";
    let (answer, _) = Answer::read(page.as_bytes()).unwrap().unwrap();
    assert_eq!(answer.hidden("form_token"), Some("abc-_9"));
    assert_eq!(answer.hidden("other"), None);
}

#[test]
fn forms_are_encoded() {
    assert_eq!(form(&[("a", "x y"), ("b", "1&2=3")]), "a=x%20y&b=1%262%3D3");
    assert_eq!(encoded("-._~Az09"), "-._~Az09");
}

#[test]
fn a_proof_is_signed_by_the_key_that_it_names() {
    let key = Key::parse(&Key::generate().unwrap().to_text()).unwrap();
    let proof = key.proof("GET", "https://localhost/known/1", Some("a token"), Some("a nonce")).unwrap();
    let parts: Vec<&str> = proof.split('.').collect();
    let read = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&read(parts[0])).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&read(parts[1])).unwrap();
    assert_eq!((&header["typ"], &header["alg"]), (&"dpop+jwt".into(), &"ES256".into()));
    assert_eq!((&claims["htm"], &claims["htu"]), (&"GET".into(), &"https://localhost/known/1".into()));
    assert_eq!(claims["nonce"], "a nonce");
    let point =
        [vec![4], read(header["jwk"]["x"].as_str().unwrap()), read(header["jwk"]["y"].as_str().unwrap())].concat();
    let signed = format!("{}.{}", parts[0], parts[1]);
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed.as_bytes(), &read(parts[2])).unwrap();
    assert_ne!(key.proof("GET", "https://localhost/known/1", None, None).unwrap(), proof);
}

#[test]
fn what_is_done_alone_costs_something() {
    let costs = serde_json::to_value(alone::measure(&Alone { each_ms: 20 }).unwrap()).unwrap();
    for (name, cost) in costs.as_object().unwrap() {
        assert!(cost.as_f64().unwrap() > 0.0, "{name}");
    }
}
