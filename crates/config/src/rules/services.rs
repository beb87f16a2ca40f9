//! Rules of services: where plain HTTP may go, and how a service is asked.

use std::net::IpAddr;
use std::time::Duration;

use upstream::{Affinity, Balance, Http};

use super::{Rules, misplaced};
use crate::draft::{Api, Operation, Probes, Said, Service, loosened};
use crate::fault::{Collector, Fault, FaultCode};
use crate::value::Url;

/// Further attempts at most.
const RETRIES_AT_MOST: u64 = 9;
/// Probes of one replica are at least this far apart.
const PROBES_APART: Duration = Duration::from_secs(1);

impl Rules<'_> {
    pub(super) fn services(&self, faults: &mut Collector) {
        for service in &self.draft.services {
            let allowed = loosened(&service.loosen, "public-plaintext");
            let mut public = false;
            let canary = service.canary.iter().flat_map(|canary| &canary.urls);
            for url in service.urls.iter().chain(canary) {
                public |= is_public(&url.value);
                url_rules(url, allowed, faults);
            }
            tls_rules(service, faults);
            self.asking_rules(service, faults);
            if !public {
                let unneeded = service.loosen.iter().filter(|loosening| loosening.name.value == "public-plaintext");
                unneeded
                    .for_each(|loosening| faults.push(misplaced(loosening, "every address of the service is private")));
            }
        }
    }
}

impl Rules<'_> {
    /// How a service is asked and probed.
    fn asking_rules(&self, service: &Service, faults: &mut Collector) {
        if let Some(probes) = &service.health {
            probe_rules(probes, faults);
        }
        if let Some(attempts) = service.retries.attempts.as_ref().filter(|said| said.value > RETRIES_AT_MOST) {
            let fault =
                Fault::new(FaultCode::BadValue, attempts.span, format!("{} retries are too many", attempts.value));
            faults.push(fault.label(format!("at most {RETRIES_AT_MOST}")));
        }
        if let (Some(said), Some(Said { value: Http::Two, .. })) = (&service.proxy_protocol, &service.http) {
            let message = "a connection of HTTP/2 carries many callers, and this gives each its own";
            let fault = Fault::new(FaultCode::BadValue, said.span, message);
            faults.push(fault.label("write `http: 1` or `auto`, or leave it out"));
        }
        self.affinity_rule(service, faults);
        self.websocket_rule(service, faults);
    }

    /// Only HTTP/1.1 is upgraded to a WebSocket.
    fn websocket_rule(&self, service: &Service, faults: &mut Collector) {
        if !matches!(service.http, Some(Said { value: Http::Two, .. })) {
            return;
        }
        let of_service = |api: &&Api| api.service.as_ref().is_some_and(|named| named.value == service.name.value);
        let operations = self.draft.apis.iter().filter(of_service).flat_map(|api| &api.operations);
        for said in operations.filter_map(|operation| operation.websocket.as_ref()).filter(|said| said.value) {
            let message = format!("`{}` speaks HTTP/2 alone, which has no WebSockets here", service.name.value);
            let fault = Fault::new(FaultCode::BadValue, said.span, message);
            faults.push(fault.label("write another service for it, with `http: 1` or `auto`"));
        }
    }

    /// What a service balances by is in the path of one of its operations at least.
    fn affinity_rule(&self, service: &Service, faults: &mut Collector) {
        let Some(Said { value: Balance::Hash(Affinity::Path(name)), span }) = &service.balance else { return };
        let parameter = format!("{{{name}}}");
        let of_service = |api: &&Api| api.service.as_ref().is_some_and(|named| named.value == service.name.value);
        let mut operations = self.draft.apis.iter().filter(of_service).flat_map(|api| &api.operations);
        let has = |operation: &Operation| {
            let route = operation.route.as_ref();
            route.is_some_and(|route| route.value.template.split('/').any(|segment| segment == parameter))
        };
        if !operations.any(has) {
            let message = format!("no operation of this service has `{parameter}` in its path");
            faults.push(Fault::new(FaultCode::BadValue, *span, message).label("every request would go by its address"));
        }
    }
}

/// What is said of TLS says something: without `https://` it would be read and do nothing.
fn tls_rules(service: &Service, faults: &mut Collector) {
    let canary = service.canary.iter().flat_map(|canary| &canary.urls);
    if service.urls.iter().chain(canary).any(|url| matches!(url.value, Url::Https { .. })) {
        return;
    }
    let tls = &service.tls;
    let said = [
        ("ca", tls.ca.as_ref().map(|said| said.span)),
        ("server_name", tls.server_name.as_ref().map(|said| said.span)),
        ("pin", tls.pins.first().map(|said| said.span)),
        ("authenticate.files", tls.certificate.as_ref().map(|files| files.certificate.span)),
    ];
    for (key, span) in said {
        if let Some(span) = span {
            let message = format!("`{key}` is for TLS, and no URL of this service begins with `https://`");
            faults.push(Fault::new(FaultCode::BadValue, span, message).label("it would do nothing"));
        }
    }
}

fn probe_rules(probes: &Probes, faults: &mut Collector) {
    let route = &probes.route;
    let asks = matches!(route.value.method.as_str(), "GET" | "HEAD");
    if !asks || route.value.template.contains(['{', '*']) {
        let fault =
            Fault::new(FaultCode::BadValue, route.span, "a probe is `GET` or `HEAD` and a path without variables");
        faults.push(fault.label("as in `GET /healthz`"));
    }
    if let Some(every) = probes.every.as_ref().filter(|every| every.value < PROBES_APART) {
        let fault = Fault::new(FaultCode::BadValue, every.span, "that is too often for a probe");
        faults.push(fault.label("at least `1s`: probes are no load test"));
    }
}

fn url_rules(url: &Said<Url>, public_allowed: bool, faults: &mut Collector) {
    match &url.value {
        Url::Http { host, .. } | Url::Https { host, .. } if is_never_called(host) => {
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
        Url::Http { .. } | Url::Https { .. } | Url::Unix(_) => {}
    }
}

/// Addresses that a gateway must not be talked into calling, and names that stand for them.
fn is_never_called(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(ip) => upstream::is_never_called(ip),
        Err(_) => upstream::is_metadata_name(host),
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
