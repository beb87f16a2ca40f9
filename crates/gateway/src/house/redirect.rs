//! A redirect: where to go instead, made of the file's words and of what the request's path has in their places.
//!
//! INVARIANT: scheme, host and port are the file's own words, or the caller's own host by a path. No request can make
//! it lead elsewhere, which is what makes an open redirect.

use thiserror::Error;
use wire::RequestHead;

use super::{empty, say_cache_control};
use crate::answer::{Answer, say};
use crate::record::Record;
use crate::request::Request;

/// What is permanent may be remembered for so long, in seconds: a redirect that was wrong must heal.
const PERMANENT: &str = "max-age=3600";

/// A redirect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    status: u16,
    pieces: Box<[Piece]>,
    /// Whether the request's query goes on.
    takes_query: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(Box<str>),
    /// The segment of the path of this number, from 0.
    Segment(usize),
    /// What follows so many segments of the path.
    Rest(usize),
}

/// Why a text is not where a redirect can lead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RedirectError {
    /// Neither `https://HOST…`, `http://HOST…` nor `/…`.
    #[error("it begins with `https://` and a host, or with one `/`")]
    Start,
    /// A variable outside the path, or a brace that is none.
    #[error("variables stand in the path only, each as `{{name}}`")]
    Braces,
    /// A character that no URL can have, or a text of more than 2048 octets.
    #[error("it has a character that must be percent-encoded, or more than 2048")]
    Character,
    /// A variable that the route does not have.
    #[error("the route has no `{{{0}}}`")]
    Unknown(Box<str>),
}

impl Redirect {
    /// The statuses that a redirect may have.
    pub const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

    /// Checks the form of a text, whatever the route has.
    ///
    /// # Errors
    /// [`RedirectError`], but for [`RedirectError::Unknown`].
    pub fn check(to: &str) -> Result<(), RedirectError> {
        split(to).map(drop)
    }

    /// A redirect of a route with this template, the API's path included.
    ///
    /// # Errors
    /// [`RedirectError`].
    pub fn new(to: &str, status: u16, template: &str) -> Result<Self, RedirectError> {
        let segments: Vec<&str> = template.split('/').skip(1).collect();
        let piece = |part: Part<'_>| match part {
            Part::Text(text) => Ok(Piece::Text(text.into())),
            Part::Variable(name) => {
                let named = segments.iter().position(|segment| *segment == format!("{{{name}}}"));
                let rest = || segments.iter().position(|segment| *segment == "**").filter(|_| name == "rest");
                named
                    .map(Piece::Segment)
                    .or_else(|| rest().map(Piece::Rest))
                    .ok_or_else(|| RedirectError::Unknown(name.into()))
            }
        };
        let pieces = split(to)?.into_iter().map(piece).collect::<Result<_, _>>()?;
        Ok(Self { status, pieces, takes_query: !to.contains(['?', '#']) })
    }

    /// Its status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// Where a request is sent.
    #[must_use]
    pub fn location(&self, head: &RequestHead) -> String {
        let mut location = String::new();
        let path = head.path();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => location.push_str(text),
                Piece::Segment(at) => location.push_str(path.split('/').skip(1).nth(*at).unwrap_or_default()),
                Piece::Rest(after) => location.push_str(rest(path, *after)),
            }
        }
        // A rest of nothing may leave two slashes, which would begin a host.
        while location.starts_with("//") {
            location.remove(0);
        }
        if let Some(query) = head.query().filter(|_| self.takes_query) {
            location.push('?');
            location.push_str(query);
        }
        location
    }

    pub(super) fn answer(&self, request: &Request<'_>, record: &Record<'_>) -> Answer {
        let mut answer = empty(request, self.status);
        say(&mut answer.head, "location", self.location(request.head).as_bytes());
        if matches!(self.status, 301 | 308) {
            say_cache_control(&mut answer, record, PERMANENT);
        } else {
            say(&mut answer.head, "cache-control", b"no-store");
        }
        answer
    }
}

/// What is behind so many segments of a path, without a slash before it.
fn rest(path: &str, after: usize) -> &str {
    let mut rest = path.strip_prefix('/').unwrap_or(path);
    for _ in 0..after {
        rest = rest.split_once('/').map_or("", |(_, behind)| behind);
    }
    rest.trim_start_matches('/')
}

enum Part<'a> {
    Text(&'a str),
    Variable(&'a str),
}

/// Texts and variables in turn.
fn split(to: &str) -> Result<Vec<Part<'_>>, RedirectError> {
    let good = |byte: u8| byte.is_ascii_graphic() && !b"<>\"\\^`|".contains(&byte);
    if to.len() > 2048 || !to.bytes().all(good) {
        return Err(RedirectError::Character);
    }
    let (mut parts, mut left) = (Vec::new(), to);
    let behind = behind_host(to)?;
    if to.get(..behind).is_none_or(|front| front.contains(['{', '}'])) {
        return Err(RedirectError::Braces);
    }
    while let Some((text, open)) = left.split_once('{') {
        let (name, after) = open.split_once('}').ok_or(RedirectError::Braces)?;
        // In a query a segment could bring parameters of its own.
        let behind_path = to.find(['?', '#']).is_some_and(|end| to.len() - left.len() + text.len() > end);
        if name.is_empty() || name.contains('{') || text.contains('}') || behind_path {
            return Err(RedirectError::Braces);
        }
        parts.push(Part::Text(text));
        parts.push(Part::Variable(name));
        left = after;
    }
    if left.contains('}') {
        return Err(RedirectError::Braces);
    }
    parts.push(Part::Text(left));
    Ok(parts)
}

/// Where scheme and host are over: a slash at the latest follows, so that nothing can be added to the host.
fn behind_host(to: &str) -> Result<usize, RedirectError> {
    if to.starts_with('/') {
        // Two slashes would begin a host.
        return if to.starts_with("//") { Err(RedirectError::Start) } else { Ok(1) };
    }
    let scheme =
        ["https://", "http://"].into_iter().find(|scheme| to.starts_with(scheme)).ok_or(RedirectError::Start)?;
    let host = to.get(scheme.len()..).unwrap_or_default();
    let end = host.find(['/', '?', '#']).unwrap_or(host.len());
    let authority = host.get(..end).unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return Err(RedirectError::Start);
    }
    Ok(scheme.len() + end)
}

#[cfg(test)]
mod tests;
