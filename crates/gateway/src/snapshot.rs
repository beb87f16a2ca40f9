//! One loaded configuration: what all threads share of it, and what each thread adds.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use guard::ConnectionCounts;
use model::{Door, OperationId};
use observe::{Catalogue, Labels, Observatory, OperationName};
use rustls::ServerConfig;
use upstream::{Pools, Services, Upstreams};

use crate::challenge::Challenges;
use crate::identification::Identification;
use crate::peer::Peer;
use crate::settings::{ClientCertificates, DoorSettings, Settings};
use crate::stored::Stores;
use crate::tls::{self, DoorNames, TlsError};

/// The immutable whole, made once and shared by all threads.
pub(crate) struct Configuration {
    pub(crate) settings: Settings,
    pub(crate) doors: Vec<DoorState>,
    /// What all threads know of the services; goes on over a reload where they stay.
    pub(crate) services: Services,
    pub(crate) catalogue: Catalogue,
    pub(crate) stores: Stores,
    /// Goes on over a reload: a CA that is checking finds what it looks for.
    pub(crate) challenges: Arc<Challenges>,
    /// Likewise: whoever was known stays known.
    pub(crate) identification: Arc<Identification>,
}

/// What is derived from the settings of one door.
pub(crate) struct DoorState {
    pub(crate) tls: Option<Arc<ServerConfig>>,
    pub(crate) names: DoorNames,
    /// Goes on over a reload: who is connected stays connected.
    pub(crate) counts: Arc<ConnectionCounts>,
}

impl Configuration {
    /// Derives what the doors need. TLS that did not change keeps its state, so that its tickets go on working.
    pub(crate) fn new(settings: Settings, earlier: Option<&Self>, observatory: &Observatory) -> Result<Self, TlsError> {
        let mut doors = Vec::with_capacity(settings.doors.len());
        for (index, door) in settings.doors.iter().enumerate() {
            let tls = match &door.tls {
                None => None,
                Some(_) => Some(match earlier.and_then(|earlier| earlier.same_tls(door)) {
                    Some(kept) => kept,
                    None => new_tls(door)?,
                }),
            };
            let counts =
                earlier.and_then(|earlier| earlier.state_of(&door.door)).map(|state| Arc::clone(&state.counts));
            let counts = counts.unwrap_or_default();
            doors.push(DoorState { tls, names: DoorNames::among(&settings, index), counts });
        }
        let services = Services::new(&settings.services, earlier.map(|earlier| &earlier.services), Instant::now());
        let catalogue = observatory.catalogue(&labels(&settings));
        let stores = Stores::new(&settings, earlier.map(|earlier| (&earlier.settings, &earlier.stores)));
        let challenges = earlier.map(|earlier| Arc::clone(&earlier.challenges)).unwrap_or_default();
        let identification = earlier.map(|earlier| Arc::clone(&earlier.identification)).unwrap_or_default();
        Ok(Self { settings, doors, services, catalogue, stores, challenges, identification })
    }

    fn same_tls(&self, door: &DoorSettings) -> Option<Arc<ServerConfig>> {
        let index = self.door_named(&door.door)?;
        let earlier = self.settings.doors.get(index)?;
        let same = earlier.tls == door.tls && earlier.protocols == door.protocols;
        same.then(|| self.doors.get(index)?.tls.clone()).flatten()
    }

    fn state_of(&self, door: &Door) -> Option<&DoorState> {
        self.doors.get(self.door_named(door)?)
    }

    /// The place of a door of that name and kind.
    pub(crate) fn door_named(&self, door: &Door) -> Option<usize> {
        self.settings.doors.iter().position(|settings| settings.door == *door)
    }

    /// The door that listens at an address, and whether that address only redirects to it.
    pub(crate) fn door_at(&self, address: SocketAddr) -> Option<(usize, Listening)> {
        self.settings.doors.iter().enumerate().find_map(|(index, door)| {
            let listening = if door.listen.contains(&address) {
                Listening::Serve
            } else if door.redirect_from == Some(address) {
                Listening::Redirect
            } else {
                return None;
            };
            Some((index, listening))
        })
    }

    /// Every address that is listened on.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        self.settings.doors.iter().flat_map(|door| door.listen.iter().copied().chain(door.redirect_from))
    }
}

/// What the metrics call the things of a configuration.
pub(crate) fn labels(settings: &Settings) -> Labels {
    let door = |index: usize| settings.doors.get(index).map(|door| Arc::clone(&door.door.name));
    let operations = settings.operations.iter().map(|operation| OperationName {
        door: door(operation.door).unwrap_or_else(|| Arc::from("")),
        api: Arc::clone(&operation.api),
        operation: Arc::clone(&operation.name),
    });
    let deprecated = (0..).zip(&settings.operations).filter(|(_, operation)| operation.ending.is_some());
    Labels {
        doors: settings.doors.iter().map(|door| door.door.clone()).collect(),
        operations: operations.collect(),
        deprecated: deprecated.map(|(id, _)| OperationId(id)).collect(),
        services: settings.services.iter().map(|service| Arc::clone(&service.name)).collect(),
    }
}

fn new_tls(door: &DoorSettings) -> Result<Arc<ServerConfig>, TlsError> {
    door.tls.as_ref().map_or(Err(TlsError::NoCertificate), |tls| tls::server_config(tls, door.protocols))
}

/// What happens at a listening address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listening {
    /// Requests are served.
    Serve,
    /// Requests are sent on to the door's TLS address.
    Redirect,
}

/// A configuration as one thread uses it.
pub(crate) struct Snapshot {
    pub(crate) configuration: Arc<Configuration>,
    pub(crate) upstreams: Upstreams,
}

impl Snapshot {
    pub(crate) fn new(configuration: Arc<Configuration>, pools: &Pools) -> Rc<Self> {
        let upstreams = pools.resolve(&configuration.services);
        Rc::new(Self { configuration, upstreams })
    }

    pub(crate) fn door(&self, index: usize) -> Option<(&DoorSettings, &DoorState)> {
        Some((self.configuration.settings.doors.get(index)?, self.configuration.doors.get(index)?))
    }

    /// Whether this door would let the peer of an open connection in again: from its address, over what it speaks,
    /// by the same anchors that its certificate was judged by.
    pub(crate) fn lets_in(&self, index: usize, peer: &Peer) -> bool {
        let Some(door) = self.configuration.settings.doors.get(index) else { return false };
        let asks = door.tls.as_ref().map_or(&ClientCertificates::NotAsked, |tls| &tls.clients);
        let comes_as_it_must = match (&door.proxies, peer.via) {
            (None, None) => true,
            (Some(proxies), Some(via)) => proxies.speak == via.speaks && proxies.networks.admits(via.address),
            _ => false,
        };
        // What a proxy says for itself is nobody's call from afar.
        let own = peer.via.is_some_and(|via| via.address == peer.address.ip());
        let admitted = own || door.networks.admits(peer.address.ip());
        comes_as_it_must && admitted && door.tls.is_some() == peer.secure && *asks == peer.anchors
    }
}
