//! TLS towards a service: whom we believe, which name we ask for, and what we show. Verification cannot be switched off.
//!
//! A service is believed by certificate authorities, by the hash of its key (`pin`), or by both together. By its key
//! alone, as with DANE-EE (RFC 7671 §5.1), names and dates of its certificate mean nothing: the key is who it is.
//!
//! Connections and session tickets belong to one [`ClientTls`]: an address that is spoken to in another way, after a
//! reload, is another endpoint, so that nothing goes over a connection that was trusted for other reasons.

mod distrust;
mod pinned;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA256};
use rustls::client::danger::ServerCertVerifier;
use rustls::client::{VerifierBuilderError, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{CertificateDer, InvalidDnsNameError, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::settings::Http;
use pinned::Pinned;

/// What ALPN calls them (RFC 7301 §6, RFC 9113 §3.2).
const HTTP1: &[u8] = b"http/1.1";
const HTTP2: &[u8] = b"h2";

/// SHA-256 over the `SubjectPublicKeyInfo` of a certificate.
pub type Pin = [u8; 32];

/// How a service is spoken to over TLS.
#[derive(Debug)]
pub struct TlsSettings {
    /// Whose certificates are believed.
    pub anchors: TlsAnchors,
    /// The service has one of these keys; any where empty.
    pub pins: Vec<Pin>,
    /// What is shown to a service that asks: the chain, leaf first, and the key of the leaf.
    pub certificate: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
}

/// Whose certificates are believed.
#[derive(Debug)]
pub enum TlsAnchors {
    /// Those of these authorities, and each must be usable.
    Named(Vec<CertificateDer<'static>>),
    /// Those that this machine believes; what is not usable among them is left out.
    System(Vec<CertificateDer<'static>>),
    /// Nobody's: the key alone counts.
    Pins,
}

/// Why TLS to a service cannot be set up.
#[derive(Debug, Error)]
pub enum TlsError {
    /// There is nothing by which the service could be believed.
    #[error("there is neither a certificate authority nor a pin to believe the service by")]
    NothingToBelieve,
    /// An authority's certificate is not usable.
    #[error("the certificate of the authority is not usable: {0}")]
    Anchor(#[source] rustls::Error),
    /// The authorities do not go together.
    #[error("the certificate authorities are not usable: {0}")]
    Anchors(#[from] VerifierBuilderError),
    /// The certificate that is to be shown and its key do not go together.
    #[error("the certificate and its key cannot be used together: {0}")]
    Certificate(#[source] rustls::Error),
    /// The library refused the combination.
    #[error("the TLS settings do not go together: {0}")]
    Settings(#[source] rustls::Error),
    /// The name cannot be asked for.
    #[error("the name cannot stand in a certificate")]
    Name(#[from] InvalidDnsNameError),
}

/// TLS to a service under one name. Equal where whom we believe, what we show and the name are the same.
#[derive(Clone)]
pub struct ClientTls {
    config: Arc<ClientConfig>,
    /// Over everything that decides whom we believe and what we show.
    identity: [u8; 32],
    name: ServerName<'static>,
}

impl ClientTls {
    /// Makes what the handshakes need.
    ///
    /// # Errors
    /// [`TlsError`]; nothing is left out to make the rest work.
    pub fn new(settings: &TlsSettings, name: &str) -> Result<Self, TlsError> {
        let provider = Arc::new(default_provider());
        let identity = identity(settings);
        let verifier = verifier(settings, &provider)?;
        let builder = ClientConfig::builder_with_provider(provider);
        let builder = builder.with_safe_default_protocol_versions().map_err(TlsError::Settings)?;
        // The library calls dangerous whatever is not its own verifier; ours asks for more, or for the very key.
        let builder = builder.dangerous().with_custom_certificate_verifier(verifier);
        let config = match &settings.certificate {
            Some((chain, key)) => {
                builder.with_client_auth_cert(chain.clone(), key.clone_key()).map_err(TlsError::Certificate)?
            }
            None => builder.with_no_client_auth(),
        };
        Ok(Self { config: Arc::new(config), identity, name: server_name(name)? })
    }

    /// Digest of whom is believed and what is shown.
    pub(crate) const fn identity(&self) -> [u8; 32] {
        self.identity
    }

    /// The same under another name; tickets are kept by name.
    ///
    /// # Errors
    /// [`TlsError::Name`].
    pub fn named(&self, name: &str) -> Result<Self, TlsError> {
        Ok(Self { config: Arc::clone(&self.config), identity: self.identity, name: server_name(name)? })
    }

    /// Shakes hands over an open connection, and offers these versions of HTTP.
    pub(crate) async fn connect(&self, stream: TcpStream, offer: Http) -> io::Result<TlsStream<TcpStream>> {
        let offer: &[&[u8]] = match offer {
            Http::One => &[HTTP1],
            Http::Two => &[HTTP2],
            Http::Auto => &[HTTP2, HTTP1],
        };
        let offer = offer.iter().map(|protocol| protocol.to_vec()).collect();
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let connected = connector.with_alpn(offer).connect(self.name.clone(), stream).await;
        connected.map_err(|error| distrust::in_words(error, &self.name))
    }
}

/// A name or address as certificates have it. An address is not sent as SNI (RFC 6066 §3).
fn server_name(name: &str) -> Result<ServerName<'static>, TlsError> {
    Ok(ServerName::try_from(name.to_owned())?)
}

fn verifier(settings: &TlsSettings, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    match &settings.anchors {
        TlsAnchors::Named(anchors) => {
            for anchor in anchors {
                roots.add(anchor.clone()).map_err(TlsError::Anchor)?;
            }
        }
        TlsAnchors::System(anchors) => {
            roots.add_parsable_certificates(anchors.iter().cloned());
        }
        TlsAnchors::Pins if settings.pins.is_empty() => return Err(TlsError::NothingToBelieve),
        TlsAnchors::Pins => return Ok(Arc::new(Pinned::new(&settings.pins, None, provider))),
    }
    if roots.is_empty() {
        return Err(TlsError::NothingToBelieve);
    }
    let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build()?;
    if settings.pins.is_empty() {
        return Ok(chain);
    }
    Ok(Arc::new(Pinned::new(&settings.pins, Some(chain), provider)))
}

/// Lengths before contents, so that no two settings have one reading. A key that belongs to its chain says nothing more.
fn identity(settings: &TlsSettings) -> [u8; 32] {
    let mut digest = Context::new(&SHA256);
    let (kind, anchors) = match &settings.anchors {
        TlsAnchors::Named(anchors) => (b'n', anchors.as_slice()),
        TlsAnchors::System(anchors) => (b's', anchors.as_slice()),
        TlsAnchors::Pins => (b'p', [].as_slice()),
    };
    digest.update(&[kind]);
    let shown = settings.certificate.as_ref().map(|(chain, _)| chain.as_slice()).unwrap_or_default();
    for group in [anchors, shown] {
        digest.update(&(group.len() as u64).to_be_bytes());
        for der in group {
            digest.update(&(der.len() as u64).to_be_bytes());
            digest.update(der);
        }
    }
    settings.pins.iter().for_each(|pin| digest.update(pin));
    let mut identity = [0; 32];
    identity.copy_from_slice(digest.finish().as_ref());
    identity
}

/// Whether an error of a connection is one of TLS: an alert of the service, or a record that is not good.
pub(crate) fn is_of_tls(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>())
}

/// Whether the handshake agreed on HTTP/2. A service that does not know ALPN speaks HTTP/1.1.
pub(crate) fn agreed_on_http2(stream: &TlsStream<TcpStream>) -> bool {
    stream.get_ref().1.alpn_protocol() == Some(HTTP2)
}

/// Says that nothing more follows (RFC 8446 §6.1), as far as that can be said without waiting.
pub(crate) fn say_goodbye(stream: &mut TlsStream<TcpStream>) {
    let (socket, session) = stream.get_mut();
    session.send_close_notify();
    let mut last = Vec::new();
    if session.write_tls(&mut last).is_ok() {
        // Whoever does not take it now sees a connection that was cut, which is what it is.
        let _ = socket.try_write(&last);
    }
}

impl PartialEq for ClientTls {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity && self.name == other.name
    }
}

impl Eq for ClientTls {}

impl Hash for ClientTls {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity.hash(state);
        self.name.hash(state);
    }
}

impl fmt::Debug for ClientTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientTls").field("name", &self.name).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
