//! The userinfo endpoint (OpenID Connect Core §5.3): what an access token lets an app know of a person.

use auth::jose::Object;
use bytes::Bytes;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use serde_json::{Value, json};

use crate::Endpoint;
use crate::oauth::known::Known;
use crate::oauth::proof::Proven;
use crate::oauth::{ErrorCode, OAuthError, Person, Server, reply, seconds};

/// A token as it was shown.
struct Shown<'a> {
    token: &'a str,
    /// By the scheme `DPoP` (RFC 9449 §7.1), and not `Bearer`.
    bound: bool,
}

impl Server {
    pub(crate) async fn user_info(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let told = self.tell(request).await;
        let mut response = told.unwrap_or_else(|error| refused(request.headers(), error.as_ref()));
        self.tell_nonce(request.headers(), response.headers_mut(), self.now());
        response
    }

    /// An error of nothing is for a request without a token (RFC 6750 §3.1).
    async fn tell(&self, request: &Request<Bytes>) -> Result<Response<Bytes>, Option<OAuthError>> {
        let now = self.now();
        let shown = shown(request.headers())?;
        let proven = Proven {
            endpoint: Endpoint::UserInfo,
            method: request.method().as_str(),
            access_token: shown.bound.then_some(shown.token),
        };
        let key = self.proof(request.headers(), &proven, now)?;
        let issuer = self.settings.issuer.as_str();
        let known = self.known(shown.token, &[issuer], now).await?.ok_or(BAD)?;
        if !fits(&known, &shown, key.as_deref()) {
            return Err(Some(BAD));
        }
        let scopes: Vec<&str> = known.claims.text("scope").unwrap_or_default().split(' ').collect();
        let grant = known.grant.as_ref().filter(|_| scopes.contains(&"openid"));
        let narrow = OAuthError::new(ErrorCode::InsufficientScope, "the token has to have the scope openid");
        let grant = grant.ok_or(narrow)?;
        let person = self.foundation.people.person(grant.user).await.map_err(OAuthError::from)?.ok_or(BAD)?;
        Ok(reply::json(StatusCode::OK, claims(&grant.user.to_string(), &person, &scopes)))
    }
}

const BAD: OAuthError = OAuthError::new(ErrorCode::InvalidToken, "the token is not one of ours, or has ended");

/// A bound token comes with its key and by the scheme for it, and another one does not (RFC 9449 §7.1, §7.2).
fn fits(known: &Known, shown: &Shown<'_>, key: Option<&str>) -> bool {
    let bound_to = known.claims.get("cnf").and_then(|cnf| cnf.get("jkt")).and_then(Value::as_str);
    match (known.claims.get("cnf"), shown.bound) {
        (None, false) => true,
        (Some(_), true) => key.is_some() && bound_to == key,
        _ => false,
    }
}

fn shown(fields: &HeaderMap) -> Result<Shown<'_>, Option<OAuthError>> {
    let mut values = fields.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(None)?;
    let malformed = || Some(OAuthError::invalid_request("Authorization has one token"));
    if values.next().is_some() {
        return Err(malformed());
    }
    let (scheme, token) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(malformed)?;
    let bound = scheme.eq_ignore_ascii_case("dpop");
    if !bound && !scheme.eq_ignore_ascii_case("bearer") {
        return Err(None);
    }
    Ok(Shown { token, bound })
}

/// What each scope lets the app know (OpenID Connect Core §5.4).
fn claims(subject: &str, person: &Person, scopes: &[&str]) -> Object {
    let mut members = Object::new();
    let mut put = |name: &str, value| drop(members.insert(name.to_owned(), value));
    put("sub", json!(subject));
    if scopes.contains(&"profile") {
        if let Some(name) = &person.name {
            put("name", json!(name));
        }
        put("updated_at", json!(seconds(person.changed)));
    }
    if scopes.contains(&"email") {
        put("email", json!(person.address));
        put("email_verified", json!(person.verified));
    }
    members
}

/// RFC 6750 §3 and RFC 9449 §7.1: both schemes are offered, and the one that was used hears what was wrong.
fn refused(fields: &HeaderMap, error: Option<&OAuthError>) -> Response<Bytes> {
    let used = fields.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let dpop = used.is_some_and(|used| used.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("dpop ")));
    let told = |scheme: &str, used: bool| match error.filter(|_| used) {
        Some(error) => {
            let code = error.code.as_str();
            format!("{scheme} realm=\"userinfo\", error=\"{code}\", error_description=\"{}\"", error.description)
        }
        None => format!("{scheme} realm=\"userinfo\""),
    };
    let mut response = match error {
        Some(error) => reply::error(error),
        None => reply::empty(),
    };
    let of_proof = |code| matches!(code, ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce);
    if error.is_none_or(|error| of_proof(error.code)) {
        *response.status_mut() = StatusCode::UNAUTHORIZED;
    }
    response.headers_mut().remove(WWW_AUTHENTICATE);
    let algs = ", algs=\"ES256 ES384 ES512 EdDSA RS256 RS384 RS512 PS256 PS384 PS512\"";
    for text in [told("Bearer", !dpop), format!("{}{algs}", told("DPoP", dpop))] {
        if let Ok(value) = HeaderValue::try_from(text) {
            response.headers_mut().append(WWW_AUTHENTICATE, value);
        }
    }
    response
}
