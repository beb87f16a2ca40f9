//! Answers of endpoints without pages: JSON that nobody keeps.

use auth::jose::Object;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};

use super::{ErrorCode, OAuthError};

/// JSON that nobody keeps (RFC 6749 §5.1).
pub(crate) fn json(status: StatusCode, members: Object) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(Value::Object(members).to_string()));
    *response.status_mut() = status;
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    fields.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A document that everybody may read, and keep for a while.
pub(crate) fn document(text: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(text));
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Nothing, and that it went well.
pub(crate) fn empty() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An error as RFC 6749 §5.2 has it.
pub(crate) fn error(error: &OAuthError) -> Response<Bytes> {
    let mut members = Object::new();
    members.insert("error".to_owned(), json!(error.code.as_str()));
    members.insert("error_description".to_owned(), json!(error.description));
    let mut response = json(error.code.status(), members);
    let fields = response.headers_mut();
    match error.code {
        // RFC 6749 §5.2 asks for it where the app came with the field; RFC 9110 §11.6.1 wherever the status is 401.
        ErrorCode::InvalidClient => {
            fields.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"apps\", charset=\"UTF-8\""));
        }
        ErrorCode::TemporarilyUnavailable => {
            fields.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        _ => {}
    }
    response
}
