//! Services as they hold.

use std::time::Duration;

use upstream::{Affinity, Balance, Http};
use wire::proxy::ProxyVersion;

use super::{Lines, list, path, text};
use crate::draft::{Canary, CertificateFiles, Probes, RetryAfter, Said, Service, ServiceTls};
use crate::value::{Url, write_duration, write_pin};

const DEFAULT: &str = "default of services";

impl Lines<'_, '_> {
    pub(super) fn services(&mut self) {
        let planner = self.planner;
        self.below("services", |lines| {
            for service in planner.draft.services.iter().filter(|service| !service.decides) {
                lines.below(&service.name.value, |lines| lines.service(service));
            }
        });
    }

    fn service(&mut self, service: &Service) {
        let defaults = &self.planner.defaults.service;
        self.said("urls", &urls(&service.urls), service.name.span);
        self.http(service.http.as_ref());
        if let Some(said) = &service.proxy_protocol {
            self.said("proxy_protocol", if said.value == ProxyVersion::V1 { "v1" } else { "v2" }, said.span);
        }
        self.balance(service.balance.as_ref());
        self.health(service.health.as_ref());
        self.duration("connect_timeout", service.connect_timeout.as_ref(), defaults.connect_timeout);
        self.or_deadline("first_byte", service.first_byte.as_ref());
        self.or_deadline("attempt", service.attempt.as_ref());
        self.duration("idle", service.idle.as_ref(), defaults.idle);
        self.service_tls(&service.tls);
        self.retries(service);
        self.breaker(service);
        if let Some(canary) = &service.canary {
            self.below("canary", |lines| lines.canary(canary));
        }
        match &service.identity {
            Some(said) => self.said("identity", if said.value { "signed" } else { "none" }, said.span),
            None => self.value("identity", "signed", DEFAULT),
        }
        self.loosen(&service.loosen);
    }

    fn http(&mut self, http: Option<&Said<Http>>) {
        let Some(said) = http else { return self.value("http", "auto", DEFAULT) };
        let word = match said.value {
            Http::One => "1",
            Http::Two => "2",
            Http::Auto => "auto",
        };
        self.said("http", word, said.span);
    }

    fn balance(&mut self, balance: Option<&Said<Balance>>) {
        let Some(said) = balance else { return self.value("balance", "ewma", DEFAULT) };
        let affinity = match &said.value {
            Balance::Ewma => return self.said("balance", "ewma", said.span),
            Balance::RoundRobin => return self.said("balance", "round-robin", said.span),
            Balance::Hash(affinity) => affinity,
        };
        let hashed = match affinity {
            Affinity::Header(name) => format!("header:{name}"),
            Affinity::Path(name) => format!("path.{name}"),
            Affinity::Caller => "caller".to_owned(),
            Affinity::Address => "address".to_owned(),
        };
        self.below("balance", |lines| lines.said("hash", &text(&hashed), said.span));
    }

    fn health(&mut self, probes: Option<&Probes>) {
        let Some(probes) = probes else { return self.value("health", "passive", DEFAULT) };
        let defaults = &self.planner.defaults.service;
        self.below("health", |lines| {
            let route = format!("{} {}", probes.route.value.method, probes.route.value.template);
            lines.said("route", &text(&route), probes.route.span);
            lines.duration("every", probes.every.as_ref(), defaults.probe_every);
            lines.number("healthy_after", probes.healthy_after.as_ref(), defaults.probe_healthy_after.into());
            lines.number("unhealthy_after", probes.unhealthy_after.as_ref(), defaults.probe_unhealthy_after.into());
        });
    }

    fn service_tls(&mut self, tls: &ServiceTls) {
        if let Some(ca) = &tls.ca {
            self.said("ca", &path(&ca.value), ca.span);
        }
        if let Some(name) = &tls.server_name {
            self.said("server_name", &text(&name.value), name.span);
        }
        if let Some(first) = tls.pins.first() {
            self.said("pin", &list(tls.pins.iter().map(|pin| write_pin(&pin.value))), first.span);
        }
        if let Some(files) = &tls.certificate {
            let CertificateFiles { certificate, key } = files;
            let shown =
                format!("{{ files: {{ certificate: {}, key: {} }} }}", path(&certificate.value), path(&key.value));
            self.said("authenticate", &shown, certificate.span);
        }
    }

    fn retries(&mut self, service: &Service) {
        let (retries, defaults) = (&service.retries, &self.planner.defaults);
        self.below("retries", |lines| {
            match &retries.attempts {
                Some(said) if said.value == 0 => lines.said("attempts", "none", said.span),
                Some(said) => lines.said("attempts", &said.value.to_string(), said.span),
                None => {
                    let by_door = format!(
                        "{} at client doors, {} at server doors",
                        defaults.client.attempts, defaults.server.attempts
                    );
                    lines.comment("attempts", &by_door, DEFAULT);
                }
            }
            lines.share("budget", retries.budget.as_ref(), defaults.service.retry_budget);
            match &retries.on {
                Some(on) => {
                    let words = on.iter().map(|said| match said.value {
                        RetryAfter::Broken => "broken".to_owned(),
                        RetryAfter::Timeout => "timeout".to_owned(),
                        RetryAfter::Unavailable => "unavailable".to_owned(),
                    });
                    lines.said("on", &list(words), on.first().map_or(service.name.span, |said| said.span));
                }
                None => lines.value("on", "[broken, timeout, unavailable]", DEFAULT),
            }
        });
    }

    fn breaker(&mut self, service: &Service) {
        let (breaker, defaults) = (&service.breaker, &self.planner.defaults.service);
        if let Some(none) = &breaker.none {
            return self.said("breaker", "none", none.span);
        }
        self.below("breaker", |lines| {
            lines.share("failures", breaker.failures.as_ref(), defaults.breaker_failures);
            lines.duration("within", breaker.within.as_ref(), defaults.breaker_within);
            lines.duration("open_for", breaker.open_for.as_ref(), defaults.breaker_open_for);
        });
    }

    fn canary(&mut self, canary: &Canary) {
        self.said("urls", &urls(&canary.urls), canary.share.span);
        self.said("share", &format!("{}%", canary.share.value), canary.share.span);
        if let Some(sticky) = &canary.sticky {
            self.said("sticky", "caller", sticky.span);
        }
    }

    pub(super) fn duration(&mut self, key: &str, said: Option<&Said<Duration>>, default: Duration) {
        match said {
            Some(said) => self.said(key, &write_duration(said.value), said.span),
            None => self.value(key, &write_duration(default), DEFAULT),
        }
    }

    fn or_deadline(&mut self, key: &str, said: Option<&Said<Duration>>) {
        match said {
            Some(said) => self.said(key, &write_duration(said.value), said.span),
            None => self.comment(key, "the operation's deadline", DEFAULT),
        }
    }

    fn number(&mut self, key: &str, said: Option<&Said<u64>>, default: u64) {
        match said {
            Some(said) => self.said(key, &said.value.to_string(), said.span),
            None => self.value(key, &default.to_string(), DEFAULT),
        }
    }

    fn share(&mut self, key: &str, said: Option<&Said<u8>>, default: u8) {
        match said {
            Some(said) => self.said(key, &format!("{}%", said.value), said.span),
            None => self.value(key, &format!("{default}%"), DEFAULT),
        }
    }
}

fn urls(urls: &[Said<Url>]) -> String {
    list(urls.iter().map(|url| url.value.to_string()))
}
