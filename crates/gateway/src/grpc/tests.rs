//! What is a call and what only resembles one, and what callers are told at its end.

use wire::{HeadLimits, Http2Request};

use super::*;

const LIMITS: HeadLimits = HeadLimits { head_bytes: 4096, target_bytes: 1024, fields: 20 };

fn head(method: &str, fields: &[(&str, &str)]) -> RequestHead {
    let mut head = RequestHead::new();
    let (scheme, path, authority) = ("http", "/shop.Orders/Place", Some("h"));
    let fields = fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    head.assemble(Http2Request { method, scheme, authority, path, end_stream: false }, fields, &LIMITS)
        .expect("a head");
    head
}

const GRPC: (&str, &str) = ("content-type", "application/grpc+proto");

#[test]
fn a_call_is_a_post_over_http2_with_its_media_type() {
    assert!(is_call(&head("POST", &[GRPC])));
    assert!(!is_call(&head("GET", &[GRPC])));
    assert!(!is_call(&head("POST", &[("content-type", "application/json")])));
    assert!(!is_call(&head("POST", &[])));
    let mut one = RequestHead::new();
    let bytes = b"POST / HTTP/1.1\r\nhost: h\r\ncontent-type: application/grpc\r\ncontent-length: 0\r\n\r\n";
    one.parse(bytes, &LIMITS).expect("a head");
    assert!(!is_call(&one));
}

#[test]
fn a_caller_s_timeout_is_one_and_well_formed_or_the_call_is_refused() {
    let told = |fields: &[(&str, &str)]| timeout(&head("POST", fields)).map_err(|problem| problem.code);
    assert_eq!(told(&[GRPC]), Ok(None));
    assert_eq!(told(&[GRPC, (TIMEOUT, "250m")]), Ok(Some(Duration::from_millis(250))));
    assert_eq!(told(&[GRPC, (TIMEOUT, "soon")]), Err(Code::MalformedRequest));
    assert_eq!(told(&[GRPC, (TIMEOUT, "1S"), (TIMEOUT, "2S")]), Err(Code::MalformedRequest));
    // To others the field is none of the house's business.
    assert_eq!(told(&[(TIMEOUT, "soon")]), Ok(None));
}

#[test]
fn a_refusal_is_told_in_the_head_and_its_detail_only_where_callers_may_have_it() {
    let problem = Problem::new(Code::NotAllowed, "rule 7 says no: 100 %\r\n");
    for (errors, message) in [
        (Errors::Terse, "not-allowed: The caller may not do this"),
        (Errors::Detailed, "not-allowed: rule 7 says no: 100 %25%0D%0A"),
    ] {
        let mut head = ResponseHead::new();
        refuse(&mut head, &problem, errors);
        assert!(is_trailers_only(&head));
        assert_eq!((head.status(), head.fields().by_name(STATUS)), (200, Some(b"7".as_slice())));
        assert_eq!(head.fields().by_name(MESSAGE), Some(message.as_bytes()));
        let trailers = trailers(&problem, errors);
        assert_eq!(trailers.by_name(STATUS), Some(b"7".as_slice()));
    }
}

#[test]
fn the_end_of_a_call_is_hidden_where_it_says_that_the_service_itself_failed() {
    let hidden = |statuses: &[&str]| {
        let mut ending = Fields::new();
        for status in statuses {
            ending.push(STATUS.as_bytes(), status.as_bytes()).expect("a field");
        }
        ending.push(MESSAGE.as_bytes(), b"what an exception held").expect("a field");
        fault(&ending).map(|problem| (problem.code, number(&problem)))
    };
    for status in ["0", "1", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "14", "16"] {
        assert_eq!(hidden(&[status]), None, "{status}");
    }
    for status in ["2", "13", "15"] {
        assert_eq!(hidden(&[status]), Some((Code::UpstreamFailed, status.to_owned())), "{status}");
    }
    // Clients take them for UNKNOWN, and show the message.
    for none in ["", "-1", "02", "17", "99999", "ok"] {
        assert_eq!(hidden(&[none]), Some((Code::UpstreamFailed, "2".to_owned())), "{none}");
    }
    assert_eq!(hidden(&["0", "13"]), Some((Code::UpstreamFailed, "13".to_owned())));
    assert_eq!(hidden(&[]), None);
}
