//! The token endpoint (RFC 6749 §3.2): who asks, with which key, by which grant.

use std::sync::Arc;
use std::time::SystemTime;

use auth::jose::Object;
use bytes::Bytes;
use http::header::ORIGIN;
use http::{HeaderMap, Request, Response, StatusCode};
use model::{DoorKind, Secret};
use serde_json::json;

use super::proof::Proven;
use super::{ErrorCode, OAuthError, Server, reply};
use crate::apps::{AppKind, AppSettings};
use crate::form::Form;
use crate::grants::GrantType;
use crate::{Arrival, Endpoint, Scopes};

/// A token request whose app is known.
pub(crate) struct Asked<'a> {
    pub(crate) app: &'a Arc<AppSettings>,
    pub(crate) form: &'a Form,
    /// The thumbprint of the key that was proved.
    pub(crate) key: Option<Box<str>>,
    pub(crate) door: DoorKind,
    /// The SHA-256 of the certificate that came with the connection.
    pub(crate) certificate: Option<[u8; 32]>,
    pub(crate) now: SystemTime,
}

/// What the app gets.
pub(crate) struct Tokens {
    pub(crate) access: Secret<String>,
    pub(crate) refresh: Option<Secret<String>>,
    pub(crate) id_token: Option<Secret<String>>,
    pub(crate) scopes: Scopes,
    pub(crate) bound: bool,
}

impl Asked<'_> {
    /// What the refresh tokens of this app are bound to: those that can show who they are need no key (RFC 9449 §5).
    pub(crate) fn bound_to(&self) -> Option<Box<str>> {
        self.key.clone().filter(|_| !self.app.kind.is_confidential())
    }
}

impl Server {
    pub(super) async fn token(&self, request: &Request<Bytes>, door: DoorKind) -> Response<Bytes> {
        let given = self.give(request, door).await;
        let mut response = match given {
            Ok(tokens) => self.told(&tokens),
            Err(error) => reply::error(&error),
        };
        self.tell_nonce(request.headers(), response.headers_mut(), self.now());
        response
    }

    async fn give(&self, request: &Request<Bytes>, door: DoorKind) -> Result<Tokens, OAuthError> {
        let now = self.now();
        let (form, app) = self.client(request, Endpoint::Token, now)?;
        let grant = form.one("grant_type")?.ok_or(OAuthError::invalid_request("grant_type is missing"))?;
        let unsupported = OAuthError::new(ErrorCode::UnsupportedGrantType, "grant_type is not one that is known here");
        let here = |grant: &GrantType| self.server_door.is_none() || *grant == GrantType::ClientCredentials;
        let grant = GrantType::parse(grant).filter(here).ok_or(unsupported)?;
        if !grant.fits(app.kind) {
            return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "this grant_type is not for apps of this type"));
        }
        from_its_page(&app, request.headers())?;
        let proven = Proven { endpoint: Endpoint::Token, method: "POST", access_token: None };
        let key = self.proof(request.headers(), &proven, now)?;
        if app.bound && key.is_none() {
            return Err(OAuthError::invalid_request("this app has to prove a key (DPoP)"));
        }
        let certificate = request.extensions().get::<Arrival>().and_then(|arrival| arrival.certificate);
        let asked = Asked { app: &app, form: &form, key, door, certificate, now };
        grant.give(self, &asked).await
    }

    fn told(&self, tokens: &Tokens) -> Response<Bytes> {
        let mut members = Object::new();
        let mut put = |name: &str, value| drop(members.insert(name.to_owned(), value));
        put("access_token", json!(tokens.access.expose()));
        put("token_type", json!(if tokens.bound { "DPoP" } else { "Bearer" }));
        put("expires_in", json!(self.settings.lifetimes.access.as_secs()));
        put("scope", json!(tokens.scopes.to_string()));
        if let Some(refresh) = &tokens.refresh {
            put("refresh_token", json!(refresh.expose()));
        }
        if let Some(id_token) = &tokens.id_token {
            put("id_token", json!(id_token.expose()));
        }
        reply::json(StatusCode::OK, members)
    }
}

/// Tokens of a page are for that page: a browser says where a request comes from.
fn from_its_page(app: &AppSettings, fields: &HeaderMap) -> Result<(), OAuthError> {
    let Some(origin) = fields.get(ORIGIN).filter(|_| app.kind == AppKind::Page) else { return Ok(()) };
    let own = app.origins.iter().any(|known| known.as_str().as_bytes() == origin.as_bytes());
    if own { Ok(()) } else { Err(OAuthError::invalid_request("this is not a page of the app")) }
}
