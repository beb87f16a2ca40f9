//! What an error of a stream or connection says of the request that was on it.

use std::io;

use h2::{Error, Reason};

use crate::error::UpstreamError;

/// The error of a stream, told as what became of its request.
pub(super) fn error_of(error: Error) -> UpstreamError {
    if is_unprocessed(&error) {
        return UpstreamError::Refused;
    }
    if error.is_remote() {
        return UpstreamError::Reset(error);
    }
    if !error.is_io() {
        return UpstreamError::Rules(error);
    }
    match error.into_io() {
        Some(error) if !is_end(&error) => UpstreamError::Broken(error),
        _ => UpstreamError::Silent,
    }
}

/// Whether the service says that it has not looked at the request (RFC 9113 §6.8, §8.7). The library gives the error
/// of a GOAWAY only to streams beyond the last that it names.
fn is_unprocessed(error: &Error) -> bool {
    error.is_remote() && (error.is_go_away() || error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM))
}

/// The connection ended.
fn is_end(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionReset | UnexpectedEof)
}
