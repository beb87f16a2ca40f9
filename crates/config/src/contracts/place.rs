//! Where a contract's operations are found: its servers against the host and path of the API.

use super::Publishing;
use crate::draft::{Door, Said};
use crate::fault::{Fault, FaultCode};
use crate::rules::covers;
use crate::value::Url;

impl Publishing<'_> {
    /// What stands in front of an operation's own path, for callers and service alike.
    pub(super) fn base(&mut self, operation: &contract::Operation) -> String {
        if let Some(base) = &self.said.base {
            return base.value.trim_end_matches('/').to_owned();
        }
        let mut servers = operation.servers.iter();
        let Some(first) = servers.next() else { return String::new() };
        if let Some(other) = servers.find(|server| server.base != first.base) {
            let shown = |base: &str| if base.is_empty() { "/".to_owned() } else { base.to_owned() };
            let message = format!(
                "the servers of the contract have several paths, `{}` and `{}`",
                shown(&first.base),
                shown(&other.base)
            );
            let fault = Fault::new(FaultCode::AmbiguousServer, other.span, message);
            let fault = fault.related(first.span, "first here");
            let api = &self.api.name.value;
            self.faults.push(fault.help(format!(
                "say which stands in front of its paths: `contract: {{ file: …, base: {} }}` at `apis.{api}`",
                shown(&first.base)
            )));
        }
        first.base.clone()
    }

    /// `path: /v1` over a server `/v1` may mean that callers write it once or twice.
    pub(super) fn path_and_base(&mut self, chosen: &[&contract::Operation]) {
        let Some(path) = self.api.path.as_ref().filter(|path| path.value != "/" && self.said.base.is_none()) else {
            return;
        };
        let mut servers = chosen.iter().flat_map(|operation| operation.servers.iter());
        if let Some(server) = servers.find(|server| !server.base.is_empty() && path.value.ends_with(&server.base)) {
            let base = &server.base;
            let message =
                format!("`{base}` stands in `path` and in the contract's server: callers would write it twice");
            let fault = Fault::new(FaultCode::AmbiguousServer, path.span, message).related(server.span, "the server");
            self.faults.push(fault.help(format!(
                "leave it out of `path`, so that the service sees `{base}`; or write `base: /` under `contract`, so \
                 that it does not"
            )));
        }
    }

    /// A contract that names one host of a door with several says which one it is.
    pub(super) fn host(&mut self, chosen: &[&contract::Operation]) {
        let servers = || chosen.iter().flat_map(|operation| operation.servers.iter());
        let Some(named) = servers().find(|server| server.host.is_some()) else { return };
        let mut hosts: Vec<&str> = servers().filter_map(|server| server.host.as_deref()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        // Callers never see where the service itself is.
        hosts.retain(|host| !self.is_replica(host));
        if hosts.is_empty() {
            return;
        }
        let answers = match &self.api.host {
            Some(host) => hosts.iter().any(|name| covers(&host.value, name)),
            None => {
                let served: Vec<_> = hosts.iter().filter(|name| serves(self.door, name)).collect();
                if let ([one], true) = (served.as_slice(), self.door.hosts.len() > 1) {
                    self.api.host = Some(Said { value: (**one).to_owned(), span: named.span });
                }
                !served.is_empty() || self.door.hosts.is_empty()
            }
        };
        if !answers {
            let message = format!("the contract is for `{}`", hosts.join("`, `"));
            let fault = Fault::new(FaultCode::HostDiffers, self.said.span, message).warning();
            let api = &self.api.name.value;
            self.faults.push(fault.label(format!("`{api}` answers elsewhere")).related(named.span, "its server"));
        }
    }
}

impl Publishing<'_> {
    /// Whether the service of the API has a replica at this host.
    fn is_replica(&self, host: &str) -> bool {
        let urls = self
            .service
            .into_iter()
            .flat_map(|service| service.urls.iter().chain(service.canary.iter().flat_map(|canary| &canary.urls)));
        urls.map(|url| &url.value).any(|url| match url {
            Url::Http { host: replica, .. } | Url::Https { host: replica, .. } => {
                replica.eq_ignore_ascii_case(host.trim_start_matches('[').trim_end_matches(']'))
            }
            Url::Unix(_) => false,
        })
    }
}

fn serves(door: &Door, name: &str) -> bool {
    door.hosts.iter().any(|host| covers(&host.value, name))
}
