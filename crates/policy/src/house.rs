//! The second way to a permit: for what the house asks others of its own accord, where no caller stands behind it.

/// What the house calls out for. The list is closed: whatever is not on it is not called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HouseWork {
    /// Certificates of a public CA (RFC 8555).
    Certificates,
    /// What an issuer says of itself, and its keys (RFC 8414, RFC 7517).
    IssuerKeys,
    /// Whether a token that only its issuer can read is good (RFC 7662).
    Introspection,
    /// Signing a person in at a provider of somebody else (OpenID Connect Core §3.1).
    SignIn,
    /// Mail to people with an account here.
    Mail,
}

impl HouseWork {
    /// The word for logs and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certificates => "certificates",
            Self::IssuerKeys => "issuer-keys",
            Self::Introspection => "introspection",
            Self::SignIn => "sign-in",
            Self::Mail => "mail",
        }
    }
}

/// The proof that a call out is one of the house's own, and for what; used up by one connection.
///
/// INVARIANT: it is no [`Permit`](crate::Permit) and becomes none: nothing that a caller sent goes to a service with
/// it. It is made in one place (`upstream::house`), and a test lists who asks there.
#[derive(Debug)]
#[must_use = "a permit that is not used calls nobody"]
pub struct HousePermit {
    work: HouseWork,
}

impl HousePermit {
    /// For `upstream::house` alone, which a test sees to.
    pub const fn new(work: HouseWork) -> Self {
        Self { work }
    }

    /// What the call is for.
    #[must_use]
    pub const fn work(&self) -> HouseWork {
        self.work
    }
}
