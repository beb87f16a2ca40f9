//! The closed list of loosenings: their names, where they may stand, and what each opens.

/// Where a loosening may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// On a door.
    Door,
    /// On an API.
    Api,
    /// On an operation.
    Operation,
    /// On a service.
    Service,
    /// On an issuer.
    Issuer,
    /// On an app.
    App,
    /// On a subscriber of webhooks.
    Subscriber,
    /// On the identity provider.
    Identity,
    /// On the certificate authority.
    Trust,
    /// On the admin API.
    Admin,
    /// On the audit log.
    Audit,
}

impl Spot {
    /// What it is called, with its article.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Door => "a door",
            Self::Api => "an API",
            Self::Operation => "an operation",
            Self::Service => "a service",
            Self::Issuer => "an issuer",
            Self::App => "an app",
            Self::Subscriber => "a subscriber",
            Self::Identity => "`identity`",
            Self::Trust => "`trust`",
            Self::Admin => "`admin`",
            Self::Audit => "`observe.audit`",
        }
    }
}

/// One loosening.
#[derive(Debug)]
pub struct Loosening {
    /// Its name.
    pub name: &'static str,
    /// Where it may stand.
    pub spots: &'static [Spot],
    /// Where it may stand, for people, with the kind of door.
    pub place: &'static str,
    /// What it opens.
    pub opens: &'static str,
    /// Whether it is built.
    pub built: bool,
}

const fn built(name: &'static str, spots: &'static [Spot], place: &'static str, opens: &'static str) -> Loosening {
    Loosening { name, spots, place, opens, built: true }
}

const fn later(name: &'static str, spots: &'static [Spot], place: &'static str, opens: &'static str) -> Loosening {
    Loosening { name, spots, place, opens, built: false }
}

/// Every loosening of the format; those that are not built are faults that say so.
pub static LOOSENINGS: &[Loosening] = &[
    built("public-address", &[Spot::Door], "server door", "the door may listen outside private and loopback addresses"),
    built(
        "certificate-optional",
        &[Spot::Door],
        "server door",
        "a handshake without a client certificate is completed; each API that takes keys must say `no-certificate`",
    ),
    built(
        "plaintext",
        &[Spot::Door],
        "door",
        "HTTP is served without TLS off loopback, to the `networks` that the door names",
    ),
    built("tls-1.2", &[Spot::Door], "server door", "TLS 1.2 is accepted (client doors always do)"),
    built(
        "no-certificate",
        &[Spot::Api, Spot::Identity],
        "API at a server door, identity",
        "keys, apps and signers may come without a client certificate",
    ),
    built("unbound-tokens", &[Spot::Api], "API at a server door", "tokens without `cnf` are accepted"),
    built(
        "any-network",
        &[Spot::Api, Spot::Identity],
        "API at a server door, identity",
        "callers may come from outside private networks",
    ),
    later("unlimited", &[Spot::Door, Spot::Api, Spot::Operation], "door, API, operation", "allows `limits: none`"),
    later("contract-security-ignored", &[Spot::Api], "API", "scopes come from the file alone"),
    later("cors-any-origin", &[Spot::Api], "API at a client door", "pages of any origin may read, without credentials"),
    later(
        "csrf-unchecked",
        &[Spot::Operation],
        "operation",
        "a state-changing session request is accepted without evidence of its origin",
    ),
    later("encoded-slash", &[Spot::Api], "API", "`%2F` inside a path segment is kept, matched and forwarded as it is"),
    built(
        "detailed-errors",
        &[Spot::Door, Spot::Api],
        "client door, API at one",
        "the operator's detail appears in answers",
    ),
    built("public-plaintext", &[Spot::Service], "service", "`http://` to an address that is not private"),
    later(
        "private-egress",
        &[Spot::Issuer, Spot::Subscriber],
        "issuer, webhook subscriber",
        "the outbound call may reach the private ranges listed in `networks`",
    ),
    built("tokens-in-browser", &[Spot::App], "app", "tokens are handed to a page instead of a session"),
    later("dynamic-registration", &[Spot::Identity], "identity", "strangers may register applications (RFC 7591)"),
    later("long-lived-certificates", &[Spot::Trust], "trust", "workload certificates may live longer than 24 h"),
    later("remote-admin", &[Spot::Admin], "admin", "admin listens beyond loopback and the Unix socket"),
    later(
        "audit-gap",
        &[Spot::Audit],
        "observe.audit",
        "goes on, and marks the gap, when the audit log cannot be written",
    ),
];
