//! Rules of APIs: door, host, service, networks, loosenings, routes.

use gateway::{Errors, UpstreamErrors};
use model::DoorKind;

use super::doors::{errors_and_loosening, routing_host};
use super::index::unknown;
use super::{Rules, misplaced};
use crate::defaults::NetworksDefault;
use crate::draft::{Api, Callers, Door, MACHINES_API, Operation, Retire, Said, loosened};
use crate::fault::{Collector, Fault, FaultCode};
use crate::shape::nearest;
use crate::value::RouteText;

/// The smallest store, in bytes.
const CACHE_AT_LEAST: u64 = 64 << 10;

impl Rules<'_> {
    pub(super) fn apis(&self, faults: &mut Collector) {
        for api in &self.draft.apis {
            self.references(api, faults);
            self.index.check_networks(api.addresses.networks.as_deref().unwrap_or_default(), faults);
            self.index.check_networks(&api.addresses.deny, faults);
            cache(api, faults);
            api.operations.iter().for_each(|operation| route(api, operation, faults));
            let operations = api.operations.iter().filter_map(|operation| operation.retire.as_ref());
            api.retire.iter().chain(operations).for_each(|retire| days(retire, faults));
            super::own::check(api, faults);
            // Without a door nothing more can be judged, and that is told already.
            if let Some(door) = self.index.door_of(api)
                && let Some(kind) = door.kind
            {
                host(api, door, faults);
                self.access(api, door, kind, faults);
                self.api_networks(api, kind, faults);
                self.api_errors(api, door, kind, faults);
                api_loosenings(api, door, kind, faults);
            }
        }
    }

    fn references(&self, api: &Api, faults: &mut Collector) {
        if let Some(door) = &api.door
            && !self.index.doors.contains_key(door.value.as_str())
        {
            let names = self.index.doors.keys().copied().chain(["client", "server"]);
            unknown("door", "doors", door, names, faults);
        }
        if let Some(service) = &api.service
            && !self.index.services.contains_key(service.value.as_str())
        {
            unknown("service", "services", service, self.index.services.keys().copied(), faults);
        }
    }

    /// At a server door written networks lie within the private ranges, or they would never admit anybody.
    fn api_networks(&self, api: &Api, kind: DoorKind, faults: &mut Collector) {
        let private = self.defaults.of(kind).networks == NetworksDefault::Private;
        if !private || loosened(&api.loosen, "any-network") {
            return;
        }
        let within = guard::Networks::private_and_loopback();
        for network in api.addresses.networks.iter().flatten() {
            let ranges = self.index.ranges(std::slice::from_ref(network));
            let outside = ranges.iter().find(|range| !within.allow().iter().any(|private| private.contains(*range)));
            if let Some(range) = outside {
                let message = format!("`{range}` is not within the private ranges that a server door admits");
                let fault = Fault::new(FaultCode::OutsideNetworks, network.span, message);
                faults.push(fault.label("write a private range, or `loosen: { any-network: WHY }` at this API"));
            }
        }
    }

    fn api_errors(&self, api: &Api, door: &Door, kind: DoorKind, faults: &mut Collector) {
        if kind != DoorKind::Client {
            return;
        }
        let here = loosened(&api.loosen, "detailed-errors");
        let allowed = here || loosened(&door.loosen, "detailed-errors");
        match &api.errors {
            Some(errors) if errors.value == Errors::Detailed => errors_and_loosening(errors, allowed, faults),
            Some(errors) => errors_and_loosening(errors, here, faults),
            None => {}
        }
        if let Some(pass) = api.upstream_errors.as_ref().filter(|said| said.value == UpstreamErrors::Pass && !allowed) {
            let message = "a service's own errors at a client door";
            let fault = Fault::new(FaultCode::LooseningNeeded, pass.span, message);
            faults.push(fault.label("leave it out, or write `loosen: { detailed-errors: WHY }`"));
        }
    }
}

/// What would hold nothing is a mistake.
fn cache(api: &Api, faults: &mut Collector) {
    let Some(size) = api.cache.as_ref().and_then(|cache| cache.size.as_ref()) else { return };
    if size.value < CACHE_AT_LEAST {
        let fault = Fault::new(FaultCode::BadValue, size.span, "that is too small to keep anything");
        faults.push(fault.label("at least `64KiB`; one answer may have an eighth of it"));
    }
}

/// Nothing is gone before anybody was told. One `retire` may hold for many operations of a contract, and is told once.
fn days(retire: &Retire, faults: &mut Collector) {
    if let (Some(since), Some(on)) = (&retire.since, &retire.on)
        && on.value < since.value
        && !faults.touches(on.span)
    {
        let message = format!("it would end on {}, before {}", on.value, since.value);
        let fault = Fault::new(FaultCode::DaysReversed, on.span, message);
        faults.push(fault.label("write a later day").related(since.span, "since then it should not be used"));
    }
}

fn host(api: &Api, door: &Door, faults: &mut Collector) {
    let listed = || door.hosts.iter().map(|host| format!("`{}`", host.value)).collect::<Vec<_>>().join(", ");
    match &api.host {
        None if door.hosts.len() > 1 => {
            let message = format!("`{}` does not say at which host", api.name.value);
            let fault = Fault::new(FaultCode::HostNeeded, api.name.span, message);
            faults.push(fault.label(format!("write `host:`, one of {}", listed())));
        }
        Some(host) if !door.hosts.iter().any(|served| covers(&served.value, &host.value)) => {
            let message = format!("`{}` is not a host of the door `{}`", host.value, door.name.value);
            let fault = Fault::new(FaultCode::UnknownName, host.span, message);
            let near = nearest(&host.value, door.hosts.iter().map(|host| host.value.as_str()));
            faults.push(match near {
                Some(near) => fault.label(format!("did you mean `{near}`?")).replace(near),
                None if door.hosts.is_empty() => fault.label(format!("write `hosts: {}` at the door", host.value)),
                None => fault.label(format!("it serves {}", listed())),
            });
        }
        _ => {}
    }
}

/// Whether a door's host is this host, or a wildcard that covers it.
pub(crate) fn covers(served: &str, host: &str) -> bool {
    served == host || (!host.starts_with("*.") && routing_host(served).is_ok_and(|pattern| pattern.covers(host)))
}

/// A segment such as `:id` is a parameter elsewhere, and here it is what it says.
fn colons(operation: &Operation, route: &Said<RouteText>, faults: &mut Collector) {
    let RouteText { method, template } = &route.value;
    let braced = |segment: &str| match segment.strip_prefix(':') {
        Some(name) if !name.is_empty() => format!("{{{name}}}"),
        _ => segment.to_owned(),
    };
    let fixed = template.split('/').map(braced).collect::<Vec<_>>().join("/");
    if fixed != *template && !operation.from_contract {
        let message = format!("`{template}` has a segment that begins with a colon, and means just that");
        let fault = Fault::new(FaultCode::BadRoute, route.span, message).warning();
        faults.push(fault.label(format!("for a parameter write `{method} {fixed}`")));
    }
}

fn route(api: &Api, operation: &Operation, faults: &mut Collector) {
    let Some(route) = &operation.route else { return };
    if let Some(websocket) = operation.websocket.as_ref().filter(|said| said.value && route.value.method != "GET") {
        let message = format!("a WebSocket begins with GET, and the route says `{}`", route.value.method);
        let fault = Fault::new(FaultCode::BadRoute, websocket.span, message);
        faults.push(fault.label("write the route as `GET …`"));
    }
    let prefix = api.path.as_ref().map(|path| path.value.as_str()).unwrap_or_default();
    let wrong = match (routing::MethodRule::parse(&route.value.method), full_template(prefix, &route.value.template)) {
        (Err(error), _) => error.to_string(),
        (_, Err(error)) => error.to_string(),
        (Ok(_), Ok(_)) => return colons(operation, route, faults),
    };
    let message = format!("the route `{} {}` cannot be published", route.value.method, route.value.template);
    let fault = Fault::new(FaultCode::BadRoute, route.span, message).label(wrong);
    faults.push(if operation.from_contract {
        fault.help(format!("without it: `contract: {{ file: …, withhold: [{}] }}`", operation.name.value))
    } else {
        fault
    });
}

/// The path of an API and the template of an operation, as callers see them together.
pub(crate) fn full_template(prefix: &str, template: &str) -> Result<routing::Template, routing::TemplateError> {
    routing::Template::parse(&format!("{}{template}", prefix.trim_end_matches('/')))
}

fn api_loosenings(api: &Api, door: &Door, kind: DoorKind, faults: &mut Collector) {
    let any = |takes: fn(&Callers) -> bool| {
        let accesses = std::iter::once(&api.access).chain(api.operations.iter().map(|operation| &operation.access));
        accesses.filter_map(|access| access.callers.as_ref()).any(takes)
    };
    let apps = any(|callers| callers.apps.is_some());
    let keys = apps || any(|callers| callers.keys.is_some()) || api.name.value == MACHINES_API;
    for loosening in &api.loosen {
        let why = match (loosening.name.value, kind) {
            ("no-certificate" | "any-network" | "unbound-tokens", DoorKind::Client) => {
                "its place: an API at a server door"
            }
            ("detailed-errors", DoorKind::Server) => "a server door tells the detail by default",
            ("detailed-errors", DoorKind::Client) if loosened(&door.loosen, "detailed-errors") => {
                "its door is loosened so already"
            }
            ("no-certificate", DoorKind::Server) if !loosened(&door.loosen, "certificate-optional") => {
                "its door demands a certificate; the door would loosen `certificate-optional`"
            }
            ("unbound-tokens", DoorKind::Server) if !apps => "the API takes no tokens",
            ("no-certificate", DoorKind::Server) if !keys => "the API takes nothing but certificates",
            _ => continue,
        };
        faults.push(misplaced(loosening, why));
    }
}
