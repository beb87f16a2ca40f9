//! Proofs of possession of a key (DPoP, RFC 9449 §4), signed with ES256.

use super::arguments::Proofs;
use super::kept::{self, Bound};
use anyhow::{Context, anyhow};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::{self, SystemRandom};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

/// A key that tokens are bound to.
pub(crate) struct Key {
    pkcs8: Vec<u8>,
    pair: EcdsaKeyPair,
}

impl Key {
    pub(crate) fn generate() -> anyhow::Result<Self> {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        Self::of(document.map_err(library)?.as_ref())
    }

    /// As `to_text` wrote it.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        Self::of(&BASE64.decode(text.as_bytes()).context("the key is no base64")?)
    }

    fn of(pkcs8: &[u8]) -> anyhow::Result<Self> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8);
        Ok(Self { pkcs8: pkcs8.to_vec(), pair: pair.map_err(|error| anyhow!("not a key: {error}"))? })
    }

    pub(crate) fn to_text(&self) -> String {
        BASE64.encode(&self.pkcs8)
    }

    /// The public point, as two coordinates of 32 octets behind one octet that says so (SEC 1 §2.3.3).
    pub(crate) fn point(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    pub(crate) fn sign(&self, message: &[u8]) -> anyhow::Result<Vec<u8>> {
        Ok(self.pair.sign(&SystemRandom::new(), message).map_err(library)?.as_ref().to_vec())
    }

    /// A proof for a request, that of `token` if it comes with one.
    pub(crate) fn proof(
        &self,
        method: &str,
        address: &str,
        token: Option<&str>,
        nonce: Option<&str>,
    ) -> anyhow::Result<String> {
        let (x, y) = self.point().get(1..).and_then(|point| point.split_at_checked(32)).context("no point")?;
        let (x, y) = (BASE64URL_NOPAD.encode(x), BASE64URL_NOPAD.encode(y));
        let header =
            json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": { "kty": "EC", "crv": "P-256", "x": x, "y": y } });
        let mut id = [0; 16];
        rand::fill(&mut id).map_err(library)?;
        let issued = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let mut claims = json!({ "jti": BASE64URL_NOPAD.encode(&id), "htm": method, "htu": address, "iat": issued });
        let members = claims.as_object_mut().context("claims")?;
        if let Some(token) = token {
            let hash = BASE64URL_NOPAD.encode(digest(&SHA256, token.as_bytes()).as_ref());
            members.insert("ath".to_owned(), hash.into());
        }
        if let Some(nonce) = nonce {
            members.insert("nonce".to_owned(), nonce.into());
        }
        let signed = [header, claims].map(|part| BASE64URL_NOPAD.encode(part.to_string().as_bytes())).join(".");
        let signature = BASE64URL_NOPAD.encode(&self.sign(signed.as_bytes())?);
        Ok(format!("{signed}.{signature}"))
    }
}

fn library(_: Unspecified) -> anyhow::Error {
    anyhow!("the cryptographic library failed")
}

/// Writes so many requests' fields: the bound token, and a proof for each.
///
/// # Errors
/// There is no bound token, or a file cannot be written.
pub(crate) fn write(proofs: &Proofs) -> anyhow::Result<()> {
    let bound: Bound = kept::read_json(&proofs.directory, kept::BOUND)?;
    let key = Key::parse(&bound.key)?;
    let mut lines = String::new();
    for _ in 0..proofs.count {
        let proof = key.proof("GET", &proofs.address, Some(&bound.token), None)?;
        lines += &format!("authorization: DPoP {}\tdpop: {proof}\n", bound.token);
    }
    kept::write(&proofs.directory, kept::PROOFS, &lines)
}
