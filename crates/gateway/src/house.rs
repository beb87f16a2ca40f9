//! What the house answers itself, with no service behind: a fixed answer, or a redirect.
//!
//! It is answered with a permit, as a service is called with one: who may not call gets nothing of it.

mod fixed;
mod redirect;
mod representation;

use std::sync::Arc;

use bytes::Bytes;
use model::Caller;
use policy::Permit;

use crate::answer::{Answer, AnswerBody, say};
use crate::content::Content;
use crate::record::Record;
use crate::request::Request;

pub use fixed::Fixed;
pub use redirect::{Redirect, RedirectError};

/// What the house answers to an operation.
#[derive(Clone, Debug)]
pub enum HouseAnswer {
    /// The same to everybody.
    Fixed(Arc<Fixed>),
    /// Where to go instead.
    Redirect(Arc<Redirect>),
}

impl HouseAnswer {
    /// In words, for explanations.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Fixed(fixed) => format!("a fixed answer, {}", fixed.status()),
            Self::Redirect(redirect) => format!("a redirect, {}", redirect.status()),
        }
    }
}

/// Answers a request that was permitted.
pub(crate) fn answer(
    request: &Request<'_>,
    record: &Record<'_>,
    own: &HouseAnswer,
    // INVARIANT: used up by this answer, as by a forward.
    _permit: Permit,
) -> Answer {
    match own {
        HouseAnswer::Fixed(fixed) => fixed.answer(request, record),
        HouseAnswer::Redirect(redirect) => redirect.answer(request, record),
    }
}

/// An answer without content.
fn empty(request: &Request<'_>, status: u16) -> Answer {
    let mut head = request.thread.take_answer();
    head.make(status);
    Answer { head, body: AnswerBody::Streamed(Content::Kept(Bytes::new())) }
}

/// Says how long caches may keep an answer; those that many share only where anyone may have it.
fn say_cache_control(answer: &mut Answer, record: &Record<'_>, directive: &str) {
    if record.caller == Caller::Anonymous {
        say(&mut answer.head, "cache-control", directive.as_bytes());
    } else {
        say(&mut answer.head, "cache-control", format!("private, {directive}").as_bytes());
    }
}
