//! Rules of doors: kind, address, certificate, loosenings.

use std::net::IpAddr;

use gateway::Errors;
use model::DoorKind;

use super::{Rules, misplaced};
use crate::draft::{Door, Protocol, Said, Tls, loosened};
use crate::fault::{Collector, Fault, FaultCode};
use crate::value;

impl Rules<'_> {
    pub(super) fn doors(&self, faults: &mut Collector) {
        for door in &self.draft.doors {
            let Some(kind) = door.kind else {
                let fault =
                    Fault::new(FaultCode::MissingKey, door.name.span, format!("`{}` has no `kind`", door.name.value));
                faults.push(fault.label("write `kind: client` or `kind: server`"));
                continue;
            };
            self.standing_kind(door, kind, faults);
            self.addresses(door, kind, faults);
            self.tls(door, kind, faults);
            self.door_errors(door, kind, faults);
            door_loosenings(door, kind, faults);
            self.index.check_networks(door.addresses.networks.as_deref().unwrap_or_default(), faults);
            self.index.check_networks(&door.addresses.deny, faults);
            self.index.check_networks(door.proxies.as_ref().map_or(&[][..], |proxies| &proxies.networks), faults);
            if door.written && !self.index.is_used(door) {
                let message = format!("no API names the door `{}`", door.name.value);
                faults.push(
                    Fault::new(FaultCode::DoorUnused, door.name.span, message).warning().label("it is not opened"),
                );
            }
        }
        self.trust(faults);
    }

    /// `client` and `server` mean by name what they are.
    fn standing_kind(&self, door: &Door, kind: DoorKind, faults: &mut Collector) {
        let other = match door.name.value.as_str() {
            "client" => DoorKind::Server,
            "server" => DoorKind::Client,
            _ => return,
        };
        if kind == other {
            let message = format!("the door `{}` cannot be a {kind} door", door.name.value);
            faults.push(Fault::new(FaultCode::BadValue, door.name.span, message).label("give it another name"));
        }
    }

    fn addresses(&self, door: &Door, kind: DoorKind, faults: &mut Collector) {
        let may_be_public = self.defaults.of(kind).public_address || loosened(&door.loosen, "public-address");
        for listen in door.listen.iter().chain(&door.redirect_from) {
            if !may_be_public && !guard::is_private(listen.value.ip()) {
                let message = format!("a server door on the address `{}`, which is not private", listen.value.ip());
                let fault = Fault::new(FaultCode::PublicAddress, listen.span, message);
                faults.push(
                    fault
                        .label("write a private or loopback address")
                        .help("or, if the Internet is meant: `loosen: { public-address: WHY }` at this door"),
                );
            }
        }
    }

    fn tls(&self, door: &Door, kind: DoorKind, faults: &mut Collector) {
        let exposed = door.listen.iter().find(|listen| !listen.value.ip().is_loopback());
        match (&door.tls, exposed) {
            (None, Some(listen)) => faults.push(certificate_not_said(door, kind, listen.value.ip(), listen.span)),
            (Some(Said { value: Tls::None, span }), _) => {
                if (kind == DoorKind::Server || exposed.is_some()) && !loosened(&door.loosen, "plaintext") {
                    let where_ = if kind == DoorKind::Server { "at a server door" } else { "off loopback" };
                    let fault = Fault::new(FaultCode::Plaintext, *span, format!("no TLS {where_}"));
                    faults.push(fault.label("write `local` or `files`").help(
                        "or, behind something that ends TLS: `loosen: { plaintext: WHY }`, and `networks:` with its address",
                    ));
                }
                no_tls(door, kind, *span, faults);
            }
            (None | Some(Said { value: Tls::Local, .. }), _) => local_names(door, faults),
            (Some(Said { value: Tls::Acme(acme), span }), _) => {
                super::acme::check(door, acme, *span, faults);
                let networks = door.addresses.networks.as_deref().unwrap_or_default();
                super::acme::reach(door, acme, &self.index.ranges(networks), faults);
            }
            (Some(Said { value: Tls::Files(_), .. }), _) => {}
        }
        for hosts in door.hosts.iter().filter(|host| routing_host(&host.value).is_err()) {
            let message = format!("`{}` is not a host", hosts.value);
            faults.push(
                Fault::new(FaultCode::BadValue, hosts.span, message).label("a name, an address, or `\"*.name\"`"),
            );
        }
    }

    fn door_errors(&self, door: &Door, kind: DoorKind, faults: &mut Collector) {
        let terse_by_default = self.defaults.of(kind).errors == Errors::Terse;
        let loosened = loosened(&door.loosen, "detailed-errors");
        if let Some(errors) = door.errors.as_ref().filter(|_| terse_by_default && kind == DoorKind::Client) {
            errors_and_loosening(errors, loosened, faults);
        }
    }

    /// A server door has one anchor for its callers' certificates, and it is said.
    fn trust(&self, faults: &mut Collector) {
        if self.draft.trust.certificate.is_some() {
            return;
        }
        let asks = |door: &&Door| {
            let tls = door.tls.as_ref().is_none_or(|tls| tls.value != Tls::None);
            door.kind == Some(DoorKind::Server) && tls && self.index.is_used(door)
        };
        if let Some(door) = self.draft.doors.iter().find(asks) {
            let message = format!("the server door `{}` has no root to check certificates against", door.name.value);
            faults.push(
                Fault::new(FaultCode::TrustNeeded, door.name.span, message)
                    .label("its callers show certificates")
                    .help("write `trust: { root: { certificate: PATH, key: PATH } }`; `vestibule init --door server` makes both files"),
            );
        }
    }
}

/// A host as the routing room has it: IPv6 in brackets.
pub(crate) fn routing_host(host: &str) -> Result<routing::HostPattern, routing::HostPatternError> {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V6(six)) => routing::HostPattern::parse(&format!("[{six}]")),
        _ => routing::HostPattern::parse(host),
    }
}

fn certificate_not_said(door: &Door, kind: DoorKind, address: IpAddr, span: crate::Span) -> Fault {
    let message = format!("the door `{}` is on `{address}` and does not say its certificate", door.name.value);
    let private = kind == DoorKind::Server && guard::is_private(address);
    let note = if private { "`tls: trust`, the default here, is not built yet; until then write" } else { "write" };
    Fault::new(FaultCode::NoTls, span, message).label("off loopback `tls` must be said").help(format!(
        "{note} one of:\n`tls: {{ files: [{{ certificate: PATH, key: PATH }}] }}`\n\
         `tls: {{ acme: {{ contact: MAIL }} }}`, a certificate of a public CA for the door's `hosts`\n\
         `tls: local`, a certificate of the local CA, which only those believe who were given it\n\
         `tls: none` with `loosen: {{ plaintext: WHY }}`, behind something that ends TLS"
    ))
}

/// The local CA signs only names that nobody owns, so that a misspelt public name ends in no self-made certificate.
fn local_names(door: &Door, faults: &mut Collector) {
    let mut unsigned = door.hosts.iter().filter(|host| !ca::LocalAuthority::signs(&host.value));
    if let Some(host) = unsigned.next() {
        let message = format!("the local CA signs no certificate for `{}`", host.value);
        faults.push(Fault::new(FaultCode::NoTls, host.span, message).label("it signs names that nobody owns").help(
            "write `tls: { files: [{ certificate: PATH, key: PATH }] }` at the door, or a name under `.localhost`, \
             `.test`, `.example`, `.internal`, `.local` or `.home.arpa`",
        ));
    }
}

/// What cannot go together with no TLS at all.
fn no_tls(door: &Door, kind: DoorKind, span: crate::Span, faults: &mut Collector) {
    if kind == DoorKind::Server && !loosened(&door.loosen, "certificate-optional") {
        let fault = Fault::new(FaultCode::LooseningNeeded, span, "without TLS no caller can show a certificate");
        faults.push(fault.label("write `local` or `files`, or loosen `certificate-optional` as well"));
    }
    if loosened(&door.loosen, "plaintext") && door.addresses.networks.is_none() && door.proxies.is_none() {
        let fault = Fault::new(FaultCode::LooseningNeeded, span, "cleartext is taken from named addresses only");
        faults.push(fault.label("write `proxies:` or `networks:` with the address of what ends TLS"));
    }
    if let Some(redirect) = &door.redirect_from {
        let fault = Fault::new(FaultCode::BadValue, redirect.span, "there is no TLS to redirect to");
        faults.push(fault.label("leave it out"));
    }
    let loopback = door.listen.iter().all(|listen| listen.value.ip().is_loopback());
    if !loopback && !door.protocols.is_empty() && !door.protocols.iter().any(|said| said.value == Protocol::Http1) {
        let fault = Fault::new(FaultCode::BadValue, span, "without TLS only HTTP/1.1 is spoken off loopback");
        faults.push(fault.label("add `http1` to `protocols`"));
    }
}

fn door_loosenings(door: &Door, kind: DoorKind, faults: &mut Collector) {
    let plain = door.tls.as_ref().is_some_and(|tls| tls.value == Tls::None);
    for loosening in &door.loosen {
        let why = match (loosening.name.value, kind) {
            ("public-address" | "certificate-optional" | "tls-1.2", DoorKind::Client) => "its place: a server door",
            ("detailed-errors", DoorKind::Server) => "a server door tells the detail by default",
            ("plaintext", _) if !plain => "the door has TLS; it would say `tls: none`",
            ("tls-1.2", _) if plain => "the door has no TLS",
            _ => continue,
        };
        faults.push(misplaced(loosening, why));
    }
}

/// `errors: detailed` at a client door needs its loosening, and the loosening contradicts `terse`.
pub(super) fn errors_and_loosening(errors: &Said<Errors>, loosened: bool, faults: &mut Collector) {
    match (errors.value, loosened) {
        (Errors::Detailed, false) => {
            let fault = Fault::new(FaultCode::LooseningNeeded, errors.span, "detailed errors at a client door");
            faults.push(fault.label("leave it out, or write `loosen: { detailed-errors: WHY }`"));
        }
        (Errors::Terse, true) => {
            let fault = Fault::new(FaultCode::LooseningMisplaced, errors.span, "`terse`, and loosened to be detailed");
            faults.push(fault.label("take one of them out"));
        }
        (Errors::Detailed, true) | (Errors::Terse, false) => {}
    }
}

/// Reads a day against the clock: true when it is over.
pub(super) fn is_over(day: value::Day, today: value::Day) -> bool {
    day < today
}
