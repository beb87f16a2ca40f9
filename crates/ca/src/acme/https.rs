//! One request to the CA, over verified TLS and with bounds: nothing of what it says is longer or later than it may be.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use policy::HouseWork;
use rustls_pki_types::CertificateDer;
use upstream::{
    Dialler, FetchBounds, Fetcher, HouseRequest, SystemResolver, Target, TlsAnchors, TlsError, TlsSettings,
};

use super::AcmeError;

/// A chain of certificates is a few KiB; the time is from looking up the name to the last byte of the answer.
const BOUNDS: FetchBounds = FetchBounds { answer_bytes: 1 << 20, within: Duration::from_secs(30) };

/// Speaks to a CA whose server one of these authorities vouches for.
pub(super) struct Https {
    /// None where nobody is believed: then nobody is called either.
    fetcher: Option<Fetcher>,
}

impl Https {
    /// # Errors
    /// [`AcmeError::Anchors`].
    pub(super) fn new(anchors: &[CertificateDer<'static>]) -> Result<Self, AcmeError> {
        // A machine's own list may have old ones among them that rustls does not read.
        let anchors = TlsAnchors::System(anchors.to_vec());
        let tls = TlsSettings { anchors, pins: Vec::new(), certificate: None };
        match Fetcher::new(Dialler::new(Arc::new(SystemResolver)), &tls) {
            Ok(fetcher) => Ok(Self { fetcher: Some(fetcher) }),
            Err(TlsError::NothingToBelieve) => Ok(Self { fetcher: None }),
            Err(error) => Err(AcmeError::Anchors(error)),
        }
    }
}

impl HttpClient for Https {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let fetcher = self.fetcher.clone();
        Box::pin(async move {
            let fetcher = fetcher.ok_or(Error::Str("nobody is believed to be the CA"))?;
            exchange(&fetcher, request).await
        })
    }
}

async fn exchange(fetcher: &Fetcher, request: Request<BodyWrapper<Bytes>>) -> Result<BytesResponse, Error> {
    let (parts, body) = request.into_parts();
    let target = Target::configured(&parts.uri.to_string()).map_err(other)?;
    if !target.is_tls() {
        return Err(Error::Str("a URL of the CA is not `https`"));
    }
    let body = body.collect().await.map_err(|_| other(io::Error::from(io::ErrorKind::InvalidInput)))?.to_bytes();
    let request = HouseRequest { target, method: parts.method, fields: parts.headers, body, bounds: BOUNDS };
    let answer = fetcher.fetch(upstream::house(HouseWork::Certificates), &request).await.map_err(other)?;
    let (parts, body) = Response::into_parts(answer);
    Ok(BytesResponse { parts, body: Box::new(body) })
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Other(Box::new(error))
}
