//! Routes: no two operations of a door answer to the same requests.

use std::collections::HashMap;

use model::OperationId;
use routing::{MethodRule, Route, Table};

use super::Rules;
use super::apis::full_template;
use super::doors::routing_host;
use crate::draft::{Api, Operation};
use crate::fault::{Collector, Fault, FaultCode};

impl Rules<'_> {
    /// Two routes that would win the same request are a fault at both lines.
    pub(super) fn routes(&self, faults: &mut Collector) {
        let mut by_door: HashMap<&str, Vec<(&Api, &Operation)>> = HashMap::new();
        for api in &self.draft.apis {
            let Some(door) = &api.door else { continue };
            let operations = api.operations.iter().map(|operation| (api, operation));
            by_door.entry(door.value.as_str()).or_default().extend(operations);
        }
        for published_there in by_door.into_values() {
            let numbered = published_there.iter().enumerate();
            let routes = numbered.filter_map(|(at, (api, operation))| published(api, operation, id(at)));
            let conflicts = Table::build(routes.collect()).err().unwrap_or_default();
            for conflict in conflicts {
                let find = |id: OperationId| published_there.get(usize::try_from(id.0).unwrap_or(usize::MAX));
                if let (Some(first), Some(second)) = (find(conflict.first), find(conflict.second)) {
                    tell(*first, *second, &conflict.route, faults);
                }
            }
        }
    }
}

fn id(at: usize) -> OperationId {
    OperationId(u32::try_from(at).unwrap_or(u32::MAX))
}

fn tell(first: (&Api, &Operation), second: (&Api, &Operation), route: &str, faults: &mut Collector) {
    let words =
        |(_, operation): (&Api, &Operation)| operation.route.as_ref().map_or(operation.name.span, |route| route.span);
    let named = |(api, operation): (&Api, &Operation)| format!("`{}.{}`", api.name.value, operation.name.value);
    let message = format!("{} and {} answer to the same requests", named(first), named(second));
    let fault = Fault::new(FaultCode::RouteConflict, words(second), message);
    let label = format!("`{route}` is published twice at one door");
    faults.push(fault.label(label).related(words(first), "first here"));
}

/// An operation as the routing room takes it; `None` where a part of it has its own fault.
pub(crate) fn published(api: &Api, operation: &Operation, id: OperationId) -> Option<Route> {
    let said = &operation.route.as_ref()?.value;
    let prefix = api.path.as_ref().map_or("", |path| path.value.as_str());
    let host = match &api.host {
        Some(host) => Some(routing_host(&host.value).ok()?),
        None => None,
    };
    Some(Route {
        host,
        template: full_template(prefix, &said.template).ok()?,
        method: MethodRule::parse(&said.method).ok()?,
        operation: id,
    })
}
