//! The same messages as hyper reads them, over a pipe in memory.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderMap;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt as _;

use crate::by_wire::{Request, Response, SortedFields};

/// Room for everything that either side writes, so that nobody waits for a reader.
const PIPE_BYTES: usize = 1 << 20;

thread_local! {
    static RUNTIME: tokio::runtime::Runtime =
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
}

/// The requests that hyper's server reads to the end, up to its first fault.
pub(crate) fn requests(input: &[u8]) -> Vec<Request> {
    let seen = Rc::new(RefCell::new(Vec::new()));
    RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let (mut near, far) = tokio::io::duplex(PIPE_BYTES);
            near.write_all(input).await.expect("fits the pipe");
            near.shutdown().await.expect("can be shut");
            let serve = service_fn(|request: hyper::Request<Incoming>| {
                let seen = Rc::clone(&seen);
                async move {
                    if let Some(request) = read_request(request).await {
                        seen.borrow_mut().push(request);
                    }
                    Ok::<_, Infallible>(hyper::Response::new(Empty::<Bytes>::new()))
                }
            });
            let mut server = hyper::server::conn::http1::Builder::new();
            server.half_close(true).auto_date_header(false);
            // How the connection ended is of no interest, only what was read on it.
            let _ended = server.serve_connection(TokioIo::new(far), serve).await;
        });
    });
    seen.take()
}

async fn read_request(request: hyper::Request<Incoming>) -> Option<Request> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.ok()?;
    let trailers = body.trailers().map(sorted).unwrap_or_default();
    Some(Request {
        method: head.method.as_str().to_owned(),
        target: head.uri.path_and_query().map(|target| target.as_str().to_owned()).unwrap_or_default(),
        fields: sorted(&head.headers),
        content: body.to_bytes().to_vec(),
        trailers,
    })
}

/// The answer that hyper's client reads to the end.
pub(crate) fn response(input: &[u8], method: &str) -> Option<Response> {
    RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let (mut near, far) = tokio::io::duplex(PIPE_BYTES);
            let client = hyper::client::conn::http1::handshake(TokioIo::new(far));
            let (mut sender, connection) = client.await.ok()?;
            let request = hyper::Request::builder()
                .method(method)
                .uri("/")
                .header("host", "a")
                .body(Empty::<Bytes>::new())
                .ok()?;
            let exchange = async {
                let response = sender.send_request(request).await.ok()?;
                let (head, body) = response.into_parts();
                let body = body.collect().await.ok()?;
                let trailers = body.trailers().map(sorted).unwrap_or_default();
                Some(Response {
                    status: head.status.as_u16(),
                    fields: sorted(&head.headers),
                    content: body.to_bytes().to_vec(),
                    trailers,
                })
            };
            let answer = async {
                // hyper's client takes octets before its request for a fault, so they come after it.
                tokio::io::AsyncReadExt::read(&mut near, &mut [0; 256]).await.ok()?;
                near.write_all(input).await.ok()?;
                near.shutdown().await.ok()
            };
            let (response, _, _) = tokio::join!(exchange, answer, connection);
            response
        })
    })
}

fn sorted(fields: &HeaderMap) -> SortedFields {
    let mut sorted: Vec<_> =
        fields.iter().map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect();
    sorted.sort_by(|one, other| one.0.cmp(&other.0));
    sorted
}
