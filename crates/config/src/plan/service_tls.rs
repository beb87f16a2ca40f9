//! TLS towards services: the files that they name, read and put together, and the authorities of this machine.

use std::collections::HashMap;

use rustls_pki_types::CertificateDer;
use upstream::{ClientTls, TlsAnchors, TlsError, TlsSettings};

use super::certificates::{Certificates, Reader};
use crate::draft::{Draft, Said, Service};
use crate::fault::{Fault, FaultCode};
use crate::source::Span;
use crate::value::Url;

impl Certificates {
    /// How a service is spoken to at a host of its URLs.
    pub(super) fn of_service(&self, service: &Service, host: &str) -> Option<ClientTls> {
        let tls = self.services.get(&service.name.value)?;
        tls.named(name(service, host)).ok()
    }
}

impl Reader<'_> {
    /// Every service with `https://`; what is not good of one is told, and it is left out.
    pub(super) fn services(&mut self, draft: &Draft) -> HashMap<String, ClientTls> {
        let mut services = HashMap::new();
        for service in &draft.services {
            if let Some(tls) = self.service(service) {
                services.insert(service.name.value.clone(), tls);
            }
        }
        services
    }

    fn service(&mut self, service: &Service) -> Option<ClientTls> {
        let canary = service.canary.iter().flat_map(|canary| &canary.urls);
        let hosts: Vec<_> = service.urls.iter().chain(canary).filter_map(https_host).collect();
        let (first, span) = *hosts.first()?;
        // Everything is read before anything is given up: all faults at once.
        let anchors = self.anchors_of(service);
        let shown = service.tls.certificate.as_ref().map(|files| self.certificate(files));
        let certificate = match shown {
            Some(read) => read.map(|read| Some((read.chain, read.key)))?,
            None => None,
        };
        let pins = service.tls.pins.iter().map(|pin| pin.value).collect();
        let settings = TlsSettings { anchors: anchors?, pins, certificate };
        let made = ClientTls::new(&settings, name(service, first)).map_err(|error| (error, span)).and_then(|tls| {
            let rest = hosts.iter().skip(1);
            let refused = rest.filter_map(|(host, span)| Some((tls.named(name(service, host)).err()?, *span))).next();
            refused.map_or(Ok(tls), Err)
        });
        made.map_err(|(error, span)| self.faults.push(fault_of(service, &error, span))).ok()
    }

    fn anchors_of(&mut self, service: &Service) -> Option<TlsAnchors> {
        match &service.tls.ca {
            Some(ca) => self.chain(ca).map(TlsAnchors::Named),
            None if !service.tls.pins.is_empty() => Some(TlsAnchors::Pins),
            None => Some(TlsAnchors::System(authorities_of_this_machine())),
        }
    }
}

/// Those that OpenSSL and others here believe too. None at all is a fault, told when they are put to use.
pub(super) fn authorities_of_this_machine() -> Vec<CertificateDer<'static>> {
    rustls_native_certs::load_native_certs().certs
}

fn https_host(url: &Said<Url>) -> Option<(&str, Span)> {
    match &url.value {
        Url::Https { host, .. } => Some((host, url.span)),
        Url::Http { .. } | Url::Unix(_) => None,
    }
}

/// The name that the certificate must be for.
fn name<'a>(service: &'a Service, host: &'a str) -> &'a str {
    service.tls.server_name.as_ref().map_or(host, |said| said.value.as_str())
}

fn fault_of(service: &Service, error: &TlsError, url: Span) -> Fault {
    let tls = &service.tls;
    match error {
        TlsError::NothingToBelieve => {
            let message = "this machine believes no certificate authority";
            let fault = Fault::new(FaultCode::MissingFile, url, message);
            fault.label("write `ca: FILE` or `pin: HASH` at this service, or install the system's certificates")
        }
        TlsError::Name(_) => {
            let span = tls.server_name.as_ref().map_or(url, |said| said.span);
            Fault::new(FaultCode::BadValue, span, error.to_string()).label("letters, digits, `-` and dots")
        }
        TlsError::Anchor(_) | TlsError::Anchors(_) => {
            let span = tls.ca.as_ref().map_or(url, |said| said.span);
            Fault::new(FaultCode::WrongFile, span, error.to_string())
        }
        TlsError::Certificate(_) | TlsError::Settings(_) => {
            let span = tls.certificate.as_ref().map_or(url, |files| files.certificate.span);
            Fault::new(FaultCode::WrongFile, span, error.to_string())
        }
    }
}
