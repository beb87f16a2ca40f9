//! Addresses that stand for all others: one for each set of ranges that an address can be in.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use gateway::Settings;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use policy::Way;

/// One part of the addresses: a range without the smaller ranges inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    /// The range.
    pub(super) range: IpNet,
    /// An address in it and in no smaller one.
    pub(super) address: IpAddr,
}

/// The parts that the ranges of these configurations make of all addresses. Two ranges are apart or one is inside the
/// other, so that a range without those inside it is a part.
pub(super) fn cells(configurations: [&Settings; 2]) -> Vec<Cell> {
    let mut ranges: BTreeSet<IpNet> =
        configurations.into_iter().flat_map(ranges_of).map(|range| range.trunc()).collect();
    ranges.insert(Ipv4Net::default().into());
    ranges.insert(Ipv6Net::default().into());
    let cell = |range: &IpNet| Some(Cell { range: *range, address: outside_of_inner(*range, &ranges)? });
    ranges.iter().filter_map(cell).collect()
}

fn ranges_of(settings: &Settings) -> Vec<IpNet> {
    let doors = settings.doors.iter().map(|door| &door.networks);
    let operations =
        settings.operations.iter().flat_map(|operation| operation.networks.iter().map(|rule| &rule.networks));
    let mut all: Vec<IpNet> =
        doors.chain(operations).flat_map(|networks| networks.allow().iter().chain(networks.deny())).copied().collect();
    let rules =
        (0..settings.rules.len()).filter_map(|at| settings.rules.rule(model::OperationId(u32::try_from(at).ok()?)));
    for way in rules.flat_map(|rule| &rule.ways) {
        if let Way::Workloads { networks: Some(networks), .. } = way {
            all.extend(networks);
        }
    }
    all.extend(settings.directory.networks());
    all
}

/// The first address of a range that is in none of those inside it.
fn outside_of_inner(range: IpNet, ranges: &BTreeSet<IpNet>) -> Option<IpAddr> {
    let inner = |address: &IpAddr| {
        ranges
            .iter()
            .filter(|other| **other != range && range.contains(*other) && other.contains(address))
            .max_by_key(|other| other.broadcast())
    };
    // An IPv4 address within IPv6 is the IPv4 address (RFC 4291 §2.5.5.2), and stands for no IPv6 range.
    let mut address = range.network();
    while let Some(inside) = inner(&address) {
        address = after(inside.broadcast()).filter(|next| range.contains(next))?;
    }
    Some(address)
}

fn after(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => address.to_bits().checked_add(1).map(|bits| Ipv4Addr::from_bits(bits).into()),
        IpAddr::V6(address) => address.to_bits().checked_add(1).map(|bits| Ipv6Addr::from_bits(bits).into()),
    }
}

#[cfg(test)]
mod tests;
