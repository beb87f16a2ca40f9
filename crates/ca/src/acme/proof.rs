//! What is shown to the CA as proof that a name is ours, and by whom.

use aws_lc_rs::digest::{SHA256, digest};
use rcgen::{CertificateParams, CustomExtension, DistinguishedName, KeyPair};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use serde::{Deserialize, Serialize};

use super::Challenge;
use crate::CaError;
use crate::authority::dns_name;

/// One proof. It is public: whoever asks is told it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// How it is asked for.
    pub challenge: Challenge,
    /// Which name it is about.
    pub name: String,
    /// What the CA asks for at the plain port.
    pub token: String,
    /// What is answered (RFC 8555 §8.1).
    pub key_authorization: String,
}

/// Who shows proofs to the CA.
pub trait Responder: Send + Sync + 'static {
    /// Shows these and no others from now on.
    fn show(&self, proofs: &[Proof]);
}

impl Proof {
    /// The certificate that proves it in a handshake for `acme-tls/1`: for the name alone, signed by itself, with the
    /// digest of the key authorization in a critical extension (RFC 8737 §3).
    ///
    /// # Errors
    /// [`CaError`] for a name that cannot stand in a certificate.
    pub fn certificate(&self) -> Result<(CertificateDer<'static>, PrivateKeyDer<'static>), CaError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.subject_alt_names = vec![dns_name(&self.name)?];
        let digest = digest(&SHA256, self.key_authorization.as_bytes());
        params.custom_extensions = vec![CustomExtension::new_acme_identifier(digest.as_ref())];
        let certificate = params.self_signed(&key)?;
        Ok((certificate.der().clone(), PrivatePkcs8KeyDer::from(key.serialize_der()).into()))
    }
}
