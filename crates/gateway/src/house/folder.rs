//! A folder: its files to GET and HEAD, and nothing that lies outside of it or begins with a dot.
//!
//! A data thread never waits for a disk: names are resolved, and pieces read, on the few threads that may, and a request
//! waits for them no longer than its operation's `deadline` and `idle`. What a request gets was opened once, below the folder by the kernel's own rule, and is measured by what was opened.

mod content;
mod disk;
mod media;
mod name;
mod open;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Code, Problem};
use wire::coding::{Accepted, Coding};
use wire::conditional::{EntityTag, Validators};
use wire::fields::Name;
use wire::{Framing, Method};

use super::representation::{Representation, Sent};
use super::{empty, say_cache_control};
use crate::answer::{Answer, AnswerBody, say};
use crate::content::Content;
use crate::record::Record;
use crate::request::Request;
use disk::at_disk;
use media::Media;
use open::{Found, Opened};

pub(crate) use content::FileContent;

/// The file that stands for a folder.
const INDEX: &str = "index.html";

/// A folder that is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    path: Arc<Path>,
}

impl Folder {
    /// The folder at a path.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file that the path names, below the path of the API.
    pub(super) async fn answer(
        &self,
        request: &Request<'_>,
        record: &Record<'_>,
        below: &str,
    ) -> Result<Answer, Problem> {
        // As for a folder below: with no slash, what the page names beside itself would be looked for elsewhere.
        if below.is_empty() && !request.head.path().ends_with('/') {
            return Ok(with_slash(request, record));
        }
        let name = name::of(below).ok_or_else(not_found)?;
        let media = Media::of(&name);
        let codings = if media.gains { accepted(request) } else { Vec::new() };
        let (root, wanted) = (Arc::clone(&self.path), name.clone());
        let found = at_disk(move || open::open(&root, &wanted, &codings)).await;
        match found {
            Ok(Ok(Found::File(opened))) => Ok(represent(request, record, &name, media, opened)),
            Ok(Ok(Found::Folder)) if !below.ends_with('/') => Ok(with_slash(request, record)),
            // Also where the index of a folder is a folder.
            Ok(Ok(Found::Folder | Found::Nothing)) => Err(not_found()),
            Ok(Err(error)) => {
                Err(Problem::new(Code::InternalError, "a file of the folder cannot be read").because(error))
            }
            Err(error) => Err(Problem::new(Code::InternalError, "the reading of a file panicked").because(error)),
        }
    }
}

fn not_found() -> Problem {
    Problem::new(Code::NotFound, "the folder has no such file")
}

/// The codings that the caller accepts, most wanted first; they are looked for beside the file.
fn accepted(request: &Request<'_>) -> Vec<Coding> {
    let accepted = Accepted::of(request.head.fields());
    let mut left = Coding::ALL.to_vec();
    let mut wanted = Vec::new();
    while let Some(best) = accepted.best(left.iter().copied()) {
        wanted.push(best);
        left.retain(|coding| *coding != best);
    }
    wanted
}

fn represent(request: &Request<'_>, record: &Record<'_>, name: &str, media: Media, opened: Opened) -> Answer {
    let now = record.at();
    let tag = opened.entity_tag();
    let representation = Representation {
        media_type: media.media_type,
        validators: Validators {
            entity_tag: EntityTag::parse(tag.as_bytes()),
            // A file from the future would never be modified again (RFC 9110 §8.8.2.1).
            last_modified: opened.modified.map(|modified| modified.min(now)),
        },
        length: opened.length,
        coding: opened.coding,
        varies: media.gains,
    };
    let (mut answer, sent) = representation.answer(request, now);
    say_cache_control(&mut answer, record, name::cache_control(name));
    if let Sent::Content(range) = sent {
        let length = range.end.saturating_sub(range.start);
        if request.head.method() == Method::Head {
            say(&mut answer.head, "content-length", length.to_string().as_bytes());
            answer.body = AnswerBody::Streamed(Content::File(FileContent::none()));
        } else {
            answer.head.set_framing(Framing::Length(length));
            answer.body = AnswerBody::Streamed(Content::File(FileContent::of(opened, range)));
        }
    }
    answer
}

/// A folder has a slash at its end, or what its pages name beside them would be looked for elsewhere.
fn with_slash(request: &Request<'_>, record: &Record<'_>) -> Answer {
    let mut answer = empty(request, 308);
    let query = request.head.query().map_or_else(String::new, |query| format!("?{query}"));
    let location = format!("{}/{query}", request.head.path());
    debug_assert_eq!(answer.head.fields().count(Name::Location), 0);
    say(&mut answer.head, "location", location.as_bytes());
    say_cache_control(&mut answer, record, "no-cache");
    answer
}
