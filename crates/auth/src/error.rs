//! Why a caller could not be identified.

use std::net::IpAddr;
use std::sync::Arc;

use model::{Challenge, Code, DoorKind, KeyKind, Problem};
use thiserror::Error;

use crate::certificate::CertificateError;
use crate::jose::TokenError;

/// Why a caller could not be identified.
///
/// Whether a key is unknown or its secret wrong is one and the same error.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AuthError {
    /// A request as pages send it, at a server door.
    #[error("`{sign}` shows that the request comes from a page (default of server doors)")]
    Browser {
        /// The field that shows it.
        sign: &'static str,
    },
    /// A credential in the query, where logs and histories keep it (RFC 6750 §5.3).
    #[error("a credential stands in the query; send it as `Authorization: Bearer`")]
    InQuery,
    /// A key in the path, where logs and histories keep it just as well.
    #[error("a key stands in the path; send it as `Authorization: Bearer`")]
    InPath,
    /// More than one credential (RFC 6750 §2).
    #[error("more than one credential was sent")]
    Several,
    /// An `Authorization` that is not `Bearer` and a token.
    #[error("`Authorization` is not `Bearer` and a key")]
    Scheme,
    /// Not a key of ours, or one with a typing error: its form or checksum is wrong.
    #[error("the key is not of the form of a key, or has a typing error")]
    KeyForm,
    /// A key that this gateway does not know.
    #[error("the key is not known")]
    UnknownKey,
    /// A key that this gateway may know as soon as it has read its store.
    #[error("whether the key is known cannot be said yet: the store is not read")]
    KeysAway,
    /// A known key past its day.
    #[error("the key `{name}` has expired")]
    KeyExpired {
        /// Its name in the file.
        name: Arc<str>,
    },
    /// A key of the store that was revoked, or one whose successor has taken over.
    #[error("the key `{name}` was revoked or replaced")]
    KeyRevoked {
        /// Its name in the store.
        name: Arc<str>,
    },
    /// A key of the store that has the name of a key of the file: of two keys with one name the file's alone counts.
    #[error("the key `{name}` of the store has the name of a key of the file, and is not taken")]
    KeyShadowed {
        /// The name.
        name: Arc<str>,
    },
    /// A key that is bound to pages of other origins than the one that sent the request, if any did.
    #[error("the key `{name}` is bound to pages of other origins")]
    KeyOrigin {
        /// Its name.
        name: Arc<str>,
    },
    /// A key that is used from outside its networks.
    #[error("the key `{name}` may not be used from {address}")]
    KeyNetwork {
        /// Its name.
        name: Arc<str>,
        /// As the gateway sees it.
        address: IpAddr,
        /// At which kind of door: a client door does not tell that the key is a good one.
        door: DoorKind,
    },
    /// A known key whose own text says another kind than the file does.
    #[error("the key `{name}` is of another kind than the file says")]
    KeyKind {
        /// Its name in the file.
        name: Arc<str>,
    },
    /// A kind of key that this kind of door does not take.
    #[error("{kind} keys are not taken at {door} doors")]
    KeyMisplaced {
        /// What it is.
        kind: KeyKind,
        /// Where it came.
        door: DoorKind,
    },
    /// A token that is none, or breaks a rule of its kind.
    #[error(transparent)]
    Token(TokenError),
    /// A token whose issuer is not one that the file names.
    #[error("the token is of an issuer that is not believed")]
    UnknownIssuer,
    /// A token that is no JWT, and that nobody knows who is asked.
    #[error("the token is not known")]
    UnknownToken,
    /// A verified token without a claim that it must have, or with one that cannot be understood.
    #[error("the token's claim `{name}` is missing or cannot be understood")]
    Claim {
        /// Its name.
        name: Box<str>,
    },
    /// A credential that was good, and ended before its time.
    #[error("the credential was revoked")]
    Revoked,
    /// A credential that was good until just now.
    #[error("the credential has ended")]
    Ended,
    /// The cookie of no session that there is.
    #[error("the session has ended")]
    SessionEnded,
    /// A request with a session that another site may have made.
    #[error("the session was sent by a browser, and no page of the application shows to have made the request: {why}")]
    CrossSite {
        /// What stands against it.
        why: &'static str,
    },
    /// A token bound to a key, without a proof that its sender has it.
    #[error("the token is bound to a key, and no `DPoP` field proves possession of it")]
    WithoutProof,
    /// A token bound to no key, sent as if it were; or a proof beside something else than a token.
    #[error("a proof of possession was sent with a credential that is not bound to its key")]
    NotBound,
    /// A token bound to another certificate than that of the connection.
    #[error("the token is bound to another certificate than the connection's")]
    OtherCertificate,
    /// A token bound to another key than that of the proof.
    #[error("the token is bound to another key than the proof's")]
    OtherKey,
    /// A proof that breaks a rule.
    #[error("the proof of possession does not hold: {0}")]
    Proof(TokenError),
    /// A proof that was sent before.
    #[error("the proof of possession was sent before")]
    ProofSeen,
    /// A proof made too long ago or too far ahead, by a clock that differs from ours.
    #[error("the proof of possession is not of now; it may be made again with a nonce")]
    ProofStale {
        /// The nonce that tells the time.
        nonce: Box<str>,
    },
    /// More proofs within a few minutes than can be remembered.
    #[error("more proofs of possession came than can be remembered")]
    TooManyProofs,
    /// Nobody could say in time whether the credential holds.
    #[error("it cannot be found out whether the credential holds: {why}")]
    Unavailable {
        /// Why not.
        why: Box<str>,
    },
    /// A person's token at a server door.
    #[error("a person's token is not taken at server doors, where back ends call for themselves")]
    UserMisplaced,
    /// An application's own token at a client door.
    #[error("an application's own token is not taken at client doors, where applications call for people")]
    AppMisplaced,
    /// A client certificate at a client door.
    #[error("client certificates are not taken at client doors")]
    CertificateMisplaced,
    /// A certificate that breaks a rule.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A SPIFFE id of another trust domain.
    #[error("the trust domain `{domain}` is not ours")]
    ForeignTrustDomain {
        /// Which one.
        domain: Box<str>,
    },
    /// A certificate without SPIFFE id, none of whose names is a workload's.
    #[error("no workload has one of the certificate's names")]
    UnknownWorkload,
    /// A certificate without SPIFFE id whose names are those of two workloads.
    #[error("the certificate's names are those of `{first}` and of `{second}`")]
    AmbiguousWorkload {
        /// One workload.
        first: Arc<str>,
        /// Another one.
        second: Arc<str>,
    },
    /// A workload that calls from outside its networks.
    #[error("the workload `{name}` may not call from {address} ({place})")]
    WorkloadNetwork {
        /// Its name in the file.
        name: Arc<str>,
        /// As the gateway sees it.
        address: IpAddr,
        /// Where its networks stand in the file.
        place: Arc<str>,
    },
    /// The operating system gave no random numbers.
    #[error("no random numbers can be had")]
    NoRandomness,
}

impl AuthError {
    /// The code that tells of it.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::Browser { .. } => Code::BrowserNotAllowed,
            Self::InQuery | Self::InPath => Code::CredentialInQuery,
            Self::KeyMisplaced { .. } | Self::UserMisplaced | Self::AppMisplaced | Self::CertificateMisplaced => {
                Code::CredentialMisplaced
            }
            Self::Several
            | Self::Scheme
            | Self::KeyForm
            | Self::UnknownKey
            | Self::KeyExpired { .. }
            | Self::KeyRevoked { .. }
            | Self::KeyShadowed { .. }
            | Self::KeyOrigin { .. }
            | Self::KeyNetwork { door: DoorKind::Client, .. }
            | Self::KeyKind { .. }
            | Self::Certificate(_)
            | Self::ForeignTrustDomain { .. }
            | Self::UnknownWorkload
            | Self::AmbiguousWorkload { .. } => Code::CredentialInvalid,
            Self::WorkloadNetwork { .. } | Self::KeyNetwork { door: DoorKind::Server, .. } => Code::NetworkNotAllowed,
            Self::Token(_)
            | Self::UnknownIssuer
            | Self::UnknownToken
            | Self::Claim { .. }
            | Self::Revoked
            | Self::Ended
            | Self::SessionEnded
            | Self::WithoutProof
            | Self::NotBound
            | Self::OtherCertificate
            | Self::OtherKey
            | Self::Proof(_)
            | Self::ProofSeen => Code::CredentialInvalid,
            Self::CrossSite { .. } => Code::CrossSiteRequest,
            Self::ProofStale { .. } => Code::DpopNonceRequired,
            Self::TooManyProofs => Code::Overloaded,
            Self::Unavailable { .. } | Self::KeysAway => Code::IssuerUnavailable,
            Self::NoRandomness => Code::InternalError,
        }
    }
}

impl AuthError {
    /// What the caller is told of it in `WWW-Authenticate`, beside the code.
    fn challenge(&self) -> Option<Challenge> {
        match self {
            Self::SessionEnded => Some(Challenge { ends_session: true, ..Challenge::default() }),
            Self::ProofStale { nonce } => {
                Some(Challenge { dpop: true, nonce: Some(nonce.clone()), ..Challenge::default() })
            }
            Self::WithoutProof
            | Self::OtherKey
            | Self::Proof(TokenError::ProofToken)
            | Self::ProofSeen
            | Self::TooManyProofs => Some(Challenge { dpop: true, ..Challenge::default() }),
            // RFC 9449 §7.1.
            Self::Proof(_) => Some(Challenge { dpop: true, bad_proof: true, ..Challenge::default() }),
            _ => None,
        }
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let challenge = error.challenge();
        let mut problem = Self::new(error.code(), error.to_string()).because(error);
        problem.challenge = challenge.map(Box::new);
        problem
    }
}
