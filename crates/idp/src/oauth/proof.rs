//! Which key an app holds: DPoP at endpoints of ours (RFC 9449 §5, §8).

use std::time::{Duration, SystemTime};

use auth::jose::TokenError;
use auth::jose::dpop::{ExpectedProof, Proof, Target, verify_proof};
use aws_lc_rs::{constant_time, hmac, rand};
use data_encoding::BASE64URL_NOPAD;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::{ErrorCode, OAuthError, Server, seconds};
use crate::{Endpoint, NoRandomness};

/// The field with a proof.
pub(crate) const DPOP: HeaderName = HeaderName::from_static("dpop");
/// The field with the nonce for the next one.
pub(crate) const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
/// How far the time of a proof may be from ours.
const WINDOW: Duration = Duration::from_secs(60);

/// Nonces that nothing has to be kept for: each is a MAC over the minutes that it is good in.
pub(super) struct Nonces(hmac::Key);

impl Nonces {
    const SECONDS: u64 = 120;

    pub(super) fn generate() -> Result<Self, NoRandomness> {
        let mut octets = [0; 32];
        rand::fill(&mut octets).map_err(|_| NoRandomness)?;
        Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, &octets)))
    }

    fn of_turn(&self, turn: u64) -> String {
        BASE64URL_NOPAD.encode(hmac::sign(&self.0, &turn.to_be_bytes()).as_ref())
    }

    pub(super) fn present(&self, now: SystemTime) -> String {
        self.of_turn(seconds(now) / Self::SECONDS)
    }

    /// The present one or the one before.
    fn is_good(&self, nonce: &str, now: SystemTime) -> bool {
        let turn = seconds(now) / Self::SECONDS;
        [turn, turn.saturating_sub(1)]
            .into_iter()
            .any(|turn| constant_time::verify_slices_are_equal(self.of_turn(turn).as_bytes(), nonce.as_bytes()).is_ok())
    }
}

/// For what a proof was made.
pub(crate) struct Proven<'a> {
    /// The endpoint that it was sent to.
    pub(crate) endpoint: Endpoint,
    /// The method of the request.
    pub(crate) method: &'a str,
    /// The access token that it came with.
    pub(crate) access_token: Option<&'a str>,
}

impl Server {
    /// The thumbprint of the key that the app proved to hold; none where it did not try.
    ///
    /// # Errors
    /// It tried and failed: two proofs, a bad one, one that was seen, or one without our nonce.
    pub(crate) fn proof(
        &self,
        fields: &HeaderMap,
        of: &Proven<'_>,
        now: SystemTime,
    ) -> Result<Option<Box<str>>, OAuthError> {
        let invalid = |why| OAuthError::new(ErrorCode::InvalidDpopProof, why);
        let mut proofs = fields.get_all(DPOP).iter();
        let Some(text) = proofs.next() else { return Ok(None) };
        if proofs.next().is_some() {
            return Err(invalid("there is more than one DPoP proof"));
        }
        let text = text.to_str().map_err(|_| invalid("the DPoP proof is not a token"))?;
        let target =
            Target::parse(&self.url(of.endpoint)).ok_or(OAuthError::new(ErrorCode::ServerError, "no address"))?;
        let expected = ExpectedProof {
            method: of.method,
            target: &target,
            access_token: of.access_token,
            nonce: None,
            now,
            window: WINDOW,
        };
        let proof = verify_proof(text, &expected).map_err(|error| invalid(why(&error)))?;
        self.check_fresh(&proof, now)?;
        Ok(Some(proof.thumbprint.to_string().into()))
    }

    fn check_fresh(&self, proof: &Proof, now: SystemTime) -> Result<(), OAuthError> {
        let nonce = proof.nonce.as_deref().unwrap_or_default();
        if !self.foundation.nonces.is_good(nonce, now) {
            return Err(OAuthError::new(
                ErrorCode::UseDpopNonce,
                "the DPoP proof has to have the nonce of this answer",
            ));
        }
        let until = now.checked_add(WINDOW.saturating_mul(2)).unwrap_or(now);
        let first = self.foundation.seen.first(&proof.thumbprint.to_string(), &proof.id, now, until)?;
        let again = OAuthError::new(ErrorCode::InvalidDpopProof, "the DPoP proof was used before");
        if first { Ok(()) } else { Err(again) }
    }

    /// Tells the nonce for the next proof, where the app sends proofs or has to.
    pub(crate) fn tell_nonce(&self, asked: &HeaderMap, fields: &mut HeaderMap, now: SystemTime) {
        if !asked.contains_key(DPOP) {
            return;
        }
        if let Ok(nonce) = HeaderValue::try_from(self.foundation.nonces.present(now)) {
            fields.insert(DPOP_NONCE, nonce);
        }
    }
}

const fn why(error: &TokenError) -> &'static str {
    match error {
        TokenError::ProofMethod => "the DPoP proof is for another method (htm)",
        TokenError::ProofTarget => "the DPoP proof is for another address (htu)",
        TokenError::ProofToken => "the DPoP proof is for another token (ath)",
        TokenError::ProofOld | TokenError::IssuedAhead => "the DPoP proof is too old or from the future (iat)",
        TokenError::ProofKey(_) => "the DPoP proof has no usable public key (jwk)",
        TokenError::Signature => "the DPoP proof is not signed by its key",
        _ => "the DPoP proof is malformed",
    }
}
