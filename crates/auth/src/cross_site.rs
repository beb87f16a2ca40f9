//! Whether a page of the application itself made a request that a browser sent with a session (CSRF).
//!
//! A browser sends cookies by itself, whoever's page it shows. What tells the application's own pages from others is
//! `Sec-Fetch-Site` (W3C Fetch Metadata) and, where a browser does not send it, `Origin` (RFC 6454 §7), which no page
//! can write. A program that is no browser and sends neither shows a text of the session in `Vestibule-CSRF`.
//!
//! | request | passes with |
//! | --- | --- |
//! | changes something, or begins a WebSocket | the own origin, a listed one, or the text |
//! | only reads | the own origin, a listed one, a navigation to a page, or no word of where it came from |

use aws_lc_rs::constant_time::verify_slices_are_equal;
use wire::{Fields, Method, Name, RequestHead};

use crate::verified::{SessionFacts, sha256};

/// Whether a page of the application, or a person by a click, made this request.
///
/// # Errors
/// What stands against it, for logs.
pub(crate) fn check(head: &RequestHead, secure: bool, session: &SessionFacts) -> Result<(), &'static str> {
    let fields = head.fields();
    let whence = Whence::of(head, secure, session);
    let site = fields.get(Name::SecFetchSite);
    let reads = is_safe(head.method()) && !begins_websocket(fields);
    match (site, whence) {
        // A browser that says both says the same with both.
        (Some(b"same-origin"), Whence::Foreign) => Err("`Origin` is another than `Sec-Fetch-Site` says"),
        (Some(b"same-origin"), _) | (_, Whence::Listed) | (None, Whence::Own) => Ok(()),
        (Some(b"none"), Whence::Unsaid) if reads => Ok(()),
        (Some(_), _) if reads && is_page_visit(head) => Ok(()),
        (Some(_), _) => Err("`Sec-Fetch-Site` is not `same-origin`, and `Origin` is none of the application's"),
        (None, Whence::Unsaid) if reads => Ok(()),
        (None, Whence::Unsaid) => shows_text(fields, session),
        (None, Whence::Foreign) => Err("`Origin` is none of the application's"),
    }
}

/// Whether somebody goes to a page with this, rather than a script fetching something.
#[must_use]
pub fn is_page_visit(head: &RequestHead) -> bool {
    head.method() == Method::Get
        && head.fields().get(Name::SecFetchMode) == Some(b"navigate")
        && head.fields().get(Name::SecFetchDest) == Some(b"document")
}

/// What `Origin` says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whence {
    Unsaid,
    Own,
    Listed,
    Foreign,
}

impl Whence {
    fn of(head: &RequestHead, secure: bool, session: &SessionFacts) -> Self {
        let Some(origin) = head.fields().get(Name::Origin) else { return Self::Unsaid };
        if is_own(origin, head, secure) {
            Self::Own
        } else if session.origins.iter().any(|listed| listed.as_bytes() == origin) {
            Self::Listed
        } else {
            Self::Foreign
        }
    }
}

/// Scheme, host and port of a request, as browsers write an origin.
pub(crate) fn origin_of(head: &RequestHead, secure: bool) -> Box<str> {
    let (scheme, usual) = if secure { ("https", 443) } else { ("http", 80) };
    match head.port().filter(|port| *port != usual) {
        None => format!("{scheme}://{}", head.host()).into(),
        Some(port) => format!("{scheme}://{}:{port}", head.host()).into(),
    }
}

/// Whether an origin is that of this very request.
pub(crate) fn is_own(origin: &[u8], head: &RequestHead, secure: bool) -> bool {
    let (scheme, usual) = if secure { ("https://", 443) } else { ("http://", 80) };
    let Some(authority) = origin.strip_prefix(scheme.as_bytes()) else { return false };
    let Some(port) = authority.strip_prefix(head.host().as_bytes()) else { return false };
    match head.port().filter(|port| *port != usual) {
        None => port.is_empty(),
        Some(own) => port.strip_prefix(b":") == Some(own.to_string().as_bytes()),
    }
}

fn begins_websocket(fields: &Fields) -> bool {
    fields.get(Name::Upgrade).is_some() || fields.get(Name::SecWebSocketKey).is_some()
}

/// RFC 9110 §9.2.1.
fn is_safe(method: Method) -> bool {
    matches!(method, Method::Get | Method::Head | Method::Options)
}

fn shows_text(fields: &Fields, session: &SessionFacts) -> Result<(), &'static str> {
    let Some(text) = fields.get(Name::VestibuleCsrf) else {
        return Err("neither `Sec-Fetch-Site` nor `Origin` nor `Vestibule-CSRF` says where it came from");
    };
    verify_slices_are_equal(&sha256(text), &session.csrf).map_err(|_| "`Vestibule-CSRF` is not this session's")
}

#[cfg(test)]
mod tests;
