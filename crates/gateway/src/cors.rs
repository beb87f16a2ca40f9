//! Pages of other origins that may call an API: those of apps that hold their tokens themselves (Fetch, "CORS protocol").
//!
//! A browser asks before it sends what a page of another origin wants sent with a token; that is answered here, and
//! nobody else hears of it. What comes back says which page may read it, one by its name and never all.
//!
//! INVARIANT: `Access-Control-Allow-Credentials` is never said. Such pages show tokens; a cookie of this house works for
//! the pages of its own host alone.

use model::OperationId;
use routing::Choice;
use wire::fields::Name;
use wire::{Fields, Method, RequestHead};

use crate::answer::{Answer, say};
use crate::house;
use crate::request::Request;
use crate::settings::{DoorSettings, OperationSettings, Settings};

/// For how long a browser need not ask again.
const MAX_AGE_SECONDS: &[u8] = b"600";
/// The longest list of fields that a browser may ask about, in bytes.
const ASKED_AT_MOST: usize = 1024;
/// What scripts may read of an answer besides what any may (Fetch, "CORS-safelisted response-header name").
const EXPOSED: &[u8] = b"DPoP-Nonce, ETag, Link, Location, Retry-After, WWW-Authenticate, X-Request-Id";

/// The pages of other origins that may call an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    origins: Box<[Box<str>]>,
}

impl Cors {
    /// Pages of these origins, as browsers write them (`https://app.example`).
    #[must_use]
    pub fn new(origins: impl IntoIterator<Item = Box<str>>) -> Self {
        Self { origins: origins.into_iter().collect() }
    }

    fn admits(&self, origin: &[u8]) -> bool {
        self.origins.iter().any(|known| known.as_bytes() == origin)
    }

    /// Calls `write` with what an answer says of who may read it. Where the service said that itself, its word stays.
    pub(crate) fn each_field(&self, asked: &Fields, said: &Fields, mut write: impl FnMut(Name, &str, &[u8])) {
        write(Name::Vary, "vary", b"Origin");
        let Some(origin) = asked.get(Name::Origin).filter(|origin| self.admits(origin)) else { return };
        if said.count(Name::AccessControlAllowOrigin) == 0 {
            write(Name::AccessControlAllowOrigin, "access-control-allow-origin", origin);
            write(Name::AccessControlExposeHeaders, "access-control-expose-headers", EXPOSED);
        }
    }
}

/// The operation that a page would call, where this is a browser's question whether it may, and it may.
pub(crate) fn asked<'a>(
    settings: &'a Settings,
    door: &DoorSettings,
    head: &RequestHead,
) -> Option<(OperationId, &'a OperationSettings)> {
    if head.method() != Method::Options {
        return None;
    }
    let fields = head.fields();
    let (method, origin) = (wanted(fields)?, fields.get(Name::Origin)?);
    let Choice::Operation(id) = door.routes.choose_parts(head.host(), head.path(), method) else { return None };
    let operation = settings.operations.get(id.0 as usize)?;
    operation.cors.as_ref()?.admits(origin).then_some((id, operation))
}

/// The answer to such a question; who may read it is said of every answer, and so of this one.
pub(crate) fn allow(request: &Request<'_>) -> Answer {
    let mut answer = house::empty(request, 204);
    let fields = request.head.fields();
    let mut allow = |name: &str, value: &[u8]| say(&mut answer.head, name, value);
    allow("vary", b"Access-Control-Request-Method, Access-Control-Request-Headers");
    allow("access-control-allow-methods", wanted(fields).unwrap_or_default().as_bytes());
    if let Some(names) = fields.get(Name::AccessControlRequestHeaders).filter(|names| are_names(names)) {
        allow("access-control-allow-headers", names);
    }
    allow("access-control-max-age", MAX_AGE_SECONDS);
    answer
}

fn wanted(fields: &Fields) -> Option<&str> {
    std::str::from_utf8(fields.get(Name::AccessControlRequestMethod)?).ok()
}

/// A list of names of fields (RFC 9110 §5.6.2), and no more than a page could need.
fn are_names(list: &[u8]) -> bool {
    let of_name = |octet: &u8| octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~, ".contains(octet);
    list.len() <= ASKED_AT_MOST && list.iter().all(of_name)
}
