//! Why no certificate could be had of a CA.

use std::io;

use thiserror::Error;

use crate::CaError;

/// What went wrong between us and the CA.
#[derive(Debug, Error)]
pub enum AcmeError {
    /// The CA said no, or something that is not ACME.
    #[error("the CA: {0}")]
    Server(#[from] instant_acme::Error),
    /// The CA did not find a proof, or did not like it.
    #[error("the CA could not check `{name}`: {why}")]
    Unproven {
        /// Which name.
        name: String,
        /// What the CA says.
        why: String,
    },
    /// The CA does not check names in the way that the file says.
    #[error("the CA does not offer this challenge for `{name}`; write another `challenge`")]
    NotOffered {
        /// For which name.
        name: String,
    },
    /// What came is not what was asked for.
    #[error("the CA gave a certificate that {what}")]
    Wrong {
        /// What is wrong with it.
        what: &'static str,
    },
    /// The whole took too long.
    #[error("the CA took too long")]
    TooLong,
    /// Our own files, keys or certificates.
    #[error(transparent)]
    Ours(#[from] CaError),
    /// A file of ours.
    #[error("the data directory: {0}")]
    File(#[from] io::Error),
    /// What vouches for the CA's server cannot be used.
    #[error("what vouches for the CA's own server cannot be used: {0}")]
    Anchors(upstream::TlsError),
    /// A request of ours cannot be made.
    #[error("the request cannot be made: {0}")]
    Request(#[from] rcgen::Error),
}

impl AcmeError {
    /// For an order that failed, and nobody says why.
    pub(super) fn without_a_reason() -> Self {
        Self::Unproven { name: "the names".to_owned(), why: "it does not say why".to_owned() }
    }

    /// Whether the CA asks for patience (RFC 8555 §6.6).
    pub(super) fn is_rate_limit(&self) -> bool {
        self.is_problem("rateLimited")
    }

    /// Whether the CA does not know our account any more.
    pub(super) fn is_lost_account(&self) -> bool {
        self.is_problem("accountDoesNotExist")
    }

    fn is_problem(&self, kind: &str) -> bool {
        let Self::Server(instant_acme::Error::Api(problem)) = self else { return false };
        problem.r#type.as_deref().is_some_and(|found| found.strip_prefix("urn:ietf:params:acme:error:") == Some(kind))
    }
}
