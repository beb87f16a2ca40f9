//! Keys of ours, and the tokens that they sign.

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use model::Secret;
use serde::Serialize;
use thiserror::Error;

use super::{Algorithm, VerifyingKey, encoding};

/// A key of ours, named by its thumbprint (RFC 7638), for one algorithm.
pub struct SigningKey {
    pub(super) pair: Pair,
    pkcs8: Secret<Vec<u8>>,
    public: VerifyingKey,
    /// What comes before the type in the header of every token of this key.
    header: String,
}

pub(super) enum Pair {
    Point(EcdsaKeyPair),
    Edwards(Ed25519KeyPair),
    Rsa(Box<RsaKeyPair>),
}

/// Why there is no key or no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SigningError {
    /// Not one of [`Algorithm::SIGNING`].
    #[error("we do not sign by {0}")]
    Algorithm(Algorithm),
    /// Not a PKCS#8 key of the algorithm, or one too weak.
    #[error("the signing key cannot be read")]
    Malformed,
    /// The operating system gave no random numbers, or memory could not be had.
    #[error("the cryptographic library failed")]
    Library,
    /// Claims that are no JSON.
    #[error("the claims cannot be written as JSON")]
    Claims,
}

impl SigningKey {
    /// Makes a key. RSA keys have 2,048 bits, and take their time.
    ///
    /// # Errors
    /// [`SigningError`], where the algorithm is none that we sign by or no randomness can be had.
    pub fn generate(algorithm: Algorithm) -> Result<Self, SigningError> {
        let library = |_| SigningError::Library;
        let random = SystemRandom::new();
        let pkcs8 = match algorithm {
            Algorithm::Es256 => {
                let document =
                    EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(library)?;
                document.as_ref().to_vec()
            }
            Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random).map_err(library)?.as_ref().to_vec(),
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(library)?;
                let document: Pkcs8V1Der<'_> = pair.as_der().map_err(library)?;
                document.as_ref().to_vec()
            }
            other => return Err(SigningError::Algorithm(other)),
        };
        Self::from_pkcs8(algorithm, Secret::new(pkcs8))
    }

    /// Takes a key that was kept, as PKCS#8 in DER (RFC 5958).
    ///
    /// # Errors
    /// [`SigningError`], where it is none of that algorithm.
    pub fn from_pkcs8(algorithm: Algorithm, pkcs8: Secret<Vec<u8>>) -> Result<Self, SigningError> {
        let pair = Pair::read(algorithm, pkcs8.expose())?;
        let public = VerifyingKey::from_spki(&pair.spki()?, algorithm).map_err(|_| SigningError::Malformed)?;
        let id = public.thumbprint().to_string();
        let header = format!("{{\"alg\":\"{algorithm}\",\"kid\":\"{id}\",\"typ\":");
        Ok(Self { pair, pkcs8, public: public.with_id(&id), header })
    }

    /// The key to be kept, as PKCS#8 in DER.
    #[must_use]
    pub const fn pkcs8(&self) -> &Secret<Vec<u8>> {
        &self.pkcs8
    }

    /// Its public half, under its id.
    #[must_use]
    pub const fn public(&self) -> &VerifyingKey {
        &self.public
    }

    /// Its id: the thumbprint.
    #[must_use]
    pub fn id(&self) -> &str {
        self.public.id().unwrap_or_default()
    }

    /// What it signs by.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }

    /// Signs claims as a compact JWT, whose header has `alg`, `kid` and this `typ`.
    ///
    /// # Errors
    /// [`SigningError::Claims`], where they are no JSON object; [`SigningError::Library`].
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SigningError> {
        let typ = serde_json::to_string(typ).map_err(|_| SigningError::Claims)?;
        let claims = serde_json::to_vec(claims).map_err(|_| SigningError::Claims)?;
        if claims.first() != Some(&b'{') {
            return Err(SigningError::Claims);
        }
        let header = format!("{}{typ}}}", self.header);
        let mut token = encoding::encode(header.as_bytes());
        token.push('.');
        token.push_str(&encoding::encode(&claims));
        let signature = self.pair.sign(token.as_bytes())?;
        token.push('.');
        token.push_str(&encoding::encode(&signature));
        Ok(token)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, {})", self.algorithm(), self.id())
    }
}

impl Pair {
    fn read(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, SigningError> {
        let malformed = |_| SigningError::Malformed;
        Ok(match algorithm {
            Algorithm::Es256 => {
                Self::Point(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(malformed)?)
            }
            Algorithm::EdDsa => Self::Edwards(Ed25519KeyPair::from_pkcs8(pkcs8).map_err(malformed)?),
            Algorithm::Rs256 => Self::Rsa(Box::new(RsaKeyPair::from_pkcs8(pkcs8).map_err(malformed)?)),
            other => return Err(SigningError::Algorithm(other)),
        })
    }

    fn spki(&self) -> Result<Vec<u8>, SigningError> {
        let der: PublicKeyX509Der<'_> = match self {
            Self::Point(pair) => pair.public_key().as_der(),
            Self::Edwards(pair) => pair.public_key().as_der(),
            Self::Rsa(pair) => pair.public_key().as_der(),
        }
        .map_err(|_| SigningError::Library)?;
        Ok(der.as_ref().to_vec())
    }

    pub(super) fn sign(&self, octets: &[u8]) -> Result<Vec<u8>, SigningError> {
        let random = SystemRandom::new();
        let library = |_| SigningError::Library;
        Ok(match self {
            Self::Point(pair) => pair.sign(&random, octets).map_err(library)?.as_ref().to_vec(),
            Self::Edwards(pair) => pair.try_sign(octets).map_err(library)?.as_ref().to_vec(),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, octets, &mut signature).map_err(library)?;
                signature
            }
        })
    }
}

#[cfg(test)]
mod tests;
