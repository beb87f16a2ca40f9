//! Any octets into the admin socket, and good requests that were damaged.

#[cfg(test)]
#[path = "socket/invariants.rs"]
mod invariants;

use invariants::{Standing, Was};
use proptest::prelude::*;
use proptest::sample::{Index, select};

const REQUESTS: &[&str] = &[
    "GET /health HTTP/1.1\r\nhost: x\r\n\r\n",
    "GET /status HTTP/1.1\r\nhost: x\r\n\r\n",
    "GET /metrics HTTP/1.0\r\n\r\n",
    "POST /reload HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n",
    "POST /reload HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
];

#[test]
fn the_requests_that_are_damaged_here_are_good_ones() {
    let standing = Standing::start();
    for request in REQUESTS {
        let reloaded = request.starts_with("POST");
        assert_eq!(standing.any_input(request.as_bytes()), Was { status: Some(200), reloaded }, "{request}");
    }
}

#[test]
fn a_damaged_request_gets_one_answer_at_most_and_reloads_only_where_it_says_so() {
    let standing = Standing::start();
    let wound =
        (any::<Index>(), 0_usize..8, select(&["", " ", "\r", "\n", "\0", "/", "POST", "reload", ":", "\u{80}"][..]));
    let drawn = (select(REQUESTS), prop::collection::vec(wound, 1..4));
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let result = runner.run(&drawn, |(request, wounds)| {
        let mut input = request.as_bytes().to_vec();
        for (at, lost, put) in wounds {
            let at = at.index(input.len().max(1)).min(input.len());
            let end = (at + lost).min(input.len());
            input.splice(at..end, put.bytes());
        }
        standing.any_input(&input);
        Ok(())
    });
    result.expect("no damage does more");
}
