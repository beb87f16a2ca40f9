//! What can go wrong with certificates, keys and their files.

use std::io;
use std::path::PathBuf;

use model::{SpiffeId, SpiffeIdError};
use thiserror::Error;

/// What went wrong with a certificate, a key or a file of them.
#[derive(Debug, Error)]
pub enum CaError {
    /// Others may write to the directory that keys are kept in, and so put their own in the place of ours.
    #[error("`{}` may be written to by others; a key is not safe there (chmod go-w)", path.display())]
    OpenDirectory {
        /// Which directory.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write `{}`", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is there already; nothing is ever overwritten.
    #[error("`{}` is there already", path.display())]
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// One of an authority's two files is there and the other is not.
    #[error("`{}` is there, but `{}` is not; put it back, or remove the first to make a new authority", there.display(), missing.display())]
    Half {
        /// Which is there.
        there: PathBuf,
        /// Which is not.
        missing: PathBuf,
    },
    /// A private key that every user of the machine can read.
    #[error("`{}` holds a private key and is readable by everyone; take the right away (chmod o-r)", path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
    },
    /// The file is not what it should be.
    #[error("`{}` {what}", path.display())]
    Content {
        /// Which file.
        path: PathBuf,
        /// What it is or lacks.
        what: &'static str,
    },
    /// The file's certificate is of another trust domain.
    #[error("`{}` is the root of `{found}`, not of `{expected}`", path.display())]
    OtherTrustDomain {
        /// Which file.
        path: PathBuf,
        /// What its certificate says.
        found: Box<str>,
        /// What it should say.
        expected: Box<str>,
    },
    /// A name that the local CA may not sign.
    #[error(
        "the local CA does not sign `{name}`: only names under {} and private addresses; for other names use certificate files",
        crate::constraints::names_in_words()
    )]
    NotLocal {
        /// Which name.
        name: Box<str>,
    },
    /// A certificate for no name at all.
    #[error("a certificate needs at least one name")]
    Nameless,
    /// A name that cannot stand in a certificate.
    #[error("`{name}` is not a DNS name")]
    Name {
        /// Which name.
        name: Box<str>,
    },
    /// Not a trust domain.
    #[error("`{domain}` is not a trust domain")]
    TrustDomain {
        /// What was given.
        domain: Box<str>,
        /// Why not.
        source: SpiffeIdError,
    },
    /// A SPIFFE id outside the trust domain of the root, or of the domain itself.
    #[error("`{id}` is not a workload of the trust domain `{domain}`")]
    Foreign {
        /// Which id.
        id: SpiffeId,
        /// The root's.
        domain: Box<str>,
    },
    /// The authority's own certificate has ended.
    #[error("the authority's own certificate has ended; make a new one")]
    Ended,
    /// The operating system gave no random numbers.
    #[error("no random numbers can be had")]
    NoRandomness,
    /// Making a certificate failed.
    #[error("the certificate cannot be made")]
    Make(#[from] rcgen::Error),
}
