//! Answers of the provider: pages, redirects, plain data, and the fields that all of them carry.

use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderValue, Method, Response, StatusCode};
use maud::Markup;

/// An answer of the provider.
pub type Reply = Response<Bytes>;

const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Everything that a page may do: be styled by our sheet, show our logo, send its forms to us.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                           frame-ancestors 'none'; form-action 'self'";

/// Where the forms of a page may lead to in the end, besides ourselves: Chromium asks that also of the redirects that
/// follow a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormTargets(String);

impl FormTargets {
    /// Adds the origin, or the scheme, of where an app's answers go. What is not plainly one of the two is left out.
    pub fn add(&mut self, redirect_uri: &str) {
        let Some(source) = source(redirect_uri) else { return };
        if !self.0.split(' ').any(|known| known == source) {
            self.0.push(' ');
            self.0.push_str(&source);
        }
    }
}

fn source(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let plain = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|octet| octet.is_ascii_alphanumeric() || matches!(octet, b'.' | b'-' | b'+' | b':'))
    };
    if !plain(scheme) || scheme.contains(':') {
        return None;
    }
    if !matches!(scheme, "http" | "https") {
        return Some(format!("{scheme}:"));
    }
    let authority = rest.strip_prefix("//")?.split(['/', '?', '#']).next().filter(|authority| plain(authority))?;
    let host = authority.split(':').next().unwrap_or_default();
    // RFC 8252 §7.3: the port of a program on this machine is its own choice.
    let port = if host == "127.0.0.1" { ":*" } else { authority.strip_prefix(host).unwrap_or_default() };
    Some(format!("{scheme}://{host}{port}"))
}

/// A page.
#[must_use]
pub fn page(status: StatusCode, markup: Markup, targets: &FormTargets) -> Reply {
    let mut reply = content(status, "text/html; charset=utf-8", Bytes::from(markup.into_string()));
    let policy = format!("{PAGE_POLICY}{}", targets.0);
    let fields = reply.headers_mut();
    fields.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static(PAGE_POLICY)),
    );
    fields.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    fields.insert(CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin"));
    fields.insert(PERMISSIONS_POLICY, HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=()"));
    reply
}

/// A redirect after which the browser asks with GET (RFC 9110 §15.4.4).
#[must_use]
pub fn see_other(to: &str) -> Reply {
    let Ok(location) = HeaderValue::try_from(to) else { return empty(StatusCode::INTERNAL_SERVER_ERROR) };
    let mut reply = empty(StatusCode::SEE_OTHER);
    reply.headers_mut().insert(LOCATION, location);
    reply
}

/// Any content; no cache keeps it.
#[must_use]
pub fn content(status: StatusCode, media_type: &'static str, content: Bytes) -> Reply {
    let mut reply = empty(status);
    *reply.body_mut() = content;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    reply
}

/// What never changes under its address, and may be kept for long.
#[must_use]
pub fn lasting(media_type: &str, octets: Bytes) -> Reply {
    let mut reply = content(StatusCode::OK, "application/octet-stream", octets);
    let fields = reply.headers_mut();
    if let Ok(media_type) = HeaderValue::try_from(media_type) {
        fields.insert(CONTENT_TYPE, media_type);
    }
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    // A logo may be an SVG that somebody opens by itself.
    fields.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
    );
    reply
}

/// A JSON document.
#[must_use]
pub fn json(status: StatusCode, document: &serde_json::Value) -> Reply {
    content(status, "application/json", Bytes::from(document.to_string()))
}

/// An answer without content.
#[must_use]
pub fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(Bytes::new());
    *reply.status_mut() = status;
    let fields = reply.headers_mut();
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Not `no-referrer`: with it browsers send `Origin: null` with our own forms.
    fields.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    fields.insert(CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    reply
}

/// Says which methods there are (RFC 9110 §15.5.6).
#[must_use]
pub fn method_not_allowed(methods: &[Method]) -> Reply {
    let mut reply = empty(StatusCode::METHOD_NOT_ALLOWED);
    let with_head = methods.contains(&Method::GET).then_some("HEAD");
    let names: Vec<&str> = methods.iter().map(Method::as_str).chain(with_head).collect();
    if let Ok(allow) = HeaderValue::try_from(names.join(", ")) {
        reply.headers_mut().insert(ALLOW, allow);
    }
    reply
}

/// Adds a cookie to an answer.
pub fn push_cookie(reply: &mut Reply, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        reply.headers_mut().append(SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests;
