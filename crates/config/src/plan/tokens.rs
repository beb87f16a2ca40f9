//! Callers known by sessions and tokens as the rooms take them, and each API as a resource that tokens are for.

use std::sync::Arc;

use auth::Resource;
use auth::jose::Algorithm;
use gateway::{Cors, Fixed, HouseAnswer};
use idp::Endpoint;
use idp::apps::AppKind;
use model::{DoorKind, OWN_ISSUER, Via};
use policy::{AppWay, Binding, UserWay, Way};
use serde_json::json;

use super::Planner;
use crate::draft::{
    Access, Api, App, AppCallers, Callers, Door, METADATA, Operation, Said, UserCallers, has_sessions, host_of, serves,
    takes_tokens,
};
use crate::report::routes::origin;
use crate::rules::effective;

/// The scopes of a way in with those of the operation: one set for each that the contract lets choose from, or the one
/// without a contract's word. All of a set must hold.
pub(super) fn scopes<'s>(
    own: &'s [Said<String>],
    operation: &'s Operation,
) -> impl Iterator<Item = Vec<Arc<str>>> + 's {
    let none = [Vec::new()];
    let alternatives = match operation.contract_scopes.as_slice() {
        [] => none.to_vec(),
        alternatives => alternatives.to_vec(),
    };
    alternatives.into_iter().map(|scopes| own.iter().chain(&operation.scopes).chain(&scopes).map(text).collect())
}

pub(super) fn texts(said: impl AsRef<[Said<String>]>) -> Vec<Arc<str>> {
    said.as_ref().iter().map(text).collect()
}

fn text(said: &Said<String>) -> Arc<str> {
    Arc::from(said.value.as_str())
}

fn issuers(said: Option<&[Said<String>]>) -> Vec<Arc<str>> {
    said.map_or_else(|| vec![Arc::from(OWN_ISSUER)], texts)
}

pub(super) fn user_ways<'a>(users: &'a UserCallers, operation: &'a Operation) -> impl Iterator<Item = Way> + 'a {
    scopes(&users.scopes, operation).map(|scopes| {
        Way::Users(Box::new(UserWay {
            issuers: issuers(users.issuers.as_deref()),
            via: users.via.iter().map(|via| via.value).collect(),
            apps: users.apps.as_deref().map(texts),
            scopes,
            claims: users.claims.iter().map(|(name, value)| (Arc::from(name.as_str()), vec![text(value)])).collect(),
            fresh: users.fresh.as_ref().map(|fresh| fresh.value),
            // A person's device cannot always keep a key; where it must, the file says so.
            bound: users.bound.as_ref().map_or(Binding::Free, |bound| Binding::To(bound.value)),
        }))
    })
}

pub(super) fn app_ways<'a>(
    apps: &'a AppCallers,
    operation: &'a Operation,
    unbound: bool,
) -> impl Iterator<Item = Way> + 'a {
    scopes(&apps.scopes, operation).map(move |scopes| {
        Way::Apps(Box::new(AppWay {
            names: apps.names.as_deref().map(texts),
            issuers: issuers(apps.issuers.as_deref()),
            scopes,
            bound: match &apps.bound {
                Some(bound) => Binding::To(bound.value),
                None if unbound => Binding::Free,
                None => Binding::Some,
            },
        }))
    })
}

impl Planner<'_> {
    /// What tokens for an API are for, where an access takes any.
    pub(super) fn resource(&self, api: &Api, door: &Door, kind: DoorKind, access: &Access) -> Option<Arc<Resource>> {
        takes_tokens(access).then(|| Arc::new(self.resource_of(api, door, kind)))
    }

    fn resource_of(&self, api: &Api, door: &Door, kind: DoorKind) -> Resource {
        let origin = self.public_origin(api, door, kind);
        let path = api.path.as_ref().map_or("", |path| path.value.trim_end_matches('/'));
        Resource { id: format!("{origin}{path}").into(), metadata: format!("{origin}{METADATA}{path}").into() }
    }

    /// As browsers know it: the issuer's own words where they are of the same host, because only they know of ports
    /// that something in front changes.
    fn public_origin(&self, api: &Api, door: &Door, kind: DoorKind) -> String {
        let origin = origin(self, door, kind, api);
        let issuer = self.draft.identity.as_ref().and_then(|identity| Some(&identity.issuer.as_ref()?.value));
        let host = api.host.as_ref().or(door.hosts.first()).map_or("localhost", |host| host.value.as_str());
        match issuer.filter(|issuer| issuer.host() == host && kind == DoorKind::Client) {
            Some(issuer) => issuer.as_str().to_owned(),
            None => origin,
        }
    }

    /// The pages of other origins that may call: those of apps that hold their tokens themselves, where these are taken.
    pub(super) fn cors(&self, kind: DoorKind, access: &Access) -> Option<Arc<Cors>> {
        let users = access.callers.as_ref()?.users.as_ref().filter(|_| kind == DoorKind::Client)?;
        let own = users.issuers.as_ref().is_none_or(|issuers| issuers.iter().any(|one| one.value == OWN_ISSUER));
        let by_token = users.via.is_empty() || users.via.iter().any(|via| via.value == Via::Token);
        let named =
            |app: &App| users.apps.as_ref().is_none_or(|apps| apps.iter().any(|one| one.value == app.name.value));
        let page = |app: &&App| app.kind.as_ref().is_some_and(|kind| kind.value == AppKind::Page) && named(app);
        let origins = self.draft.apps.iter().filter(page).flat_map(|app| &app.origins);
        let mut origins = origins.map(|origin| Box::from(origin.value.as_str())).peekable();
        (own && by_token && origins.peek().is_some()).then(|| Arc::new(Cors::new(origins)))
    }

    /// Where a person is sent to sign in, where a session would do: at the host of the API, where its app has pages.
    pub(super) fn sign_in(&self, api: &Api, access: &Access) -> Option<Arc<str>> {
        let users = access.callers.as_ref()?.users.as_ref()?;
        let identity = self.draft.identity.as_ref()?;
        let issuer = &identity.issuer.as_ref()?.value;
        let door = self.index.door_of(api)?;
        let own = users.issuers.as_ref().is_none_or(|issuers| issuers.iter().any(|one| one.value == OWN_ISSUER));
        let by_session = users.via.is_empty() || users.via.iter().any(|via| via.value == Via::Session);
        let host = api.host.as_ref().map_or(issuer.host(), |host| host.value.as_str());
        if !own || !by_session || !(identity.may_stand_at(door) || serves(door, host)) {
            return None;
        }
        let named = |name: &str| users.apps.as_ref().is_none_or(|apps| apps.iter().any(|app| app.value == name));
        let is_here = |app: &&App| app.origins.iter().any(|origin| host_of(origin.value.as_str()) == host);
        let mut apps = self.draft.apps.iter().filter(|app| has_sessions(app)).filter(is_here);
        let app = apps.find(|app| named(&app.name.value))?;
        let start = format!("{}{}?app={}", identity.base(), Endpoint::SessionStart.path(), app.name.value);
        Some(Arc::from(start))
    }

    /// The issuers whose tokens open something.
    fn authorization_servers<'c>(&self, callers: impl Iterator<Item = &'c Callers>) -> Vec<&str> {
        let mut names: Vec<Arc<str>> = Vec::new();
        for callers in callers {
            let users = callers.users.iter().map(|users| users.issuers.as_deref());
            let apps = callers.apps.iter().map(|apps| apps.issuers.as_deref());
            names.extend(users.chain(apps).flat_map(issuers));
        }
        names.sort_unstable();
        names.dedup();
        let own = self.draft.identity.as_ref().and_then(|identity| identity.issuer.as_ref());
        let foreign = |name: &str| self.draft.issuers.iter().find(|issuer| issuer.name.value == name);
        let url = |name: &Arc<str>| match &**name {
            OWN_ISSUER => own.map(|issuer| issuer.value.as_str()),
            name => foreign(name).and_then(|issuer| issuer.issuer.as_ref()).map(|issuer| issuer.value.as_str()),
        };
        names.iter().filter_map(url).collect()
    }

    /// Who gives out tokens for an API (RFC 9728 §2).
    pub(super) fn metadata(&self, name: &str) -> Option<HouseAnswer> {
        let api = self.draft.apis.iter().find(|api| api.name.value == name)?;
        let door = self.index.door_of(api)?;
        let accesses =
            std::iter::once(&api.access).chain(api.operations.iter().map(|operation| effective(api, operation)));
        let own = api
            .operations
            .iter()
            .flat_map(|operation| operation.scopes.iter().chain(operation.contract_scopes.iter().flatten()));
        let callers = accesses.filter_map(|access| access.callers.as_ref());
        let servers = self.authorization_servers(callers.clone());
        let ways = callers.filter_map(|callers| callers.users.as_ref()).flat_map(|users| &users.scopes);
        let mut scopes: Vec<&str> = own.chain(ways).map(|scope| scope.value.as_str()).collect();
        scopes.sort_unstable();
        scopes.dedup();
        let document = json!({
            "resource": self.resource_of(api, door, door.kind?).id,
            "authorization_servers": servers,
            "scopes_supported": scopes,
            "bearer_methods_supported": ["header"],
            "dpop_signing_alg_values_supported": Algorithm::ALL.map(Algorithm::as_str),
            "tls_client_certificate_bound_access_tokens": door.kind? == DoorKind::Server,
        });
        Some(HouseAnswer::Fixed(Arc::new(Fixed::new(200, "application/json", &document.to_string()))))
    }
}

#[cfg(test)]
mod tests;
