//! Protobuf: `.proto` files with what they import, or a compiled descriptor set; gRPC services become operations.
//!
//! A method is called by POST at `/package.Service/Method` (gRPC over HTTP/2), so that is its route. Its name is the
//! method's own, or with package and service where another service has one of the same name. Its tag is the service.

mod depth;
mod imports;
mod place;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use document::{Fault, FaultCode, Span};
use prost_reflect::{DescriptorPool, MethodDescriptor, ServiceDescriptor};

use crate::contract::{Contract, Operation, Schemas, Security, Streams};
use crate::documents::At;
use crate::names;
use crate::read::{Reader, Wanted};
use imports::Imports;

/// Whether a text begins as protobuf does: with one of its words, and no colon after it.
pub(crate) fn is_source(text: &str) -> bool {
    let text = depth::after_comments(text);
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    let after = text.get(word.len()..).unwrap_or_default().trim_start();
    let words = ["syntax", "edition", "package", "import", "option", "message", "enum", "service", "extend"];
    words.contains(&word) && !after.starts_with([':', ','])
}

/// The pool of a compiled descriptor set, where the bytes are one and no text.
pub(crate) fn descriptor_set(bytes: &[u8]) -> Option<DescriptorPool> {
    let unseen = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
    let is_text = std::str::from_utf8(bytes).is_ok_and(|text| !text.contains(unseen));
    if is_text {
        return None;
    }
    DescriptorPool::decode(bytes).ok().filter(|pool| pool.services().len() > 0 || pool.files().len() > 0)
}

/// The operations of a compiled descriptor set. It has no lines: their place is where the file names it.
pub(crate) fn of_descriptors(pool: DescriptorPool, wanted: &Wanted<'_>, reader: &mut Reader<'_>) -> Contract {
    let services: Vec<_> = pool.services().collect();
    let operations = publish(&services, wanted, &HashMap::new(), reader);
    Contract { operations, schemas: Schemas::Messages(pool) }
}

/// Reads a `.proto` file and its imports; `None` where its faults were told.
pub(crate) fn of_source(path: &Path, text: String, wanted: &Wanted<'_>, reader: &mut Reader<'_>) -> Option<Contract> {
    let (main, imports) = Imports::gather(path, text, wanted, reader)?;
    let read = imports.read().clone();
    let mut compiler = protox::Compiler::with_file_resolver(imports);
    compiler.include_source_info(true).include_imports(true);
    if let Err(error) = compiler.open_file(&main) {
        place::tell(&error, &read, wanted.span, reader);
        return None;
    }
    let pool = compiler.descriptor_pool();
    let file = pool.get_file_by_name(&main)?;
    let services: Vec<_> = file.services().collect();
    let places = place::of_methods(&file, &services, read.get(&main).map(|file| reader.sources.get(*file)));
    let operations = publish(&services, wanted, &places, reader);
    Some(Contract { operations, schemas: Schemas::Messages(pool) })
}

/// The methods of the services that are wanted.
fn publish(
    services: &[ServiceDescriptor],
    wanted: &Wanted<'_>,
    places: &HashMap<String, Span>,
    reader: &mut Reader<'_>,
) -> Vec<Operation> {
    for (name, span) in wanted.methods.iter().flatten() {
        if !services.iter().any(|service| service.full_name() == *name) {
            let fault = Fault::new(FaultCode::UnknownName, *span, format!("the contract has no service `{name}`"));
            let known: Vec<_> = services.iter().take(8).map(|service| format!("`{}`", service.full_name())).collect();
            reader.faults.push(if known.is_empty() {
                fault
            } else {
                fault.label(format!("it has {}", known.join(", ")))
            });
        }
    }
    let is_wanted = |service: &&ServiceDescriptor| {
        wanted.methods.as_ref().is_none_or(|names| names.iter().any(|(name, _)| *name == service.full_name()))
    };
    let methods: Vec<_> = services.iter().filter(is_wanted).flat_map(ServiceDescriptor::methods).collect();
    let mut named: HashMap<&str, usize> = HashMap::new();
    methods.iter().for_each(|method| *named.entry(method.name()).or_default() += 1);
    let place = |method: &MethodDescriptor| places.get(method.full_name()).copied().unwrap_or(wanted.span);
    let is_only = |method: &MethodDescriptor| named.get(method.name()) == Some(&1);
    let mut operations = methods.iter().map(|method| operation(method, is_only(method), place(method))).collect();
    names::settle(&mut operations, reader.faults);
    operations
}

fn operation(method: &MethodDescriptor, is_only: bool, span: Span) -> Operation {
    let service = method.parent_service().full_name().to_owned();
    let options = method.method_descriptor_proto().options.as_ref();
    Operation {
        name: if is_only { method.name() } else { method.full_name() }.to_owned(),
        span,
        method: "POST".to_owned(),
        template: format!("/{service}/{}", method.name()),
        route: span,
        servers: Arc::from([]),
        parameters: Vec::new(),
        request: None,
        answers: Vec::new(),
        streams: Streams { client: method.is_client_streaming(), server: method.is_server_streaming() },
        security: Security::Unsaid,
        tags: vec![service],
        deprecated: options.filter(|options| options.deprecated()).map(|_| span),
        at: At::named(method.full_name()),
        faults: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
