//! What is known of a token or session once it was verified, and by what the same one is known again.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_lc_rs::digest::{SHA256, digest};
use model::Caller;

use crate::revoked::Ground;

/// What was shown. None is ever taken for the other: the cookie of a session is nothing in `Authorization`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// An access token.
    Token,
    /// The cookie of a session.
    Session,
}

/// A credential by its form and the SHA-256 of its text. Of what has 256 random bits, or a signature, no salt is
/// needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint {
    form: Form,
    digest: [u8; 32],
}

impl Fingerprint {
    /// That of a text that was shown.
    #[must_use]
    pub fn of(form: Form, text: &str) -> Self {
        Self { form, digest: sha256(text.as_bytes()) }
    }

    /// What was shown.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// The SHA-256 of the text: what a store keeps of it.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

impl fmt::Debug for Fingerprint {
    /// Its first octets: enough to tell two apart, too few to look one up by.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, third, ..] = self.digest;
        write!(f, "{:?}({first:02x}{second:02x}{third:02x}…)", self.form)
    }
}

/// SHA-256 of these octets.
pub(crate) fn sha256(octets: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    // SHA-256 has 32 octets; `zip` needs no proof of it.
    for (octet, made) in out.iter_mut().zip(digest(&SHA256, octets).as_ref()) {
        *octet = *made;
    }
    out
}

/// A credential that holds, and for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Who it is; a person or an application.
    pub caller: Caller,
    /// Until when this may be believed without looking again.
    pub until: SystemTime,
    /// When it was issued; what is revoked all at once is what was issued before.
    pub issued_at: SystemTime,
    /// What the caller must prove beside.
    pub confirmation: Option<Confirmation>,
    /// The resources that it is for (RFC 8707), where it is not for all APIs of this house.
    pub resources: Option<Box<[Box<str>]>>,
    /// What it stands on: with the end of any of these it is over.
    pub grounds: Box<[Ground]>,
    /// Of a session: what shows that a page of the application made a request.
    pub session: Option<SessionFacts>,
}

/// What the holder of a token must prove (RFC 7800 §3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// The certificate of the connection, by its SHA-256 (RFC 8705 §3.1).
    Certificate([u8; 32]),
    /// A key, by its thumbprint (RFC 9449 §6.1, RFC 7638).
    Dpop([u8; 32]),
}

/// What is known of a session besides whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFacts {
    /// The origin whose cookie it is, as browsers write it.
    pub origin: Box<str>,
    /// The SHA-256 of the text that a program shows in `Vestibule-CSRF`.
    pub csrf: [u8; 32],
    /// Further origins whose pages are the application's, as browsers write them.
    pub origins: Arc<[Box<str>]>,
}
