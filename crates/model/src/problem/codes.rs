//! The closed list of problem codes; each has a page of its name under `docs/problems/`.

use super::Blame;

macro_rules! codes {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $text:literal, $status:literal, $blame:ident, $title:literal; )+) => {
        /// A stable problem code. Codes are only added; a code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $( $(#[doc = $doc])+ $variant, )+ }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The code as callers, logs, metrics and pages spell it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )+ }
            }

            /// The HTTP status of an answer with this code (4xx or 5xx).
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $( Self::$variant => $status, )+ }
            }

            /// Whose mistake it is.
            #[must_use]
            pub const fn blame(self) -> Blame {
                match self { $( Self::$variant => Blame::$blame, )+ }
            }

            /// One short sentence that may be shown to a stranger (RFC 9457 §3.1.3).
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $( Self::$variant => $title, )+ }
            }
        }
    };
}

codes! {
    /// The bytes are not one unambiguous HTTP request.
    MalformedRequest = "malformed-request", 400, Caller, "The request is not well formed";
    /// Two lengths, or a length and a transfer coding, or a coding that is not `chunked` alone (RFC 9112 §6).
    AmbiguousLength = "ambiguous-length", 400, Caller, "The length of the request is ambiguous";
    /// The body breaks its own framing.
    MalformedBody = "malformed-body", 400, Caller, "The body is not well formed";
    /// The path has a form that two readers could read differently.
    AmbiguousPath = "ambiguous-path", 400, Caller, "The path has more than one reading";
    /// Host, `:authority` or the request target are missing, doubled or disagree.
    AmbiguousHost = "ambiguous-host", 400, Caller, "The host is missing or ambiguous";
    /// A credential stands in the query or the path, where it would end in logs.
    CredentialInQuery = "credential-in-query", 400, Caller, "Credentials do not belong in the URL";
    /// A sign-in elsewhere was not begun in this browser, took too long, or was answered already.
    ExternalSignInOver = "external-sign-in-over", 400, Caller, "This sign-in was not begun here, or is over";
    /// The operation needs a credential and none was sent.
    CredentialRequired = "credential-required", 401, Caller, "A credential is required";
    /// A credential was sent and is not valid.
    CredentialInvalid = "credential-invalid", 401, Caller, "The credential is not valid";
    /// The credential is of a kind that this door does not take.
    CredentialMisplaced = "credential-misplaced", 401, Caller, "This kind of credential is not taken here";
    /// The person showed who they are too long ago for this operation (RFC 9470).
    SignInTooOld = "sign-in-too-old", 401, Caller, "Sign in again for this";
    /// A proof of possession has to be made with the nonce of this answer (RFC 9449 §9).
    DpopNonceRequired = "dpop-nonce-required", 401, Caller, "The proof needs a nonce";
    /// The credential lacks a scope that the operation asks for (RFC 6750 §3.1); said at both kinds of door.
    InsufficientScope = "insufficient-scope", 403, Caller, "The credential lacks a scope";
    /// The caller is known and has no right to this (server doors; client doors answer `not-found`).
    NotAllowed = "not-allowed", 403, Caller, "The caller may not do this";
    /// The caller's address is outside the networks of the door or API (server doors; client doors answer `not-found`).
    NetworkNotAllowed = "network-not-allowed", 403, Caller, "This address may not call here";
    /// The request comes from a page, at a server door.
    BrowserNotAllowed = "browser-not-allowed", 403, Caller, "Browsers may not call here";
    /// A browser sent a session by itself, and nothing shows that a page of this site made it (CSRF).
    CrossSiteRequest = "cross-site-request", 403, Caller, "The request may come from another site";
    /// The provider elsewhere signed nobody in.
    ExternalSignInRefused = "external-sign-in-refused", 403, Caller, "The other provider signed nobody in";
    /// Nobody here is linked to that person elsewhere, and no account is made of it.
    ExternalAccountUnknown = "external-account-unknown", 403, Caller, "Nobody here is known by that sign-in";
    /// The authorisation service that the API asks said no.
    AuthorizationRefused = "authorization-refused", 403, Caller, "The request is not authorised";
    /// Nothing is published there, or nothing for this caller.
    NotFound = "not-found", 404, Caller, "There is nothing here";
    /// The path is published with other methods (server doors).
    MethodNotAllowed = "method-not-allowed", 405, Caller, "The method is not published here";
    /// The caller took too long to send the request.
    RequestTimeout = "request-timeout", 408, Caller, "The request took too long to arrive";
    /// What a person elsewhere should be here is another account's.
    ExternalAccountTaken = "external-account-taken", 409, Caller, "That belongs to another account here";
    /// The operation is past its last day.
    Retired = "retired", 410, Caller, "This is not served any more";
    /// The body is larger than the operation takes.
    BodyTooLarge = "body-too-large", 413, Caller, "The body is too large";
    /// The request target is longer than the door takes.
    TargetTooLong = "target-too-long", 414, Caller, "The URL is too long";
    /// An expectation other than `100-continue`.
    ExpectationFailed = "expectation-failed", 417, Caller, "The expectation cannot be met";
    /// The name asked for belongs to another door.
    MisdirectedRequest = "misdirected-request", 421, Caller, "This name is not served here";
    /// The operation is a WebSocket, which was not asked for, or in another version.
    UpgradeRequired = "upgrade-required", 426, Caller, "This is a WebSocket";
    /// The header section is larger, or has more fields, than the door takes.
    HeadersTooLarge = "headers-too-large", 431, Caller, "The header section is too large";
    /// The house failed.
    InternalError = "internal-error", 500, Gateway, "Something failed here";
    /// A method, coding or upgrade that is not implemented.
    NotImplemented = "not-implemented", 501, Caller, "This is not implemented";
    /// The service could not be connected to.
    UpstreamUnreachable = "upstream-unreachable", 502, Upstream, "The service cannot be reached";
    /// TLS to the service could not be agreed on: one side does not believe the other.
    UpstreamTls = "upstream-tls", 502, Upstream, "The service is not trusted";
    /// The service closed or broke the exchange before its answer was whole.
    UpstreamBroken = "upstream-broken", 502, Upstream, "The service broke off its answer";
    /// The service's answer is not one unambiguous HTTP answer.
    UpstreamMalformed = "upstream-malformed", 502, Upstream, "The service gave a malformed answer";
    /// The service answered 5xx, replaced at a client door.
    UpstreamFailed = "upstream-failed", 502, Upstream, "The service failed";
    /// What the provider elsewhere answered proves nothing.
    ExternalSignInUnproven = "external-sign-in-unproven", 502, Upstream, "The other provider's answer proves nothing";
    /// The house is at one of its bounds, or closing.
    Overloaded = "overloaded", 503, Gateway, "There is too much to do at the moment";
    /// Whoever could say whether the credential is valid gave no answer in time.
    IssuerUnavailable = "issuer-unavailable", 503, Upstream, "It cannot be found out who calls";
    /// The authorisation service that the API asks gave no clear answer in time.
    AuthorizationUnavailable = "authorization-unavailable", 503, Upstream, "It cannot be found out whether this is allowed";
    /// The service fails so often that it is left alone for a while.
    UpstreamUnavailable = "upstream-unavailable", 503, Upstream, "The service is not available at the moment";
    /// The service did not answer within the deadline.
    UpstreamTimeout = "upstream-timeout", 504, Upstream, "The service took too long";
    /// The caller wants only what is stored, and nothing is that would do (RFC 9111 §5.2.1.7).
    NotStored = "not-stored", 504, Caller, "Nothing is stored that would do";
    /// An HTTP version other than 1.0, 1.1 or 2.
    VersionNotSupported = "version-not-supported", 505, Caller, "This HTTP version is not supported";
}

impl Code {
    /// The code of that text, if there is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// The `type` member of RFC 9457: a name, not an address, so that it needs no server to stay true.
    #[must_use]
    pub fn type_uri(self) -> String {
        format!("urn:vestibule:problem:{}", self.as_str())
    }
}
