//! Rules of services: where plain HTTP may go.

use std::net::IpAddr;

use super::{Rules, misplaced};
use crate::draft::{Said, loosened};
use crate::fault::{Collector, Fault, FaultCode};
use crate::value::Url;

impl Rules<'_> {
    pub(super) fn services(&self, faults: &mut Collector) {
        for service in &self.draft.services {
            let allowed = loosened(&service.loosen, "public-plaintext");
            let mut public = false;
            for url in &service.urls {
                public |= is_public(&url.value);
                url_rules(url, allowed, faults);
            }
            if !public {
                let unneeded = service.loosen.iter().filter(|loosening| loosening.name.value == "public-plaintext");
                unneeded
                    .for_each(|loosening| faults.push(misplaced(loosening, "every address of the service is private")));
            }
        }
    }
}

fn url_rules(url: &Said<Url>, public_allowed: bool, faults: &mut Collector) {
    match &url.value {
        Url::Https { .. } => {
            let fault = Fault::new(FaultCode::NotBuilt, url.span, "`https://` to a service is not built yet");
            faults.push(fault.label("write `http://` to a private address, or `unix:PATH`"));
        }
        Url::Http { host, .. } if is_never_called(host) => {
            let fault = Fault::new(FaultCode::BadValue, url.span, format!("`{host}` is never called"));
            faults.push(
                fault.label("metadata services and unspecified addresses are no services; this cannot be loosened"),
            );
        }
        Url::Http { host, .. } if is_public(&url.value) && !public_allowed => {
            let what = match host.parse::<IpAddr>() {
                Ok(_) => "is not a private address",
                Err(_) => {
                    "may be anywhere: it is not `localhost`, a single label, nor under `.localhost`, `.internal` or `.local`"
                }
            };
            let fault = Fault::new(FaultCode::Plaintext, url.span, "plain HTTP to what is not known to be private");
            faults.push(
                fault
                    .label(format!("`{host}` {what}"))
                    .help("write a private address, or `loosen: { public-plaintext: WHY }` at this service"),
            );
        }
        Url::Http { .. } | Url::Unix(_) => {}
    }
}

/// Addresses that a gateway must not be talked into calling: link-local metadata services, and no address at all.
fn is_never_called(host: &str) -> bool {
    match host.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V4(four)) => {
            four.is_link_local() || four.is_unspecified() || four.is_broadcast() || four.is_multicast()
        }
        Ok(IpAddr::V6(six)) => {
            let metadata = six.segments() == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254];
            six.is_unspecified() || six.is_multicast() || metadata
        }
        Err(_) => host == "metadata.google.internal" || host == "metadata",
    }
}

/// Whether plain HTTP to this could leave the private ranges.
fn is_public(url: &Url) -> bool {
    let Url::Http { host, .. } = url else { return false };
    if let Ok(ip) = host.parse::<IpAddr>() {
        return !guard::is_private(ip);
    }
    let private_names = [".localhost", ".internal", ".local"];
    let single_label = !host.contains('.');
    !(single_label || private_names.iter().any(|suffix| host.ends_with(suffix)))
}
