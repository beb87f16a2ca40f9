//! Every answer that is not one clear yes refuses, and what is asked can be read back.

use proptest::prelude::*;

use super::messages::{HeaderValue, HeaderValueOption, OkHttpResponse, Status, Unread};
use super::*;

fn answer(response: &CheckResponse) -> Result<Verdict, AnswerError> {
    read(&grpc::frame(&response.encode_to_vec()))
}

fn with(code: i32) -> CheckResponse {
    CheckResponse { status: Some(Status { code }), ..CheckResponse::default() }
}

fn header(key: &str) -> HeaderValueOption {
    HeaderValueOption { header: Some(HeaderValue { key: key.to_owned() }) }
}

#[test]
fn a_yes_says_so_and_only_that() {
    assert_eq!(answer(&with(0)), Ok(Verdict::Yes(Changes::default())));
    let ok = CheckResponse { ok_response: Some(OkHttpResponse::default()), ..with(0) };
    assert_eq!(answer(&ok), Ok(Verdict::Yes(Changes::default())));
    // An empty message, and an `ok_response` without a status.
    assert_eq!(answer(&CheckResponse::default()), Err(AnswerError::Unclear));
    assert_eq!(answer(&CheckResponse { status: None, ..ok.clone() }), Err(AnswerError::Unclear));
    // Both at once.
    let denied = Some(Unread {});
    assert_eq!(answer(&CheckResponse { denied_response: denied, ..with(0) }), Err(AnswerError::Unclear));
    assert_eq!(answer(&CheckResponse { denied_response: denied, ..ok.clone() }), Err(AnswerError::Unclear));
    assert_eq!(answer(&CheckResponse { error_response: denied, ..ok.clone() }), Err(AnswerError::Unclear));
    assert_eq!(answer(&CheckResponse { status: Some(Status { code: 7 }), ..ok }), Err(AnswerError::Unclear));
}

#[test]
fn a_no_is_any_other_status() {
    for code in [1, 7, 16, 99, i32::MAX, -1, i32::MIN] {
        assert_eq!(answer(&with(code)), Ok(Verdict::No(code)));
        let denied = CheckResponse { denied_response: Some(Unread {}), ..with(code) };
        assert_eq!(answer(&denied), Ok(Verdict::No(code)));
        let failed = CheckResponse { error_response: Some(Unread {}), ..with(code) };
        assert_eq!(answer(&failed), Err(AnswerError::Unclear));
    }
}

#[test]
fn what_a_yes_would_change_is_told() {
    let ok = OkHttpResponse {
        headers: vec![header("X-User"), HeaderValueOption::default()],
        headers_to_remove: vec!["Authorization".into()],
        ..OkHttpResponse::default()
    };
    let told = answer(&CheckResponse { ok_response: Some(ok), ..with(0) });
    let fields = ["x-user", "", "authorization"].map(str::to_owned).to_vec();
    assert_eq!(told, Ok(Verdict::Yes(Changes { fields, query: false })));
    for ok in [
        OkHttpResponse { query_parameters_to_set: vec![Unread {}], ..OkHttpResponse::default() },
        OkHttpResponse { query_parameters_to_remove: vec!["page".into()], ..OkHttpResponse::default() },
    ] {
        let told = answer(&CheckResponse { ok_response: Some(ok), ..with(0) });
        assert_eq!(told, Ok(Verdict::Yes(Changes { fields: Vec::new(), query: true })));
    }
}

#[test]
fn what_is_not_one_message_of_this_kind_is_no_answer() {
    let yes = grpc::frame(&with(0).encode_to_vec());
    assert_eq!(yes, [0, 0, 0, 0, 2, 0x0A, 0]);
    for (what, content) in [
        ("nothing", vec![]),
        ("half a prefix", yes[..4].to_vec()),
        ("half a message", yes[..6].to_vec()),
        ("two messages", yes.repeat(2)),
        ("one octet more", [yes.as_slice(), &[0]].concat()),
        ("compressed", [&[1], &yes[1..]].concat()),
        ("another first octet", [&[2], &yes[1..]].concat()),
    ] {
        assert_eq!(read(&content), Err(AnswerError::Framing), "{what}");
    }
    for (what, message) in [
        ("a status that is a number", vec![0x08, 0]),
        ("a status that goes on", vec![0x0A, 9]),
        ("a code without an end", vec![0x0A, 2, 0x08, 0x80]),
        ("field 0", vec![0x02, 0]),
        ("the end of a group", vec![0x0A, 0, 0x34]),
        ("a name that is no text", vec![0x0A, 0, 0x1A, 3, 0x2A, 1, 0xFF]),
    ] {
        assert_eq!(read(&grpc::frame(&message)), Err(AnswerError::Malformed), "{what}");
    }
    // Messages in messages in messages.
    let mut deep = vec![0x0A, 0];
    deep.extend([0x33; 100_000]);
    assert_eq!(read(&grpc::frame(&deep)), Err(AnswerError::Malformed));
}

#[test]
fn what_is_asked_can_be_read_back() {
    let question = Question {
        id: "01",
        at: UNIX_EPOCH + std::time::Duration::new(3, 4),
        method: "GET",
        path: "/a?b=c",
        host: "shop.example",
        scheme: "https",
        protocol: "HTTP/2",
        size: None,
        fields: vec![("x-tenant", "one"), ("cookie", "a=b"), ("x-tenant", "two"), ("cookie", "c=d")],
        source: "[::ffff:192.0.2.1]:80".parse().expect("an address"),
        principal: Some("spiffe://shop/till"),
        destination: None,
        context: &[("vestibule-caller", "workload:till")],
    };
    let content = question.write();
    let read = CheckRequest::decode(grpc::unframe(&content).expect("one message")).expect("a question");
    let attributes = read.attributes.expect("attributes");
    let source = attributes.source.expect("a source");
    let address = source.address.and_then(|address| address.socket_address).expect("an address");
    assert_eq!((address.address.as_str(), address.port_value), ("192.0.2.1", Some(80)));
    assert_eq!((source.principal.as_str(), attributes.destination), ("spiffe://shop/till", None));
    assert_eq!(attributes.context_extensions["vestibule-caller"], "workload:till");
    let request = attributes.request.expect("a request");
    assert_eq!(request.time, Some(Timestamp { seconds: 3, nanos: 4 }));
    let http = request.http.expect("a request");
    assert_eq!((http.headers["x-tenant"].as_str(), http.headers["cookie"].as_str()), ("one, two", "a=b; c=d"));
    assert_eq!((http.size, http.path.as_str()), (-1, "/a?b=c"));
}

/// A `CheckResponse` of any of its fields, and further ones.
fn responses() -> impl Strategy<Value = Vec<u8>> {
    let content = prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(any::<u8>(), 0..24)];
    let field = (1_u8..10, content);
    prop::collection::vec(field, 0..6).prop_map(|fields| {
        let mut message = Vec::new();
        for (number, content) in fields {
            message.extend([(number << 3) | 2, content.len() as u8]);
            message.extend(content);
        }
        message
    })
}

proptest! {
    #[test]
    fn whatever_comes_a_yes_has_a_good_status_and_no_refusal(message in responses()) {
        if let Ok(Verdict::Yes(_)) = read(&grpc::frame(&message)) {
            let numbers = top_level(&message);
            prop_assert!(numbers.contains(&1));
            prop_assert!(!numbers.contains(&2) && !numbers.contains(&5), "{numbers:?}");
        }
    }

    #[test]
    fn a_yes_that_was_cut_is_none(keys in prop::collection::vec("[a-z]{1,8}", 0..5), cut in any::<prop::sample::Index>()) {
        let ok = OkHttpResponse { headers: keys.iter().map(|key| header(key)).collect(), ..OkHttpResponse::default() };
        let content = grpc::frame(&CheckResponse { ok_response: Some(ok), ..with(0) }.encode_to_vec());
        let cut = cut.index(content.len());
        prop_assert_eq!(read(&content[..cut]), Err(AnswerError::Framing));
    }
}

/// The numbers of the fields of a message that only has fields with a length of one octet.
fn top_level(mut message: &[u8]) -> Vec<u8> {
    let mut numbers = Vec::new();
    while let [tag, length, rest @ ..] = message {
        numbers.push(tag >> 3);
        message = &rest[usize::from(*length)..];
    }
    numbers
}
