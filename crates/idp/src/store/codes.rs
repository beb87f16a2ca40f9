//! Authorization codes as they are kept: each is redeemed once (RFC 6749 §4.1.2).

use std::sync::Arc;
use std::time::SystemTime;

use super::Answer;
use super::grants::Grant;
use crate::{Digest, GrantId};

/// A code that was given out. Times are kept to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Of the code.
    pub digest: Digest,
    /// What begins when it is redeemed.
    pub grant: Grant,
    /// Where it was sent.
    pub redirect_uri: Box<str>,
    /// The `code_challenge` by S256 (RFC 7636 §4.2).
    pub challenge: Box<str>,
    /// The `nonce` for the ID token.
    pub nonce: Option<Box<str>>,
    /// The key that has to be proved when it is redeemed (`dpop_jkt`, RFC 9449 §10).
    pub key: Option<Box<str>>,
    /// From then on it is void.
    pub expires: SystemTime,
}

/// A code is shown.
#[derive(Clone, Debug)]
pub struct Redeem {
    /// What was shown.
    pub shown: Digest,
    /// Who showed it.
    pub app: Arc<str>,
    /// Where the app says that it got it, if it says so.
    pub redirect_uri: Option<Box<str>>,
    /// The challenge that belongs to the verifier that was shown.
    pub challenge: Box<str>,
    /// The key that was proved with it.
    pub key: Option<Box<str>>,
    /// What the refresh tokens of the grant are bound to from now on.
    pub bound_to: Option<Box<str>>,
    /// The first refresh token; none where nobody is to have one.
    pub refresh: Option<Digest>,
    /// What time it is.
    pub now: SystemTime,
}

/// What became of a [`Redeem`]. Whatever it is, the code works no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redemption {
    /// The grant has begun.
    Redeemed {
        /// The grant.
        grant: Box<Grant>,
        /// The `nonce` for the ID token.
        nonce: Option<Box<str>>,
    },
    /// It had been redeemed before: the grant has ended with this, and all tokens of it.
    Replayed(GrantId),
    /// App, redirect URI, verifier or key is another one than the code was given out for.
    Mismatch(Mismatch),
    /// Too late.
    Expired,
    /// The person took it back before it was redeemed.
    Ended,
    /// It is no code that is known.
    Unknown,
}

/// In what a code and whoever shows it differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// It was given to another app.
    App,
    /// It was sent to another URI.
    RedirectUri,
    /// The verifier is not the one of the challenge.
    Verifier,
    /// Another key was proved than the one that it is bound to, or none.
    Key,
}

impl Code {
    /// The first thing in which the code and whoever shows it differ.
    #[must_use]
    pub fn mismatch(&self, shown: &Redeem) -> Option<Mismatch> {
        if self.grant.app != shown.app {
            Some(Mismatch::App)
        } else if shown.redirect_uri.as_ref().is_some_and(|uri| *uri != self.redirect_uri) {
            Some(Mismatch::RedirectUri)
        } else if self.challenge != shown.challenge {
            Some(Mismatch::Verifier)
        } else if self.key.is_some() && self.key != shown.key {
            Some(Mismatch::Key)
        } else {
            None
        }
    }
}

/// Codes, as an engine keeps them.
pub trait Codes: Send + Sync {
    /// Keeps a code, and the grant that waits for it.
    fn issue(&self, code: Code) -> Answer<'_, ()>;
    /// Uses a code up, and begins its grant if everything fits ([`Code::mismatch`]). A code is remembered for as long as
    /// its grant, so that a second showing is seen.
    fn redeem(&self, shown: Redeem) -> Answer<'_, Redemption>;
}
