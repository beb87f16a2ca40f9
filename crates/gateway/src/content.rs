//! The content of an answer, wherever it comes from, as the two protocols send it: piece by piece.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use cache::{Keeping, Store};
use upstream::UpstreamError;
use wire::fields::Fields;

use crate::compress::Coded;
use crate::house::FileContent;

/// What is sent as the body of an answer.
pub(crate) enum Content {
    /// The service's, as it arrives.
    Service(upstream::Body),
    /// The service's, kept for others as it is sent on.
    Copied(Box<Copied>),
    /// In memory already and whole; sent from where it lies.
    Kept(Bytes),
    /// Of a file, read as it is sent.
    File(FileContent),
    /// Any of these in a content coding.
    Coded(Box<Coded>),
}

/// The content of an answer that is kept while it is sent on.
pub(crate) struct Copied {
    body: upstream::Body,
    /// Gone once it was given up, or is stored.
    keeping: Option<Keeping>,
    store: Arc<Store>,
}

impl Copied {
    /// `empty`: the head says that nothing follows, and nobody will look for it.
    pub(crate) fn new(body: upstream::Body, empty: bool, keeping: Keeping, store: Arc<Store>) -> Self {
        let mut copied = Self { body, keeping: Some(keeping), store };
        if empty {
            copied.finish();
        }
        copied
    }

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, UpstreamError>> {
        let polled = self.body.poll_ready(context);
        match &polled {
            Poll::Ready(Ok(false)) => self.finish(),
            Poll::Ready(Err(_)) => {
                if let Some(keeping) = self.keeping.take() {
                    keeping.failed();
                }
            }
            Poll::Ready(Ok(true)) | Poll::Pending => {}
        }
        polled
    }

    fn take_in(keeping: &mut Option<Keeping>, piece: &[u8]) {
        if let Some(too_large) = keeping.take_if(|keeping| !keeping.take_in(piece)) {
            too_large.give_up(Instant::now());
        }
    }

    fn consume(&mut self, count: usize) {
        Self::take_in(&mut self.keeping, self.body.content().get(..count).unwrap_or_default());
        self.body.consume(count);
    }

    /// All of it came. With trailers it would be another answer than the one that is stored.
    fn finish(&mut self) {
        let Some(keeping) = self.keeping.take() else { return };
        if self.body.trailers().is_none_or(Fields::is_empty) {
            keeping.finish(&self.store, Instant::now());
        } else {
            keeping.give_up(Instant::now());
        }
    }
}

impl Content {
    /// The service's, where it is.
    pub(crate) fn into_service(self) -> Option<upstream::Body> {
        match self {
            Self::Service(body) => Some(body),
            Self::Copied(copied) => Some(copied.body),
            Self::Kept(_) | Self::File(_) | Self::Coded(_) => None,
        }
    }

    /// Whether the service is still part of it: the request may go on being sent then.
    pub(crate) const fn is_of_service(&self) -> bool {
        match self {
            Self::Service(_) | Self::Copied(_) => true,
            Self::Coded(coded) => coded.content().is_of_service(),
            Self::Kept(_) | Self::File(_) => false,
        }
    }

    /// Ready with `true` when [`Content::piece`] has bytes, with `false` at the end.
    pub(crate) fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, UpstreamError>> {
        match self {
            Self::Service(body) => body.poll_ready(context),
            Self::Copied(copied) => copied.poll_ready(context),
            Self::Kept(kept) => Poll::Ready(Ok(!kept.is_empty())),
            Self::File(file) => file.poll_ready(context),
            Self::Coded(coded) => coded.poll_ready(context),
        }
    }

    /// Sends more of the request, for as long as nobody takes what was read.
    pub(crate) fn poll_upload(&mut self, context: &mut Context<'_>) -> Poll<Result<(), UpstreamError>> {
        match self {
            Self::Service(body) => body.poll_upload(context),
            Self::Copied(copied) => copied.body.poll_upload(context),
            Self::Coded(coded) => coded.content_mut().poll_upload(context),
            Self::Kept(_) | Self::File(_) => Poll::Ready(Ok(())),
        }
    }

    /// The bytes that are there now.
    pub(crate) fn piece(&self) -> &[u8] {
        match self {
            Self::Service(body) => body.content(),
            Self::Copied(copied) => copied.body.content(),
            Self::Kept(kept) => kept,
            Self::File(file) => file.piece(),
            Self::Coded(coded) => coded.piece(),
        }
    }

    /// Drops `count` bytes that were passed on.
    pub(crate) fn consume(&mut self, count: usize) {
        match self {
            Self::Service(body) => body.consume(count),
            Self::Copied(copied) => copied.consume(count),
            Self::Kept(kept) => drop(kept.split_to(count.min(kept.len()))),
            Self::File(file) => drop(file.take(count)),
            Self::Coded(coded) => drop(coded.take(count)),
        }
    }

    /// The trailer fields, once it has ended.
    pub(crate) fn trailers(&self) -> Option<&Fields> {
        match self {
            Self::Service(body) => body.trailers(),
            Self::Copied(copied) => copied.body.trailers(),
            Self::Coded(coded) => coded.trailers(),
            Self::Kept(_) | Self::File(_) => None,
        }
    }

    /// A buffer to be used again, once it has ended.
    pub(crate) const fn reclaim(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Service(body) => body.reclaim(),
            Self::Copied(copied) => copied.body.reclaim(),
            Self::Coded(coded) => coded.content_mut().reclaim(),
            Self::Kept(_) | Self::File(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
