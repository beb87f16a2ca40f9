//! Believes a service that has one of some keys; where there are authorities as well, both must hold.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use super::Pin;

#[derive(Debug)]
pub(super) struct Pinned {
    pins: Vec<Pin>,
    chain: Option<Arc<WebPkiServerVerifier>>,
    algorithms: WebPkiSupportedAlgorithms,
}

/// The key is another.
#[derive(thiserror::Error)]
#[error("its key is `sha256:{0}`, which is none of those in `pin`")]
struct AnotherKey(String);

/// The library writes errors that are not its own in this form, also where people read them.
impl fmt::Debug for AnotherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Pinned {
    pub(super) fn new(pins: &[Pin], chain: Option<Arc<WebPkiServerVerifier>>, provider: &CryptoProvider) -> Self {
        Self { pins: pins.to_vec(), chain, algorithms: provider.signature_verification_algorithms }
    }
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(chain) = &self.chain {
            chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)?;
        }
        let key = ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
        let hash = digest(&SHA256, &key);
        // INVARIANT: whoever has the key proves it by the signatures below, which nothing switches off.
        if self.pins.iter().any(|pin| pin == hash.as_ref()) {
            return Ok(ServerCertVerified::assertion());
        }
        let mut hex = String::new();
        for byte in hash.as_ref() {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Err(CertificateError::Other(OtherError(Arc::new(AnotherKey(hex)))).into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
