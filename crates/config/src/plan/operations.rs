//! Operations: settings, rule and route of each, numbered in the order of the file.

use std::sync::Arc;

use gateway::{NetworkRule, OperationSettings, Streams};
use guard::Networks;
use model::{DoorKind, KeyKind, OperationId, ServiceId};
use policy::{OperationRule, Way, WorkloadPattern};
use routing::{Route, Table};
use upstream::{Affinity, Balance};

use super::ending::ending;
use super::inherit::Effective;
use super::{Planner, tokens};
use crate::defaults::{NetworksDefault, Unidentified};
use crate::draft::{Access, Api, Door, KeyCallers, Operation, Said, WorkloadCallers, loosened};
use crate::rules::{self, published};
use crate::source::Span;
use crate::value::WorkloadText;

/// One operation, in the parts that the rooms take.
pub(crate) struct Planned {
    pub(crate) settings: OperationSettings,
    pub(crate) rule: OperationRule,
    route: Route,
}

impl Planner<'_> {
    /// Every operation; the door of each is its index among the opened ones.
    pub(super) fn operations(&mut self, opened: &[&Door]) -> Vec<Planned> {
        let draft = self.draft;
        let mut planned = Vec::new();
        for api in &draft.apis {
            let position = |door: &Door| opened.iter().position(|opened| opened.name.value == door.name.value);
            let door = self.index.door_of(api).and_then(|door| Some((position(door)?, door, door.kind?)));
            let Some((at, door, kind)) = door else {
                self.not_understood(api.name.span, "this API has no door");
                continue;
            };
            for operation in &api.operations {
                let id = OperationId(u32::try_from(planned.len()).unwrap_or(u32::MAX));
                match self.operation(id, api, operation, (at, door, kind)) {
                    Some(operation) => planned.push(operation),
                    // What stands against it may have been told by its own name.
                    None if self.faults.any_error() => {}
                    None => self.not_understood(operation.name.span, "this operation cannot be published"),
                }
            }
        }
        planned
    }

    fn operation(
        &mut self,
        id: OperationId,
        api: &Api,
        operation: &Operation,
        (at, door, kind): (usize, &Door, DoorKind),
    ) -> Option<Planned> {
        let holds = Effective::new(self.defaults, door, kind, api, Some(operation));
        let name: Arc<str> = Arc::from(operation.name.value.as_str());
        let api_name: Arc<str> = Arc::from(api.name.value.as_str());
        let prefix = api.path.as_ref().map_or("", |path| path.value.trim_end_matches('/'));
        let house = match rules::own(api, operation) {
            Some(own) => Some(self.house(api, operation, own)?),
            None => None,
        };
        let service = match &house {
            Some(_) => None,
            None => Some(self.index.services.get(api.service.as_ref()?.value.as_str())?.0),
        };
        let settings = OperationSettings {
            door: at,
            api: Arc::clone(&api_name),
            name: Arc::clone(&name),
            place: self.place(operation.name.span),
            house,
            prefix: Arc::from(prefix),
            networks: self.api_networks(api, kind),
            deadline: holds.deadline.value,
            idle: holds.idle.value,
            streams: streams(operation),
            websocket: operation.is_websocket(),
            body_bytes: holds.body.value,
            errors: holds.errors.value,
            upstream_errors: holds.upstream_errors.value,
            compress: holds.compress.value,
            attempts: self.defaults.of(kind).attempts,
            idempotent: operation.idempotent.as_ref().is_some_and(|said| said.value),
            affine_segment: service.and_then(|service| self.affine_segment(service, prefix, operation)),
            cache: self.cache(api, operation),
            ending: ending(api, operation),
            audience: service.and_then(|service| self.audience(service)),
            ask: match &api.ask {
                Some(ask) => Some(Arc::new(self.ask(api, ask)?)),
                None => None,
            },
            resource: self.resource(api, door, kind, holds.access),
            sign_in: self.sign_in(api, holds.access),
            cors: self.cors(kind, holds.access),
        };
        let rule = OperationRule {
            api: api_name,
            operation: name,
            service: match service {
                Some(service) => Some(ServiceId(u32::try_from(service).ok()?)),
                None => None,
            },
            public: self.is_public(holds.access, kind),
            ways: self.ways(api, holds.access, operation)?,
            place: self.place(access_span(holds.access).unwrap_or(api.name.span)),
        };
        let route = published(api, operation, id)?;
        Some(Planned { settings, rule, route })
    }

    /// What a service is called that is told who called: each that does not say otherwise.
    fn audience(&self, service: usize) -> Option<Arc<str>> {
        let service = self.draft.services.get(service)?;
        let signed = service.identity.as_ref().is_none_or(|said| said.value);
        signed.then(|| Arc::from(service.name.value.as_str()))
    }

    /// Where in the path stands what the service balances by.
    fn affine_segment(&self, service: usize, prefix: &str, operation: &Operation) -> Option<usize> {
        let balance = &self.draft.services.get(service)?.balance.as_ref()?.value;
        let Balance::Hash(Affinity::Path(name)) = balance else { return None };
        let template = &operation.route.as_ref()?.value.template;
        let parameter = format!("{{{name}}}");
        let at = template.split('/').skip(1).position(|segment| segment == parameter)?;
        Some(prefix.bytes().filter(|byte| *byte == b'/').count() + at)
    }

    fn is_public(&self, access: &Access, kind: DoorKind) -> bool {
        access.public.is_some() || self.defaults.of(kind).unidentified == Unidentified::Everywhere
    }

    /// All of them must admit: the API's own, and at a server door the private ranges.
    fn api_networks(&mut self, api: &Api, kind: DoorKind) -> Vec<NetworkRule> {
        let written = self.written_ranges(api.addresses.networks.as_deref());
        let deny = self.index.ranges(&api.addresses.deny);
        let mut all = Vec::new();
        let mut hold = |networks, place| all.push(NetworkRule { networks, place });
        // Apart, so that a refusal names the line that refused.
        if let Some(first) = api.addresses.networks.iter().flatten().next().filter(|_| !written.is_empty()) {
            hold(Networks::new(written, Vec::new()), self.place(first.span));
        }
        if let Some(first) = api.addresses.deny.first().filter(|_| !deny.is_empty()) {
            hold(Networks::new(Vec::new(), deny), self.place(first.span));
        }
        let private = self.defaults.of(kind).networks == NetworksDefault::Private;
        if private && !loosened(&api.loosen, "any-network") {
            hold(Networks::private_and_loopback(), Arc::from(format!("default of {kind} doors")));
        }
        all
    }

    fn ways(&self, api: &Api, access: &Access, operation: &Operation) -> Option<Vec<Way>> {
        let Some(callers) = &access.callers else { return Some(Vec::new()) };
        let keys = callers.keys.iter().flat_map(|keys| key_ways(keys, operation)).collect::<Vec<_>>();
        let workloads = match &callers.workloads {
            Some(workloads) => Some(self.workload_way(workloads)?),
            None => None,
        };
        let users = callers.users.iter().flat_map(|users| tokens::user_ways(users, operation));
        let unbound = loosened(&api.loosen, "unbound-tokens");
        let apps = callers.apps.iter().flat_map(|apps| tokens::app_ways(apps, operation, unbound));
        Some(keys.into_iter().chain(workloads).chain(users).chain(apps).collect())
    }

    fn workload_way(&self, workloads: &WorkloadCallers) -> Option<Way> {
        let pattern = |said: &Said<WorkloadText>| {
            let text = match &said.value {
                WorkloadText::Name(name) => name.clone(),
                WorkloadText::Id(id) => id.to_string(),
                WorkloadText::Prefix(id) => format!("{id}/*"),
            };
            WorkloadPattern::parse(&text).ok()
        };
        let patterns = workloads.names.iter().map(pattern).collect::<Option<_>>()?;
        let networks = workloads.networks.as_deref().map(|networks| self.index.ranges(networks));
        Some(Way::Workloads { patterns, networks })
    }

    /// The routes of each door, in their order.
    pub(super) fn tables(&mut self, opened: &[&Door], operations: &[Planned]) -> Vec<Table> {
        let mut tables = Vec::new();
        for at in 0..opened.len() {
            let routes = operations.iter().filter(|planned| planned.settings.door == at);
            match Table::build(routes.map(|planned| planned.route.clone()).collect()) {
                Ok(table) => tables.push(table),
                // The rules know each of these.
                Err(conflicts) => {
                    tables.push(Table::default());
                    for conflict in conflicts {
                        self.not_understood(Span::default(), conflict.to_string());
                    }
                }
            }
        }
        tables
    }
}

fn key_ways(keys: &KeyCallers, operation: &Operation) -> Vec<Way> {
    let kinds = keys.kinds.iter().map(|kind| kind.value).filter(|kind| rules::takes(operation, *kind));
    let kinds: Vec<KeyKind> = kinds.collect();
    if kinds.is_empty() {
        return Vec::new();
    }
    let with = |scopes| Way::Keys { kinds: kinds.clone(), names: keys.names.as_deref().map(tokens::texts), scopes };
    tokens::scopes(&keys.scopes, operation).map(with).collect()
}

/// What may last: what the contract calls a stream, answers of an operation that says `idle` itself, and WebSockets.
fn streams(operation: &Operation) -> Streams {
    let contract::Streams { client, server } = operation.streams;
    let said = operation.bounds.idle.is_some() || operation.is_websocket();
    // The answer to a stream comes when that is over, or beside it: neither is bounded by a deadline.
    Streams { request: client, answer: client || server || said }
}

/// The words that say who may call.
pub(crate) fn access_span(access: &Access) -> Option<Span> {
    access.callers.as_ref().map(|callers| callers.span).or(access.public)
}
