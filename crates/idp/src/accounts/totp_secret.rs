//! The secret that a person's authenticator app and this house share.

use std::sync::Arc;

use aws_lc_rs::rand;
use data_encoding::BASE32_NOPAD;
use model::Secret;

use crate::NoRandomness;

/// 160 random bits (RFC 4226 §4, R6).
#[derive(Clone, Debug)]
pub struct TotpSecret(Arc<Secret<[u8; 20]>>);

impl TotpSecret {
    /// A new one.
    ///
    /// # Errors
    /// The system gave no randomness.
    pub fn generate() -> Result<Self, NoRandomness> {
        let mut octets = [0; 20];
        rand::fill(&mut octets).map_err(|_| NoRandomness)?;
        Ok(Self::from_octets(octets))
    }

    /// As an engine had kept it, sealed.
    #[must_use]
    pub fn from_octets(octets: [u8; 20]) -> Self {
        Self(Arc::new(Secret::new(octets)))
    }

    /// Its octets, for the HMAC and for the engine that seals them.
    #[must_use]
    pub fn expose(&self) -> &[u8; 20] {
        self.0.expose()
    }

    /// As a person types it where no QR code can be read: base32 without padding.
    #[must_use]
    pub fn to_base32(&self) -> Secret<String> {
        Secret::new(BASE32_NOPAD.encode(self.expose()))
    }
}

impl PartialEq for TotpSecret {
    fn eq(&self, other: &Self) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(self.expose(), other.expose()).is_ok()
    }
}

impl Eq for TotpSecret {}
