//! Connections to the proxy: plain, or TLS 1.3 with one cipher and one key exchange, the same for every proxy.

use crate::arguments::{Load, Protocol};
use anyhow::Context;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// What a request travels on.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Transport for S {}

/// Opens connections to one proxy.
pub(crate) struct Dialler {
    target: SocketAddr,
    tls: Option<TlsConnector>,
}

impl Dialler {
    pub(crate) fn new(load: &Load) -> anyhow::Result<Self> {
        let own = load.certificate.as_deref().zip(load.key.as_deref());
        let application = match load.protocol {
            Protocol::Http1 | Protocol::Websocket => "http/1.1",
            Protocol::Http2 | Protocol::Grpc => "h2",
        };
        let tls = load.server_certificate.as_deref().map(|pinned| client_config(pinned, own, application));
        Ok(Self { target: load.target, tls: tls.transpose()?.map(|config| TlsConnector::from(Arc::new(config))) })
    }

    /// To a server that speaks HTTP/1.1 over TLS and has just this certificate.
    pub(crate) fn pinned(target: SocketAddr, certificate: &Path) -> anyhow::Result<Self> {
        let config = client_config(certificate, None, "http/1.1")?;
        Ok(Self { target, tls: Some(TlsConnector::from(Arc::new(config))) })
    }

    pub(crate) async fn dial(&self) -> std::io::Result<Box<dyn Transport>> {
        let stream = TcpStream::connect(self.target).await?;
        stream.set_nodelay(true)?;
        match &self.tls {
            None => Ok(Box::new(stream)),
            Some(connector) => {
                let name = ServerName::try_from("localhost").map_err(std::io::Error::other)?;
                Ok(Box::new(connector.connect(name, stream).await?))
            }
        }
    }
}

fn client_config(pinned: &Path, own: Option<(&Path, &Path)>, application: &str) -> anyhow::Result<ClientConfig> {
    let provider = Arc::new(CryptoProvider {
        cipher_suites: vec![aws_lc_rs::cipher_suite::TLS13_AES_128_GCM_SHA256],
        kx_groups: vec![aws_lc_rs::kx_group::X25519],
        ..aws_lc_rs::default_provider()
    });
    let verifier = Pinned { certificate: certificate(pinned)?, provider: Arc::clone(&provider) };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match own {
        Some((own, key)) => builder.with_client_auth_cert(
            vec![certificate(own)?],
            PrivateKeyDer::from_pem_file(key).with_context(|| format!("cannot read {}", key.display()))?,
        )?,
        None => builder.with_no_client_auth(),
    };
    // Every handshake is a full one: a resumed one costs a proxy next to nothing and would measure the store.
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![application.as_bytes().to_vec()];
    Ok(config)
}

fn certificate(path: &Path) -> anyhow::Result<CertificateDer<'static>> {
    CertificateDer::from_pem_file(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Accepts exactly one certificate and checks no signature.
///
/// Verifying costs the caller more than signing costs the proxy; a caller that
/// verified would be the first to be out of CPU. Nobody's secret is at stake:
/// both ends are this machine's and were started a moment ago.
#[derive(Debug)]
struct Pinned {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *end_entity == self.certificate {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::ApplicationVerificationFailure.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(CertificateError::BadSignature.into())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
