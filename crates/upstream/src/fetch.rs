//! One request of the house's own and its whole answer, over a connection of its own; for the control runtime.
//!
//! ```text
//! Target (dial)  →  Fetcher: connect, TLS by the name, request  →  head and body, both bounded  →  http::Response
//! ```
//!
//! Bounded in time as a whole and in size. A redirect is an answer like any other: what somebody else's server says
//! is not where the house goes next. Nothing is decompressed, and a coding that was not asked for is refused.
//!
//! Deliberately absent: keeping connections (these calls are minutes apart), HTTP/2, cookies, proxies.

mod error;
mod exchange;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, header};
use policy::HousePermit;
use tokio::time::{Instant, timeout_at};

use crate::dial::{Dialler, Target};
use crate::settings::Http;
use crate::tls::{ClientTls, TlsError, TlsSettings};

pub use error::FetchError;

/// How much an answer may be, and how long it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchBounds {
    /// Octets of the answer's body.
    pub answer_bytes: usize,
    /// From looking up the name to the last octet.
    pub within: Duration,
}

impl Default for FetchBounds {
    /// 256 KiB within 10 seconds.
    fn default() -> Self {
        Self { answer_bytes: 256 * 1024, within: Duration::from_secs(10) }
    }
}

/// A request of the house's own.
#[derive(Clone)]
pub struct HouseRequest {
    /// Where it goes.
    pub target: Target,
    /// The method.
    pub method: Method,
    /// Its fields, but for `Host`, and those by which a message is framed: these are written from the rest.
    pub fields: HeaderMap,
    /// Its body; none where empty.
    pub body: Bytes,
    /// Bounds on the answer.
    pub bounds: FetchBounds,
}

impl HouseRequest {
    /// Fetches what is there, in this media type.
    #[must_use]
    pub fn get(target: Target, accept: &'static str) -> Self {
        let fields = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]);
        Self { target, method: Method::GET, fields, body: Bytes::new(), bounds: FetchBounds::default() }
    }

    /// Sends a form (`application/x-www-form-urlencoded`) and wants JSON.
    #[must_use]
    pub fn form(target: Target, form: impl Into<Bytes>) -> Self {
        let mut request = Self { method: Method::POST, body: form.into(), ..Self::get(target, "application/json") };
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.fields.insert(header::CONTENT_TYPE, form);
        request
    }
}

/// Sends requests of the house's own.
#[derive(Clone)]
pub struct Fetcher {
    dialler: Dialler,
    tls: Arc<ClientTls>,
}

impl Fetcher {
    /// Believes whom these settings say.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn new(dialler: Dialler, tls: &TlsSettings) -> Result<Self, TlsError> {
        // Each target has its own name; this one is asked for by nobody.
        Ok(Self { dialler, tls: Arc::new(ClientTls::new(tls, "house.invalid")?) })
    }

    /// Digest of whom it believes.
    #[must_use]
    pub fn trust(&self) -> [u8; 32] {
        self.tls.identity()
    }

    /// Sends the request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// [`FetchError`]: there is no whole answer within the bounds.
    pub async fn fetch(&self, permit: HousePermit, request: &HouseRequest) -> Result<Response<Bytes>, FetchError> {
        let bounds = request.bounds;
        let until = Instant::now() + bounds.within;
        let answered = timeout_at(until, self.exchange(permit, request)).await;
        answered.unwrap_or_else(|_| Err(FetchError::TooLate { host: host(request) }))
    }

    async fn exchange(&self, permit: HousePermit, request: &HouseRequest) -> Result<Response<Bytes>, FetchError> {
        let target = &request.target;
        let head = exchange::head(request)?;
        let tcp = self.dialler.connect(permit, target.destination(), request.bounds.within).await?;
        if !target.is_tls() {
            return exchange::run(tcp, &head, request).await;
        }
        let name = target.destination().host().to_string();
        let tls = self.tls.named(&name)?;
        let handshake = |source| FetchError::Handshake { host: name, source };
        exchange::run(tls.connect(tcp, Http::One).await.map_err(handshake)?, &head, request).await
    }
}

/// Fields and body may hold what proves who the house is.
impl fmt::Debug for HouseRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, method, bounds, .. } = self;
        f.debug_struct("HouseRequest").field("target", target).field("method", method).field("bounds", bounds).finish()
    }
}

fn host(request: &HouseRequest) -> String {
    request.target.destination().host().to_string()
}

#[cfg(test)]
mod tests;
