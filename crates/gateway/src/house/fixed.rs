//! A fixed answer: status, media type and content stand in the file.

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use data_encoding::BASE64URL_NOPAD;
use wire::conditional::{EntityTag, Validators};

use super::representation::{Representation, Sent};
use super::{empty, say_cache_control};
use crate::answer::{Answer, AnswerBody, say};
use crate::content::Content;
use crate::record::Record;
use crate::request::Request;

/// Of the hash so many octets tell one content from another.
const TAG_BYTES: usize = 18;

/// A fixed answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    status: u16,
    media_type: Box<str>,
    content: Bytes,
    entity_tag: Box<str>,
}

impl Fixed {
    /// The answer of this status, 200 to 299 or 400 to 599. Content of no octets has no media type.
    #[must_use]
    pub fn new(status: u16, media_type: &str, content: &str) -> Self {
        let hash = digest(&SHA256, format!("{media_type}\n{content}").as_bytes());
        let hash = hash.as_ref().get(..TAG_BYTES).unwrap_or_default();
        Self {
            status,
            media_type: media_type.into(),
            content: Bytes::copy_from_slice(content.as_bytes()),
            entity_tag: format!("\"{}\"", BASE64URL_NOPAD.encode(hash)).into(),
        }
    }

    /// Its status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn answer(&self, request: &Request<'_>, record: &Record<'_>) -> Answer {
        if self.status == 200 && !self.content.is_empty() {
            return self.represented(request, record);
        }
        let mut answer = empty(request, self.status);
        say(&mut answer.head, "cache-control", b"no-store");
        if !self.content.is_empty() {
            say(&mut answer.head, "content-type", self.media_type.as_bytes());
            answer.body = AnswerBody::Streamed(Content::Kept(self.content.clone()));
        }
        answer
    }

    /// With validators, so that it need not be sent again to who has it.
    fn represented(&self, request: &Request<'_>, record: &Record<'_>) -> Answer {
        let tag = EntityTag::parse(self.entity_tag.as_bytes());
        let representation = Representation {
            media_type: &self.media_type,
            validators: Validators { entity_tag: tag, last_modified: None },
            length: self.content.len() as u64,
            coding: None,
            varies: false,
        };
        let (mut answer, sent) = representation.answer(request, record.at());
        say_cache_control(&mut answer, record, "no-cache");
        if let Sent::Content(range) = sent {
            let range = usize::try_from(range.start).unwrap_or(usize::MAX)..usize::try_from(range.end).unwrap_or(0);
            let content = if range.start <= range.end && range.end <= self.content.len() {
                self.content.slice(range)
            } else {
                Bytes::new()
            };
            answer.body = AnswerBody::Streamed(Content::Kept(content));
        }
        answer
    }
}
