//! Who is signed in in the browser that a request came from.

use std::time::SystemTime;

use crate::{SignInId, UserId};

/// A sign-in as the protocol's endpoints need to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub user: UserId,
    /// In which browser; the `sid` of ID tokens.
    pub sign_in: SignInId,
    /// When the person last proved to be that person (`auth_time`).
    pub authenticated_at: SystemTime,
    /// By what means, in the words of RFC 8176 (`pwd`, `otp`, `mfa`).
    pub methods: Box<[Box<str>]>,
}
