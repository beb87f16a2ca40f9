//! TLS as a caller would do it: which roots, which name, which certificate, and what of that goes wrong.

mod server;

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion};

use crate::certificates::{Leaf, Root};
use crate::{Deadline, Stream};

pub use server::ServerTls;

/// How a client shakes hands. Cloning keeps the session cache: clones resume each other's sessions.
#[derive(Clone)]
pub struct ClientTls {
    config: ClientConfig,
    name: String,
}

impl ClientTls {
    /// Trusts this root, asks for `localhost`, offers HTTP/1.1, shows no certificate.
    ///
    /// # Panics
    /// When the root is not a certificate.
    #[must_use]
    pub fn new(root: &Root) -> Self {
        Self::trusting(root.pem().as_bytes(), None, rustls::ALL_VERSIONS)
    }

    /// The same, showing this certificate.
    #[must_use]
    pub fn with_certificate(root: &Root, leaf: &Leaf) -> Self {
        Self::trusting(root.pem().as_bytes(), Some(leaf), rustls::ALL_VERSIONS)
    }

    /// Everything said: the roots as PEM, the certificate shown, the versions offered.
    ///
    /// # Panics
    /// When the PEM holds no certificate, or the leaf's key does not fit.
    #[must_use]
    pub fn trusting(roots_pem: &[u8], leaf: Option<&Leaf>, versions: &[&'static SupportedProtocolVersion]) -> Self {
        use rustls::pki_types::pem::PemObject as _;
        let mut roots = RootCertStore::empty();
        for certificate in rustls::pki_types::CertificateDer::pem_slice_iter(roots_pem) {
            roots.add(certificate.expect("a certificate in PEM")).expect("a root");
        }
        assert!(!roots.is_empty(), "no certificate in the PEM text");
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions).expect("versions");
        let builder = builder.with_root_certificates(roots);
        let mut config = match leaf {
            Some(leaf) => {
                builder.with_client_auth_cert(vec![leaf.der.clone()], leaf.key()).expect("a certificate and its key")
            }
            None => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self { config, name: "localhost".to_owned() }
    }

    /// Asks for this name (SNI, and what the certificate must be for). An address sends no SNI.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Offers these protocols by ALPN; none at all where empty.
    #[must_use]
    pub fn alpn(mut self, protocols: &[&str]) -> Self {
        self.config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        self
    }

    /// Never resumes a session.
    #[must_use]
    pub fn without_resumption(mut self) -> Self {
        self.config.resumption = Resumption::disabled();
        self
    }

    /// The rustls configuration, for a test that brings its own runtime.
    #[must_use]
    pub fn config(&self) -> Arc<ClientConfig> {
        Arc::new(self.config.clone())
    }

    /// Connects and completes the handshake.
    ///
    /// With TLS 1.3 a server judges the client's certificate after the client
    /// is done: a refusal may only show at the first read.
    ///
    /// # Errors
    /// When either side refuses, as rustls says it.
    pub fn connect(&self, address: SocketAddr) -> io::Result<Stream> {
        let limit = Deadline::default().left().unwrap_or_default();
        self.over(TcpStream::connect_timeout(&address, limit)?)
    }

    /// Completes the handshake over a connection that is there already.
    ///
    /// # Errors
    /// As [`ClientTls::connect`].
    pub fn over(&self, mut socket: TcpStream) -> io::Result<Stream> {
        let limit = Deadline::default().left().unwrap_or_default();
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(limit))?;
        socket.set_write_timeout(Some(limit))?;
        let name = ServerName::try_from(self.name.clone()).map_err(io::Error::other)?;
        let mut connection = ClientConnection::new(self.config(), name).map_err(io::Error::other)?;
        while connection.is_handshaking() {
            connection.complete_io(&mut socket)?;
        }
        Ok(Stream::Tls(Box::new(StreamOwned::new(connection, socket))))
    }
}

#[cfg(test)]
mod tests;
