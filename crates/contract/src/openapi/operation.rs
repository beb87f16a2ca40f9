//! The methods of a path, each an operation.

use std::sync::Arc;

use document::{Collector, Entry, Fault, FaultCode, Span};

use super::{Common, bodies, flag, is_map, name, parameters, security, servers, template, text};
use crate::contract::{Operation, Security, Streams};
use crate::documents::{Cursor, Documents};

/// A path of a contract with what stands under it.
pub(super) struct Path<'d> {
    pub(super) text: &'d str,
    pub(super) span: Span,
    pub(super) item: Cursor<'d>,
}

/// One operation while it is read.
pub(super) struct Reading<'r, 'd> {
    pub(super) documents: &'d Documents,
    pub(super) path: &'r str,
    pub(super) route: Span,
    pub(super) faults: Vec<Fault>,
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

impl<'d> Path<'d> {
    /// Reads each method.
    pub(super) fn operations(
        &self,
        documents: &'d Documents,
        common: &Common,
        faults: &mut Collector,
        operations: &mut Vec<Operation>,
    ) {
        for (entry, said) in self.item.entries() {
            if METHODS.contains(&entry.key.as_str()) {
                if is_map(&said, &entry.key, faults) {
                    operations.push(self.operation(documents, common, entry, &said));
                }
            } else if !is_known(&entry.key) {
                // A misspelt method would be published by nobody and missed by everybody.
                let message = format!("`{}` is neither a method nor a key of a path", entry.key);
                faults.push(Fault::new(FaultCode::BadContract, entry.key_span, message));
            }
        }
    }

    fn operation(&self, documents: &'d Documents, common: &Common, method: &Entry, said: &Cursor<'d>) -> Operation {
        let mut reading = Reading { documents, path: self.text, route: self.span, faults: Vec::new() };
        let id = text(said, "operationId", &mut reading.faults);
        let (name, span) = match id.map(|(id, span)| (name::of_id(id), span)).filter(|(id, _)| !id.is_empty()) {
            Some(named) => named,
            None => (name::of_route(&method.key, self.text), method.key_span),
        };
        let answers = bodies::answers(&mut reading, said);
        let events = |media: &str| media.split(';').next().is_some_and(|media| media.trim() == "text/event-stream");
        let server = answers.iter().flat_map(|answer| &answer.contents).any(|content| events(&content.media_type));
        let deprecated = flag(said, "deprecated", &mut reading.faults) == Some(true);
        Operation {
            name,
            span,
            method: method.key.to_ascii_uppercase(),
            template: template::ours(self.text),
            route: self.span,
            servers: self.servers(common, said, &mut reading),
            parameters: parameters::read(&mut reading, &self.item, said),
            request: bodies::request(&mut reading, said),
            answers,
            streams: Streams { client: false, server },
            security: security(common, said, &mut reading),
            tags: said.get("tags").map(|tags| texts(&tags)).unwrap_or_default(),
            deprecated: said.node().entry("deprecated").map(|entry| entry.key_span).filter(|_| deprecated),
            at: said.at().clone(),
            faults: reading.faults,
        }
    }

    /// The nearest that are said hold: of the operation, of the path, of the contract.
    fn servers(
        &self,
        common: &Common,
        said: &Cursor<'_>,
        reading: &mut Reading<'_, '_>,
    ) -> Arc<[crate::contract::Server]> {
        let own = said.get("servers").or_else(|| self.item.get("servers"));
        own.map_or_else(|| Arc::clone(&common.servers), |own| servers::read(&own, &mut reading.faults))
    }
}

fn security(common: &Common, said: &Cursor<'_>, reading: &mut Reading<'_, '_>) -> Security {
    match said.get("security") {
        Some(own) => security::read(&own, &common.schemes, &mut reading.faults),
        None => common.security.clone(),
    }
}

fn texts(list: &Cursor<'_>) -> Vec<String> {
    list.items().filter_map(|item| item.node().text().map(str::to_owned)).collect()
}

/// Keys of a path beside its methods (OpenAPI 3.1 §4.8.9).
fn is_known(key: &str) -> bool {
    matches!(key, "$ref" | "summary" | "description" | "servers" | "parameters") || key.starts_with("x-")
}
