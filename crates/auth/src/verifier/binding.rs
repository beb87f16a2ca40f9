//! What the holder of a bound token proves with each request: its certificate, or a key (RFC 8705 §3, RFC 9449 §7).

use std::time::{Duration, SystemTime};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use wire::Name;

use super::{Bearer, Verifier};
use crate::AuthError;
use crate::jose::TokenError;
use crate::jose::dpop::{ExpectedProof, Proof, Target, verify_proof};
use crate::proofs::{Seen, WINDOW};
use crate::verified::{Confirmation, Form};

/// How far off a clock may be whose owner has our nonce: the nonce tells the time then.
const WITH_NONCE: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// Checks that the request proves what the token is bound to, and that it proves nothing else.
pub(super) fn check(
    verifier: &Verifier,
    bearer: &Bearer<'_>,
    confirmation: Option<&Confirmation>,
    now: SystemTime,
) -> Result<(), AuthError> {
    if bearer.form == Form::Session {
        return Ok(());
    }
    match (confirmation, bearer.with_proof) {
        (None, false) => Ok(()),
        (Some(Confirmation::Certificate(wanted)), false) => {
            let shown = bearer.certificate.map(|certificate| &certificate.sha256);
            // Without a certificate nothing is equal to what is wanted.
            let equal = shown.is_some_and(|shown| verify_slices_are_equal(shown, wanted).is_ok());
            if equal { Ok(()) } else { Err(AuthError::OtherCertificate) }
        }
        (Some(Confirmation::Dpop(wanted)), true) => {
            let proof = proof(verifier, bearer, now)?;
            if verify_slices_are_equal(proof.thumbprint.octets(), wanted).is_err() {
                return Err(AuthError::OtherKey);
            }
            match verifier.proofs().take(&proof, now) {
                Seen::First => Ok(()),
                Seen::Before => Err(AuthError::ProofSeen),
                Seen::Full => Err(AuthError::TooManyProofs),
            }
        }
        // RFC 9449 §7.1: a bound token is never taken without its proof, whoever calls it a bearer token.
        (Some(Confirmation::Dpop(_)), false) => Err(AuthError::WithoutProof),
        (None | Some(Confirmation::Certificate(_)), true) => Err(AuthError::NotBound),
    }
}

/// The proof of this request, where it is fresh by the clock or by a nonce of ours.
fn proof(verifier: &Verifier, bearer: &Bearer<'_>, now: SystemTime) -> Result<Proof, AuthError> {
    let fields = bearer.head.fields();
    let text = fields.get(Name::Dpop).and_then(|value| std::str::from_utf8(value).ok());
    let text = text.filter(|_| fields.count(Name::Dpop) == 1).ok_or(AuthError::WithoutProof)?;
    let scheme = if bearer.secure { "https" } else { "http" };
    let target = Target::of_request(scheme, bearer.head.authority(), bearer.head.path());
    let target = target.ok_or(AuthError::Proof(TokenError::ProofTarget))?;
    let verify = |nonce: Option<&str>, window| {
        verify_proof(
            text,
            &ExpectedProof {
                method: bearer.head.method_str(),
                target: &target,
                access_token: Some(bearer.text),
                nonce,
                now,
                window,
            },
        )
    };
    match verify(None, WINDOW) {
        Err(TokenError::ProofOld | TokenError::IssuedAhead) => {
            let mut by_nonce = verifier.proofs().nonces(now).map(|nonce| verify(Some(&nonce), WITH_NONCE));
            by_nonce.find_map(Result::ok).ok_or_else(|| match verifier.nonce() {
                Some(nonce) => AuthError::ProofStale { nonce: nonce.into() },
                None => AuthError::NoRandomness,
            })
        }
        verified => verified.map_err(AuthError::Proof),
    }
}
