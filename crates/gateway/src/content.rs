//! The content of an answer, wherever it comes from, as the two protocols send it: piece by piece.

use std::task::{Context, Poll};

use bytes::Bytes;
use upstream::UpstreamError;
use wire::fields::Fields;

use crate::house::FileContent;

/// What is sent as the body of an answer.
#[expect(clippy::large_enum_variant, reason = "there is one at a time, on the stack; a box would cost each answer")]
pub(crate) enum Content {
    /// The service's, as it arrives.
    Service(upstream::Body),
    /// In memory already and whole; sent from where it lies.
    Kept(Bytes),
    /// Of a file, read as it is sent.
    File(FileContent),
}

impl Content {
    /// The service's, where it is.
    pub(crate) fn into_service(self) -> Option<upstream::Body> {
        match self {
            Self::Service(body) => Some(body),
            Self::Kept(_) | Self::File(_) => None,
        }
    }

    /// Whether the service is still part of it: the request may go on being sent then.
    pub(crate) const fn is_of_service(&self) -> bool {
        matches!(self, Self::Service(_))
    }

    /// Ready with `true` when [`Content::piece`] has bytes, with `false` at the end.
    pub(crate) fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, UpstreamError>> {
        match self {
            Self::Service(body) => body.poll_ready(context),
            Self::Kept(kept) => Poll::Ready(Ok(!kept.is_empty())),
            Self::File(file) => file.poll_ready(context),
        }
    }

    /// Sends more of the request, for as long as nobody takes what was read.
    pub(crate) fn poll_upload(&mut self, context: &mut Context<'_>) -> Poll<Result<(), UpstreamError>> {
        match self {
            Self::Service(body) => body.poll_upload(context),
            Self::Kept(_) | Self::File(_) => Poll::Ready(Ok(())),
        }
    }

    /// The bytes that are there now.
    pub(crate) fn piece(&self) -> &[u8] {
        match self {
            Self::Service(body) => body.content(),
            Self::Kept(kept) => kept,
            Self::File(file) => file.piece(),
        }
    }

    /// Drops `count` bytes that were passed on.
    pub(crate) fn consume(&mut self, count: usize) {
        match self {
            Self::Service(body) => body.consume(count),
            Self::Kept(kept) => drop(kept.split_to(count.min(kept.len()))),
            Self::File(file) => drop(file.take(count)),
        }
    }

    /// Takes at most `room` of the bytes that are there now, without copying.
    pub(crate) fn take(&mut self, room: usize) -> Bytes {
        match self {
            Self::Service(body) => body.take(room),
            Self::Kept(kept) => kept.split_to(room.min(kept.len())),
            Self::File(file) => file.take(room),
        }
    }

    /// The trailer fields, once it has ended.
    pub(crate) fn trailers(&self) -> Option<&Fields> {
        match self {
            Self::Service(body) => body.trailers(),
            Self::Kept(_) | Self::File(_) => None,
        }
    }

    /// A buffer to be used again, once it has ended.
    pub(crate) const fn reclaim(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Service(body) => body.reclaim(),
            Self::Kept(_) | Self::File(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
