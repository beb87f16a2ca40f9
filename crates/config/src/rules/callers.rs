//! Rules of callers: nobody is let in who was not said to be, and no way in is written that nobody could use.

use model::{DoorKind, KeyKind};

use super::Rules;
use super::index::unknown;
use crate::draft::{Access, Api, Callers, Door, KeyCallers, Operation, Said, Tls, WorkloadCallers, loosened};
use crate::fault::{Collector, Fault, FaultCode};
use crate::source::Span;
use crate::value::WorkloadText;

impl Rules<'_> {
    pub(super) fn access(&self, api: &Api, door: &Door, kind: DoorKind, faults: &mut Collector) {
        if api.access.callers.is_none() && api.access.public.is_none() && !api.access.unclear {
            let fault =
                Fault::new(FaultCode::NoCallers, api.name.span, format!("nobody may call `{}`", api.name.value));
            faults.push(match kind {
                DoorKind::Client => fault.help("say who under `callers:`, or write `public: true`"),
                DoorKind::Server => fault.help("say who under `callers:`"),
            });
        }
        self.one_access(api, &api.access, door, kind, faults);
        for operation in &api.operations {
            self.one_access(api, &operation.access, door, kind, faults);
            scopes(api, operation, faults);
            publishable_alone(api, operation, faults);
        }
        self.key_for(api, kind, faults);
    }

    fn one_access(&self, api: &Api, access: &Access, door: &Door, kind: DoorKind, faults: &mut Collector) {
        // What the house says itself at a server door is for whoever came through the door.
        let written = !api.is_of_the_house();
        if let (Some(span), DoorKind::Server, true) = (access.public, kind, written) {
            let fault = Fault::new(FaultCode::PublicAtServerDoor, span, "`public` at a server door");
            faults.push(fault.label("a server door always asks; say who under `callers:`, or use the client door"));
        }
        let Some(callers) = &access.callers else { return };
        if let Some(keys) = &callers.keys {
            key_kinds(keys, kind, faults);
            self.key_names(api, keys, faults);
            certificate_or_loosened(api, door, (keys.span, "keys"), faults);
        }
        if let Some(workloads) = &callers.workloads {
            self.workload_callers(workloads, door, kind, faults);
        }
        if let Some(users) = &callers.users {
            self.user_callers(users, kind, faults);
        }
        if let Some(apps) = &callers.apps {
            self.app_callers(api, apps, door, kind, faults);
        }
    }

    fn key_names(&self, api: &Api, keys: &KeyCallers, faults: &mut Collector) {
        for name in keys.names.iter().flatten() {
            let Some(key) = self.index.keys.get(name.value.as_str()) else {
                unknown("key", "keys", name, self.index.keys.keys().copied(), faults);
                continue;
            };
            let never = if !key.apis.iter().any(|opens| opens.value == api.name.value) {
                format!("the key was not made for `{}`", api.name.value)
            } else if key.kind.as_ref().is_some_and(|kind| !keys.kinds.iter().any(|taken| taken.value == kind.value)) {
                "the key is of another kind".to_owned()
            } else {
                continue;
            };
            let message = format!("the key `{}` could never call", name.value);
            let fault = Fault::new(FaultCode::CallerNeverFits, name.span, message);
            faults.push(fault.label(never).related(key.name.span, "the key"));
        }
    }

    fn workload_callers(&self, workloads: &WorkloadCallers, door: &Door, kind: DoorKind, faults: &mut Collector) {
        if kind == DoorKind::Client {
            let fault = Fault::new(FaultCode::CallerMisplaced, workloads.span, "workloads at a client door");
            faults.push(fault.label("a client door asks for no certificate; use the server door"));
            return;
        }
        if door.tls.as_ref().is_some_and(|tls| tls.value == Tls::None) {
            let fault = Fault::new(FaultCode::CallerNeverFits, workloads.span, "workloads at a door without TLS");
            faults.push(fault.label("no certificate can be shown there"));
        }
        self.index.check_networks(workloads.networks.as_deref().unwrap_or_default(), faults);
        for name in &workloads.names {
            self.workload_caller(name, faults);
        }
    }

    fn workload_caller(&self, said: &Said<WorkloadText>, faults: &mut Collector) {
        let id = match &said.value {
            WorkloadText::Name(name) => {
                if !self.index.workloads.contains_key(name.as_str()) {
                    let said = Said { value: name.clone(), span: said.span };
                    unknown("workload", "workloads", &said, self.index.workloads.keys().copied(), faults);
                }
                return;
            }
            WorkloadText::Id(id) | WorkloadText::Prefix(id) => id,
        };
        let ours = self.trust_domain();
        if id.trust_domain() != ours {
            let message = format!("`{id}` could never call");
            let fault = Fault::new(FaultCode::CallerNeverFits, said.span, message);
            faults.push(fault.label(format!("our trust domain is `{ours}`; foreign ones are not built yet")));
        }
    }

    /// An API that takes keys and has none in the file: whether the store has one is not known here.
    fn key_for(&self, api: &Api, kind: DoorKind, faults: &mut Collector) {
        let accesses = std::iter::once(&api.access).chain(api.operations.iter().map(|operation| &operation.access));
        let Some(keys) = accesses.filter_map(|access| access.callers.as_ref()?.keys.as_ref()).next() else { return };
        if !self.index.has_key(api) {
            let message = format!("`{}` takes API keys, and no key in the file opens it", api.name.value);
            let word = if kind == DoorKind::Server { " --kind secret" } else { "" };
            let help = format!(
                "`vestibule keys create NAME --api {}{word}` makes one in the running gateway, and with `--for-file` \
                 prints one and its lines",
                api.name.value
            );
            faults.push(Fault::new(FaultCode::NoKeyYet, keys.span, message).warning().help(help));
        }
    }
}

fn key_kinds(keys: &KeyCallers, kind: DoorKind, faults: &mut Collector) {
    for said in &keys.kinds {
        let label = match (said.value, kind) {
            (KeyKind::Secret, DoorKind::Client) => "secret keys are for back ends, at a server door",
            (KeyKind::Publishable | KeyKind::Restricted, DoorKind::Server) => {
                "a server door takes `secret` keys; this kind is for a client door"
            }
            _ => continue,
        };
        let message = format!("{} keys at a {kind} door", said.value);
        faults.push(Fault::new(FaultCode::CallerMisplaced, said.span, message).label(label));
    }
}

/// Where a certificate is optional, keys and applications come without one only if the API says so.
pub(super) fn certificate_or_loosened(api: &Api, door: &Door, (span, who): (Span, &str), faults: &mut Collector) {
    if loosened(&door.loosen, "certificate-optional") && !loosened(&api.loosen, "no-certificate") {
        let message =
            format!("the door `{}` makes certificates optional, and `{}` takes {who}", door.name.value, api.name.value);
        let fault = Fault::new(FaultCode::LooseningNeeded, span, message);
        faults.push(fault.label("write `loosen: { no-certificate: WHY }` at this API, or use another door"));
    }
}

/// An operation that nobody may call, because the whole API takes publishable keys alone and it does not only read.
fn publishable_alone(api: &Api, operation: &Operation, faults: &mut Collector) {
    let access = effective(api, operation);
    let Some(Callers { keys: Some(keys), workloads: None, users: None, apps: None, .. }) = &access.callers else {
        return;
    };
    let nobody = !keys.kinds.is_empty() && !keys.kinds.iter().any(|kind| takes(operation, kind.value));
    if nobody && access.public.is_none() && operation.route.is_some() {
        let message = format!("nobody may call `{}`", operation.name.value);
        let fault = Fault::new(FaultCode::CallerNeverFits, operation.name.span, message).warning();
        let label = "a publishable key reads, and does more only where the operation itself says `publishable`";
        faults.push(fault.label(label).related(keys.span, "said of the whole API"));
    }
}

/// Whether an operation takes keys of this kind where its callers do. A publishable key is in a page that anybody can
/// read: what is said of a whole API lets it read, and to change something it needs the word of the operation.
pub(crate) fn takes(operation: &Operation, kind: KeyKind) -> bool {
    let own = operation.access.callers.is_some();
    let reads = operation.route.as_ref().is_some_and(|route| matches!(route.value.method.as_str(), "GET" | "HEAD"));
    kind != KeyKind::Publishable || own || (reads && !operation.is_websocket())
}

/// Scopes of an operation: whoever may call must be able to have them.
fn scopes(api: &Api, operation: &Operation, faults: &mut Collector) {
    contract_scopes(api, operation, faults);
    let Some(first) = operation.scopes.first() else { return };
    let access = effective(api, operation);
    let workloads = access.callers.as_ref().and_then(|callers: &Callers| callers.workloads.as_ref());
    let mut fault = |span: Span, who: &str| {
        let message = format!("`{}` asks for scopes, and {who} has none", operation.name.value);
        let fault = Fault::new(FaultCode::CallerNeverFits, first.span, message);
        faults
            .push(fault.label("leave them out, or give the operation its own `callers`").related(span, "who may call"));
    };
    if let Some(workloads) = workloads {
        fault(workloads.span, "a workload");
    }
    if let Some(public) = access.public {
        fault(public, "a caller without credential");
    }
}

/// Scopes of a contract: a caller without credential has none. Of workloads, which carry none by their nature, the file
/// is the only word.
fn contract_scopes(api: &Api, operation: &Operation, faults: &mut Collector) {
    let public = effective(api, operation).public;
    let (Some(public), Some(alternatives)) = (public, Some(&operation.contract_scopes).filter(|all| !all.is_empty()))
    else {
        return;
    };
    if let Some(first) = alternatives.first().and_then(|scopes| scopes.first())
        && alternatives.iter().all(|scopes| !scopes.is_empty())
    {
        let message = format!("the contract asks for scopes at `{}`, and the file opens it", operation.name.value);
        let fault = Fault::new(FaultCode::CallerNeverFits, public, message);
        let fault = fault.label("give the operation its own `callers`");
        faults.push(fault.related(first.span, "a caller without credential has none"));
    }
}

/// Who may call an operation: its own word, whole, or else the API's.
pub(crate) fn effective<'d>(api: &'d Api, operation: &'d Operation) -> &'d Access {
    let own = &operation.access;
    if own.callers.is_some() || own.public.is_some() { own } else { &api.access }
}
