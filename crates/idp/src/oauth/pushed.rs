//! Pushed authorization requests (RFC 9126): the same request, from the app itself and not by way of the browser.

use std::sync::Arc;
use std::time::Duration;

use auth::jose::Object;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use serde_json::json;

use super::authorize::REQUEST_URI;
use super::proof::Proven;
use super::request::{AFTER, AuthorizationRequest, Target};
use super::{ErrorCode, OAuthError, PageFault, Server, reply};
use crate::form::{Form, push_parameter};
use crate::store::pushed::Pushed;
use crate::{Bearer, Endpoint};

/// How long a pushed request waits for its browser (RFC 9126 §2.2: the example's).
const LIFE: Duration = Duration::from_secs(60);

/// What shows who the app is, and is no part of the request.
const OF_CLIENT: [&str; 4] = ["client_id", "client_secret", "client_assertion", "client_assertion_type"];

impl Server {
    pub(super) async fn pushed_authorization(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let pushed = self.push(request).await;
        let mut response = pushed.unwrap_or_else(|error| reply::error(&error));
        self.tell_nonce(request.headers(), response.headers_mut(), self.now());
        response
    }

    async fn push(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, OAuthError> {
        let now = self.now();
        let (form, app) = self.client(request, Endpoint::PushedAuthorization, now)?;
        let proven = Proven { endpoint: Endpoint::PushedAuthorization, method: "POST", access_token: None };
        let proof = self.proof(request.headers(), &proven, now)?;
        let mut parameters = String::new();
        push_parameter(&mut parameters, "client_id", &app.name);
        for (name, value) in form.iter().filter(|(name, _)| !OF_CLIENT.contains(name) && *name != AFTER) {
            push_parameter(&mut parameters, name, value);
        }
        // RFC 9449 §10.1: a proof here is as good as `dpop_jkt`, and both have to be of one key.
        match (form.one("dpop_jkt")?, proof) {
            (Some(key), Some(proof)) if *key != *proof => {
                return Err(OAuthError::new(ErrorCode::InvalidDpopProof, "dpop_jkt is another key"));
            }
            (None, Some(proof)) => push_parameter(&mut parameters, "dpop_jkt", &proof),
            _ => {}
        }
        self.check(&parameters)?;
        let name = Bearer::generate("request")?;
        let expires = now.checked_add(LIFE).unwrap_or(now);
        let pushed =
            Pushed { digest: name.digest(), app: Arc::clone(&app.name), parameters: parameters.into(), expires };
        if !self.foundation.store.push(pushed, now).await? {
            return Err(OAuthError::new(ErrorCode::TemporarilyUnavailable, "too many requests of this app wait"));
        }
        let mut members = Object::new();
        members.insert("request_uri".to_owned(), json!(format!("{REQUEST_URI}{}", name.text().expose())));
        members.insert("expires_in".to_owned(), json!(LIFE.as_secs()));
        Ok(reply::json(StatusCode::CREATED, members))
    }

    /// Everything that could be said at the authorization endpoint is said here already.
    fn check(&self, parameters: &str) -> Result<(), OAuthError> {
        let form = Form::parse(parameters.as_bytes())?;
        let target = Target::read(&form, &self.apps, &self.session_callback()).map_err(|fault| match fault {
            PageFault::RedirectUri => OAuthError::invalid_request("redirect_uri is not one of the app"),
            _ => OAuthError::invalid_request("the request cannot be read"),
        })?;
        AuthorizationRequest::read(target, &form, true).map(|_| ())
    }
}
