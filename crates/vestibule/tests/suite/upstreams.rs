//! Services that die, hang, lie, break off and hurry, and callers that go away: the right answer in time, and no leaks.

mod bodies;
mod cancelled;
mod closing;
mod expectations;
mod faults;
mod patience;

use testkit::script::{self, Script};
use testkit::strict::Head;
use testkit::{Backend, Reply};

/// A service that does the `number`th script for `/fault/NUMBER`, and answers every other target with the target.
fn service_with(scripts: Vec<Script>) -> Backend {
    Backend::choosing(move |head, _| {
        let fault = head.target.strip_prefix("/fault/").and_then(|number| number.parse::<usize>().ok());
        fault.and_then(|number| scripts.get(number).cloned()).unwrap_or_else(|| own_answer(head))
    })
}

/// The target, so that an answer that belongs to another request is noticed.
fn own_answer(head: &Head) -> Script {
    script::answer(Reply::ok(head.target.clone()))
}
