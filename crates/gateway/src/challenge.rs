//! What a CA comes to look for, while it checks that a door's names are ours: answered beside all else, and only then.
//!
//! By HTTP-01 (RFC 8555 §8.3) it asks the plain port for a token; by TLS-ALPN-01 (RFC 8737) it opens a TLS connection
//! to the door with the protocol `acme-tls/1`. Where no proof is shown, which is almost always, a connection pays one
//! load of a pointer for this.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use ca::acme::{Challenge, Proof, Responder};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::server::{Acceptor, ClientHello, NoServerSessionStorage};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;
use wire::{Method, RequestHead};

/// RFC 8555 §8.3.
const WELL_KNOWN: &str = "/.well-known/acme-challenge/";
/// RFC 8737 §6.1.
const PROTOCOL: &[u8] = b"acme-tls/1";

/// The proofs that all doors show now; shared by all threads, and by one configuration and the next.
#[derive(Debug, Default)]
pub struct Challenges(ArcSwapOption<Shown>);

/// Proofs by what they are asked for with.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    tokens: HashMap<String, String>,
    handshakes: HashMap<String, Arc<ServerConfig>>,
}

impl Responder for Challenges {
    fn show(&self, proofs: &[Proof]) {
        let mut shown = Shown::default();
        for proof in proofs {
            match proof.challenge {
                Challenge::Http => {
                    shown.tokens.insert(proof.token.clone(), proof.key_authorization.clone());
                }
                // A name that no certificate can be made for has no handshake: the CA will say so.
                Challenge::TlsAlpn => shown
                    .handshakes
                    .extend(config(proof).map(|config| (proof.name.to_ascii_lowercase(), Arc::new(config)))),
            }
        }
        self.0.store((!proofs.is_empty()).then(|| Arc::new(shown)));
    }
}

impl Challenges {
    /// What is shown, where anything is.
    pub(crate) fn shown(&self) -> Option<Arc<Shown>> {
        self.0.load_full()
    }

    /// What a request at the plain port is answered with, where it asks for a proof that is shown.
    pub(crate) fn answer(&self, head: &RequestHead) -> Option<String> {
        let shown = self.0.load();
        let token = head.path().strip_prefix(WELL_KNOWN).filter(|_| head.method() == Method::Get)?;
        shown.as_ref()?.tokens.get(token).cloned()
    }
}

fn config(proof: &Proof) -> Option<ServerConfig> {
    let (certificate, key) = proof.certificate().ok()?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    // Not looked at as other certificates are: the extension that proves it is critical, and nobody else's to know.
    let certified = CertifiedKey::new(vec![certificate], provider.key_provider.load_private_key(key).ok()?);
    let builder = ServerConfig::builder_with_provider(provider);
    let builder = builder.with_safe_default_protocol_versions().ok()?.with_no_client_auth();
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Some(config)
}

/// A handshake while proofs are shown: as the door does it, but for who asks for a proof and for nothing else. That
/// one is shown it, and the connection ends (RFC 8737 §3): `None`.
pub(crate) async fn accept(
    stream: TcpStream,
    door: &Arc<ServerConfig>,
    shown: &Shown,
) -> io::Result<Option<TlsStream<TcpStream>>> {
    let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let hello = start.client_hello();
    if !asks_for_a_proof(&hello) {
        return start.into_stream(Arc::clone(door)).await.map(Some);
    }
    let name = hello.server_name().map(str::to_ascii_lowercase);
    let config = name.and_then(|name| shown.handshakes.get(&name));
    let config = config.ok_or_else(|| io::Error::other("`acme-tls/1` for a name that no proof is shown for"))?;
    let mut proven = start.into_stream(Arc::clone(config)).await?;
    proven.shutdown().await?;
    Ok(None)
}

fn asks_for_a_proof(hello: &ClientHello<'_>) -> bool {
    hello.alpn().is_some_and(|mut protocols| protocols.next() == Some(PROTOCOL) && protocols.next().is_none())
}

#[cfg(test)]
mod tests;
