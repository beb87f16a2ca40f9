//! What must hold between the parts of a file, beyond each part's own form.
//!
//! Each rule reads the draft and the table of defaults, and tells its faults;
//! none stops another.

mod acme;
mod apis;
mod apps;
mod callers;
mod doors;
mod identity;
mod index;
mod issuers;
mod keys;
mod machines;
mod own;
mod routes;
mod services;
mod slashes;
mod sockets;
mod tokens;
mod workloads;

use crate::defaults::Defaults;
use crate::draft::{Access, Draft, Loosened};
use crate::fault::{Collector, Fault, FaultCode};
use crate::source::Span;
use crate::value::Day;

pub(crate) use apis::covers;
pub(crate) use apps::{digests, settings as app_settings};
pub(crate) use callers::{effective, takes};
pub(crate) use doors::routing_host;
pub(crate) use index::Index;
pub(crate) use own::{own, template};
pub(crate) use routes::published;
pub(crate) use workloads::TRUST_DOMAIN;

/// Tells everything that the parts of a draft have against each other.
pub(crate) fn check(draft: &Draft, defaults: &Defaults, today: Day, faults: &mut Collector) {
    let index = Index::new(draft);
    let rules = Rules { draft, index: &index, defaults, today };
    rules.doors(faults);
    rules.sockets(faults);
    rules.services(faults);
    rules.apis(faults);
    rules.routes(faults);
    rules.keys(faults);
    rules.workloads(faults);
    rules.identity(faults);
    rules.apps(faults);
    rules.issuers(faults);
    rules.slashes(faults);
    for loosening in loosenings(draft) {
        rules.expiry(loosening, faults);
    }
}

/// Every loosening of a file.
pub(crate) fn loosenings(draft: &Draft) -> impl Iterator<Item = &Loosened> {
    let doors = draft.doors.iter().flat_map(|door| &door.loosen);
    let services = draft.services.iter().flat_map(|service| &service.loosen);
    let apps = draft.apps.iter().flat_map(|app| &app.loosen);
    doors.chain(services).chain(draft.apis.iter().flat_map(|api| &api.loosen)).chain(apps)
}

/// Where `public: true` stands: the dotted key above it, its place, and whether `callers` stand beside it.
pub(crate) fn public_places(draft: &Draft) -> impl Iterator<Item = (String, Span, bool)> {
    let of = |on: String, access: &Access| access.public.map(|span| (on, span, access.callers.is_some()));
    draft.written_apis().flat_map(move |api| {
        let on = format!("apis.{}", api.name.value);
        let operations = api.operations.iter().filter_map({
            let on = on.clone();
            move |operation| of(format!("{on}.operations.{}", operation.name.value), &operation.access)
        });
        of(on, &api.access).into_iter().chain(operations)
    })
}

struct Rules<'a> {
    draft: &'a Draft,
    index: &'a Index<'a>,
    defaults: &'a Defaults,
    today: Day,
}

impl Rules<'_> {
    fn expiry(&self, loosening: &Loosened, faults: &mut Collector) {
        if let Some(until) = loosening.until.as_ref().filter(|until| until.value < self.today) {
            let message = format!("the loosening `{}` was to end on {}", loosening.name.value, until.value);
            let fault = Fault::new(FaultCode::LooseningExpired, until.span, message).warning();
            faults.push(fault.label("take it out, or decide again").related(loosening.name.span, "this one"));
        }
    }
}

fn misplaced(loosening: &Loosened, why: &str) -> Fault {
    let message = format!("`{}` loosens nothing here", loosening.name.value);
    Fault::new(FaultCode::LooseningMisplaced, loosening.name.span, message).label(why)
}
