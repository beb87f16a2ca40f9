//! What a refused caller is told of its credential, beside the code (RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3).

/// What a refused caller is told of its credential, beside the code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// It came with a proof of possession, or should have.
    pub dpop: bool,
    /// The proof itself does not hold.
    pub bad_proof: bool,
    /// The nonce that the next proof must have.
    pub nonce: Option<Box<str>>,
    /// The scopes that the operation asks for, with spaces between.
    pub scopes: Option<Box<str>>,
    /// How many seconds ago the person may have signed in.
    pub max_age_seconds: Option<u64>,
    /// It was the cookie of a session that is over, and the browser is told to forget it.
    pub ends_session: bool,
}
