//! What the house answers itself, with no service behind: a fixed answer, a redirect, the files of a folder, or what it
//! works out on its control side.
//!
//! It is answered with a permit, as a service is called with one: who may not call gets nothing of it.

mod builtin;
mod fixed;
mod folder;
mod redirect;
mod representation;

use std::sync::Arc;

use bytes::Bytes;
use model::{Caller, Code, Problem};
use policy::Permit;

use crate::answer::{Answer, AnswerBody, say};
use crate::assertion::Assertions;
use crate::content::Content;
use crate::forward;
use crate::record::Record;
use crate::request::{Incoming, Request};

pub use builtin::{Answerer, Answering, Builtin, Received};
pub use fixed::Fixed;
pub(crate) use folder::FileContent;
pub use folder::Folder;
pub use redirect::{Redirect, RedirectError};

/// What the house answers to an operation.
#[derive(Clone, Debug)]
pub enum HouseAnswer {
    /// The same to everybody.
    Fixed(Arc<Fixed>),
    /// Where to go instead.
    Redirect(Arc<Redirect>),
    /// The files of a folder.
    Folder(Arc<Folder>),
    /// What is worked out on the control side.
    Builtin(Arc<Builtin>),
    /// The keys that assertions to services are checked with.
    IdentityKeys(Arc<Assertions>),
}

impl HouseAnswer {
    /// In words, for explanations.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Fixed(fixed) => format!("a fixed answer, {}", fixed.status()),
            Self::Redirect(redirect) => format!("a redirect, {}", redirect.status()),
            Self::Folder(folder) => format!("the files of {}", folder.path().display()),
            Self::Builtin(builtin) => builtin.name().to_owned(),
            Self::IdentityKeys(_) => "the keys that assertions to services are checked with".to_owned(),
        }
    }

    /// Whether credentials are for the answerer to judge: clients of an authorization server and people who sign in
    /// show it what no door knows (RFC 6749 §2.3.1, RFC 6750).
    pub(crate) const fn judges_credentials(&self) -> bool {
        matches!(self, Self::Builtin(_))
    }
}

/// Answers a request that was permitted; `prefix` is the path of its API.
///
/// # Errors
/// The folder has no such file, or it cannot be read; nobody works out the answer, or not in time.
pub(crate) async fn answer(
    request: &Request<'_>,
    record: &Record<'_>,
    own: &HouseAnswer,
    prefix: &str,
    body: Option<Box<dyn Incoming>>,
    // INVARIANT: used up by this answer, as by a forward.
    _permit: Permit,
) -> Result<Answer, Problem> {
    match own {
        HouseAnswer::Fixed(fixed) => Ok(fixed.answer(request, record)),
        HouseAnswer::IdentityKeys(assertions) => Ok(assertions.published()?.answer(request, record)),
        HouseAnswer::Redirect(redirect) => Ok(redirect.answer(request, record)),
        HouseAnswer::Folder(folder) => {
            folder.answer(request, record, forward::below(request.head.path(), prefix)).await
        }
        HouseAnswer::Builtin(builtin) => {
            let body = body.map(|mut body| {
                let allowed = record.operation_settings().map_or(0, |operation| operation.body_bytes);
                body.bound(allowed.min(builtin::BODY_BYTES));
                body
            });
            builtin.answer(request, record, body).await
        }
    }
}

/// What a request is told that has waited long enough: a disk hangs, or there is too much to do.
pub(crate) fn too_late() -> Problem {
    Problem::new(Code::Overloaded, "the house has not worked out the answer in time")
}

/// An answer without content.
pub(crate) fn empty(request: &Request<'_>, status: u16) -> Answer {
    let mut head = request.thread.take_answer();
    head.make(status);
    Answer { head: head.into(), body: AnswerBody::Streamed(Content::Kept(Bytes::new())) }
}

/// Says how long caches may keep an answer; those that many share only where anyone may have it.
fn say_cache_control(answer: &mut Answer, record: &Record<'_>, directive: &str) {
    if record.caller == Caller::Anonymous {
        say(&mut answer.head, "cache-control", directive.as_bytes());
    } else {
        say(&mut answer.head, "cache-control", format!("private, {directive}").as_bytes());
    }
}
