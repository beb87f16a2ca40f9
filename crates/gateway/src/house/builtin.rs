//! An answer that the house works out itself, on the control side: the endpoints of the provider in the box.
//!
//! The data thread reads the request whole, hands it over as an `http::Request`, and waits for the answer under the
//! request's own alarm. So many requests may be under way and no more; who comes then is told to come again.
//!
//! INVARIANT: what was begun is finished, also when the caller goes away or has waited long enough. A code that was
//! used up or a session that was ended is not left half done because somebody closed a connection; only
//! [`LONGEST`] ends the work, and that is what its stores' own changes (whole or not at all) are for.

use std::fmt;
use std::future::{Future, poll_fn};
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ::http::header::{CONNECTION, CONTENT_LENGTH, TE, TRAILER, TRANSFER_ENCODING, UPGRADE};
use ::http::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;
use model::{Code, Problem, RequestId};
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};
use wire::fields::{Field, Name};

use super::empty;
use crate::answer::{Answer, AnswerBody, say};
use crate::content::Content;
use crate::forward;
use crate::record::Record;
use crate::request::{Incoming, Request};

/// The largest body that is handed over, whatever the operation allows.
pub(super) const BODY_BYTES: u64 = 64 * 1024;
/// How many requests are under way at once, over all threads.
const AT_ONCE: usize = 256;
/// After so long the work on a request is given up.
const LONGEST: Duration = Duration::from_secs(30);
/// What a caller is told to wait that found too many before it.
const COME_AGAIN_SECONDS: u32 = 1;

/// The answer to a request, once there is one.
pub type Answering = Pin<Box<dyn Future<Output = ::http::Response<Bytes>> + Send>>;

/// Who answers: not of this room, and not on its threads.
pub trait Answerer: Send + Sync {
    /// Answers a request whose body is whole and bounded. Its extensions hold a [`Received`], and its path is the
    /// whole path. Fields of framing are added and left out by the door. A HEAD is answered like a GET.
    fn answer(&self, request: ::http::Request<Bytes>) -> Answering;
}

/// What the door knows of a request that it hands over, and head and body do not say.
#[derive(Clone, Debug)]
pub struct Received {
    /// The caller's address, as it is behind the proxies that are believed.
    pub address: IpAddr,
    /// The host that was asked, without its port: one of the door's own.
    pub host: Box<str>,
    /// Scheme, host and port as a browser has them (RFC 6454 §6.2).
    pub origin: Box<str>,
    /// What the log calls the request.
    pub id: RequestId,
    /// The SHA-256 of the caller's certificate, where it showed one that is believed here.
    pub certificate: Option<[u8; 32]>,
}

/// A set of operations that one [`Answerer`] answers.
pub struct Builtin {
    name: Box<str>,
    places: Arc<Semaphore>,
    /// Set once, when the house is put together; without it nothing is answered.
    connected: OnceLock<Connected>,
}

struct Connected {
    answerer: Arc<dyn Answerer>,
    runtime: Handle,
}

impl Builtin {
    /// One that is not connected yet; `name` is for explanations.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.into(), places: Arc::new(Semaphore::new(AT_ONCE)), connected: OnceLock::new() }
    }

    /// Says who answers, and where the work is done. Only the first word counts.
    pub fn connect(&self, answerer: Arc<dyn Answerer>, runtime: Handle) {
        let _ = self.connected.set(Connected { answerer, runtime });
    }

    /// Who answers, in words.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(super) async fn answer(
        &self,
        request: &Request<'_>,
        record: &Record<'_>,
        body: Option<Box<dyn Incoming>>,
    ) -> Result<Answer, Problem> {
        let Some(Connected { answerer, runtime }) = self.connected.get() else {
            return Err(Problem::new(Code::InternalError, "nobody answers for this operation"));
        };
        // Whoever sends slowly waits without a place: a few could have kept all of them.
        let body = whole(body).await?;
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| too_many())?;
        let handed = handed_over(request, record, body)?;
        let (done, answered) = oneshot::channel();
        let answerer = Arc::clone(answerer);
        runtime.spawn(async move {
            let answer = tokio::time::timeout(LONGEST, answerer.answer(handed)).await;
            // A caller that has gone has nobody waiting here.
            let _ = done.send(answer);
            drop(place);
        });
        match answered.await {
            Ok(Ok(answer)) => toward_caller(request, answer),
            Ok(Err(late)) => Err(Problem::new(Code::Overloaded, "the answer was not worked out in time").because(late)),
            Err(error) => Err(Problem::new(Code::InternalError, "the working out of an answer panicked")
                .because(error)
                .maybe_sent()),
        }
    }
}

impl fmt::Debug for Builtin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Builtin").field(&self.name).finish()
    }
}

fn too_many() -> Problem {
    let mut problem = Problem::new(Code::Overloaded, format!("{AT_ONCE} requests are being answered already"));
    problem.retry_after_seconds = Some(COME_AGAIN_SECONDS);
    problem
}

/// Reads a body to its end; its bound was set.
async fn whole(body: Option<Box<dyn Incoming>>) -> Result<Bytes, Problem> {
    let Some(mut body) = body else { return Ok(Bytes::new()) };
    let room = usize::try_from(BODY_BYTES).unwrap_or(usize::MAX);
    let mut content = Vec::new();
    while poll_fn(|context| body.poll_append(context, &mut content, room)).await? > 0 {}
    Ok(content.into())
}

/// The request as the answerer gets it: with the fields that a service would get, credentials included.
fn handed_over(request: &Request<'_>, record: &Record<'_>, body: Bytes) -> Result<::http::Request<Bytes>, Problem> {
    let head = request.head;
    let unreadable =
        |error: ::http::Error| Problem::new(Code::MalformedRequest, "the request cannot be handed over").because(error);
    let mut handed = ::http::Request::builder()
        .method(head.method_str())
        .uri(head.path_and_query())
        .body(body)
        .map_err(unreadable)?;
    // The provider looks at this one itself, where somebody signs out; services never see it.
    let kept = |known, name| known == Name::VestibuleCsrf || !forward::is_rewritten(known, name);
    for Field { name, value, .. } in head.fields().end_to_end().filter(|field| kept(field.known, field.name)) {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| unreadable(error.into()))?;
        let value = HeaderValue::from_bytes(value).map_err(|error| unreadable(error.into()))?;
        let kept = handed.headers_mut().try_append(name, value);
        kept.map_err(|_| Problem::new(Code::MalformedRequest, "the request has too many fields to be handed over"))?;
    }
    handed.extensions_mut().insert(Received {
        address: request.peer.address.ip(),
        host: head.host().into(),
        origin: origin(request),
        id: record.id,
        certificate: request.peer.certificate.as_ref().map(|certificate| certificate.sha256),
    });
    Ok(handed)
}

/// What ends TLS in front of a door is a proxy that the door believes; a door in clear without one is in clear.
fn origin(request: &Request<'_>) -> Box<str> {
    let is_secure = request.peer.secure || request.door.proxies.is_some();
    let (scheme, usual) = if is_secure { ("https", 443) } else { ("http", 80) };
    let host = request.head.host();
    match request.head.port() {
        Some(port) if port != usual => format!("{scheme}://{host}:{port}").into(),
        _ => format!("{scheme}://{host}").into(),
    }
}

/// The answer as the caller gets it: its fields are checked like any others, and no cache keeps it unless it says so.
fn toward_caller(request: &Request<'_>, answer: ::http::Response<Bytes>) -> Result<Answer, Problem> {
    let (parts, content) = answer.into_parts();
    let status = parts.status.as_u16();
    if !(200..=599).contains(&status) {
        return Err(Problem::new(Code::InternalError, format!("an answer of status {status} was worked out")));
    }
    let mut answer = empty(request, status);
    push_fields(&mut answer, &parts.headers)?;
    if answer.head.fields().count(Name::CacheControl) == 0 {
        say(&mut answer.head, "cache-control", b"no-store");
    }
    answer.body = AnswerBody::Streamed(Content::Kept(content));
    Ok(answer)
}

fn push_fields(answer: &mut Answer, fields: &HeaderMap) -> Result<(), Problem> {
    /// The door says these itself.
    const OF_THE_DOOR: [HeaderName; 6] = [CONNECTION, CONTENT_LENGTH, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];
    for (name, value) in fields.iter().filter(|(name, _)| !OF_THE_DOOR.contains(name)) {
        let pushed = answer.head.push(name.as_str(), value.as_bytes());
        pushed.map_err(|error| {
            Problem::new(Code::InternalError, "an answer with a bad field was worked out").because(error)
        })?;
    }
    Ok(())
}
