//! Why nothing could be learnt of an issuer; for logs and `issuers test`.

use auth::jose::JwksError;
use thiserror::Error;
use upstream::{FetchError, TargetError};

/// Why nothing could be learnt of an issuer.
#[derive(Debug, Error)]
pub enum ForeignError {
    /// It did not answer.
    #[error("{what}: {}", chain(source))]
    Fetch {
        /// What was asked for.
        what: &'static str,
        /// What went wrong.
        source: FetchError,
    },
    /// It answered something else than was asked for.
    #[error("{what}: the answer is {status}, and not 200")]
    Status {
        /// What was asked for.
        what: &'static str,
        /// Its status.
        status: u16,
    },
    /// The answer is not JSON by its media type.
    #[error("{what}: the answer is not `application/json`")]
    MediaType {
        /// What was asked for.
        what: &'static str,
    },
    /// The metadata is not one JSON object.
    #[error("the metadata is not a JSON object in which each name stands once")]
    Malformed,
    /// The metadata is another issuer's (OpenID Connect Discovery §4.3, RFC 8414 §3.3).
    #[error("the metadata is that of `{found}`")]
    OtherIssuer {
        /// Whose it is.
        found: String,
    },
    /// The metadata lacks something.
    #[error("the metadata has no `{member}`")]
    Missing {
        /// What.
        member: &'static str,
    },
    /// A URL of the metadata is none that is called.
    #[error("`{member}` of the metadata is not called: {source}")]
    Url {
        /// Which one.
        member: &'static str,
        /// Why.
        source: TargetError,
    },
    /// The keys are none that could be used.
    #[error("the keys: {0}")]
    Keys(#[from] JwksError),
    /// There is no key that could be used.
    #[error("the keys: there is none that signs by one of the algorithms that are taken")]
    NoKey,
}

/// An error with its causes, as one line.
fn chain(error: &FetchError) -> String {
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        said = format!("{said}: {error}");
        cause = error.source();
    }
    said
}
