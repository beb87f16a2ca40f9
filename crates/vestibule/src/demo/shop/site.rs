//! The back end that gives the shop's page: four files, compiled in, under a strict content security policy.
//!
//! The page holds a publishable key, by which it reads the catalogue; whoever reads the page has it as well.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

const PAGE: &str = include_str!("../page/index.html");
const STYLE: &str = include_str!("../page/shop.css");
const SCRIPT: &str = include_str!("../page/shop.js");
const ART: &str = include_str!("../page/art.svg");

/// Nothing but our own files, and no inline script or style.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The routes of the site, with this key in the page.
pub(crate) fn router(window: &str) -> Router {
    let page = axum::body::Bytes::from(PAGE.replace("@window@", window));
    Router::new()
        .route("/", get(move || async move { file("text/html; charset=utf-8", page) }))
        .route("/shop.css", get(|| async { file("text/css; charset=utf-8", STYLE) }))
        .route("/shop.js", get(|| async { file("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/art.svg", get(|| async { file("image/svg+xml", ART) }))
}

fn file(kind: &'static str, content: impl Into<Body>) -> Response {
    let fields: [(HeaderName, HeaderValue); 5] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (fields, content.into()).into_response()
}
