//! One request to a service and its answer, streamed both ways, over whichever HTTP the service speaks.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::{Duration, Instant};

use model::ServiceId;
use policy::Permit;
use wire::{BodyLimits, HeadLimits, Method, Misplaced, ResponseHead};

use crate::alarm::Alarm;
use crate::attempts::Attempts;
use crate::body::Body;
use crate::error::UpstreamError;
use crate::http1::{self, Http1Body};
use crate::http2::{self, Http2Body};
use crate::patience::Waits;
use crate::pool::{Lease, Leased, Place, Service, Upstreams};
use crate::settings::Purpose;
use crate::upload::{Deadline, RequestBody, Upload, UploadFraming};

/// Bounds on the head of an answer.
pub(crate) const HEAD: HeadLimits = HeadLimits { head_bytes: 64 * 1024, target_bytes: 0, fields: 200 };
/// Bounds on the framing of an answer's body. What a service says in a trailer that belongs in the head is not passed
/// on; that is no reason to withhold the rest, such as how a call of gRPC ended.
pub(crate) const BODY: BodyLimits =
    BodyLimits { chunk_line_bytes: 1024, trailer_bytes: 16 * 1024, trailer_fields: 64, misplaced: Misplaced::Dropped };
/// Interim (1xx) answers taken before the final one.
pub(crate) const INTERIM_AT_MOST: usize = 16;

/// A request, ready to be written.
pub struct Outgoing {
    /// Request line and fields as HTTP/1.1 has them, complete, with the framing that `body` will have. For a service
    /// that speaks HTTP/2 they are said in its way.
    pub head: Vec<u8>,
    /// The method, which decides how the answer is framed and whether the request may be repeated.
    pub method: Method,
    /// The body and its framing; `None` where the request has none.
    pub body: Option<(Box<dyn RequestBody>, UploadFraming)>,
    /// The head offers another protocol: 101 is an answer to it, and [`Body::into_tunnel`] what follows.
    pub upgrade: bool,
    /// The caller takes trailers behind the answer (RFC 9110 §10.1.4).
    pub trailers: bool,
    /// By when the whole answer is wanted, where the service is told.
    pub deadline: Option<Deadline>,
    /// Where the head of the answer is read into; comes back in [`Answer::head`].
    pub answer: Box<ResponseHead>,
    /// What may be done with it.
    pub route: Routing,
}

/// How a request finds its endpoint, and how often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Routing {
    /// Hash of what it has in common with others that should go the same way, where the service balances by it.
    pub affinity: Option<u64>,
    /// Hash of who calls, where the service's canary is sticky.
    pub sticky: Option<u64>,
    /// Further attempts, where the service does not say how many.
    pub attempts: u8,
    /// For how long the service is waited for, where the whole request may last; not while it is the caller who is.
    pub attempt: Option<Duration>,
    /// Whether the file says that it may happen twice.
    pub idempotent: bool,
    /// Who calls, where the service is told so before each connection.
    pub caller: Option<SocketAddr>,
}

/// The head of a service's answer, and its body as it arrives.
#[derive(Debug)]
pub struct Answer {
    /// Status and fields.
    pub head: Box<ResponseHead>,
    /// The body; also sends what is left of the request's.
    pub body: Body,
    /// How often the exchange was begun again on another connection.
    pub retries: u8,
    /// How long its head took, all attempts together.
    pub took: Duration,
}

impl Upstreams {
    /// Sends a request to the service that the permit names, and waits for the head of its answer.
    ///
    /// The caller's deadline is `alarm`'s; the service's own bounds on connecting, on an attempt and on the first byte
    /// hold as well. Where it is safe and the budget allows, what failed is tried at another endpoint (`retry`).
    ///
    /// # Errors
    /// Every [`UpstreamError`]; the connection is closed then.
    pub fn call<'a>(
        &'a self,
        permit: Permit,
        request: Outgoing,
        alarm: &'a mut Alarm,
    ) -> impl Future<Output = Result<Answer, UpstreamError>> + 'a {
        let service = permit.service().ok_or(UpstreamError::NoService);
        exchange(service.and_then(|service| self.service(service, Purpose::Serves)), request, alarm)
    }

    /// Asks a service that decides about requests; a question of this house, and no request of a caller.
    ///
    /// INVARIANT: there is no permit, and so it goes to none of the services that serve callers.
    ///
    /// # Errors
    /// As [`Upstreams::call`].
    pub fn ask<'a>(
        &'a self,
        service: ServiceId,
        question: Outgoing,
        alarm: &'a mut Alarm,
    ) -> impl Future<Output = Result<Answer, UpstreamError>> + 'a {
        exchange(self.service(service, Purpose::Decides), question, alarm)
    }
}

async fn exchange(
    service: Result<&Service, UpstreamError>,
    request: Outgoing,
    alarm: &mut Alarm,
) -> Result<Answer, UpstreamError> {
    let service = service?;
    let now = Instant::now();
    let admission = service.admit(now)?;
    let whole = alarm.deadline();
    let mut attempts = Attempts::new(service, request, admission, whole, now);
    // Pinned where it lies: handed on by value, it would be copied at each step.
    let received = pin!(attempts.run(alarm)).await;
    alarm.set(whole);
    Ok(attempts.answer(received?))
}

/// Where the head of an answer has come.
pub(crate) enum Received {
    /// On a connection of its own.
    Http1(Lease),
    /// On a stream.
    Http2(http2::Incoming),
}

/// One attempt, with the head of the answer in `request.answer` at its end.
///
/// `waits` is told whether it is the caller's body that is waited for.
pub(crate) async fn attempt(
    service: &Service,
    place: Place,
    request: &mut Pending,
    waits: &Waits,
) -> Result<Received, UpstreamError> {
    let mut leased = service.lease(place, request.upload.offers_upgrade(), &request.introduction).await?;
    let mut renewed = false;
    loop {
        let lease = match leased {
            Leased::Connection(lease) => {
                return http1::attempt(service, lease, request, waits).await.map(Received::Http1);
            }
            Leased::Stream(lease) => lease,
        };
        let (error, place) = match http2::attempt(lease, request, waits).await {
            Ok(incoming) => return Ok(Received::Http2(incoming)),
            Err(failed) => failed,
        };
        // The connection was about to end when the request went out: nobody has looked at it.
        if renewed || !matches!(error, UpstreamError::Refused) || !request.upload.sent(false).repeatable {
            return Err(error);
        }
        renewed = true;
        request.renewed += 1;
        request.upload.rewind();
        leased = service.lease(place, false, &request.introduction).await?;
    }
}

/// A request that has no answer yet.
pub(crate) struct Pending {
    /// What its connection begins with; empty where connections are shared.
    pub(crate) introduction: Vec<u8>,
    pub(crate) upload: Upload,
    pub(crate) answer: Box<ResponseHead>,
    pub(crate) method: Method,
    /// Whether the caller takes trailers.
    pub(crate) trailers: bool,
    /// Whether sending it twice is as good as once.
    pub(crate) idempotent: bool,
    /// Dead connections that were replaced.
    pub(crate) renewed: u8,
}

/// The answer whose head has come.
pub(crate) fn finish_head(received: Received, request: Pending, retries: u8, took: Duration) -> Answer {
    let Pending { upload, answer: head, .. } = request;
    let body = match received {
        Received::Http1(lease) => Body::from(Http1Body::new(lease, upload, &head)),
        Received::Http2(incoming) => Body::from(Http2Body::new(incoming, upload, head.framing())),
    };
    Answer { head, body, retries, took }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("method", &self.method).finish_non_exhaustive()
    }
}
