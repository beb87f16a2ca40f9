//! By what a caller is known.

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Credential {
    /// None is shown: an operation that is open to all.
    Nobody,
    /// An API key of the store.
    Key,
    /// The cookie of a session.
    Session,
    /// An access token, signed with ES256.
    Token,
    /// An access token that is bound to a key, and with each request a proof of that key, which is verified.
    Proof,
}

/// All of them, the one that others are compared with first.
pub(crate) const ALL: [Credential; 5] =
    [Credential::Nobody, Credential::Key, Credential::Session, Credential::Token, Credential::Proof];

/// Those that are remembered after the first time, and nobody.
pub(crate) const REMEMBERED: [Credential; 4] =
    [Credential::Nobody, Credential::Key, Credential::Session, Credential::Token];

impl Credential {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Key => "API key",
            Self::Session => "session",
            Self::Token => "token, ES256",
            Self::Proof => "token with a proof (DPoP)",
        }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Key => "key",
            Self::Session => "session",
            Self::Token => "token",
            Self::Proof => "proof",
        }
    }

    /// The file with the fields that show it, in the directory of what people hold.
    pub(crate) const fn fields(self) -> Option<&'static str> {
        match self {
            Self::Nobody => None,
            Self::Key => Some("key.fields"),
            Self::Session => Some("session.fields"),
            Self::Token => Some("token.fields"),
            Self::Proof => Some("proofs.fields"),
        }
    }

    /// What it should cost at most, as a multiple of what nobody costs. A proof is new each time: nothing of it can be
    /// remembered.
    pub(crate) const fn aim(self) -> Option<f64> {
        match self {
            Self::Key | Self::Session | Self::Token => Some(1.1),
            Self::Nobody | Self::Proof => None,
        }
    }
}
