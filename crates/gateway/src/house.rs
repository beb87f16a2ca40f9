//! What the house answers itself, with no service behind: a fixed answer, a redirect, or the files of a folder.
//!
//! It is answered with a permit, as a service is called with one: who may not call gets nothing of it.

mod fixed;
mod folder;
mod redirect;
mod representation;

use std::sync::Arc;

use bytes::Bytes;
use model::{Caller, Code, Problem};
use policy::Permit;

use crate::answer::{Answer, AnswerBody, say};
use crate::content::Content;
use crate::forward;
use crate::record::Record;
use crate::request::Request;

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
}

impl HouseAnswer {
    /// In words, for explanations.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Fixed(fixed) => format!("a fixed answer, {}", fixed.status()),
            Self::Redirect(redirect) => format!("a redirect, {}", redirect.status()),
            Self::Folder(folder) => format!("the files of {}", folder.path().display()),
        }
    }
}

/// Answers a request that was permitted; `prefix` is the path of its API.
///
/// # Errors
/// The folder has no such file, or it cannot be read.
pub(crate) async fn answer(
    request: &Request<'_>,
    record: &Record<'_>,
    own: &HouseAnswer,
    prefix: &str,
    // INVARIANT: used up by this answer, as by a forward.
    _permit: Permit,
) -> Result<Answer, Problem> {
    match own {
        HouseAnswer::Fixed(fixed) => Ok(fixed.answer(request, record)),
        HouseAnswer::Redirect(redirect) => Ok(redirect.answer(request, record)),
        HouseAnswer::Folder(folder) => {
            folder.answer(request, record, forward::below(request.head.path(), prefix)).await
        }
    }
}

/// What a request is told that has waited long enough: a disk hangs, or there is too much to do at it.
pub(crate) fn too_late() -> Problem {
    Problem::new(Code::Overloaded, "the folder has not said in time whether it has the file")
}

/// An answer without content.
fn empty(request: &Request<'_>, status: u16) -> Answer {
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
