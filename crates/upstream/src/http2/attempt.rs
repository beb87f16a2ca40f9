//! One request on a stream, until the head of its answer has come.

use std::fmt;
use std::future::{Future as _, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use h2::RecvStream;
use h2::client::ResponseFuture;
use http::Response;
use wire::{Method, ResponseHead};

use super::error::error_of;
use super::head;
use super::sending::Sending;
use crate::error::UpstreamError;
use crate::exchange::{HEAD, INTERIM_AT_MOST, Pending};
use crate::patience::Waits;
use crate::pool::{Place, StreamLease};

/// An answer whose head was read: the rest of it, and the rest of the request.
pub(crate) struct Incoming {
    pub(super) lease: StreamLease,
    pub(super) receiving: RecvStream,
    pub(super) sending: Sending,
}

/// Sends the request and reads the head of its answer into `request.answer`. Where that fails, the place comes back.
pub(crate) async fn attempt(
    mut lease: StreamLease,
    request: &mut Pending,
    waits: &Waits,
) -> Result<Incoming, (UpstreamError, Place)> {
    let (mut receiving, mut sending) = match begin(&mut lease, request) {
        Ok(begun) => begun,
        Err(error) => return Err((error, lease.into_place())),
    };
    let Pending { upload, answer, method, .. } = request;
    let mut interim = 0;
    let received = poll_fn(|context| {
        if !sending.is_over()
            && let Poll::Ready(Err(error)) = sending.poll(context, upload)
        {
            return Poll::Ready(Err(error));
        }
        waits.note(sending.awaits_caller());
        poll_head(context, &mut receiving, answer, *method, &mut interim)
    })
    .await;
    match received {
        Ok(receiving) => {
            lease.slot.answered();
            Ok(Incoming { lease, receiving, sending })
        }
        Err(error) => Err((error, lease.into_place())),
    }
}

/// Opens the stream.
fn begin(lease: &mut StreamLease, request: &mut Pending) -> Result<(ResponseFuture, Sending), UpstreamError> {
    let Pending { upload, trailers, .. } = request;
    let slot = &mut lease.slot;
    let head = head::request(upload.head(), slot.scheme, *trailers).ok_or(UpstreamError::Unsayable)?;
    let over = upload.has_ended();
    let (receiving, stream) = slot.requests.send_request(head, over).map_err(error_of)?;
    upload.pass_head();
    Ok((receiving, Sending::new(stream, over)))
}

fn poll_head(
    context: &mut Context<'_>,
    receiving: &mut ResponseFuture,
    head: &mut ResponseHead,
    method: Method,
    interim: &mut usize,
) -> Poll<Result<RecvStream, UpstreamError>> {
    while let Poll::Ready(Some(early)) = receiving.poll_informational(context) {
        early.map_err(error_of)?;
        *interim += 1;
        if *interim > INTERIM_AT_MOST {
            return Poll::Ready(Err(UpstreamError::Unexpected));
        }
    }
    let answer = ready!(Pin::new(receiving).poll(context)).map_err(error_of)?;
    read(head, &answer, method)?;
    Poll::Ready(Ok(answer.into_body()))
}

fn read(head: &mut ResponseHead, answer: &Response<RecvStream>, method: Method) -> Result<(), UpstreamError> {
    let fields = answer.headers().iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes()));
    let ended = answer.body().is_end_stream();
    head.assemble(answer.status().as_u16(), ended, fields, method, &HEAD).map_err(UpstreamError::Malformed)
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("lease", &self.lease).finish_non_exhaustive()
    }
}
