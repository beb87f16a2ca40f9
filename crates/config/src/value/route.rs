//! Routes and path prefixes.

use super::Wrong;
use crate::shape::nearest;

/// The methods of the registry that RFC 9110 §16.1 keeps, and `PURGE`, which caches have always had; without those
/// that are never served.
const METHODS: [&str; 38] = [
    "ACL",
    "BASELINE-CONTROL",
    "BIND",
    "CHECKIN",
    "CHECKOUT",
    "COPY",
    "DELETE",
    "GET",
    "HEAD",
    "LABEL",
    "LINK",
    "LOCK",
    "MERGE",
    "MKACTIVITY",
    "MKCALENDAR",
    "MKCOL",
    "MKREDIRECTREF",
    "MKWORKSPACE",
    "MOVE",
    "OPTIONS",
    "ORDERPATCH",
    "PATCH",
    "POST",
    "PROPFIND",
    "PROPPATCH",
    "PURGE",
    "PUT",
    "QUERY",
    "REBIND",
    "REPORT",
    "SEARCH",
    "UNBIND",
    "UNCHECKOUT",
    "UNLINK",
    "UNLOCK",
    "UPDATE",
    "UPDATEREDIRECTREF",
    "VERSION-CONTROL",
];

/// A route as it is written: what the routing room makes of the template is its business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteText {
    /// A method, or `ANY`.
    pub method: String,
    /// The path template.
    pub template: String,
}

/// `METHOD /path/{id}`.
///
/// # Errors
/// What is wrong and what to write.
pub fn route(text: &str) -> Result<RouteText, Wrong> {
    let form = "a method and a path, as in `GET /notes/{id}` or `ANY /**`";
    let wrong = || Wrong::new(format!("`{text}` is not a route"), form);
    let Some((method, template)) = text.split_once(' ') else {
        let wrong = wrong();
        // Elsewhere `/*` is all that is below; here that is `/**`.
        let rest = if text.ends_with("/*") { "*" } else { "" };
        return Err(if text.starts_with('/') { wrong.replace(format!("ANY {text}{rest}")) } else { wrong });
    };
    if method.is_empty() || method.len() > 32 || !method.bytes().all(|b| b.is_ascii_uppercase() || b == b'-') {
        let upper = method.to_ascii_uppercase();
        let fixed = upper != method && upper.bytes().all(|b| b.is_ascii_uppercase());
        let wrong =
            Wrong::new(format!("`{method}` is not a method"), "methods are upper case: `GET`, `POST`, or `ANY`");
        return Err(if fixed { wrong.replace(format!("{upper} {template}")) } else { wrong });
    }
    if matches!(method, "CONNECT" | "TRACE" | "PRI") {
        return Err(Wrong::new(format!("`{method}` is never served"), form));
    }
    if !template.starts_with('/') || template.contains(' ') {
        return Err(wrong());
    }
    if method != "ANY" && !METHODS.contains(&method) {
        let wrong =
            Wrong::new(format!("`{method}` is not a method"), "a registered method; `ANY` takes every other one too");
        return Err(match nearest(method, METHODS) {
            Some(near) => wrong.replace(format!("{near} {template}")),
            None => wrong,
        });
    }
    Ok(RouteText { method: method.to_owned(), template: template.to_owned() })
}

/// The path that an API stands under: `/`, or segments without a slash at the end.
///
/// # Errors
/// What is wrong and what to write.
pub fn path_prefix(text: &str) -> Result<&str, Wrong> {
    let form = "`/` and plain segments of `A-Z a-z 0-9 . _ ~ -`, as in `/orders`";
    let wrong = || Wrong::new(format!("`{text}` is not a path"), form);
    if text == "/" {
        return Ok(text);
    }
    let Some(rest) = text.strip_prefix('/') else {
        let guess = format!("/{}", text.trim_end_matches('/'));
        return Err(if path_prefix(&guess).is_ok() { wrong().replace(guess) } else { wrong() });
    };
    if let Some(shorter) = text.strip_suffix('/') {
        return Err(
            Wrong::new(format!("`{text}` ends in a slash"), "the prefix is written without it").replace(shorter)
        );
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'~' | b'-');
    let segment = |s: &str| !s.is_empty() && s != "." && s != ".." && s.bytes().all(plain);
    if rest.len() <= 512 && rest.split('/').all(segment) { Ok(text) } else { Err(wrong()) }
}
