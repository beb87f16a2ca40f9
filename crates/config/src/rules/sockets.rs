//! One socket belongs to one listener.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use super::Rules;
use crate::draft::Door;
use crate::fault::{Collector, Fault, FaultCode};
use crate::source::Span;

impl Rules<'_> {
    pub(super) fn sockets(&self, faults: &mut Collector) {
        let mut by_port: HashMap<u16, Vec<(SocketAddr, Span)>> = HashMap::new();
        for door in self.draft.doors.iter().filter(|door| self.index.is_used(door)) {
            for (address, span) in self.listeners(door) {
                // Port 0 is another port each time.
                if address.port() == 0 {
                    continue;
                }
                let taken = by_port.entry(address.port()).or_default();
                if let Some((_, first)) = taken.iter().find(|(other, _)| overlap(other.ip(), address.ip())) {
                    let fault = Fault::new(FaultCode::SameSocket, span, format!("`{address}` is listened on twice"));
                    faults.push(fault.label("and again here").related(*first, "first here"));
                }
                taken.push((address, span));
            }
        }
    }

    /// Every address that a door listens on, with the words that say so.
    fn listeners(&self, door: &Door) -> Vec<(SocketAddr, Span)> {
        let mut all: Vec<_> = door.listen.iter().map(|listen| (listen.value, listen.span)).collect();
        if let (true, Some(kind)) = (all.is_empty(), door.kind) {
            all.push((self.defaults.of(kind).listen, door.name.span));
        }
        all.extend(door.redirect_from.iter().map(|redirect| (redirect.value, redirect.span)));
        all
    }
}

/// Whether two addresses on one port would take each other's connections; `[::]` takes IPv4 too where the system says so.
fn overlap(one: IpAddr, other: IpAddr) -> bool {
    let everything = |ip: IpAddr| matches!(ip, IpAddr::V6(six) if six.is_unspecified());
    let same_family = one.is_ipv4() == other.is_ipv4();
    one.to_canonical() == other.to_canonical()
        || everything(one)
        || everything(other)
        || (same_family && (one.is_unspecified() || other.is_unspecified()))
}
