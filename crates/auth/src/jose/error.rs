//! Why a token is not believed; for logs, not for strangers.

use thiserror::Error;

use super::KeyError;

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    /// More octets than a token may have.
    #[error("the token is too long")]
    TooLong,
    /// Not three parts with dots between them (RFC 7515 §7.1).
    #[error("the token does not have three parts")]
    Parts,
    /// A part that is not strict base64url.
    #[error("a part of the token is not base64url")]
    Encoding,
    /// A header that is not one JSON object, has a member twice, or a member of another type than it must have.
    #[error("the token's header cannot be read")]
    Header,
    /// `crit`, `b64` or `zip`: extensions of JWS, none of which is understood (RFC 7515 §4.1.11, RFC 7797, RFC 7516).
    #[error("the token's header asks for an extension")]
    Extension,
    /// `none`, HMAC, or an algorithm that is not known.
    #[error("the token's algorithm is none that is accepted")]
    Algorithm,
    /// Another algorithm than that of the key (RFC 8725 §3.1).
    #[error("the token's algorithm is not that of its key")]
    AlgorithmOfKey,
    /// Another type of token than is expected here (RFC 8725 §3.11).
    #[error("the token is of another type")]
    Type,
    /// No key of that id, or no id and not exactly one key that could be meant.
    #[error("the token's key is not known")]
    UnknownKey,
    /// The signature is not the key's over these octets.
    #[error("the token's signature is wrong")]
    Signature,
    /// Claims that are not one JSON object, or have a member twice.
    #[error("the token's claims cannot be read")]
    Claims,
    /// No issuer, or another one than is expected.
    #[error("the token is of another issuer")]
    Issuer,
    /// No audience, or none that is expected.
    #[error("the token is for somebody else")]
    Audience,
    /// A time that is no number of seconds between the years 1970 and 9999.
    #[error("a time in the token is none")]
    Time,
    /// No `exp`.
    #[error("the token does not say when it ends")]
    NoExpiry,
    /// Past its `exp`.
    #[error("the token has expired")]
    Expired,
    /// Before its `nbf`.
    #[error("the token is not valid yet")]
    NotYet,
    /// An `iat` that is still to come.
    #[error("the token was issued in the future")]
    IssuedAhead,
    /// A proof whose key is missing or refused (RFC 9449 §4.3).
    #[error("the proof's key is not usable: {0}")]
    ProofKey(KeyError),
    /// A proof without id, or with one too long.
    #[error("the proof's `jti` is missing or too long")]
    ProofId,
    /// A proof for another method.
    #[error("the proof is for another method")]
    ProofMethod,
    /// A proof for another address.
    #[error("the proof is for another address")]
    ProofTarget,
    /// A proof that does not belong to the access token beside it.
    #[error("the proof is for another access token")]
    ProofToken,
    /// A proof made too long ago.
    #[error("the proof is too old")]
    ProofOld,
    /// A proof without the nonce that was asked for.
    #[error("the proof's nonce is missing or another one")]
    ProofNonce,
}

impl TokenError {
    /// A short word for logs and metrics that does not change.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::TooLong => "too-long",
            Self::Parts => "parts",
            Self::Encoding => "encoding",
            Self::Header => "header",
            Self::Extension => "extension",
            Self::Algorithm => "algorithm",
            Self::AlgorithmOfKey => "algorithm-of-key",
            Self::Type => "type",
            Self::UnknownKey => "unknown-key",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Time => "time",
            Self::NoExpiry => "no-expiry",
            Self::Expired => "expired",
            Self::NotYet => "not-yet",
            Self::IssuedAhead => "issued-ahead",
            Self::ProofKey(_) => "proof-key",
            Self::ProofId => "proof-id",
            Self::ProofMethod => "proof-method",
            Self::ProofTarget => "proof-target",
            Self::ProofToken => "proof-token",
            Self::ProofOld => "proof-old",
            Self::ProofNonce => "proof-nonce",
        }
    }
}
