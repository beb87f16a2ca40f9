//! Services: where each listens and how it is asked, with every default in place.

use std::sync::Arc;

use upstream::{
    Balance, BreakerSettings, CanarySettings, Http, Origin, ProbeSettings, Purpose, RetryOn, RetrySettings,
    ServiceSettings,
};

use super::Planner;
use crate::draft::{Breaker, Canary, Probes, Retries, RetryAfter, Said, Service};
use crate::value::Url;

impl Planner<'_> {
    /// `None` where a name cannot be asked for over TLS, which was told when the certificates were read.
    pub(super) fn service(&self, service: &Service) -> Option<ServiceSettings> {
        let defaults = &self.defaults.service;
        let introduce = service.proxy_protocol.as_ref().map(|said| said.value);
        Some(ServiceSettings {
            introduce,
            name: Arc::from(service.name.value.as_str()),
            origins: self.origins(service, &service.urls)?,
            balance: service.balance.as_ref().map_or(Balance::default(), |said| said.value.clone()),
            probes: service.health.as_ref().map(|probes| ProbeSettings { introduce, ..self.probes(probes) }),
            canary: match &service.canary {
                Some(canary) => Some(self.canary(service, canary)?),
                None => None,
            },
            retries: self.retries(&service.retries),
            breaker: self.breaker(&service.breaker),
            connect_timeout: service.connect_timeout.as_ref().map_or(defaults.connect_timeout, |said| said.value),
            first_byte: service.first_byte.as_ref().map(|said| said.value),
            attempt: service.attempt.as_ref().map(|said| said.value),
            idle: service.idle.as_ref().map_or(defaults.idle, |said| said.value),
            purpose: if service.decides { Purpose::Decides } else { Purpose::Serves },
        })
    }

    fn canary(&self, service: &Service, canary: &Canary) -> Option<CanarySettings> {
        Some(CanarySettings {
            origins: self.origins(service, &canary.urls)?,
            share: canary.share.value,
            sticky: canary.sticky.is_some(),
        })
    }

    fn origins(&self, service: &Service, urls: &[Said<Url>]) -> Option<Vec<Origin>> {
        let http = service.http.as_ref().map_or_else(Http::default, |said| said.value);
        let tcp = |host: &str, port, tls| Some(Origin::Tcp { host: host.into(), port, tls, http });
        let origin = |url: &Said<Url>| match &url.value {
            Url::Http { host, port } => tcp(host, *port, None),
            // INVARIANT: `https://` is never spoken to in cleartext: without TLS there is no plan.
            Url::Https { host, port } => tcp(host, *port, Some(self.certificates.of_service(service, host)?)),
            Url::Unix(path) => Some(Origin::Unix(Arc::from(self.files.resolve(path)), http)),
        };
        urls.iter().map(origin).collect()
    }

    fn probes(&self, probes: &Probes) -> ProbeSettings {
        let defaults = &self.defaults.service;
        let count = |said: &Option<Said<u64>>, default| {
            said.as_ref().map_or(default, |said| u32::try_from(said.value).unwrap_or(u32::MAX))
        };
        ProbeSettings {
            introduce: None,
            method: probes.route.value.method.as_str().into(),
            path: probes.route.value.template.as_str().into(),
            every: probes.every.as_ref().map_or(defaults.probe_every, |said| said.value),
            healthy_after: count(&probes.healthy_after, defaults.probe_healthy_after),
            unhealthy_after: count(&probes.unhealthy_after, defaults.probe_unhealthy_after),
        }
    }

    fn retries(&self, retries: &Retries) -> RetrySettings {
        let on = retries.on.as_ref().map_or(RetryOn::standard(), |on| {
            let has = |what| on.iter().any(|said| said.value == what);
            RetryOn {
                broken: has(RetryAfter::Broken),
                timeout: has(RetryAfter::Timeout),
                unavailable: has(RetryAfter::Unavailable),
            }
        });
        RetrySettings {
            attempts: retries.attempts.as_ref().map(|said| u8::try_from(said.value).unwrap_or(u8::MAX)),
            budget: retries.budget.as_ref().map_or(self.defaults.service.retry_budget, |said| said.value),
            on,
        }
    }

    fn breaker(&self, breaker: &Breaker) -> Option<BreakerSettings> {
        let defaults = &self.defaults.service;
        breaker.none.is_none().then(|| BreakerSettings {
            failures: breaker.failures.as_ref().map_or(defaults.breaker_failures, |said| said.value),
            within: breaker.within.as_ref().map_or(defaults.breaker_within, |said| said.value),
            open_for: breaker.open_for.as_ref().map_or(defaults.breaker_open_for, |said| said.value),
        })
    }
}
