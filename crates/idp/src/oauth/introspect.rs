//! Introspection (RFC 7662): an app asks what a token is, and hears it of its own tokens and of those that are meant for
//! it. Of every other token it hears that it is not active.

use std::time::SystemTime;

use auth::jose::{Claims, Object};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::json;

use super::{ErrorCode, OAuthError, Server, reply, seconds};
use crate::apps::AppSettings;
use crate::store::grants::{Grant, Standing};
use crate::{Digest, Endpoint};

/// The claims of an access token that are passed on as they are.
const PASSED_ON: [&str; 14] =
    ["iss", "sub", "aud", "client_id", "iat", "exp", "jti", "scope", "auth_time", "amr", "acr", "cnf", "grant", "nbf"];

impl Server {
    pub(super) async fn introspect(&self, request: &Request<Bytes>) -> Response<Bytes> {
        match self.describe(request).await {
            Ok(members) => reply::json(StatusCode::OK, members),
            Err(error) => reply::error(&error),
        }
    }

    async fn describe(&self, request: &Request<Bytes>) -> Result<Object, OAuthError> {
        let now = self.now();
        let (form, app) = self.client(request, Endpoint::Introspect, now)?;
        if !app.kind.is_confidential() {
            // RFC 7662 §2.1: otherwise anybody could try tokens here.
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "only apps that show who they are may ask"));
        }
        // `token_type_hint` may help to look; here one look tells.
        let token = form.one("token")?.ok_or(OAuthError::invalid_request("token is missing"))?;
        if let Some((grant, Standing::Present)) = self.foundation.store.of_token(Digest::of(token)).await? {
            return Ok(self.of_refresh(&app, &grant, now).await?.unwrap_or_else(inactive));
        }
        let audience = self.audiences();
        let known = self.known(token, &audience, now).await?.filter(|known| may_hear(&app, &known.claims));
        Ok(known.map_or_else(inactive, |known| of_access(&known.claims)))
    }

    /// Everything that a token of ours may be meant for.
    pub(crate) fn audiences(&self) -> Vec<Box<str>> {
        let apps = self.apps.all();
        let resources = apps.iter().flat_map(|app| app.resources.iter().cloned());
        resources.chain([self.settings.issuer.as_str().into()]).collect()
    }

    async fn of_refresh(
        &self,
        app: &AppSettings,
        grant: &Grant,
        now: SystemTime,
    ) -> Result<Option<Object>, OAuthError> {
        let ends = grant.used.checked_add(self.settings.lifetimes.refresh).unwrap_or(grant.used);
        let person = self.foundation.people.person(grant.user).await?;
        let good = person.is_some_and(|person| !person.locked && person.generation == grant.generation);
        if grant.app != app.name || grant.ended.is_some() || ends < now || !good {
            return Ok(None);
        }
        let mut members = Object::new();
        let mut put = |name: &str, value| drop(members.insert(name.to_owned(), value));
        put("active", json!(true));
        put("token_type", json!("refresh_token"));
        put("iss", json!(self.settings.issuer.as_str()));
        put("sub", json!(grant.user.to_string()));
        put("client_id", json!(&*grant.app));
        put("scope", json!(grant.scopes.to_string()));
        put("iat", json!(seconds(grant.begun)));
        put("exp", json!(seconds(ends)));
        Ok(Some(members))
    }
}

/// RFC 7662 §4: what a token is, only whoever it is meant for hears, and the app that has it.
fn may_hear(app: &AppSettings, claims: &Claims) -> bool {
    let own = claims.text("client_id") == Some(&*app.name);
    let meant = claims.audience().any(|audience| app.answers_for.iter().any(|resource| **resource == *audience));
    own || meant
}

fn of_access(claims: &Claims) -> Object {
    let mut members = Object::new();
    members.insert("active".to_owned(), json!(true));
    // What is bound to a certificate is shown as a bearer token (RFC 8705 §3).
    let bound = claims.get("cnf").is_some_and(|confirmation| confirmation.get("jkt").is_some());
    members.insert("token_type".to_owned(), json!(if bound { "DPoP" } else { "Bearer" }));
    for name in PASSED_ON {
        if let Some(value) = claims.get(name) {
            members.insert(name.to_owned(), value.clone());
        }
    }
    members
}

fn inactive() -> Object {
    std::iter::once(("active".to_owned(), json!(false))).collect()
}
