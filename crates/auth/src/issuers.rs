//! Whose tokens are believed: our own issuer's, and those of the issuers that the file names.

use std::sync::Arc;
use std::time::Duration;

use model::OWN_ISSUER;

use crate::jose::{Jwks, TokenType};

/// How far the clocks of an issuer and of this machine may differ.
pub const LEEWAY: Duration = Duration::from_secs(30);
/// The claim of our own tokens that names the grant they stand on.
pub const GRANT_CLAIM: &str = "grant";

/// All of them; swapped as one when keys change.
#[derive(Clone, Debug, Default)]
pub struct Issuers {
    issuers: Vec<Arc<Issuer>>,
    /// Whether tokens that are no JWT are asked about.
    opaque: bool,
}

/// One issuer of tokens.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// Its name in the file; [`model::OWN_ISSUER`] for our own.
    pub name: Arc<str>,
    /// What its tokens say (`iss`), letter for letter.
    pub iss: Box<str>,
    /// For whom its tokens must be: one of these.
    pub audience: Vec<Box<str>>,
    /// Whether a token may also be for a single API of this house, by its resource (RFC 8707).
    pub resources: bool,
    /// The kind of its tokens.
    pub kind: TokenType,
    /// Its keys; `None` where they were never had, or had too long ago to be believed.
    pub keys: Option<Arc<Jwks>>,
    /// Which claims mean what.
    pub claims: ClaimNames,
    /// How far its clock may be off.
    pub leeway: Duration,
}

/// Which claims of an issuer mean what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimNames {
    /// Whom a token is about.
    pub subject: Box<str>,
    /// What it allows: a text with spaces or a list.
    pub scopes: Box<str>,
    /// The application that has it.
    pub app: Box<str>,
}

impl Issuer {
    /// Whether the other one differs by its keys at most.
    pub(crate) fn is_but_for_keys(&self, other: &Self) -> bool {
        (&self.name, &self.iss, &self.audience, self.resources, self.kind, &self.claims, self.leeway)
            == (&other.name, &other.iss, &other.audience, other.resources, other.kind, &other.claims, other.leeway)
    }
}

impl ClaimNames {
    /// As RFC 9068 has them.
    #[must_use]
    pub fn standard() -> Self {
        Self { subject: "sub".into(), scopes: "scope".into(), app: "client_id".into() }
    }
}

impl Issuers {
    /// The same with this one as our own issuer, or without ours.
    #[must_use]
    pub fn with_own(&self, own: Option<Arc<Issuer>>) -> Self {
        let others = self.issuers.iter().filter(|known| *known.name != *OWN_ISSUER).cloned();
        Self { issuers: own.into_iter().chain(others).collect(), opaque: self.opaque }
    }

    /// Our own as it is, and these others. `opaque`: tokens that are no JWT are asked about, rather than refused.
    #[must_use]
    pub fn with_others(&self, others: &[Arc<Issuer>], opaque: bool) -> Self {
        let own = self.named(OWN_ISSUER).into_iter();
        Self { issuers: own.chain(others).cloned().collect(), opaque }
    }

    /// The issuer whose tokens say this.
    #[must_use]
    pub fn of(&self, iss: &str) -> Option<&Arc<Issuer>> {
        self.issuers.iter().find(|issuer| *issuer.iss == *iss)
    }

    /// The issuer of this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Arc<Issuer>> {
        self.issuers.iter().find(|issuer| *issuer.name == *name)
    }

    /// Whether tokens that are no JWT are asked about.
    #[must_use]
    pub const fn asks_about_opaque(&self) -> bool {
        self.opaque
    }

    /// The same with this issuer, in the place of the one of its name.
    #[must_use]
    pub fn with(&self, issuer: Arc<Issuer>) -> Self {
        let others = self.issuers.iter().filter(|known| known.name != issuer.name).cloned();
        Self { issuers: others.chain([Arc::clone(&issuer)]).collect(), opaque: self.opaque }
    }
}
