//! OpenAPI 3.0 and 3.1: paths, methods and what stands under them.
//!
//! What concerns forwarding is judged strictly, since a difference between what an author meant and what is published
//! is a hole. Words for people (titles, descriptions, links) are not looked at, and what begins with `x-` never is.
//! `webhooks` and `callbacks` are calls that the service makes; they publish nothing.

mod bodies;
mod name;
mod operation;
mod parameters;
mod security;
mod servers;
mod template;

use std::collections::HashMap;
use std::sync::Arc;

use document::{Collector, Fault, FaultCode, Node, Source, Span, Value};

use crate::contract::{Contract, Operation, Schemas, Security, Server};
use crate::documents::{Cursor, Documents};
use crate::names;

/// As many bytes as a route may have: what is done with a path may take the square of its length.
const PATH_AT_MOST: usize = 2048;

/// Whether the versions of a document are ones that are read; tells what it is instead.
pub(crate) fn is_openapi(root: &Node, source: &Source, faults: &mut Collector) -> bool {
    let version = root.entry("openapi").and_then(|entry| Some((entry.node.span, entry.node.text()?)));
    let fault = match (version, root.entry("swagger")) {
        (Some((_, version)), _) if version.starts_with("3.0.") || version.starts_with("3.1.") => return true,
        (Some((span, version)), _) => {
            let message = format!("OpenAPI `{version}` is not read");
            Fault::new(FaultCode::NotAContract, span, message).label("3.0 and 3.1 are, as in `openapi: 3.1.0`")
        }
        (None, Some(swagger)) => {
            Fault::new(FaultCode::NotAContract, swagger.key_span, "this is Swagger, the format before OpenAPI 3")
                .help("convert it, for example with the program `swagger2openapi`")
        }
        (None, None) => {
            let first = root.map().and_then(<[_]>::first).map_or(source.span(0, 0), |entry| entry.key_span);
            Fault::new(FaultCode::NotAContract, first, format!("`{}` is no contract that is read", source.name())).help(
                "an OpenAPI document has the key `openapi: 3.1.0` or `openapi: 3.0.4`; protobuf begins with `syntax`",
            )
        }
    };
    faults.push(fault);
    false
}

/// What a whole contract says of each of its operations.
struct Common {
    servers: Arc<[Server]>,
    security: Security,
    /// The type of each security scheme.
    schemes: HashMap<String, String>,
}

/// Reads the operations.
pub(crate) fn contract(documents: Documents, faults: &mut Collector) -> Contract {
    let operations = operations(&documents, faults);
    Contract { operations, schemas: Schemas::Documents(documents) }
}

fn operations(documents: &Documents, faults: &mut Collector) -> Vec<Operation> {
    let root = documents.root();
    let Some(paths) = root.get("paths") else {
        let span = root.node().map().and_then(<[_]>::first).map_or(root.span(), |entry| entry.key_span);
        let fault = Fault::new(FaultCode::BadContract, span, "the contract has no `paths`: it publishes nothing");
        faults.push(fault);
        return Vec::new();
    };
    if !is_map(&paths, "paths", faults) {
        return Vec::new();
    }
    let schemes = security::schemes(documents, faults);
    let mut own = Vec::new();
    let security = root.get("security").map_or(Security::Unsaid, |said| security::read(&said, &schemes, &mut own));
    let servers = root.get("servers").map_or_else(servers::none, |said| servers::read(&said, &mut own));
    own.into_iter().for_each(|fault| faults.push(fault));
    let common = Common { servers, security, schemes };
    let mut operations = Vec::new();
    let mut templates = HashMap::new();
    for (entry, item) in paths.entries() {
        if entry.key.starts_with("x-") {
            continue;
        }
        if !entry.key.starts_with('/') {
            let fault = Fault::new(FaultCode::BadContract, entry.key_span, format!("`{}` is not a path", entry.key));
            faults.push(fault.label("a path begins with `/`"));
            continue;
        }
        if entry.key.len() > PATH_AT_MOST {
            let message = format!("this path has more than {PATH_AT_MOST} bytes");
            faults.push(Fault::new(FaultCode::TooLarge, entry.key_span, message));
            continue;
        }
        if is_ambiguous(&entry.key, entry.key_span, &mut templates, faults) {
            continue;
        }
        if let Some(item) = documents.resolve(item)
            && is_map(&item, &entry.key, faults)
        {
            let path = operation::Path { text: &entry.key, span: entry.key_span, item };
            path.operations(documents, &common, faults, &mut operations);
        }
    }
    names::settle(&mut operations, faults);
    operations
}

/// Templates that differ in the names of their parameters only are one (OpenAPI 3.1 §4.8.8.2).
fn is_ambiguous(
    path: &str,
    span: Span,
    templates: &mut HashMap<String, (String, Span)>,
    faults: &mut Collector,
) -> bool {
    let shape = template::shape(path);
    if let Some((first, at)) = templates.get(&shape) {
        let fault = Fault::new(FaultCode::RouteConflict, span, format!("`{path}` and `{first}` are the same path"));
        faults.push(fault.label("write its methods under one of them").related(*at, "first here"));
        return true;
    }
    templates.insert(shape, (path.to_owned(), span));
    false
}

/// Tells a value that is no map where one belongs.
fn is_map(cursor: &Cursor<'_>, what: &str, faults: &mut Collector) -> bool {
    let map = matches!(cursor.node().value, Value::Map(_));
    if !map {
        faults.push(Fault::new(FaultCode::BadContract, cursor.span(), format!("`{what}` is not a map")));
    }
    map
}

/// Whether a key is written as `true`; anything but a boolean is a fault.
fn flag(cursor: &Cursor<'_>, key: &str, faults: &mut Vec<Fault>) -> Option<bool> {
    let node = cursor.node().get(key)?;
    match node.scalar() {
        Some(text) if text.plain && text.text == "true" => Some(true),
        Some(text) if text.plain && text.text == "false" => Some(false),
        _ => {
            let fault = Fault::new(FaultCode::BadContract, node.span, format!("`{key}` is `true` or `false`"));
            faults.push(fault);
            None
        }
    }
}

/// The text of a key; anything but text is a fault.
fn text<'d>(cursor: &Cursor<'d>, key: &str, faults: &mut Vec<Fault>) -> Option<(&'d str, Span)> {
    let node = cursor.node().get(key)?;
    match node.text() {
        Some(text) => Some((text, node.span)),
        None => {
            faults.push(Fault::new(FaultCode::BadContract, node.span, format!("`{key}` is text")));
            None
        }
    }
}

#[cfg(test)]
mod tests;
