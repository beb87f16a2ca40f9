//! TLS as a service would do it: which certificate, what is asked of the other side, and what is resumed.

use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustls::server::{ServerSessionMemoryCache, StoresServerSessions, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned, SupportedProtocolVersion};

use crate::Stream;
use crate::certificates::{Leaf, Root};

/// How a service shakes hands; by itself it offers HTTP/1.1 and asks for no certificate.
pub struct ServerTls {
    config: Arc<ServerConfig>,
    sessions: Arc<Sessions>,
}

/// A session store that counts what was resumed of it.
#[derive(Debug)]
struct Sessions {
    kept: Arc<ServerSessionMemoryCache>,
    resumed: AtomicUsize,
}

impl ServerTls {
    /// Shows this certificate.
    #[must_use]
    pub fn new(leaf: &Leaf) -> Self {
        Self::made(leaf, None, rustls::ALL_VERSIONS)
    }

    /// The same, only to whoever shows a certificate of this root.
    #[must_use]
    pub fn asking(leaf: &Leaf, root: &Root) -> Self {
        Self::made(leaf, Some(root), rustls::ALL_VERSIONS)
    }

    /// The same with these versions alone.
    #[must_use]
    pub fn speaking(leaf: &Leaf, versions: &[&'static SupportedProtocolVersion]) -> Self {
        Self::made(leaf, None, versions)
    }

    /// The same, and offers these protocols (ALPN).
    #[must_use]
    pub fn offering(leaf: &Leaf, protocols: &[&str]) -> Self {
        Self::new(leaf).and_offers(protocols)
    }

    /// Offers these protocols (ALPN).
    #[must_use]
    pub fn and_offers(mut self, protocols: &[&str]) -> Self {
        let mut config = (*self.config).clone();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        self.config = Arc::new(config);
        self
    }

    /// What handshakes are made with.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config)
    }

    fn made(leaf: &Leaf, root: Option<&Root>, versions: &[&'static SupportedProtocolVersion]) -> Self {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let builder = builder.with_protocol_versions(versions).expect("versions");
        let builder = match root {
            None => builder.with_no_client_auth(),
            Some(root) => {
                let mut roots = RootCertStore::empty();
                roots.add(root.der().clone()).expect("a root");
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
            }
        };
        let mut config =
            builder.with_single_cert(vec![leaf.der.clone()], leaf.key()).expect("a certificate and its key");
        let sessions = Arc::new(Sessions { kept: ServerSessionMemoryCache::new(64), resumed: AtomicUsize::new(0) });
        config.session_storage = Arc::clone(&sessions) as Arc<dyn StoresServerSessions>;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Self { config: Arc::new(config), sessions }
    }

    /// How often a session was resumed.
    #[must_use]
    pub fn resumed(&self) -> usize {
        self.sessions.resumed.load(Ordering::SeqCst)
    }

    /// The service's end of a connection; the handshake comes with the first read.
    ///
    /// # Panics
    /// Never: its configuration was tried.
    #[must_use]
    pub fn accept(&self, stream: TcpStream) -> Stream {
        let session = ServerConnection::new(Arc::clone(&self.config)).expect("a configuration that was tried");
        Stream::TlsServer(Box::new(StreamOwned::new(session, stream)))
    }
}

impl StoresServerSessions for Sessions {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        self.kept.put(key, value)
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let found = self.kept.get(key);
        self.resumed.fetch_add(usize::from(found.is_some()), Ordering::SeqCst);
        found
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        let found = self.kept.take(key);
        self.resumed.fetch_add(usize::from(found.is_some()), Ordering::SeqCst);
        found
    }

    fn can_cache(&self) -> bool {
        self.kept.can_cache()
    }
}
