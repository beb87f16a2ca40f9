//! The TLS of one door: its certificates, what it asks of callers, and its own session tickets.
//!
//! A configuration belongs to one door and one set of settings. It is made anew whenever those change and
//! kept otherwise, so that tickets outlive an unrelated reload and never a change of anchors. A door that
//! looks at client certificates resumes nothing: a resumed session would carry an identity that nobody
//! checked again. There is no 0-RTT.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use routing::HostPattern;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig};
use thiserror::Error;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;

use crate::settings::{CertificateAndKey, ClientCertificates, Protocols, Settings, TlsSettings};

/// Why a door's TLS cannot be set up.
#[derive(Debug, Error)]
pub enum TlsError {
    /// No certificate was given.
    #[error("the door has no certificate")]
    NoCertificate,
    /// A key does not fit its certificate, or is of a kind that is not supported.
    #[error("a certificate and its key do not go together")]
    Key(#[source] rustls::Error),
    /// An anchor for client certificates is not usable.
    #[error("an anchor for client certificates is not usable")]
    Anchor(#[source] rustls::Error),
    /// The set of anchors is not usable.
    #[error("the anchors for client certificates are not usable")]
    Anchors(#[from] rustls::server::VerifierBuilderError),
    /// The library refused the combination.
    #[error("the TLS settings do not go together")]
    Settings(#[from] rustls::Error),
}

/// Builds what the handshakes of one door need.
pub(crate) fn server_config(settings: &TlsSettings, protocols: Protocols) -> Result<Arc<ServerConfig>, TlsError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let versions: &[_] =
        if settings.tls12 { &[&rustls::version::TLS13, &rustls::version::TLS12] } else { &[&rustls::version::TLS13] };
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(versions)?;
    let verifier = |anchors: &[_]| {
        let mut roots = RootCertStore::empty();
        for anchor in anchors {
            roots.add(Clone::clone(anchor)).map_err(TlsError::Anchor)?;
        }
        Ok::<_, TlsError>(WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)))
    };
    let builder = match &settings.clients {
        ClientCertificates::NotAsked => builder.with_no_client_auth(),
        ClientCertificates::Optional { anchors } => {
            builder.with_client_cert_verifier(verifier(anchors)?.allow_unauthenticated().build()?)
        }
        ClientCertificates::Required { anchors } => builder.with_client_cert_verifier(verifier(anchors)?.build()?),
    };
    let certificates = Certificates::new(&settings.certificates, &provider)?;
    if certificates.first.is_none() && !settings.awaits_certificate {
        return Err(TlsError::NoCertificate);
    }
    let mut config = builder.with_cert_resolver(Arc::new(certificates));
    config.alpn_protocols = alpn(protocols);
    config.max_early_data_size = 0;
    if settings.clients == ClientCertificates::NotAsked {
        config.ticketer = aws_lc_rs::Ticketer::new()?;
        config.send_tls13_tickets = 1;
    } else {
        config.send_tls13_tickets = 0;
    }
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok(Arc::new(config))
}

fn alpn(protocols: Protocols) -> Vec<Vec<u8>> {
    let offered = [(protocols.http2, &b"h2"[..]), (protocols.http1, b"http/1.1")];
    offered.into_iter().filter(|(on, _)| *on).map(|(_, name)| name.to_vec()).collect()
}

/// The certificates of a door by the names that they are for; the first is for all other names. Where there is none
/// yet the handshake is refused: no name ever gets a certificate that was made for the occasion.
#[derive(Debug)]
struct Certificates {
    first: Option<Arc<CertifiedKey>>,
    exact: HashMap<String, Arc<CertifiedKey>>,
    wildcard: HashMap<String, Arc<CertifiedKey>>,
}

impl Certificates {
    fn new(pairs: &[CertificateAndKey], provider: &CryptoProvider) -> Result<Self, TlsError> {
        let mut first = None;
        let (mut exact, mut wildcard) = (HashMap::new(), HashMap::new());
        for pair in pairs {
            let certified = CertifiedKey::from_der(pair.chain.clone(), pair.key.clone_key(), provider);
            let certified = Arc::new(certified.map_err(TlsError::Key)?);
            for name in pair.chain.first().map(dns_names).unwrap_or_default() {
                let (map, name) = match name.strip_prefix("*.") {
                    Some(parent) => (&mut wildcard, parent.to_owned()),
                    None => (&mut exact, name),
                };
                map.entry(name).or_insert_with(|| Arc::clone(&certified));
            }
            first.get_or_insert(certified);
        }
        Ok(Self { first, exact, wildcard })
    }
}

/// The names that a certificate of the door is for; one that cannot be read is for no name in particular.
fn dns_names(leaf: &CertificateDer<'_>) -> Vec<String> {
    let Ok((_, certificate)) = X509Certificate::from_der(leaf) else { return Vec::new() };
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return Vec::new() };
    let names = names.value.general_names.iter();
    names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            _ => None,
        })
        .collect()
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let found = hello.server_name().and_then(|name| {
            self.exact.get(name).or_else(|| name.split_once('.').and_then(|(_, parent)| self.wildcard.get(parent)))
        });
        found.or(self.first.as_ref()).map(Arc::clone)
    }
}

/// Which names belong to a door, for SNI and for the authority of every request.
pub(crate) struct DoorNames {
    own: Vec<HostPattern>,
    others: Vec<HostPattern>,
}

impl DoorNames {
    pub(crate) fn new(own: &[HostPattern], others: impl Iterator<Item = HostPattern>) -> Self {
        Self { own: own.to_vec(), others: others.collect() }
    }

    /// The names of one of these doors.
    pub(crate) fn among(settings: &Settings, index: usize) -> Self {
        let own = settings.doors.get(index).map(|door| door.hosts.as_slice()).unwrap_or_default();
        let others = settings.doors.iter().enumerate().filter(|(other, _)| *other != index);
        Self::new(own, others.flat_map(|(_, other)| other.hosts.iter().cloned()))
    }

    /// Whether a request for `name` may be answered here: it is one of the door's names, or the door has none
    /// and no other door has it.
    pub(crate) fn admit(&self, name: &str) -> bool {
        if self.own.is_empty() {
            !self.others.iter().any(|pattern| pattern.covers(name))
        } else {
            self.own.iter().any(|pattern| pattern.covers(name))
        }
    }
}

impl fmt::Debug for DoorNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DoorNames").finish_non_exhaustive()
    }
}
