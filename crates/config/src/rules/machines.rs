//! Rules of the provider's endpoints for programs: a server door has them, and whoever comes there shows a certificate.

use model::DoorKind;

use super::index::unknown;
use super::{Rules, misplaced};
use crate::draft::{Identity, loosened};
use crate::fault::{Collector, Fault, FaultCode};

impl Rules<'_> {
    pub(super) fn machines(&self, identity: &Identity, faults: &mut Collector) {
        let Some(named) = &identity.machines else {
            for loosening in &identity.loosen {
                faults.push(misplaced(loosening, "no server door is named; write `machines: DOOR`"));
            }
            return;
        };
        let Some(door) = self.index.doors.get(named.value.as_str()) else {
            // `server` is there without a line.
            let names = self.index.doors.keys().copied().chain(["server"]);
            return unknown("door", "doors", named, names, faults);
        };
        if door.kind == Some(DoorKind::Client) {
            let message = "programs do not come for themselves to a client door";
            let fault = Fault::new(FaultCode::CallerMisplaced, named.span, message);
            faults.push(fault.label("name a server door").related(door.name.span, "its door"));
        }
        if !door.hosts.is_empty() && door.hosts.iter().all(|host| host.value.starts_with('*')) {
            let message = format!("the door `{}` has no host that could stand in a URL", door.name.value);
            let fault = Fault::new(FaultCode::HostNeeded, named.span, message);
            faults
                .push(fault.label("programs write the URL of the token endpoint").related(door.name.span, "its door"));
        }
        if loosened(&door.loosen, "certificate-optional") && !loosened(&identity.loosen, "no-certificate") {
            let message = format!("the door `{}` makes certificates optional", door.name.value);
            let fault = Fault::new(FaultCode::LooseningNeeded, named.span, message);
            faults.push(fault.label("write `loosen: { no-certificate: WHY }` under `identity`, or name another door"));
        }
    }
}
