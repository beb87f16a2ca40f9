//! The head of an answer: one of its own, or that of a stored answer, which is read where it lies.

use std::ops::{Deref, DerefMut};
use std::time::Instant;

use cache::Found;
use wire::fields::{Field, Name};
use wire::{ResponseHead, encode};

use super::say;

/// Status and fields of an answer.
#[derive(Debug)]
pub(crate) enum AnswerHead {
    /// This answer's alone.
    Own(Box<ResponseHead>),
    /// That of a stored answer, and what is said beside.
    Kept(KeptHead),
}

/// The head of a stored answer as one caller gets it.
#[derive(Debug)]
pub(crate) struct KeptHead {
    found: Found,
    /// How old it is, in whole seconds.
    age: u64,
    /// Where it comes from, where the caller may know how the house works.
    status: Option<Box<str>>,
    /// A copy with all that is said beside, for whoever changed something.
    changed: Option<Box<ResponseHead>>,
}

impl KeptHead {
    pub(crate) fn new(found: Found, now: Instant, detailed: bool) -> Self {
        let age = found.age(now).as_secs();
        let status = detailed.then(|| cache_status(&found, now).into());
        Self { found, age, status, changed: None }
    }

    /// What is said beside the stored fields.
    fn each_beside(&self, mut write: impl FnMut(Name, &str, &[u8])) {
        write(Name::Age, "age", itoa::Buffer::new().format(self.age).as_bytes());
        if let Some(status) = &self.status {
            write(Name::Other, "cache-status", status.as_bytes());
        }
    }

    fn copied(&self) -> Box<ResponseHead> {
        let mut head = Box::new(ResponseHead::new());
        head.copy_from(self.found.head());
        self.each_beside(|_, name, value| say(&mut head, name, value));
        head
    }
}

/// The value of `Cache-Status` (RFC 9211).
pub(crate) fn cache_status(found: &Found, now: Instant) -> String {
    let rest = found.remaining(now).map_or(0, |rest| rest.as_secs());
    format!("vestibule; hit; ttl={rest}")
}

impl AnswerHead {
    /// Writes status and received fields in the form of HTTP/1.1; those of a stored answer were written when it was
    /// stored.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Kept(kept) if kept.changed.is_none() => {
                encode::lines(out, kept.found.written());
                kept.each_beside(|_, name, value| encode::field(out, name, value));
            }
            Self::Own(_) | Self::Kept(_) => write(self, out),
        }
    }

    /// Calls `with` for each received field.
    pub(crate) fn each_field(&self, mut with: impl FnMut(Name, &str, &[u8])) {
        each_received(self, &mut with);
        if let Self::Kept(kept) = self
            && kept.changed.is_none()
        {
            kept.each_beside(with);
        }
    }

    /// The head to be used again, where there is one that was this answer's alone.
    pub(crate) fn reclaim(self) -> Option<Box<ResponseHead>> {
        match self {
            Self::Own(head) => Some(head),
            Self::Kept(kept) => kept.changed,
        }
    }
}

/// Writes the status line of a head, and every field of it that goes to callers.
pub(crate) fn write(head: &ResponseHead, out: &mut Vec<u8>) {
    encode::status_line(out, head.status());
    each_received(head, |_, name, value| encode::field(out, name, value));
}

/// Calls `with` for every field of a head that goes to callers, apart from those of framing and connection.
fn each_received(head: &ResponseHead, mut with: impl FnMut(Name, &str, &[u8])) {
    for Field { name, known, value, .. } in head.fields().end_to_end() {
        // What software the service runs, and what it calls the request, stays inside.
        if !matches!(known, Name::ContentLength | Name::Server | Name::XPoweredBy | Name::RequestId | Name::Via) {
            with(known, name, value);
        }
    }
}

impl From<Box<ResponseHead>> for AnswerHead {
    fn from(head: Box<ResponseHead>) -> Self {
        Self::Own(head)
    }
}

impl Deref for AnswerHead {
    type Target = ResponseHead;

    fn deref(&self) -> &ResponseHead {
        match self {
            Self::Own(head) => head,
            Self::Kept(kept) => kept.changed.as_deref().unwrap_or_else(|| kept.found.head()),
        }
    }
}

impl DerefMut for AnswerHead {
    /// What is stored is for others too: whoever changes something changes a copy.
    fn deref_mut(&mut self) -> &mut ResponseHead {
        match self {
            Self::Own(head) => head,
            Self::Kept(kept) => {
                let copied = kept.changed.take().unwrap_or_else(|| kept.copied());
                kept.changed.insert(copied)
            }
        }
    }
}

#[cfg(test)]
mod tests;
