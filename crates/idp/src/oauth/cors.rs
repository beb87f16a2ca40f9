//! Which pages of other origins may read answers: those of `page` apps, and no others.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};

use crate::Endpoint;
use crate::apps::{AppKind, Apps, Origin};

/// The answer before the request, without the fields that depend on the origin.
pub(super) fn preflight() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Lets the page that asks read the answer, where it is one of a `page` app. Credentials are never allowed: these
/// endpoints know no cookies.
pub(super) fn allow(apps: &Apps, endpoint: Endpoint, asked: &HeaderMap, fields: &mut HeaderMap) {
    let methods = match endpoint {
        Endpoint::OpenIdConfiguration | Endpoint::ServerMetadata | Endpoint::Jwks => "GET",
        Endpoint::Token | Endpoint::Revoke => "POST",
        Endpoint::UserInfo => "GET, POST",
        _ => return,
    };
    fields.append(VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = asked.get(ORIGIN).filter(|origin| is_of_page(apps, origin)) else { return };
    fields.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    fields.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
    fields.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Authorization, Content-Type, DPoP"));
    fields.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("DPoP-Nonce, WWW-Authenticate"));
    fields.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
}

fn is_of_page(apps: &Apps, origin: &HeaderValue) -> bool {
    let is_origin = |known: &Origin| known.as_str().as_bytes() == origin.as_bytes();
    apps.all().iter().any(|app| app.kind == AppKind::Page && app.origins.iter().any(is_origin))
}
