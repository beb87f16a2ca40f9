//! The content of a file on its way to a caller, read piece by piece by threads that may wait for a disk.

use std::fs::File;
use std::future::Future as _;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use model::{Code, Problem};
use upstream::UpstreamError;

use super::disk::{AtDisk, at_disk};
use super::open::Opened;

/// What is read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// A part of an open file. At any moment one piece of it is in memory.
pub(crate) struct FileContent {
    file: Option<File>,
    /// What is still to be read.
    left: Range<u64>,
    piece: Bytes,
    reading: Option<AtDisk<(File, io::Result<Bytes>)>>,
}

impl FileContent {
    /// Nothing of any file.
    pub(crate) const fn none() -> Self {
        Self { file: None, left: 0..0, piece: Bytes::new(), reading: None }
    }

    /// These octets of a file.
    pub(super) fn of(opened: Opened, part: Range<u64>) -> Self {
        Self { file: Some(opened.file), left: part, piece: Bytes::new(), reading: None }
    }

    /// Ready with `true` when [`FileContent::piece`] has bytes, with `false` at the end.
    pub(crate) fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, UpstreamError>> {
        loop {
            if !self.piece.is_empty() {
                return Poll::Ready(Ok(true));
            }
            if let Some(reading) = &mut self.reading {
                let read = ready!(Pin::new(reading).poll(context));
                self.reading = None;
                let (file, read) = read.map_err(io::Error::other).map_err(failed)?;
                self.piece = read.map_err(failed)?;
                self.left.start += self.piece.len() as u64;
                self.file = Some(file);
                continue;
            }
            let Some(file) = self.file.take().filter(|_| self.left.start < self.left.end) else {
                return Poll::Ready(Ok(false));
            };
            let (at, left) = (self.left.start, self.left.end - self.left.start);
            let wanted = usize::try_from(left).unwrap_or(PIECE_BYTES).min(PIECE_BYTES);
            self.reading = Some(at_disk(move || {
                let mut piece = vec![0; wanted];
                let read = file.read_exact_at(&mut piece, at).map(|()| Bytes::from(piece));
                (file, read)
            }));
        }
    }

    /// The bytes that are there now.
    pub(crate) fn piece(&self) -> &[u8] {
        &self.piece
    }

    /// Takes at most `room` of the bytes that are there now.
    pub(crate) fn take(&mut self, room: usize) -> Bytes {
        self.piece.split_to(room.min(self.piece.len()))
    }
}

/// The file was cut off or its disk failed: the answer ends before its length, so that the caller notices.
fn failed(error: io::Error) -> UpstreamError {
    // Not a service's fault: the variant that brings a problem of its own.
    UpstreamError::Caller(Box::new(
        Problem::new(Code::InternalError, "a file could not be read to its end").because(error),
    ))
}
