//! A few thousand messages drawn the same way each time, so that a failure is a change and not an accident.

use std::cell::Cell;
use std::fmt::Debug;

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop};
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use wire::{Http2Request, Method};

use crate::{compare, drawn, invariants};

/// Runs the check on that many drawn values, and fails with the smallest one that breaks it.
fn for_all<T: Debug>(cases: u32, values: impl Strategy<Value = T>, check: impl Fn(T)) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&values, |value| {
        check(value);
        Ok(())
    });
    if let Err(TestError::Fail(why, value)) = result {
        panic!("{why}\nsmallest: {value:?}");
    }
}

#[test]
fn any_octets_are_read_safely() {
    for_all(4096, vec(any::<u8>(), 0..200), |input| {
        invariants::request_head(&input);
        invariants::response_head(&input, Method::Get);
        invariants::chunked_body(&input);
        let _ = invariants::trace_context(&input);
        invariants::wishes(&input);
    });
}

#[test]
fn a_request_head_is_the_same_in_pieces_and_written_again() {
    for_all(4096, drawn::requests(), |input| invariants::request_head(&input));
}

#[test]
fn an_answers_head_is_the_same_in_pieces_and_written_again() {
    for_all(4096, drawn::response(), |input| {
        invariants::response_head(&input, Method::Get);
        invariants::response_head(&input, Method::Head);
    });
}

#[test]
fn a_chunked_body_is_the_same_in_pieces_and_written_again() {
    for_all(4096, drawn::chunked_body(), |input| invariants::chunked_body(&input));
}

#[test]
fn http2_becomes_exactly_one_request_of_http1() {
    let request = (drawn::method(), drawn::target(), any::<Option<bool>>(), any::<bool>());
    for_all(4096, (request, drawn::http2_fields()), |((method, path, authority, end_stream), fields)| {
        let authority = authority.map(|is_named| if is_named { "a" } else { "b:1" });
        let request = Http2Request { method, scheme: "https", authority, path, end_stream };
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
        invariants::http2_head(request, &fields);
    });
}

#[test]
fn hyper_reads_every_accepted_request_alike() {
    let alike = Cell::new(0);
    for_all(12_288, drawn::requests(), |input| alike.set(alike.get() + compare::requests(&input)));
    assert!(alike.get() > 6000, "only {} requests were compared", alike.get());
}

#[test]
fn hyper_reads_every_accepted_answer_alike() {
    let alike = Cell::new(0);
    for_all(8192, drawn::response(), |input| {
        for method in [Method::Get, Method::Head] {
            alike.set(alike.get() + u32::from(compare::response(&input, method)));
        }
    });
    assert!(alike.get() > 4000, "only {} answers were compared", alike.get());
}

#[test]
fn a_trace_goes_on_as_what_it_was() {
    // Nearly always in order, with one octet of another kind here and there.
    let traceparent = "(00|00|01|cc|ff|0g)-[0-9a-f]{32}-[0-9a-f]{16}-0[0-9a-f](-[a-z]{0,4})?";
    let read = Cell::new(0);
    let wounds = vec((any::<prop::sample::Index>(), select(&b"0Af-g_ "[..])), 0..2);
    for_all(4096, (prop::string::string_regex(traceparent).expect("a pattern"), wounds), |(text, wounds)| {
        let mut input = text.into_bytes();
        for (at, octet) in wounds {
            let at = at.index(input.len());
            input[at] = octet;
        }
        read.set(read.get() + u32::from(invariants::trace_context(&input)));
    });
    assert!((1000..4000).contains(&read.get()), "{} were read", read.get());
}

#[test]
fn what_is_given_of_a_representation_was_asked_for_and_is_there() {
    let member = prop::string::string_regex(concat!(
        "bytes=|[0-9]{0,6}-[0-9]{0,6}|-[0-9]{1,3}|(W/)?\"[a-c]{0,2}\"|\\*|",
        "(gzip|br|zstd|identity|\\*)(;q=(0|1|0\\.[0-9]{1,4}))?|[ ,a-z]"
    ));
    let list = vec(member.expect("a pattern"), 0..6);
    for_all(8192, (any::<[u8; 2]>(), list, any::<bool>()), |(length, members, is_range)| {
        let front = if is_range { "bytes=" } else { "" };
        let text = format!("{front}{}", members.join(","));
        invariants::wishes(&[&length, text.as_bytes()].concat());
    });
}
