//! A head that was written for HTTP/1.1, said in the way of HTTP/2 (RFC 9113 §8.3.1).
//!
//! There is one place that writes heads. What it wrote is read back by the same strict reader that reads callers, so
//! that no second way of writing can differ from the first.

use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use wire::fields::{Fields, Name};
use wire::{HeadLimits, RequestHead};

/// What a caller could send is bounded where it came in; the house adds a little to it.
const LIMITS: HeadLimits = HeadLimits { head_bytes: 1 << 20, target_bytes: 1 << 20, fields: 4096 };

/// The request of a whole head; `None` where it cannot be said in HTTP/2.
pub(crate) fn request(head: &[u8], scheme: &str, trailers: bool) -> Option<Request<()>> {
    let mut read = RequestHead::new();
    read.parse(head, &LIMITS).ok()??;
    let path = PathAndQuery::try_from(read.path_and_query()).ok()?;
    let uri = Uri::builder().scheme(scheme).authority(read.authority()).path_and_query(path).build().ok()?;
    let mut request = Request::new(());
    *request.method_mut() = Method::from_bytes(read.method_str().as_bytes()).ok()?;
    *request.uri_mut() = uri;
    let headers = request.headers_mut();
    *headers = map(read.fields())?;
    headers.remove(http::header::HOST);
    if trailers {
        headers.insert(http::header::TE, const { HeaderValue::from_static("trailers") });
    }
    Some(request)
}

/// Fields that go on, as the library wants them.
pub(super) fn map(fields: &Fields) -> Option<HeaderMap> {
    let mut map = HeaderMap::with_capacity(fields.len());
    for field in fields.end_to_end().filter(|field| field.known != Name::TransferEncoding) {
        let name = HeaderName::from_bytes(field.name.as_bytes()).ok()?;
        map.append(name, HeaderValue::from_bytes(field.value).ok()?);
    }
    Some(map)
}

#[cfg(test)]
mod tests;
