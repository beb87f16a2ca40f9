//! `security`: what credentials an operation asks for, and the scopes that they must carry.

use std::collections::HashMap;

use document::{Collector, Fault, FaultCode, Value};

use crate::contract::{Alternative, Security};
use crate::documents::{Cursor, Documents};

/// The types of the security schemes, by name.
pub(super) fn schemes(documents: &Documents, faults: &mut Collector) -> HashMap<String, String> {
    let Some(schemes) = documents.root().get("components").and_then(|components| components.get("securitySchemes"))
    else {
        return HashMap::new();
    };
    let mut types = HashMap::new();
    for (entry, scheme) in schemes.entries() {
        let Some(scheme) = documents.resolve(scheme) else { continue };
        match scheme.node().get("type").and_then(|kind| kind.text()) {
            Some(kind) => drop(types.insert(entry.key.clone(), kind.to_owned())),
            None => {
                let message = format!("the security scheme `{}` has no `type`", entry.key);
                faults.push(Fault::new(FaultCode::BadContract, entry.key_span, message));
            }
        }
    }
    types
}

/// Each of the alternatives of a `security`.
pub(super) fn read(said: &Cursor<'_>, schemes: &HashMap<String, String>, faults: &mut Vec<Fault>) -> Security {
    let Value::List(items) = &said.node().value else {
        // INVARIANT: what cannot be read opens nothing and is not passed over.
        faults.push(Fault::new(FaultCode::BadContract, said.span(), "`security` is not a list"));
        return Security::Unsaid;
    };
    if items.is_empty() {
        return Security::Open(said.span());
    }
    let mut alternatives = Vec::new();
    let mut open = None;
    for item in said.items() {
        match &item.node().value {
            Value::Map(entries) if entries.is_empty() => open = open.or(Some(item.span())),
            Value::Map(_) => alternatives.push(alternative(&item, schemes, faults)),
            _ => faults.push(Fault::new(FaultCode::BadContract, item.span(), "a security requirement is not a map")),
        }
    }
    open.map_or(Security::Needs(alternatives), Security::Open)
}

fn alternative(item: &Cursor<'_>, known: &HashMap<String, String>, faults: &mut Vec<Fault>) -> Alternative {
    let mut schemes = Vec::new();
    let mut scopes = Vec::new();
    for (entry, list) in item.entries() {
        let Some(kind) = known.get(&entry.key) else {
            let message = format!("there is no security scheme `{}`", entry.key);
            let fault = Fault::new(FaultCode::BadContract, entry.key_span, message);
            faults.push(fault.label("it would stand under `components.securitySchemes`"));
            continue;
        };
        schemes.push(entry.key.clone());
        // Elsewhere the list names roles (OpenAPI 3.1 §4.8.30), which are words between the author and the service.
        if matches!(kind.as_str(), "oauth2" | "openIdConnect") {
            scopes.extend(list.items().filter_map(|scope| Some((scope.node().text()?.to_owned(), scope.span()))));
        }
    }
    Alternative { schemes, scopes }
}
