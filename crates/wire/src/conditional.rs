//! Conditional requests: entity tags, and whether a request still wants what it asks for (RFC 9110 §8.8, §13).
//!
//! Whoever has a representation, a folder or a cache, says by which [`Validators`] it is known and asks
//! [`evaluate`]. Only a request whose verdict is [`Verdict::Proceed`] goes on to its range, and
//! [`is_range_meant`] says whether the range is of this representation.
//!
//! Fail closed: a condition that cannot be read is one that does not hold.

mod tag;

use std::time::{Duration, SystemTime};

use crate::Method;
use crate::fields::{Fields, Name};

pub use tag::{EntityTag, tags};

/// From how much before its `Date` a time of modification tells apart what is different (RFC 9110 §8.8.2.2).
const ONE_SECOND: Duration = Duration::from_secs(1);

/// What a representation is known by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Validators<'a> {
    /// Its entity tag.
    pub entity_tag: Option<EntityTag<'a>>,
    /// When it was last modified; whole seconds.
    pub last_modified: Option<SystemTime>,
}

impl<'a> Validators<'a> {
    /// Those that the fields of an answer say. What cannot be read is not there.
    #[must_use]
    pub fn of(fields: &'a Fields) -> Self {
        let entity_tag = fields.get(Name::Etag).filter(|_| fields.count(Name::Etag) == 1).and_then(EntityTag::parse);
        Self { entity_tag, last_modified: date(fields, Name::LastModified) }
    }
}

/// What the conditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is to be answered as if it had none.
    Proceed,
    /// 304: the caller has it already.
    NotModified,
    /// 412: what the caller counts on does not hold.
    Failed,
}

/// Weighs the conditions of a request against the representation that it would get, in the order of RFC 9110 §13.2.2;
/// `None` where there is no representation now.
#[must_use]
pub fn evaluate(fields: &Fields, method: Method, current: Option<&Validators<'_>>) -> Verdict {
    let reads = matches!(method, Method::Get | Method::Head);
    let modified = current.and_then(|current| current.last_modified);
    if fields.count(Name::IfMatch) > 0 {
        if !matches(fields, Name::IfMatch, current, |one, other| one.is_strongly(other)) {
            return Verdict::Failed;
        }
    } else if let (Some(since), Some(modified)) = (date(fields, Name::IfUnmodifiedSince), modified)
        && modified > since
    {
        return Verdict::Failed;
    }
    if fields.count(Name::IfNoneMatch) > 0 {
        let unread = !reads && tags(fields, Name::IfNoneMatch).any(|tag| tag.is_none());
        let is_listed = matches(fields, Name::IfNoneMatch, current, |one, other| one.is_weakly(other));
        return match (unread || is_listed, reads) {
            (true, true) => Verdict::NotModified,
            (true, false) => Verdict::Failed,
            (false, _) => Verdict::Proceed,
        };
    }
    match (date(fields, Name::IfModifiedSince), modified) {
        (Some(since), Some(modified)) if reads && modified <= since => Verdict::NotModified,
        _ => Verdict::Proceed,
    }
}

/// Whether a `Range` is meant for this representation: there is no `If-Range`, or it names it (RFC 9110 §13.1.5).
/// `dated` is the `Date` of the representation: of the answer that it came with, or now.
#[must_use]
pub fn is_range_meant(fields: &Fields, current: &Validators<'_>, dated: SystemTime) -> bool {
    let Some(value) = fields.get(Name::IfRange) else { return true };
    if fields.count(Name::IfRange) > 1 {
        return false;
    }
    if let Some(tag) = EntityTag::parse(value) {
        return current.entity_tag.is_some_and(|current| current.is_strongly(&tag));
    }
    let Some(modified) = current.last_modified else { return false };
    let is_strong = modified.checked_add(ONE_SECOND).is_some_and(|later| later <= dated);
    is_strong && date(fields, Name::IfRange) == Some(modified)
}

/// Reads an HTTP date in any of its three forms (RFC 9110 §5.6.7).
#[must_use]
pub fn parse_date(value: &[u8]) -> Option<SystemTime> {
    std::str::from_utf8(value).ok().and_then(|text| httpdate::parse_http_date(text).ok())
}

/// The date of a field that stands once.
fn date(fields: &Fields, name: Name) -> Option<SystemTime> {
    fields.get(name).filter(|_| fields.count(name) == 1).and_then(parse_date)
}

fn matches(
    fields: &Fields,
    name: Name,
    current: Option<&Validators<'_>>,
    same: fn(&EntityTag<'_>, &EntityTag<'_>) -> bool,
) -> bool {
    let Some(current) = current else { return false };
    if fields.count(name) == 1 && fields.get(name) == Some(b"*") {
        return true;
    }
    let Some(tag) = current.entity_tag else { return false };
    tags(fields, name).flatten().any(|listed| same(&tag, &listed))
}

#[cfg(test)]
mod tests;
