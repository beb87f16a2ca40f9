//! What does not go together in the settings of an app.

use thiserror::Error;

use super::{AppKind, AppSettings, Authenticate};

/// One thing that is wrong with an app; the key of the file that it is about stands in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AppFault {
    /// An app with people before it has nowhere to send them back to.
    #[error("`redirect_uris` is missing: an app of this type gets its answers there")]
    NoRedirect,
    /// Apps without people, and those whose sessions the gateway keeps, are not sent anywhere.
    #[error("`redirect_uris` has no meaning for an app of this type")]
    NeedlessRedirect,
    /// RFC 8252 §7.1: only programs of a device can claim a scheme.
    #[error("`redirect_uris`: a scheme of its own fits `native` apps only")]
    PrivateScheme,
    /// A page whose tokens lie in it must say which pages.
    #[error("`origins` is missing: an app of this type consists of pages")]
    NoOrigin,
    /// Origins of an app that has no pages.
    #[error("`origins` has no meaning for an app of this type")]
    NeedlessOrigin,
    /// RFC 6749 §2.1: whoever can keep a secret shows it.
    #[error("`authenticate` is missing: an app of this type can keep a secret and shows who it is")]
    NoAuthentication,
    /// RFC 8252 §8.5: a secret in a program that everybody has is none.
    #[error("`authenticate` has no meaning for an app of this type: it cannot keep a secret")]
    NeedlessAuthentication,
    /// Nobody is there to be asked.
    #[error("`consent` has no meaning for an app without people")]
    NeedlessConsent,
    /// A machine has no identity of a person to ask for.
    #[error("`scopes`: `openid`, `profile`, `email` and `offline_access` have no meaning for an app without people")]
    PersonalScope,
}

impl AppSettings {
    /// Everything that does not go together; nothing where the app may be used.
    #[must_use]
    pub fn faults(&self) -> Vec<AppFault> {
        let mut faults = Vec::new();
        let mut fault = |is: bool, fault: AppFault| faults.extend(is.then_some(fault));
        let redirected = matches!(self.kind, AppKind::Native | AppKind::Server | AppKind::Page);
        let redirects = !self.redirect_uris.is_empty();
        // A program on a television has no browser: it comes by the device grant alone.
        fault(redirected && !redirects && self.kind != AppKind::Native, AppFault::NoRedirect);
        fault(!redirected && redirects, AppFault::NeedlessRedirect);
        let own_scheme = self.redirect_uris.iter().any(super::RedirectUri::is_private_scheme);
        fault(own_scheme && self.kind != AppKind::Native, AppFault::PrivateScheme);

        let paged = matches!(self.kind, AppKind::Session | AppKind::Page);
        fault(paged && self.origins.is_empty(), AppFault::NoOrigin);
        fault(!paged && !self.origins.is_empty(), AppFault::NeedlessOrigin);

        let shows = !matches!(self.authenticate, Authenticate::Nothing);
        fault(self.kind.is_confidential() && !shows, AppFault::NoAuthentication);
        fault(!self.kind.is_confidential() && shows, AppFault::NeedlessAuthentication);

        let machine = !self.kind.has_people();
        fault(machine && self.consent != super::Consent::First, AppFault::NeedlessConsent);
        let personal = ["openid", "profile", "email", "offline_access"];
        fault(machine && personal.into_iter().any(|scope| self.scopes.contains(scope)), AppFault::PersonalScope);
        faults
    }
}
