//! Names to things, and the answer to a name that nothing has.

use std::collections::{HashMap, HashSet};

use ipnet::IpNet;

use crate::draft::{Api, Door, Draft, NamedNetwork, PinnedKey, Said, Service, Workload};
use crate::fault::{Collector, Fault, FaultCode};
use crate::shape::nearest;
use crate::value::NetworkText;

/// The things of a draft by their names.
pub(crate) struct Index<'d> {
    pub(crate) doors: HashMap<&'d str, &'d Door>,
    pub(crate) services: HashMap<&'d str, (usize, &'d Service)>,
    pub(crate) apis: HashMap<&'d str, &'d Api>,
    pub(crate) networks: HashMap<&'d str, &'d NamedNetwork>,
    pub(crate) keys: HashMap<&'d str, &'d PinnedKey>,
    pub(crate) workloads: HashMap<&'d str, &'d Workload>,
    used_doors: HashSet<&'d str>,
    opened_apis: HashSet<&'d str>,
}

impl<'d> Index<'d> {
    pub(crate) fn new(draft: &'d Draft) -> Self {
        Self {
            doors: by_name(&draft.doors, |door| &door.name),
            services: draft
                .services
                .iter()
                .enumerate()
                .filter(|(_, one)| !one.decides)
                .map(|(at, one)| (one.name.value.as_str(), (at, one)))
                .collect(),
            apis: by_name(&draft.apis, |api| &api.name),
            networks: by_name(&draft.networks, |network| &network.name),
            keys: by_name(&draft.keys, |key| &key.name),
            workloads: by_name(&draft.workloads, |workload| &workload.name),
            opened_apis: draft.keys.iter().flat_map(|key| &key.apis).map(|api| api.value.as_str()).collect(),
            used_doors: draft.apis.iter().filter_map(|api| Some(api.door.as_ref()?.value.as_str())).collect(),
        }
    }

    /// The door of an API, where it names one that there is.
    pub(crate) fn door_of(&self, api: &Api) -> Option<&'d Door> {
        self.doors.get(api.door.as_ref()?.value.as_str()).copied()
    }

    /// Whether any API names this door: only then is it opened.
    pub(crate) fn is_used(&self, door: &Door) -> bool {
        self.used_doors.contains(door.name.value.as_str())
    }

    /// Whether any pinned key opens this API.
    pub(crate) fn has_key(&self, api: &Api) -> bool {
        self.opened_apis.contains(api.name.value.as_str())
    }

    /// The ranges of a list, names put in; what has no meaning is left out here and told by [`Self::check_networks`].
    pub(crate) fn ranges(&self, networks: &[Said<NetworkText>]) -> Vec<IpNet> {
        let ranges = |network: &Said<NetworkText>| match &network.value {
            NetworkText::Range(range) => vec![*range],
            NetworkText::Name(name) if name == "private" => guard::Networks::private_and_loopback().allow().to_vec(),
            NetworkText::Name(name) if name == "loopback" => loopback(),
            NetworkText::Name(name) => {
                let named = self.networks.get(name.as_str());
                named.map(|network| network.ranges.iter().map(|range| range.value).collect()).unwrap_or_default()
            }
        };
        networks.iter().flat_map(ranges).collect()
    }

    /// Tells names that no range has.
    pub(crate) fn check_networks(&self, networks: &[Said<NetworkText>], faults: &mut Collector) {
        for network in networks {
            if let NetworkText::Name(name) = &network.value
                && !matches!(name.as_str(), "private" | "loopback")
                && !self.networks.contains_key(name.as_str())
            {
                let said = Said { value: name.clone(), span: network.span };
                unknown("network", "networks", &said, self.networks.keys().copied(), faults);
            }
        }
    }
}

fn by_name<'d, T>(things: &'d [T], name: impl Fn(&'d T) -> &'d Said<String>) -> HashMap<&'d str, &'d T> {
    things.iter().map(|thing| (name(thing).value.as_str(), thing)).collect()
}

/// Tells a name that nothing has; `map` is where such things stand in the file.
pub(super) fn unknown<'n>(
    noun: &str,
    map: &str,
    said: &Said<String>,
    names: impl Iterator<Item = &'n str> + Clone,
    faults: &mut Collector,
) {
    let fault = Fault::new(FaultCode::UnknownName, said.span, format!("there is no {noun} `{}`", said.value));
    if faults.is_full() {
        return faults.push(fault);
    }
    if let Some(near) = nearest(&said.value, names.clone()) {
        return faults.push(fault.label(format!("did you mean `{near}`?")).replace(near));
    }
    let mut names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(NAMES_LISTED);
    let fault = fault.label(format!("it would stand under `{map}:`"));
    faults.push(match names.as_slice() {
        [] => fault,
        [only] => fault.help(format!("there is {only}")),
        _ => fault.help(format!("there are {}", names.join(", "))),
    });
}

/// More names than this help nobody who looks for one.
const NAMES_LISTED: usize = 8;

/// The loopback ranges (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
fn loopback() -> Vec<IpNet> {
    ["127.0.0.0/8", "::1/128"].iter().filter_map(|range| range.parse().ok()).collect()
}
