//! Every endpoint of the provider, where it lies and which methods it takes.

use http::Method;

/// One endpoint; its path is below [`Settings::path`](crate::Settings), those of `/.well-known/` apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// OpenID Connect Discovery §4.
    OpenIdConfiguration,
    /// RFC 8414 §3.
    ServerMetadata,
    /// RFC 7517 §5, as `jwks_uri`.
    Jwks,
    /// RFC 6749 §3.1.
    Authorize,
    /// RFC 9126 §2.
    PushedAuthorization,
    /// RFC 6749 §3.2.
    Token,
    /// RFC 7662 §2.
    Introspect,
    /// RFC 7009 §2.
    Revoke,
    /// RFC 8628 §3.1.
    DeviceAuthorization,
    /// RFC 8628 §3.3: where a person types the code of a device.
    Device,
    /// OpenID Connect Core §5.3.
    UserInfo,
    /// OpenID Connect RP-Initiated Logout §2.
    EndSession,
    /// Asks for the password, or leads to an issuer elsewhere.
    SignIn,
    /// Asks for the second factor.
    SecondFactor,
    /// Where a foreign issuer sends a person back to: each below it, by its name.
    ExternalCallback,
    /// Makes an account.
    Register,
    /// Follows the link that verifies an address.
    Verify,
    /// Asks for a link to reset a password.
    Forgot,
    /// Follows that link.
    Reset,
    /// Ends the sign-in of this browser.
    SignOut,
    /// Asks what an app may do.
    Consent,
    /// What a person sees and changes of the own account; with everything below it.
    Account,
    /// Begins a browser session of an app: to the provider and back.
    SessionStart,
    /// Ends that beginning, and sets the cookie.
    SessionCallback,
    /// Who is signed in here, for scripts of the page.
    Session,
    /// Ends the browser session.
    SessionEnd,
    /// The style of the pages.
    Style,
    /// The logo of the pages.
    Logo,
}

impl Endpoint {
    /// Every one, in no order that means anything.
    pub const ALL: [Self; 28] = [
        Self::OpenIdConfiguration,
        Self::ServerMetadata,
        Self::Jwks,
        Self::Authorize,
        Self::PushedAuthorization,
        Self::Token,
        Self::Introspect,
        Self::Revoke,
        Self::DeviceAuthorization,
        Self::Device,
        Self::UserInfo,
        Self::EndSession,
        Self::SignIn,
        Self::SecondFactor,
        Self::ExternalCallback,
        Self::Register,
        Self::Verify,
        Self::Forgot,
        Self::Reset,
        Self::SignOut,
        Self::Consent,
        Self::Account,
        Self::SessionStart,
        Self::SessionCallback,
        Self::Session,
        Self::SessionEnd,
        Self::Style,
        Self::Logo,
    ];

    /// Where it lies: below the provider's path, or, where it begins with `/.well-known/`, below the host.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::OpenIdConfiguration => "/.well-known/openid-configuration",
            Self::ServerMetadata => "/.well-known/oauth-authorization-server",
            Self::Jwks => "/jwks",
            Self::Authorize => "/authorize",
            Self::PushedAuthorization => "/par",
            Self::Token => "/token",
            Self::Introspect => "/introspect",
            Self::Revoke => "/revoke",
            Self::DeviceAuthorization => "/device-authorization",
            Self::Device => "/device",
            Self::UserInfo => "/userinfo",
            Self::EndSession => "/end-session",
            Self::SignIn => "/sign-in",
            Self::SecondFactor => "/second-factor",
            Self::ExternalCallback => "/external",
            Self::Register => "/register",
            Self::Verify => "/verify",
            Self::Forgot => "/forgot",
            Self::Reset => "/reset",
            Self::SignOut => "/sign-out",
            Self::Consent => "/consent",
            Self::Account => "/account",
            Self::SessionStart => "/session/start",
            Self::SessionCallback => "/session/callback",
            Self::Session => "/session",
            Self::SessionEnd => "/session/end",
            Self::Style => "/style.css",
            Self::Logo => "/logo",
        }
    }

    /// Whether it lies below the host, wherever the provider's path is.
    #[must_use]
    pub const fn is_well_known(self) -> bool {
        matches!(self, Self::OpenIdConfiguration | Self::ServerMetadata)
    }

    /// Whether it is for programs that come for themselves, and so stands at a server door as well: no pages, nothing of
    /// a person's sign-in.
    #[must_use]
    pub const fn is_for_machines(self) -> bool {
        matches!(self, Self::ServerMetadata | Self::Jwks | Self::Token | Self::Introspect | Self::Revoke)
    }

    /// Whether everything below it is its own as well.
    #[must_use]
    pub const fn has_branches(self) -> bool {
        matches!(self, Self::Account | Self::ExternalCallback)
    }

    /// The methods that it takes; HEAD goes with GET.
    #[must_use]
    pub const fn methods(self) -> &'static [Method] {
        match self {
            Self::OpenIdConfiguration | Self::ServerMetadata | Self::Jwks | Self::Style | Self::Logo => &[Method::GET],
            Self::ExternalCallback | Self::SessionStart | Self::SessionCallback | Self::Session => &[Method::GET],
            Self::PushedAuthorization | Self::Introspect => &[Method::POST],
            // OPTIONS for pages of other origins, which ask before they send (Fetch, "CORS-preflight").
            Self::Token | Self::Revoke => &[Method::POST, Method::OPTIONS],
            Self::UserInfo => &[Method::GET, Method::POST, Method::OPTIONS],
            Self::DeviceAuthorization | Self::SessionEnd => &[Method::POST],
            Self::Authorize | Self::Device | Self::EndSession | Self::SignIn => GET_POST,
            Self::SecondFactor | Self::Register | Self::Verify | Self::Forgot | Self::Reset => GET_POST,
            Self::SignOut | Self::Consent | Self::Account => GET_POST,
        }
    }

    /// The endpoint at `path`, which is the whole path of the request, where the provider lies at `base`.
    #[must_use]
    pub fn at(base: &str, path: &str) -> Option<Self> {
        let below = path.strip_prefix(base);
        Self::ALL.into_iter().find(|endpoint| match below {
            _ if endpoint.is_well_known() => path == endpoint.path(),
            Some(below) if endpoint.has_branches() => {
                below.strip_prefix(endpoint.path()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            }
            Some(below) => below == endpoint.path(),
            None => false,
        })
    }
}

const GET_POST: &[Method] = &[Method::GET, Method::POST];

#[cfg(test)]
mod tests;
