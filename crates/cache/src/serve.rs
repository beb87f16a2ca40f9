//! A stored answer as one caller gets it: whole, a part, or the word that it has it already.

use std::time::Instant;

use bytes::Bytes;
use wire::conditional::{self, Validators, Verdict};
use wire::fields::{Field, Name};
use wire::range::{self, Selected};
use wire::{RequestHead, ResponseHead};

use crate::look::Found;

impl Found {
    /// The content, where it and the stored head are the answer to this request as they lie: nothing in the request
    /// asks for a part, or whether there is something new.
    #[must_use]
    pub fn whole(&self, request: &RequestHead) -> Option<Bytes> {
        let particular = self.stored.head.status() == 200 && is_particular(request);
        (!particular).then(|| Bytes::clone(&self.stored.content))
    }

    /// The stored head.
    #[must_use]
    pub fn head(&self) -> &ResponseHead {
        &self.stored.head
    }

    /// The stored head as [`Asked::write`](crate::Asked::write) wrote it when it was stored.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        &self.stored.head.written
    }

    /// Writes the head of the answer to this request into `head`, and returns its content.
    #[must_use]
    pub fn answer(&self, request: &RequestHead, now: Instant, head: &mut ResponseHead) -> Bytes {
        let content = if self.stored.head.status() == 200 && is_particular(request) {
            self.particular(request, head)
        } else {
            head.copy_from(&self.stored.head);
            self.stored.content.clone()
        };
        let age = self.age(now).as_secs();
        say(head, "age", itoa::Buffer::new().format(age).as_bytes());
        content
    }

    /// Conditions first, then the range (RFC 9110 §13.2.2, §14.2).
    #[cold]
    fn particular(&self, request: &RequestHead, head: &mut ResponseHead) -> Bytes {
        let (stored, fields) = (&self.stored, request.fields());
        let validators = Validators::of(stored.head.fields());
        match conditional::evaluate(fields, request.method(), Some(&validators)) {
            Verdict::NotModified => {
                self.not_modified(head);
                return Bytes::new();
            }
            // The conditions that can fail are the service's to judge, and do not come here.
            Verdict::Proceed | Verdict::Failed => {}
        }
        let length = stored.content.len() as u64;
        let meant = conditional::is_range_meant(fields, &validators, stored.terms.dated);
        let selected = if meant { range::select(fields, request.method(), length) } else { Selected::Whole };
        match selected {
            Selected::Whole => {
                head.copy_from(&stored.head);
                stored.content.clone()
            }
            Selected::Part(part) => {
                head.copy_from(&stored.head);
                head.set_status(206);
                say(head, "content-range", range::content_range(&part, length).as_bytes());
                let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(stored.content.len());
                stored.content.slice(at(part.start)..at(part.end))
            }
            Selected::Unsatisfiable => {
                head.make(416);
                say(head, "content-range", range::unsatisfied_range(length).as_bytes());
                Bytes::new()
            }
        }
    }

    /// What a 304 says (RFC 9110 §15.4.5), and what the door and the service decided about all their answers.
    fn not_modified(&self, head: &mut ResponseHead) {
        head.make(304);
        for Field { name, known, value, .. } in self.stored.head.fields().iter() {
            let describes_content = matches!(known, Name::ContentType | Name::ContentEncoding | Name::ContentLanguage)
                || (known == Name::LastModified && self.stored.head.fields().count(Name::Etag) > 0);
            if !describes_content && known != Name::Age {
                say(head, name, value);
            }
        }
    }
}

/// Whether a request asks for something else than the whole.
pub(crate) fn is_particular(request: &RequestHead) -> bool {
    const FIELDS: [Name; 3] = [Name::IfNoneMatch, Name::IfModifiedSince, Name::Range];
    FIELDS.iter().any(|name| request.fields().count(*name) > 0)
}

/// Adds a field of the house's own making.
fn say(head: &mut ResponseHead, name: &str, value: &[u8]) {
    let said = head.push(name, value);
    debug_assert!(said.is_ok(), "what was read, and what the house writes, can be written");
}

#[cfg(test)]
mod tests;
