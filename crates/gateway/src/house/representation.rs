//! A representation that the house has itself: whether and which part of it a request gets (RFC 9110 §13, §14).

use std::ops::Range;
use std::time::SystemTime;

use wire::Method;
use wire::coding::Coding;
use wire::conditional::{self, Validators, Verdict};
use wire::range::{self, Selected};

use super::empty;
use crate::answer::{Answer, say};
use crate::request::Request;

/// What is known of a representation before any of it is read.
pub(super) struct Representation<'a> {
    pub(super) media_type: &'a str,
    pub(super) validators: Validators<'a>,
    /// In octets.
    pub(super) length: u64,
    /// The coding that it has (RFC 9110 §8.4).
    pub(super) coding: Option<Coding>,
    /// Whether another `Accept-Encoding` could get another one.
    pub(super) varies: bool,
}

/// What of it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sent {
    /// These octets of it; to HEAD it is said how many they would be.
    Content(Range<u64>),
    /// Nothing.
    Nothing,
}

impl Representation<'_> {
    /// The answer without its content, and which content belongs to it.
    pub(super) fn answer(&self, request: &Request<'_>, now: SystemTime) -> (Answer, Sent) {
        let (status, part) = self.decide(request, now);
        let mut answer = empty(request, status);
        if status == 412 {
            return (answer, Sent::Nothing);
        }
        if let Some(tag) = &self.validators.entity_tag {
            let weak: &[u8] = if tag.weak { b"W/" } else { b"" };
            say(&mut answer.head, "etag", &[weak, tag.opaque].concat());
        }
        if let Some(modified) = self.validators.last_modified {
            say(&mut answer.head, "last-modified", httpdate::fmt_http_date(modified).as_bytes());
        }
        if self.varies {
            say(&mut answer.head, "vary", b"accept-encoding");
        }
        if let Some(coding) = self.coding.filter(|_| matches!(status, 200 | 206)) {
            say(&mut answer.head, "content-encoding", coding.as_str().as_bytes());
        }
        match (status, part) {
            (416, _) => {
                say(&mut answer.head, "content-range", range::unsatisfied_range(self.length).as_bytes());
                return (answer, Sent::Nothing);
            }
            (206, Some(part)) => {
                say(&mut answer.head, "content-range", range::content_range(&part, self.length).as_bytes());
                say(&mut answer.head, "content-type", self.media_type.as_bytes());
                return (answer, Sent::Content(part));
            }
            (200, _) => {
                say(&mut answer.head, "accept-ranges", b"bytes");
                say(&mut answer.head, "content-type", self.media_type.as_bytes());
            }
            _ => return (answer, Sent::Nothing),
        }
        (answer, Sent::Content(0..self.length))
    }

    fn decide(&self, request: &Request<'_>, now: SystemTime) -> (u16, Option<Range<u64>>) {
        let (fields, method) = (request.head.fields(), request.head.method());
        // Conditions are about what a GET would give (RFC 9110 §13.1); other methods do not select it here.
        if matches!(method, Method::Get | Method::Head) {
            match conditional::evaluate(fields, method, Some(&self.validators)) {
                Verdict::NotModified => return (304, None),
                Verdict::Failed => return (412, None),
                Verdict::Proceed => {}
            }
        }
        if !conditional::is_range_meant(fields, &self.validators, now) {
            return (200, None);
        }
        match range::select(fields, method, self.length) {
            Selected::Whole => (200, None),
            Selected::Part(part) => (206, Some(part)),
            Selected::Unsatisfiable => (416, None),
        }
    }
}
