//! What cannot be known on a data thread and is asked about on the control side: sessions, tokens that only their
//! issuer can read, and keys of issuers that have changed.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use model::Secret;

use crate::verified::{Fingerprint, Verified};

/// What is asked.
#[derive(Clone, Debug)]
pub enum Asked {
    /// Whose session this is, by the SHA-256 of its cookie, at this origin.
    Session(Fingerprint, Box<str>),
    /// Whose token this is, where it cannot be read here (RFC 7662).
    Token(Fingerprint, Arc<Secret<String>>),
    /// Whether this issuer has other keys by now.
    Keys(Arc<str>),
}

/// What there is to say.
#[derive(Clone, Debug)]
pub enum Told {
    /// The credential holds.
    Holds(Arc<Verified>),
    /// It does not, or not any more.
    Unknown,
    /// The keys were asked for, and those that there are hold now.
    Keys,
    /// It cannot be found out at the moment; why, for logs.
    Unavailable(Box<str>),
}

/// An answer that is waited for elsewhere.
pub type Telling<'a> = Pin<Box<dyn Future<Output = Told> + Send + 'a>>;

/// Who knows. Runs on the control side, where stores and issuers can be waited for.
pub trait Ask: Send + Sync {
    /// Finds out. Whoever asks waits for a bounded time only, and asks once for all who want to know the same.
    fn ask(&self, asked: Asked) -> Telling<'_>;
}

impl Asked {
    /// By what two of the same kind are the same.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Session(one, at), Self::Session(other, there)) => one == other && at == there,
            (Self::Token(one, _), Self::Token(other, _)) => one == other,
            (Self::Keys(one), Self::Keys(other)) => one == other,
            _ => false,
        }
    }
}
