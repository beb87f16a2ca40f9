//! `servers`: the hosts of an API, and the path in front of its own.

use std::sync::Arc;

use document::{Fault, FaultCode};

use crate::contract::Server;
use crate::documents::Cursor;

/// Without `servers` the one server is `/` (OpenAPI 3.1 §4.8.1).
pub(super) fn none() -> Arc<[Server]> {
    Arc::from([])
}

/// Each server of a list.
pub(super) fn read(list: &Cursor<'_>, faults: &mut Vec<Fault>) -> Arc<[Server]> {
    list.items().filter_map(|server| one(&server, faults)).collect()
}

fn one(server: &Cursor<'_>, faults: &mut Vec<Fault>) -> Option<Server> {
    let Some(url) = server.get("url") else {
        faults.push(Fault::new(FaultCode::BadContract, server.span(), "a server without `url`"));
        return None;
    };
    let span = url.span();
    let mut wrong = |what: &str| {
        faults.push(Fault::new(FaultCode::BadContract, span, "this server is no place of an API").label(what));
        None
    };
    let Some(written) = url.node().text() else { return wrong("write a URL") };
    let text = match with_variables(written, server) {
        Ok(text) => text,
        Err(what) => return wrong(&what),
    };
    let (host, path) = match text.split_once("://") {
        Some((_, rest)) => {
            let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
            (Some(authority), path)
        }
        None => (None, text.as_str()),
    };
    if path.contains(['?', '#']) {
        return wrong("a server has no query and no fragment");
    }
    // A path that does not begin with a slash is relative to where the contract was found, which is nowhere here.
    let path = path.trim_start_matches("./");
    let base = if path.is_empty() || path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Some(Server { host: host.map(host_of), base: base.trim_end_matches('/').to_owned(), span })
}

/// The URL with the default of each variable in its place.
fn with_variables(url: &str, server: &Cursor<'_>) -> Result<String, String> {
    let variables = server.get("variables");
    let mut text = String::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("the braces do not close")?;
        let variable = variables.as_ref().and_then(|variables| variables.get(name));
        let default = variable.and_then(|variable| variable.node().get("default")?.text());
        text.push_str(before);
        text.push_str(default.ok_or_else(|| format!("the variable `{name}` has no `default`"))?);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

/// A host without port, in lower case.
fn host_of(authority: &str) -> String {
    let host = authority.rsplit('@').next().unwrap_or_default();
    let port = host.rfind(':').filter(|at| !host.get(*at..).unwrap_or_default().contains(']'));
    host.get(..port.unwrap_or(host.len())).unwrap_or_default().to_ascii_lowercase()
}
