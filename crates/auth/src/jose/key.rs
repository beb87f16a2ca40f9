//! A public key with the one algorithm that it checks by.

mod error;
mod jwk;
mod rsa;
mod spki;

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, EcdsaVerificationAlgorithm,
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters,
    RsaPublicKeyComponents,
};

use super::{Algorithm, Object, encoding};
pub use error::KeyError;

/// Octets that the id of a key may have.
pub(super) const KEY_ID_AT_MOST: usize = 256;

/// A public key, with its id and the one algorithm that it checks by. Cheap to clone.
#[derive(Clone)]
pub struct VerifyingKey {
    id: Option<Arc<str>>,
    algorithm: Algorithm,
    parts: Arc<Parts>,
    parsed: Arc<ParsedPublicKey>,
}

/// What a key consists of, as its JWK says it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Parts {
    /// A point, without compression: its coordinates have the full length of the curve's field.
    Point { curve: Curve, x: Box<[u8]>, y: Box<[u8]> },
    /// The 32 octets of an Ed25519 key.
    Edwards { x: Box<[u8]> },
    /// Both numbers without leading zeros.
    Rsa { n: Box<[u8]>, e: Box<[u8]> },
}

/// The curves of ECDSA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Curve {
    P256,
    P384,
    P521,
}

/// The digest that names a key by what it is (RFC 7638), with SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Thumbprint([u8; 32]);

impl VerifyingKey {
    /// A key from the members of its JWK. `algorithm` is for keys that name none and fit several, which are those of
    /// RSA: a set whose RSA keys say nothing is one of `RS256` as OpenID Connect has it, unless its reader knows better.
    ///
    /// # Errors
    /// [`KeyError`]: what of it is refused.
    pub fn from_jwk(members: &Object, algorithm: Algorithm) -> Result<Self, KeyError> {
        jwk::read(members, algorithm)
    }

    /// A key from its `SubjectPublicKeyInfo` in DER (RFC 5280 §4.1), for this algorithm.
    ///
    /// # Errors
    /// [`KeyError`]: what of it is refused.
    pub fn from_spki(der: &[u8], algorithm: Algorithm) -> Result<Self, KeyError> {
        Self::new(None, algorithm, spki::read(der)?)
    }

    /// The same key under another id.
    #[must_use]
    pub fn with_id(self, id: &str) -> Self {
        Self { id: Some(Arc::from(id)), ..self }
    }

    fn new(id: Option<Arc<str>>, algorithm: Algorithm, parts: Parts) -> Result<Self, KeyError> {
        let parsed = parts.parse(algorithm)?;
        Ok(Self { id, algorithm, parts: Arc::new(parts), parsed: Arc::new(parsed) })
    }

    /// Its id in the set that it comes from (`kid`).
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// What it checks by.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether this is the key's signature over these octets.
    #[must_use]
    pub fn has_signed(&self, octets: &[u8], signature: &[u8]) -> bool {
        self.parsed.verify_sig(octets, signature).is_ok()
    }

    /// The digest that names it by what it is.
    #[must_use]
    pub fn thumbprint(&self) -> Thumbprint {
        Thumbprint::of(&self.parts)
    }

    /// The members of its JWK: only what is public, its algorithm, its use and its id.
    #[must_use]
    pub fn to_jwk(&self) -> Object {
        let mut members = self.parts.members();
        members.insert("use".to_owned(), "sig".into());
        members.insert("alg".to_owned(), self.algorithm.as_str().into());
        if let Some(id) = self.id() {
            members.insert("kid".to_owned(), id.into());
        }
        members
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({}, {:?})", self.algorithm, self.id)
    }
}

impl Thumbprint {
    fn of(parts: &Parts) -> Self {
        // RFC 7638 §3: the required members alone, by their names' order, without space. None of the values has a
        // letter that JSON would write differently.
        let members = parts.members();
        let mut names: Vec<&String> = members.keys().collect();
        names.sort();
        let fields: Vec<String> = names
            .into_iter()
            .map(|name| format!("\"{name}\":\"{}\"", members.get(name).and_then(|value| value.as_str()).unwrap_or("")))
            .collect();
        let mut octets = [0; 32];
        octets.copy_from_slice(digest(&SHA256, format!("{{{}}}", fields.join(",")).as_bytes()).as_ref());
        Self(octets)
    }

    /// Its octets.
    #[must_use]
    pub const fn octets(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoding::encode(&self.0))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Parts {
    /// The members that RFC 7518 §6 requires, and those alone.
    fn members(&self) -> Object {
        let (kind, rest) = match self {
            Self::Point { curve, x, y } => {
                ("EC", vec![("crv", curve.name().to_owned()), ("x", encoding::encode(x)), ("y", encoding::encode(y))])
            }
            Self::Edwards { x } => ("OKP", vec![("crv", "Ed25519".to_owned()), ("x", encoding::encode(x))]),
            Self::Rsa { n, e } => ("RSA", vec![("n", encoding::encode(n)), ("e", encoding::encode(e))]),
        };
        let kind = ("kty".to_owned(), kind.into());
        std::iter::once(kind).chain(rest.into_iter().map(|(name, value)| (name.to_owned(), value.into()))).collect()
    }

    fn parse(&self, algorithm: Algorithm) -> Result<ParsedPublicKey, KeyError> {
        match self {
            Self::Point { curve, x, y } if curve.algorithm() == algorithm => {
                let octets = [&[4], x.as_ref(), y.as_ref()].concat();
                ParsedPublicKey::new(curve.verification(), octets).map_err(|_| KeyError::Point)
            }
            Self::Edwards { x } if algorithm == Algorithm::EdDsa => {
                ParsedPublicKey::new(&ED25519, x).map_err(|_| KeyError::Point)
            }
            Self::Rsa { n, e } => {
                let parameters = rsa_parameters(algorithm).ok_or(KeyError::AlgorithmOfType)?;
                rsa::check(n, e)?;
                let key = RsaPublicKeyComponents { n: n.as_ref(), e: e.as_ref() };
                key.to_parsed_public_key(parameters).map_err(|_| KeyError::Modulus)
            }
            Self::Point { .. } | Self::Edwards { .. } => Err(KeyError::AlgorithmOfType),
        }
    }
}

impl Curve {
    const ALL: [Self; 3] = [Self::P256, Self::P384, Self::P521];

    const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    /// Octets of a coordinate.
    const fn field_len(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// Each curve has one algorithm (RFC 7518 §3.4).
    const fn algorithm(self) -> Algorithm {
        match self {
            Self::P256 => Algorithm::Es256,
            Self::P384 => Algorithm::Es384,
            Self::P521 => Algorithm::Es512,
        }
    }

    const fn verification(self) -> &'static EcdsaVerificationAlgorithm {
        match self {
            Self::P256 => &ECDSA_P256_SHA256_FIXED,
            Self::P384 => &ECDSA_P384_SHA384_FIXED,
            Self::P521 => &ECDSA_P521_SHA512_FIXED,
        }
    }
}

const fn rsa_parameters(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    Some(match algorithm {
        Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &RSA_PSS_2048_8192_SHA512,
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::Es512 | Algorithm::EdDsa => return None,
    })
}

#[cfg(test)]
mod tests;
