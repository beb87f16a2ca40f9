//! One connection of the admin server: one request, within bounds.

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};

/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(5);
/// How long the whole exchange may take; a reload of a large configuration is the longest there is.
const WHOLE: Duration = Duration::from_secs(60);
/// Largest head, in bytes, and most fields in it.
const HEAD_BYTES: usize = 16 * 1024;
const FIELDS: usize = 64;

pub(super) async fn serve(stream: impl AsyncRead + AsyncWrite + Send + Unpin, router: Router) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(HEAD_BYTES)
        .max_headers(FIELDS)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // Whatever went wrong, the caller is the operator's own tool and sees it; there is nobody else to tell.
    let _ = tokio::time::timeout(WHOLE, connection).await;
}
