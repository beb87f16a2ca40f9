//! What all threads know of the services of one configuration: endpoints, budgets, breakers. Nothing of it is locked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio::sync::watch;

use crate::breaker::Breaker;
use crate::budget::Budget;
use crate::endpoint::Endpoint;
use crate::group::{Group, replace};
use crate::settings::ServiceSettings;
use crate::standing::Standing;

/// The services of one configuration; `ServiceId` is the index.
#[derive(Debug)]
pub struct Services {
    services: Vec<Arc<Shared>>,
}

/// One service.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) settings: ServiceSettings,
    pub(crate) main: Group,
    pub(crate) canary: Option<Group>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) breaker: Option<Arc<Breaker>>,
    /// Told when a connection failed: the name may have other addresses by now.
    pub(crate) doubts: watch::Sender<()>,
    /// Retries that the budget did not pay.
    pub(crate) unpaid: AtomicU64,
    pub(crate) ejections: AtomicU64,
}

impl Services {
    /// The services of a configuration. What is known of an endpoint, budget or breaker of the `earlier` one is kept
    /// where service and address are the same. Changes nothing of `earlier`: it may go on.
    #[must_use]
    pub fn new(settings: &[ServiceSettings], earlier: Option<&Self>, now: Instant) -> Self {
        let services = settings.iter().map(|settings| {
            let before = earlier.and_then(|earlier| earlier.named(&settings.name));
            Arc::new(Shared::new(settings.clone(), before, now))
        });
        Self { services: services.collect() }
    }

    /// These services run now instead of the earlier ones: endpoints that are gone keep no connections.
    pub fn succeed(&self, earlier: &Self, now: Instant) {
        let all =
            |services: &Self| services.services.iter().flat_map(|service| service.endpoints()).collect::<Vec<_>>();
        replace(&all(earlier), &all(self));
        for service in self.services.iter().filter(|service| service.settings.probes.is_none()) {
            // What probes said holds no longer than there are any.
            service.endpoints().iter().for_each(|endpoint| endpoint.probed(true, now));
        }
    }

    /// How each service stands, in their order.
    #[must_use]
    pub fn standing(&self, now: Instant) -> Vec<Standing> {
        self.services.iter().map(|service| Standing::of(service, now)).collect()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Shared>> {
        self.services.iter()
    }

    fn named(&self, name: &str) -> Option<&Arc<Shared>> {
        self.services.iter().find(|service| &*service.settings.name == name)
    }
}

impl Shared {
    fn new(settings: ServiceSettings, earlier: Option<&Arc<Self>>, now: Instant) -> Self {
        // A canary that becomes the service itself brings with it what is known of its endpoints.
        let groups: Vec<&Group> = earlier.iter().flat_map(|before| before.groups()).collect();
        let group = |origins, earlier: &[&Group]| Group::new(origins, &settings.balance, earlier, now);
        let breaker = settings.breaker.map(|wanted| {
            let kept = earlier.and_then(|before| before.breaker.clone()).filter(|breaker| breaker.is_of(wanted));
            kept.unwrap_or_else(|| Arc::new(Breaker::new(wanted, now)))
        });
        Self {
            main: group(&settings.origins, &groups),
            canary: settings.canary.as_ref().map(|canary| group(&canary.origins, &groups)),
            budget: earlier.map_or_else(|| Arc::new(Budget::new(now)), |before| Arc::clone(&before.budget)),
            breaker,
            doubts: watch::Sender::new(()),
            unpaid: AtomicU64::new(earlier.map_or(0, |before| before.unpaid.load(Ordering::Relaxed))),
            ejections: AtomicU64::new(earlier.map_or(0, |before| before.ejections.load(Ordering::Relaxed))),
            settings,
        }
    }

    pub(crate) fn groups(&self) -> impl Iterator<Item = &Group> {
        std::iter::once(&self.main).chain(&self.canary)
    }

    pub(crate) fn endpoints(&self) -> Vec<Arc<Endpoint>> {
        self.groups().flat_map(|group| group.lineup().to_vec()).collect()
    }
}
#[cfg(test)]
pub(crate) mod tests;
