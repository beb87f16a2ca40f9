//! One request to the CA, over verified TLS and with bounds: nothing of what it says is longer or later than it may be.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use http_body_util::{BodyExt as _, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::AcmeError;

/// For one request, from looking up the name to the last byte of the answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// A chain of certificates is a few KiB.
const ANSWER_BYTES: usize = 1 << 20;

/// Speaks to a CA whose server one of these authorities vouches for.
pub(super) struct Https {
    tls: TlsConnector,
}

impl Https {
    /// # Errors
    /// [`AcmeError::Anchors`].
    pub(super) fn new(anchors: &[CertificateDer<'static>]) -> Result<Self, AcmeError> {
        let mut roots = RootCertStore::empty();
        // A machine's own list may have old ones among them that rustls does not read; none at all believes nobody.
        roots.add_parsable_certificates(anchors.iter().cloned());
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(AcmeError::Anchors)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)) })
    }
}

impl HttpClient for Https {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let tls = self.tls.clone();
        Box::pin(async move {
            let answered = tokio::time::timeout(PATIENCE, exchange(tls, request)).await;
            answered.unwrap_or_else(|_| Err(other(io::Error::from(io::ErrorKind::TimedOut))))
        })
    }
}

async fn exchange(tls: TlsConnector, request: Request<BodyWrapper<Bytes>>) -> Result<BytesResponse, Error> {
    let (mut parts, body) = request.into_parts();
    let (name, address) = target(&parts.uri)?;
    let authority = parts.uri.authority().map(|authority| authority.as_str().to_owned()).unwrap_or_default();
    let socket = TcpStream::connect(address).await.map_err(other)?;
    let socket = tls.connect(name, socket).await.map_err(other)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await.map_err(other)?;
    parts.headers.insert(header::HOST, HeaderValue::from_str(&authority).map_err(other)?);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = path.parse::<Uri>()?;
    let answer = async {
        let response = sender.send_request(Request::from_parts(parts, body)).await.map_err(other)?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, ANSWER_BYTES).collect().await.map_err(Error::Other)?.to_bytes();
        Ok(BytesResponse { parts, body: Box::new(body) })
    };
    tokio::pin!(answer);
    tokio::select! {
        answer = &mut answer => answer,
        // The connection may end with the last byte of the answer.
        ended = connection => match ended {
            Ok(()) => answer.await,
            Err(error) => Err(other(error)),
        },
    }
}

/// Where to connect, and for which name its certificate must be.
fn target(uri: &Uri) -> Result<(ServerName<'static>, (String, u16)), Error> {
    if uri.scheme_str() != Some("https") {
        return Err(Error::Str("a URL of the CA is not `https`"));
    }
    let host = uri.host().ok_or(Error::Str("a URL of the CA has no host"))?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).to_owned();
    let name = ServerName::try_from(host.clone()).map_err(other)?;
    Ok((name, (host, uri.port_u16().unwrap_or(443))))
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Other(Box::new(error))
}
