//! Why something is not called, or could not be reached.

use std::io;
use std::net::IpAddr;

use thiserror::Error;

use super::address::AddressKind;

/// Why a URL or host is not one that the house calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TargetError {
    /// Longer than a URL may be.
    #[error("the URL is too long")]
    TooLong,
    /// Neither `https` nor `http`.
    #[error("the URL does not begin with `https://`")]
    Scheme,
    /// `http` to another machine.
    #[error("the URL is not `https`, and leads to another machine")]
    Plain,
    /// Something before an `@`.
    #[error("the URL has user information before its host")]
    UserInformation,
    /// Neither a name nor an address.
    #[error("the host is neither a name nor an address")]
    Host,
    /// An address in a form that not everybody reads alike.
    #[error("the host is an address in a form that not everybody reads alike")]
    OddAddress,
    /// No port, or one that may not be called.
    #[error("the port is none that may be called")]
    Port,
    /// The path or query has a character that may not stand there, or there is a fragment.
    #[error("the path or query has a character that may not stand there")]
    Path,
    /// The host is never called, or not on a caller's word.
    #[error("the host is {0}")]
    Refused(AddressKind),
}

/// Why there is no connection.
#[derive(Debug, Error)]
pub enum DialError {
    /// The name could not be looked up.
    #[error("`{host}` could not be looked up")]
    Unresolved {
        /// The name.
        host: String,
        /// What the resolver says.
        source: io::Error,
    },
    /// The name has no address.
    #[error("`{host}` has no address")]
    NoAddress {
        /// The name.
        host: String,
    },
    /// The name has an address that may not be called.
    #[error("`{host}` is not called: {address} is {kind}")]
    Refused {
        /// The name or address that was to be called.
        host: String,
        /// Which address of it.
        address: IpAddr,
        /// What that is.
        kind: AddressKind,
    },
    /// Nobody was reached.
    #[error("no connection to `{host}`")]
    Unreached {
        /// Whom.
        host: String,
        /// The last attempt's error.
        source: io::Error,
    },
    /// The time was over.
    #[error("no connection to `{host}` in time")]
    TooLate {
        /// Whom.
        host: String,
    },
}
