//! How the shop calls other back ends: through the server door, with its own certificate, over mutual TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HOST, ORIGIN};
use http::{HeaderName, HeaderValue, Request, Response, request};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde::Serialize;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Longer than the server door's own deadline is of no use in a demo.
const PATIENCE: Duration = Duration::from_secs(8);
/// Largest answer read.
const ANSWER_BYTES: usize = 256 * 1024;

/// Where the server door is and how one proves who one is there.
#[derive(Clone)]
pub(crate) struct ServerDoor {
    address: SocketAddr,
    authority: HeaderValue,
    name: ServerName<'static>,
    tls: TlsConnector,
}

/// The shop's certificate and whom it believes.
pub(crate) struct Credentials {
    /// Anchors for the door's own certificate.
    pub(crate) anchors: Vec<CertificateDer<'static>>,
    /// The workload's chain, leaf first.
    pub(crate) chain: Vec<CertificateDer<'static>>,
    /// The leaf's key.
    pub(crate) key: PrivateKeyDer<'static>,
}

/// What can go wrong on the way to another back end.
#[derive(Debug, Error)]
pub(crate) enum ServerDoorError {
    /// The certificates do not fit together.
    #[error("the shop's certificate cannot be used")]
    Credentials(#[from] rustls::Error),
    /// The door's name is no name.
    #[error("`{0}` is not a name that a door can have")]
    Name(String),
    /// The door could not be reached, or the handshake failed.
    #[error("the server door cannot be reached")]
    Unreachable(#[from] std::io::Error),
    /// The exchange broke.
    #[error("the exchange with the server door broke")]
    Broken(#[from] hyper::Error),
    /// The request could not be put together.
    #[error("the request is not well formed")]
    Request(#[from] http::Error),
    /// The answer was too large or ended early.
    #[error("the answer could not be read")]
    Answer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// JSON that is none.
    #[error("the answer is not the JSON that was expected")]
    Json(#[from] serde_json::Error),
    /// An answer that was not hoped for.
    #[error("the door answered {0}")]
    Status(u16),
    /// Nothing came in time.
    #[error("the server door took too long")]
    Late,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The id that the server door gave the request.
    pub(crate) request_id: Option<String>,
    pub(crate) body: Bytes,
}

impl ServerDoor {
    /// A door at `address` that is called `host`.
    ///
    /// # Errors
    /// Certificates that do not fit together, or a host that is no name.
    pub(crate) fn new(host: &str, address: SocketAddr, credentials: Credentials) -> Result<Self, ServerDoorError> {
        let mut anchors = RootCertStore::empty();
        for anchor in credentials.anchors {
            anchors.add(anchor)?;
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_root_certificates(anchors)
            .with_client_auth_cert(credentials.chain, credentials.key)?;
        let unnamed = || ServerDoorError::Name(host.to_owned());
        Ok(Self {
            address,
            authority: HeaderValue::from_str(&format!("{host}:{}", address.port())).map_err(|_| unnamed())?,
            name: ServerName::try_from(host.to_owned()).map_err(|_| unnamed())?,
            tls: TlsConnector::from(Arc::new(config)),
        })
    }

    /// The same caller at another address of the same name.
    ///
    /// # Errors
    /// None in practice: a number fits into a header.
    pub(crate) fn at(&self, address: SocketAddr) -> Result<Self, ServerDoorError> {
        let authority = format!("{}:{}", self.name.to_str(), address.port());
        let authority = HeaderValue::from_str(&authority).map_err(|_| ServerDoorError::Name(authority))?;
        Ok(Self { address, authority, ..self.clone() })
    }

    /// One connection, for the few calls of one order.
    ///
    /// # Errors
    /// An unreachable door, a failed handshake, or too much time.
    pub(crate) async fn connect(&self, trace: Option<HeaderValue>) -> Result<Connection, ServerDoorError> {
        let opening = async {
            let tcp = TcpStream::connect(self.address).await?;
            tcp.set_nodelay(true)?;
            let tls = self.tls.connect(self.name.clone(), tcp).await?;
            let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(tls)).await?;
            // It ends when `sender` is dropped; its error is the sender's error too.
            tokio::spawn(connection);
            Ok(Connection { sender, authority: self.authority.clone(), trace })
        };
        tokio::time::timeout(PATIENCE, opening).await.map_err(|_| ServerDoorError::Late)?
    }
}

/// An open connection to the server door.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    authority: HeaderValue,
    trace: Option<HeaderValue>,
}

impl Connection {
    /// Posts a value as JSON.
    ///
    /// # Errors
    /// A broken exchange, an answer that is too large, or too much time. An
    /// answer with an error status is an answer.
    pub(crate) async fn post(&mut self, path: &str, value: &impl Serialize) -> Result<Answer, ServerDoorError> {
        let request = Request::post(path).header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.send(request, Bytes::from(serde_json::to_vec(value)?)).await
    }

    /// Gets what is there.
    ///
    /// # Errors
    /// As [`Connection::post`].
    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer, ServerDoorError> {
        self.send(Request::get(path), Bytes::new()).await
    }

    /// Gets what is there for whoever shows this key in a page of this origin.
    ///
    /// # Errors
    /// As [`Connection::post`].
    pub(crate) async fn get_from_page(
        &mut self,
        path: &str,
        key: &str,
        origin: &str,
    ) -> Result<Answer, ServerDoorError> {
        let request = Request::get(path).header(HeaderName::from_static("x-api-key"), key).header(ORIGIN, origin);
        self.send(request, Bytes::new()).await
    }

    async fn send(&mut self, request: request::Builder, body: Bytes) -> Result<Answer, ServerDoorError> {
        let mut request = request.header(HOST, self.authority.clone());
        if let Some(trace) = &self.trace {
            request = request.header(HeaderName::from_static("traceparent"), trace.clone());
        }
        let request = request.body(Full::new(body))?;
        let exchange = async {
            self.sender.ready().await?;
            read(self.sender.send_request(request).await?).await
        };
        tokio::time::timeout(PATIENCE, exchange).await.map_err(|_| ServerDoorError::Late)?
    }
}

async fn read(response: Response<Incoming>) -> Result<Answer, ServerDoorError> {
    let status = response.status().as_u16();
    let request_id =
        response.headers().get("x-request-id").and_then(|id| id.to_str().ok()).map(std::borrow::ToOwned::to_owned);
    let body =
        Limited::new(response.into_body(), ANSWER_BYTES).collect().await.map_err(ServerDoorError::Answer)?.to_bytes();
    Ok(Answer { status, request_id, body })
}
