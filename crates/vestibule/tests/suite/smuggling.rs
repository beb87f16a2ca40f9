//! Requests that two readers could read differently, sent as raw bytes: refused, or passed on with one meaning.
//!
//! Each table is a family of attacks known from the research on request
//! smuggling. What is refused is checked three ways: the caller gets the
//! problem code, the connection ends (nobody knows where a next request would
//! begin), and the service sees nothing. What is accepted is read again, at
//! the service, by the test kit's own strict reader.

mod accepted;
mod bodies;
mod heads;
mod lengths;
mod mutations;
mod pipelines;
mod targets;

use testkit::{Backend, Deadline};

use crate::open_house::{OpenHouse, SOON};

/// What an attacker would like somebody to take for a request of its own.
const SMUGGLED: &str = "GET /admin HTTP/1.1\r\nHost: shop.example\r\n\r\n";

/// Bytes and the code of the problem that they get.
type Refusal = (Vec<u8>, &'static str);

/// The status that goes with a problem code, as `docs/problems` has it.
fn status(problem: &str) -> u16 {
    match problem {
        "not-found" => 404,
        "request-timeout" => 408,
        "body-too-large" => 413,
        "target-too-long" => 414,
        "expectation-failed" => 417,
        "headers-too-large" => 431,
        "not-implemented" => 501,
        "version-not-supported" => 505,
        _ => 400,
    }
}

/// Each gets its problem and the end of its connection, and the service sees not a byte.
fn assert_refused(cases: impl IntoIterator<Item = Refusal>) {
    let service = Backend::saying("reached");
    let house = OpenHouse::plain(&service, &[]);
    let wrong = judge(&house, cases);
    assert!(wrong.is_empty(), "{} of the table:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!((service.connections(), service.arrivals()), (0, 0), "the service was asked");
    assert_eq!(house.get("/"), "reached", "and the door still serves");
}

/// What is wrong with the refusals, a line each.
fn judge(house: &OpenHouse, cases: impl IntoIterator<Item = Refusal>) -> Vec<String> {
    let failed = |(bytes, problem): Refusal| {
        let why = refusal(house, &bytes, problem).err()?;
        Some(format!("{why}\n    for \"{}\"", bytes.escape_ascii()))
    };
    cases.into_iter().filter_map(failed).collect()
}

fn refusal(house: &OpenHouse, bytes: &[u8], problem: &str) -> Result<(), String> {
    let mut connection = house.connect();
    connection.send(bytes);
    let answer = connection.answer_to("POST", Deadline::within(SOON))?;
    let expected = (status(problem), Some(problem.to_owned()));
    if (answer.status, answer.problem()) != expected {
        return Err(format!("{} {} instead of {problem}", answer.status, answer.text().trim_end()));
    }
    if answer.field("connection") != Some("close") {
        return Err("the answer does not say that the connection ends".to_owned());
    }
    if !connection.is_closed_by(Deadline::within(SOON)) {
        return Err("the connection goes on, or says more".to_owned());
    }
    Ok(())
}
