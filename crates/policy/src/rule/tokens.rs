//! The ways in for people and applications, which show tokens or sessions.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use model::{App, Bound, User, Via};

use super::Fit;

/// By a session or token of a person; all of it must hold.
#[derive(Clone, Debug, Default)]
pub struct UserWay {
    /// Whose accounts: names of issuers. Empty for none at all, so that a forgotten list opens nothing.
    pub issuers: Vec<Arc<str>>,
    /// By what; empty for either.
    pub via: Vec<Via>,
    /// Through which applications, by client id; `None` for any of these issuers.
    pub apps: Option<Vec<Arc<str>>>,
    /// Scopes that must have been granted, all of them.
    pub scopes: Vec<Arc<str>>,
    /// Claims that must be there with one of these values each.
    pub claims: Vec<(Arc<str>, Vec<Arc<str>>)>,
    /// How long ago the person may have shown who they are, at most.
    pub fresh: Option<Duration>,
    /// What a token must be bound to. A session is kept by this house and is bound to nothing.
    pub bound: Binding,
}

/// By a token of an application that calls for itself; all of it must hold.
#[derive(Clone, Debug, Default)]
pub struct AppWay {
    /// Which, by client id; `None` for any of these issuers.
    pub names: Option<Vec<Arc<str>>>,
    /// Whose: names of issuers. Empty for none at all.
    pub issuers: Vec<Arc<str>>,
    /// Scopes that it must have, all of them.
    pub scopes: Vec<Arc<str>>,
    /// What its token must be bound to.
    pub bound: Binding,
}

/// What a token must be bound to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Binding {
    /// To a certificate or to a key, one of the two.
    #[default]
    Some,
    /// To this.
    To(Bound),
    /// To nothing: whoever has the token may use it.
    Free,
}

impl Binding {
    fn holds(self, bound: Option<Bound>) -> bool {
        match self {
            Self::Some => bound.is_some(),
            Self::To(wanted) => bound == Some(wanted),
            Self::Free => true,
        }
    }
}

impl UserWay {
    pub(super) fn fit(&self, user: &User, at: SystemTime) -> Fit {
        let meant = self.issuers.contains(&user.issuer)
            && (self.via.is_empty() || self.via.contains(&user.via))
            && self.apps.as_ref().is_none_or(|apps| apps.contains(&user.app))
            && self.claims.iter().all(|(name, values)| has_claim(user, name, values));
        if !meant {
            Fit::Stranger
        } else if user.via == Via::Token && !self.bound.holds(user.bound) {
            Fit::NotBound
        } else if !carries(&user.scopes, &self.scopes) {
            Fit::ScopeMissing
        } else if !self.fresh.is_none_or(|fresh| is_fresh(user.authenticated_at, fresh, at)) {
            Fit::NotFresh
        } else {
            Fit::Admitted
        }
    }
}

impl AppWay {
    pub(super) fn fit(&self, app: &App) -> Fit {
        let named = self.names.as_ref().is_none_or(|names| names.contains(&app.name));
        if !named || !self.issuers.contains(&app.issuer) {
            Fit::Stranger
        } else if !self.bound.holds(app.bound) {
            Fit::NotBound
        } else if !carries(&app.scopes, &self.scopes) {
            Fit::ScopeMissing
        } else {
            Fit::Admitted
        }
    }
}

/// Whether all that is wanted is carried.
pub(super) fn carries(carried: &[Arc<str>], wanted: &[Arc<str>]) -> bool {
    wanted.iter().all(|scope| carried.contains(scope))
}

fn has_claim(user: &User, name: &str, values: &[Arc<str>]) -> bool {
    let mut claims = user.claims.iter().filter(|claim| *claim.name == *name);
    claims.any(|claim| values.iter().any(|value| claim.values.contains(value)))
}

/// Whoever does not say when is not fresh; a moment that has not come yet, by clocks that differ, is.
fn is_fresh(authenticated_at: Option<SystemTime>, fresh: Duration, at: SystemTime) -> bool {
    authenticated_at.is_some_and(|then| at.duration_since(then).unwrap_or_default() <= fresh)
}

#[cfg(test)]
mod tests;
