//! Rules of `tls.acme`: what no public CA would give a certificate for is told before anybody asks one.

use std::net::IpAddr;

use ca::acme::{Challenge, LETS_ENCRYPT};
use gateway::Speak;
use ipnet::IpNet;

use crate::draft::{Acme, Door};
use crate::fault::{Collector, Fault, FaultCode};
use crate::plan::directory;
use crate::source::Span;

/// More names than that no CA puts into one certificate.
const NAMES_AT_MOST: usize = 100;
/// Nobody's either (RFC 2606), but what pages and examples write in the place of one's own name.
const FOR_PAGES: &str = ".example";

pub(super) fn check(door: &Door, acme: &Acme, span: Span, faults: &mut Collector) {
    let url = directory(acme);
    if let Some(said) = &acme.directory
        && !is_https(url)
    {
        let fault = Fault::new(FaultCode::BadValue, said.span, format!("`{}` is not the URL of a CA", said.value));
        faults.push(fault.label("`letsencrypt`, or the `https` URL of a directory"));
    }
    let contact = &acme.contact;
    let mail = contact.value.strip_prefix("mailto:").unwrap_or(&contact.value);
    if !mail.contains('@') || mail.contains([',', '?', ' ']) || !mail.is_ascii() {
        let fault = Fault::new(FaultCode::BadValue, contact.span, format!("`{}` is no mail address", contact.value));
        faults.push(fault.label("one address, such as `ops@shop.example`"));
    }
    if acme.challenge.as_ref().is_some_and(|said| said.value == Challenge::Http) && door.redirect_from.is_none() {
        let span = acme.challenge.as_ref().map_or(span, |said| said.span);
        let fault = Fault::new(FaultCode::MissingKey, span, "the challenge `http` is answered at a plain port");
        faults.push(fault.label("write `redirect_from: ADDRESS:80` at the door"));
    }
    if door.hosts.is_empty() {
        let fault = Fault::new(FaultCode::NoTls, span, "no name to get a certificate for");
        faults.push(fault.label("write `hosts:` at the door"));
    }
    if let Some(host) = door.hosts.get(NAMES_AT_MOST) {
        let fault = Fault::new(FaultCode::NoTls, host.span, "more than 100 names for one certificate");
        faults.push(fault.label("put them at another door"));
    }
    for host in &door.hosts {
        let (message, label) = if host.value.starts_with("*.") {
            (format!("no CA gives a certificate for `{}` by this challenge", host.value), "write the names one by one")
        } else if host.value.parse::<IpAddr>().is_ok() {
            (format!("`{}` is an address", host.value), "certificates of a CA are for names here")
        } else if url == LETS_ENCRYPT && !host.value.contains('.') {
            (
                format!("no public CA gives a certificate for `{}`", host.value),
                "write a name that somebody owns, with a dot",
            )
        } else if url == LETS_ENCRYPT && !host.value.ends_with(FOR_PAGES) && ca::LocalAuthority::signs(&host.value) {
            (format!("no public CA gives a certificate for `{}`", host.value), "nobody owns it; `tls: local` does")
        } else {
            continue;
        };
        faults.push(Fault::new(FaultCode::NoTls, host.span, message).label(label));
    }
}

/// What would keep a CA from coming to the door. Both are warnings: the way may be opened for the time that it takes.
pub(super) fn reach(door: &Door, acme: &Acme, networks: &[IpNet], faults: &mut Collector) {
    let everybody = networks.iter().any(|range| range.prefix_len() == 0);
    let said = door.addresses.networks.as_deref().and_then(|networks| networks.first());
    if let Some(said) = said.filter(|_| directory(acme) == LETS_ENCRYPT && !everybody) {
        let message = "the CA comes from addresses that it tells nobody, and `networks` keeps them out";
        let fault = Fault::new(FaultCode::NoTls, said.span, message).warning();
        faults.push(fault.label("give the certificate as `files`, or admit everybody while it is asked for"));
    }
    let tls_alpn = acme.challenge.as_ref().is_none_or(|said| said.value == Challenge::TlsAlpn);
    let speak = door.proxies.as_ref().and_then(|proxies| proxies.speak.as_ref());
    if let Some(speak) = speak.filter(|said| tls_alpn && matches!(said.value, Speak::Field(_))) {
        let message = "a proxy that writes this field ends TLS itself, and the challenge `tls-alpn` does not pass it";
        let fault = Fault::new(FaultCode::NoTls, speak.span, message).warning();
        faults.push(fault.label("write `challenge: http`, or pass TLS through with `proxy-v2`"));
    }
}

fn is_https(url: &str) -> bool {
    let rest = url.strip_prefix("https://");
    rest.is_some_and(|rest| {
        rest.bytes().all(|byte| byte.is_ascii_graphic())
            && !rest.starts_with(['/', ':'])
            && !rest.contains(['@', '#', '\\'])
    })
}
