//! Why there is no whole answer to a request of the house's own.

use std::io;

use thiserror::Error;
use wire::{BodyError, ResponseError};

use crate::dial::DialError;
use crate::tls::TlsError;

/// Why there is no whole answer.
#[derive(Debug, Error)]
pub enum FetchError {
    /// No connection.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The name cannot be asked for in a handshake.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Somebody was reached, and is not believed.
    #[error("no trusted connection to `{host}`: {source}")]
    Handshake {
        /// Whom.
        host: String,
        /// What the handshake ended with.
        source: io::Error,
    },
    /// A field of the request cannot be sent.
    #[error("the request has a field that cannot be sent")]
    Request,
    /// The connection failed.
    #[error("the connection to `{host}` failed")]
    Broken {
        /// Whom.
        host: String,
        /// The last error.
        source: io::Error,
    },
    /// The connection ended before the answer was whole.
    #[error("`{host}` closed the connection before its answer was whole")]
    Closed {
        /// Whom.
        host: String,
    },
    /// The answer's head is not one unambiguous head of HTTP/1.1.
    #[error("`{host}` gave a malformed answer")]
    Malformed {
        /// Whom.
        host: String,
        /// What is wrong with it.
        source: ResponseError,
    },
    /// The answer's body breaks its framing.
    #[error("`{host}` gave a malformed body")]
    MalformedBody {
        /// Whom.
        host: String,
        /// What is wrong with it.
        source: BodyError,
    },
    /// The answer is larger than it may be.
    #[error("the answer of `{host}` is larger than {at_most_bytes} bytes")]
    TooLarge {
        /// Whom.
        host: String,
        /// The bound, in bytes.
        at_most_bytes: usize,
    },
    /// The answer is in a coding that was not asked for, switches protocols, or has interim answers without end.
    #[error("`{host}` sent an answer that was not asked for")]
    Unexpected {
        /// Whom.
        host: String,
    },
    /// The time was over.
    #[error("`{host}` did not answer in time")]
    TooLate {
        /// Whom.
        host: String,
    },
}
