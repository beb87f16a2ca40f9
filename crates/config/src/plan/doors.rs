//! Doors: addresses, bounds, and what the handshake asks.

use std::net::SocketAddr;

use gateway::{
    ClientCertificates, ConnectionBounds, DoorSettings, HeadBounds, Patience, Protocols, Proxies, TlsSettings,
};
use guard::Networks;
use model::DoorKind;
use routing::{HostPattern, Table};

use super::Planner;
use super::inherit::said_errors;
use crate::draft::{Door, Protocol, Said, Tls, loosened};
use crate::rules::routing_host;

impl Planner<'_> {
    pub(super) fn door(&mut self, door: &Door, kind: DoorKind, routes: Table) -> Option<DoorSettings> {
        let defaults = self.defaults.of(kind).clone();
        let narrow = |said: &Option<Said<u64>>, otherwise| {
            said.as_ref().map_or(otherwise, |said| u32::try_from(said.value).unwrap_or(u32::MAX))
        };
        Some(DoorSettings {
            door: model::Door::new(&door.name.value, kind),
            listen: self.listen(door, kind),
            redirect_from: door.redirect_from.as_ref().map(|redirect| redirect.value),
            hosts: self.hosts(door),
            tls: self.tls(door, kind)?,
            protocols: protocols(door),
            proxies: self.proxies(door)?,
            networks: self.door_networks(door),
            connections: ConnectionBounds {
                at_most: narrow(&door.at_most, defaults.connections),
                per_address: narrow(&door.per_address, defaults.connections_per_address),
            },
            heads: HeadBounds {
                bytes: defaults.head_bytes,
                fields: defaults.head_fields,
                target_bytes: defaults.target_bytes,
            },
            patience: Patience {
                handshake: defaults.handshake,
                head: defaults.head_time,
                keep_alive: defaults.keep_alive,
                stall: defaults.stall,
                body_bytes_per_second: defaults.body_bytes_per_second,
            },
            errors: said_errors(door.errors.as_ref(), &door.loosen).map_or(defaults.errors, |said| said.value),
            routes,
        })
    }

    /// Where a door listens.
    pub(crate) fn listen(&self, door: &Door, kind: DoorKind) -> Vec<SocketAddr> {
        if door.listen.is_empty() {
            vec![self.defaults.of(kind).listen]
        } else {
            door.listen.iter().map(|listen| listen.value).collect()
        }
    }

    fn hosts(&mut self, door: &Door) -> Vec<HostPattern> {
        let mut hosts = Vec::new();
        for host in &door.hosts {
            match routing_host(&host.value) {
                Ok(pattern) => hosts.push(pattern),
                // INVARIANT: a door that named hosts never ends up serving every name.
                Err(error) => self.not_understood(host.span, error.to_string()),
            }
        }
        hosts
    }

    fn door_networks(&mut self, door: &Door) -> Networks {
        let deny = self.index.ranges(&door.addresses.deny);
        Networks::new(self.written_ranges(door.addresses.networks.as_deref()), deny)
    }

    /// What stands in front of a door; the outer `None` is a fault.
    #[expect(
        clippy::option_option,
        reason = "a fault and no proxies are two things, and neither may pass for the other"
    )]
    fn proxies(&mut self, door: &Door) -> Option<Option<Proxies>> {
        let Some(proxies) = &door.proxies else { return Some(None) };
        let Some(speak) = &proxies.speak else {
            self.not_understood(proxies.span, "these proxies speak nothing");
            return None;
        };
        let networks = Networks::new(self.written_ranges(Some(&proxies.networks)), Vec::new());
        Some(Some(Proxies { networks, speak: speak.value }))
    }

    /// The ranges of written networks. None at all would mean "any", so it is a fault instead.
    pub(super) fn written_ranges(&mut self, networks: Option<&[Said<crate::value::NetworkText>]>) -> Vec<ipnet::IpNet> {
        let Some(networks) = networks else { return Vec::new() };
        let ranges = self.index.ranges(networks);
        if ranges.is_empty() {
            let span = networks.first().map(|network| network.span).unwrap_or_default();
            self.not_understood(span, "these networks hold no address");
        }
        ranges
    }

    /// What was read of a door's files; taken, since a key is not copied without need.
    fn certificates_of(&mut self, door: &Door) -> Option<Vec<gateway::CertificateAndKey>> {
        let at = self.draft.doors.iter().position(|other| other.name.value == door.name.value)?;
        self.certificates.doors.get_mut(at)?.take()
    }

    /// What a door wants of a public CA.
    pub(super) fn acme_of(&mut self, door: &Door) -> Option<ca::acme::AcmeSettings> {
        let at = self.draft.doors.iter().position(|other| other.name.value == door.name.value)?;
        self.certificates.acme.get_mut(at)?.take()
    }

    /// Whether a door's certificate is of the local CA.
    pub(super) fn is_local(&self, door: &Door) -> bool {
        door.tls.as_ref().is_none_or(|tls| tls.value == Tls::Local)
    }

    /// What the door asks and shows; the outer `None` is a fault, the inner one cleartext.
    #[expect(
        clippy::option_option,
        reason = "a fault and cleartext are two things, and neither may pass for the other"
    )]
    fn tls(&mut self, door: &Door, kind: DoorKind) -> Option<Option<TlsSettings>> {
        let certificates = match door.tls.as_ref().map(|tls| &tls.value) {
            Some(Tls::None) => return Some(None),
            Some(Tls::Files(_)) => self.certificates_of(door)?,
            // Of the local CA: the wiring puts them in.
            // Of a public CA: likewise, when it is there.
            Some(Tls::Local | Tls::Acme(_)) | None => Vec::new(),
        };
        let awaits_certificate = matches!(door.tls.as_ref().map(|tls| &tls.value), Some(Tls::Acme(_)));
        let asks = self.defaults.of(kind).client_certificate;
        let clients = match (asks, loosened(&door.loosen, "certificate-optional")) {
            (false, _) => ClientCertificates::NotAsked,
            (true, false) => ClientCertificates::Required { anchors: self.certificates.anchors.clone() },
            (true, true) => ClientCertificates::Optional { anchors: self.certificates.anchors.clone() },
        };
        let tls12 = self.defaults.of(kind).tls12 || loosened(&door.loosen, "tls-1.2");
        Some(Some(TlsSettings { certificates, awaits_certificate, clients, tls12 }))
    }
}

fn protocols(door: &Door) -> Protocols {
    let speaks = |protocol| door.protocols.is_empty() || door.protocols.iter().any(|said| said.value == protocol);
    let tls = door.tls.as_ref().is_none_or(|tls| tls.value != Tls::None);
    // HTTP/2 is agreed on by ALPN (RFC 9113 §3.2); without TLS it is known beforehand, or it is not spoken.
    let known = !door.protocols.is_empty() && door.listen.iter().all(|listen| listen.value.ip().is_loopback());
    Protocols { http1: speaks(Protocol::Http1), http2: (tls || known) && speaks(Protocol::Http2) }
}
