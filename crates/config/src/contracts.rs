//! Contracts into operations: what a contract has, what of it is published, and what the file says over it.
//!
//! A contract gives names, routes, servers and what credentials it asks for; the file alone says who may call. The key
//! of an operation is its name in the contract, or a pattern with `*` for several; the nearest word holds, the name
//! itself before a pattern, a pattern with more letters before one with fewer.

mod choose;
mod overlay;
mod place;

use std::io;
use std::path::{Path, PathBuf};

use contract::{Contract, Schemas, Security, Unread, Wanted};
use model::DoorKind;

use crate::draft::{Api, ContractFile, Door, Draft, Operation, Said, Service};
use crate::fault::{Collector, Fault, FaultCode};
use crate::files::Files;
use crate::source::Sources;
use crate::value::RouteText;

use overlay::Overlay;

/// Reads the contract of each API that has one, and puts its operations where the others stand.
pub(crate) fn publish(draft: &mut Draft, files: &mut Files, sources: &mut Sources, faults: &mut Collector) {
    let Draft { doors, apis, services, .. } = draft;
    for api in apis {
        let Some(said) = api.contract.take() else {
            overlay::without_contract(api, faults);
            continue;
        };
        // Without a door nothing can be judged, and that is told already.
        let named = api.door.as_ref().map(|door| door.value.as_str());
        let door = doors.iter().find(|door| named == Some(door.name.value.as_str()));
        let written = std::mem::take(&mut api.operations);
        if let (Some(contract), Some(door)) = (read(&said, files, sources, faults), door) {
            let service = api.service.as_ref().map(|service| service.value.as_str());
            let service = services.iter().find(|known| service == Some(known.name.value.as_str()));
            let mut publishing = Publishing { api, door, service, said: &said, contract: &contract, faults };
            let operations = publishing.operations(&written);
            api.operations = operations;
        }
        api.contract = Some(said);
    }
}

fn read(said: &ContractFile, files: &mut Files, sources: &mut Sources, faults: &mut Collector) -> Option<Contract> {
    let file = said.file.as_ref()?;
    let imports: Vec<_> = said.imports.iter().map(|folder| folder.value.clone()).collect();
    let methods = said.methods.as_ref().map(|all| all.iter().map(|name| (name.value.as_str(), name.span)).collect());
    let wanted = Wanted { span: file.span, imports: &imports, methods };
    match contract::read(&file.value, &wanted, &mut Beside(files), sources, faults) {
        Ok(contract) => Some(contract),
        Err(Unread::Faults) => None,
        Err(Unread::File(error)) => {
            let message = format!("the contract `{}` cannot be read: {error}", file.value.display());
            faults.push(Fault::new(FaultCode::MissingFile, file.span, message).label("is the path right?"));
            None
        }
    }
}

/// The files of contracts are watched and counted in like any other.
struct Beside<'f>(&'f mut Files);

impl contract::Files for Beside<'_> {
    fn read(&mut self, path: &Path, bytes_at_most: u64) -> io::Result<Vec<u8>> {
        self.0.read_contract(path, bytes_at_most)
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        self.0.real(path)
    }

    fn name(&self, path: &Path) -> String {
        self.0.resolve(path).display().to_string()
    }
}

/// One API while its contract is published.
struct Publishing<'a> {
    api: &'a mut Api,
    door: &'a Door,
    service: Option<&'a Service>,
    said: &'a ContractFile,
    contract: &'a Contract,
    faults: &'a mut Collector,
}

impl Publishing<'_> {
    fn operations(&mut self, written: &[Operation]) -> Vec<Operation> {
        let chosen = self.chosen();
        self.host(&chosen);
        self.path_and_base(&chosen);
        let overlay = Overlay::new(written);
        overlay.check(self.contract, &self.api.name.value, self.faults);
        chosen.into_iter().map(|operation| self.operation(operation, &overlay)).collect()
    }

    fn operation(&mut self, published: &contract::Operation, overlay: &Overlay<'_>) -> Operation {
        for fault in &published.faults {
            self.faults.push(fault.clone());
        }
        let base = self.base(published);
        let mut operation = overlay.over(&published.name, self.faults);
        operation.name = Said { value: published.name.clone(), span: published.span };
        let template = format!("{base}{}", published.template);
        operation.route =
            Some(Said { value: RouteText { method: published.method.clone(), template }, span: published.route });
        operation.deprecated = published.deprecated;
        operation.from_contract = true;
        // An answer that is a stream of events says so itself, and OpenAPI leaves open which of several answers comes.
        if let Schemas::Messages(_) = self.contract.schemas {
            operation.streams = published.streams;
        }
        self.security(&published.security, &mut operation);
        operation
    }

    /// INVARIANT: a contract never opens. What it opens is opened by the file too, or does not load.
    fn security(&mut self, security: &Security, operation: &mut Operation) {
        let says_who = |access: &crate::draft::Access| access.callers.is_some() || access.unclear;
        match security {
            Security::Unsaid => {}
            Security::Needs(alternatives) => {
                let scopes = |scopes: &[(String, crate::Span)]| {
                    scopes.iter().map(|(value, span)| Said { value: value.clone(), span: *span }).collect()
                };
                operation.contract_scopes =
                    alternatives.iter().map(|alternative| scopes(&alternative.scopes)).collect();
            }
            Security::Open(span) => {
                let opened = operation.access.public.is_some()
                    || (self.api.access.public.is_some() && !says_who(&operation.access));
                if opened || says_who(&operation.access) {
                    return;
                }
                let (name, api) = (&operation.name.value, &self.api.name.value);
                let message = format!("the contract opens `{name}` to anyone, and the file does not");
                let line = match self.door.kind {
                    Some(DoorKind::Server) => format!("say who: `{name}: {{ callers: … }}`"),
                    _ => format!("write `{name}: {{ public: true }}`, or who: `{name}: {{ callers: … }}`,"),
                };
                let fault = Fault::new(FaultCode::OpenByContract, *span, message);
                let fault = fault.related(operation.name.span, "this operation");
                self.faults.push(fault.help(format!("{line} under `apis.{api}.operations`, or withhold it")));
            }
        }
    }
}

#[cfg(test)]
mod tests;
