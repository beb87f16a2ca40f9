//! Why nobody was signed in by a provider elsewhere: for the page by its code, and for whoever runs the house.

use std::sync::Arc;

use auth::jose::{JsonError, SigningError, TokenError};
use model::Code;
use thiserror::Error;
use upstream::FetchError;

use crate::NoRandomness;
use crate::issuers::ForeignError;

/// Why a provider could not be asked; known to all who ask within the same seconds.
#[derive(Clone, Debug, Error)]
#[error("{0}")]
pub struct Silence(pub(super) Arc<ForeignError>);

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum ExternalError {
    /// The file names no such provider.
    #[error("there is no such provider")]
    NoProvider,
    /// The answer is to nothing that was begun in this browser in the last minutes, or was used already.
    #[error("this was not begun here, or is over")]
    NotBegun,
    /// A parameter stands twice, or there is no code.
    #[error("the answer is not well formed")]
    Malformed,
    /// The answer names another issuer, or none though it always does (RFC 9207 §2.4).
    #[error("the answer is another issuer's")]
    MixedUp,
    /// It signed nobody in.
    #[error("it answered `{0}`")]
    Refused(Box<str>),
    /// Its metadata or keys cannot be had.
    #[error(transparent)]
    Silent(#[from] Silence),
    /// Its metadata lacks what is needed.
    #[error("its metadata has no `{0}`")]
    Lacks(&'static str),
    /// It did not answer.
    #[error("{what}: {source}")]
    Fetch {
        /// What was asked.
        what: &'static str,
        /// What went wrong.
        source: FetchError,
    },
    /// It answered something else than was asked for.
    #[error(transparent)]
    Answer(#[from] ForeignError),
    /// It did not redeem the code.
    #[error("the code: the answer is {status}, `{error}`")]
    Code {
        /// Its status.
        status: u16,
        /// Its own word (RFC 6749 §5.2).
        error: Box<str>,
    },
    /// What it answered is no JSON object.
    #[error("{what}: {source}")]
    Json {
        /// What was asked.
        what: &'static str,
        /// What is wrong with it.
        source: JsonError,
    },
    /// The ID token does not hold.
    #[error("the ID token: {0}")]
    Token(#[from] TokenError),
    /// A claim of the ID token is not there, or not as it must be.
    #[error("`{0}` of the ID token is not as it must be")]
    Claim(&'static str),
    /// Our own assertion could not be signed.
    #[error("our own assertion: {0}")]
    Assertion(#[from] SigningError),
    /// No randomness can be had.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// Nobody here is that person.
    #[error("nobody here is that person")]
    Unknown,
    /// No account is made, because the provider knows no address that is the person's for sure.
    #[error("it knows no address that is the person's")]
    NoAddress,
    /// No account is made, because the address is that of another one.
    #[error("an account has that address")]
    AddressTaken,
    /// That person is another account here.
    #[error("that person is another account here")]
    Taken,
    /// The account has as many links as one may have.
    #[error("the account is linked to too many already")]
    TooMany,
}

impl ExternalError {
    /// What a provider says of why not, as far as it can be shown: the words of RFC 6749 §4.1.2.1 and their like.
    pub(super) fn refused(error: &str) -> Self {
        Self::Refused(plain(error))
    }

    /// The code of the page.
    #[must_use]
    pub const fn code(&self) -> Code {
        match self {
            Self::NoProvider => Code::NotFound,
            Self::NotBegun | Self::Malformed => Code::ExternalSignInOver,
            Self::Refused(_) => Code::ExternalSignInRefused,
            Self::Silent(_) | Self::Lacks(_) | Self::Fetch { .. } => Code::IssuerUnavailable,
            Self::MixedUp
            | Self::Answer(_)
            | Self::Code { .. }
            | Self::Json { .. }
            | Self::Token(_)
            | Self::Claim(_) => Code::ExternalSignInUnproven,
            Self::Assertion(_) | Self::Random(_) => Code::InternalError,
            Self::Unknown | Self::NoAddress => Code::ExternalAccountUnknown,
            Self::AddressTaken | Self::Taken | Self::TooMany => Code::ExternalAccountTaken,
        }
    }
}

/// An error's word of RFC 6749 if it is one: what a stranger sends is not written into pages and logs as it is.
pub(super) fn plain(error: &str) -> Box<str> {
    let is_plain = !error.is_empty() && error.len() <= 64;
    let is_plain = is_plain && error.bytes().all(|octet| octet.is_ascii_lowercase() || matches!(octet, b'_' | b'-'));
    if is_plain { error.into() } else { "something that is no error of OAuth".into() }
}
