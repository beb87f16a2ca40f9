//! What the file says over the operations of a contract.

use std::collections::{HashMap, HashSet};

use contract::Contract;

use super::choose::matches;
use crate::draft::{Api, Bounds, Operation, Said};
use crate::fault::{Collector, Fault, FaultCode};
use crate::shape::nearest;
use crate::source::Span;

/// The words of a file over a contract: by name, and by pattern.
pub(super) struct Overlay<'w> {
    named: HashMap<&'w str, &'w Operation>,
    /// Those with more letters first.
    patterns: Vec<&'w Operation>,
}

impl<'w> Overlay<'w> {
    pub(super) fn new(written: &'w [Operation]) -> Self {
        let is_pattern = |operation: &&Operation| operation.name.value.contains('*');
        let (mut patterns, named): (Vec<_>, Vec<_>) = written.iter().partition(is_pattern);
        let named = named.into_iter().map(|operation| (operation.name.value.as_str(), operation)).collect();
        patterns.sort_by_key(|operation| std::cmp::Reverse(letters(operation)));
        Self { named, patterns }
    }

    /// Tells what means no operation, and routes, which the contract has.
    pub(super) fn check(&self, contract: &Contract, api: &str, faults: &mut Collector) {
        let names = || contract.operations.iter().map(|operation| operation.name.as_str());
        let known: HashSet<&str> = names().collect();
        let means_some = |name: &str| match name.contains('*') {
            true => names().any(|known| matches(name, known)),
            false => known.contains(name),
        };
        for written in self.named.values().chain(&self.patterns) {
            let name = &written.name;
            if let Some(route) = &written.route {
                let fault = Fault::new(FaultCode::BadRoute, route.span, "the contract has the routes");
                faults.push(fault.label("leave it out"));
            }
            if means_some(&name.value) {
                continue;
            }
            let message = format!("the contract of `{api}` has no operation `{}`", name.value);
            let fault = Fault::new(FaultCode::UnknownName, name.span, message);
            if faults.is_full() {
                faults.push(fault);
                continue;
            }
            faults.push(match nearest(&name.value, names()) {
                Some(near) => fault.label(format!("did you mean `{near}`?")).replace(near),
                None => fault.help("`vestibule routes` lists them, without this line"),
            });
        }
    }

    /// All that holds over an operation: the nearest word of each kind.
    pub(super) fn over(&self, name: &str, faults: &mut Collector) -> Operation {
        let patterns: Vec<_> = self.patterns.iter().filter(|pattern| matches(&pattern.name.value, name)).collect();
        for (first, second) in patterns.iter().zip(patterns.iter().skip(1)) {
            if letters(first) == letters(second) {
                let message = format!("`{}` and `{}` both cover `{name}`", first.name.value, second.name.value);
                let fault = Fault::new(FaultCode::RouteConflict, second.name.span, message);
                let fault = fault.label("neither is nearer; say it by name, or with more letters");
                faults.push(fault.related(first.name.span, "first here"));
            }
        }
        let near: Vec<&Operation> = self.named.get(name).into_iter().chain(patterns).copied().collect();
        let own = near.iter().find(|operation| operation.access.is_said());
        let scopes = near.iter().find(|operation| !operation.scopes.is_empty());
        Operation {
            access: own.map(|operation| operation.access.clone()).unwrap_or_default(),
            scopes: scopes.map(|operation| operation.scopes.clone()).unwrap_or_default(),
            bounds: Bounds {
                deadline: near.iter().find_map(|operation| operation.bounds.deadline.clone()),
                idle: near.iter().find_map(|operation| operation.bounds.idle.clone()),
                body: near.iter().find_map(|operation| operation.bounds.body.clone()),
            },
            idempotent: near.iter().find_map(|operation| operation.idempotent.clone()),
            websocket: near.iter().find_map(|operation| operation.websocket.clone()),
            own: near
                .iter()
                .find(|operation| !operation.own.is_empty())
                .map(|near| near.own.clone())
                .unwrap_or_default(),
            retire: near.iter().find_map(|operation| operation.retire.clone()),
            ..Operation::named(Said { value: name.to_owned(), span: Span::default() })
        }
    }
}

fn letters(operation: &Operation) -> usize {
    operation.name.value.bytes().filter(|byte| *byte != b'*').count()
}

/// An API without a contract says each operation itself.
pub(super) fn without_contract(api: &Api, faults: &mut Collector) {
    for operation in api.operations.iter().filter(|operation| operation.name.value.contains('*')) {
        let message = format!("`{}` is a pattern, and `{}` has no contract", operation.name.value, api.name.value);
        let fault = Fault::new(FaultCode::BadName, operation.name.span, message);
        faults.push(fault.label("write the name of one operation"));
    }
}
