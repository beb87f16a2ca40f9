//! The connections of one data thread: idle ones by endpoint, and a lease for each in use.

mod lease;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use fastrand::Rng;
use model::ServiceId;
use tokio::sync::Semaphore;

use crate::breaker::Admission;
use crate::connection::Connection;
use crate::endpoint::{Endpoint, Outstanding};
use crate::error::UpstreamError;
use crate::group::{Group, Lineup};
use crate::http2::{Session, Slot};
use crate::services::{Services, Shared};
use crate::settings::{Http, Purpose, ServiceSettings};
use crate::watch::Watch;
pub(crate) use lease::{Lease, Leased, StreamLease};

/// Idle connections that one thread keeps for one endpoint.
const IDLE_AT_MOST: usize = 256;
/// Requests that one thread has under way to one endpoint; more are refused, not queued.
const ACTIVE_AT_MOST: u32 = 8192;

/// All pools of one data thread. They outlive a reload: an endpoint that stays keeps its connections.
pub struct Pools {
    of_thread: Rc<OfThread>,
}

/// What the services of a thread have in common.
struct OfThread {
    /// By the address in memory of the endpoint, which the pool keeps alive.
    by_endpoint: RefCell<HashMap<*const Endpoint, Rc<Pool>>>,
    watch: Rc<dyn Watch>,
    random: RefCell<Rng>,
}

/// The services of one configuration, on one data thread.
pub struct Upstreams {
    services: Vec<Service>,
}

pub(crate) struct Service {
    id: ServiceId,
    of_thread: Rc<OfThread>,
    shared: Arc<Shared>,
    main: RefCell<Pooled>,
    canary: RefCell<Pooled>,
}

/// The pools of a lineup, in its order.
#[derive(Default)]
struct Pooled {
    lineup: Arc<Lineup>,
    pools: Vec<Rc<Pool>>,
}

pub(crate) struct Pool {
    endpoint: Arc<Endpoint>,
    #[expect(clippy::vec_box, reason = "they are large, and are moved in and out as pointers")]
    idle: RefCell<Vec<Box<Connection>>>,
    /// Those that carry many requests each.
    sessions: RefCell<Vec<Session>>,
    /// Who opens one; the others wait for it rather than open more.
    opening: Semaphore,
    /// What the last handshake agreed on, where a handshake decides.
    agreed: Cell<Option<Http>>,
    idle_for: Cell<Duration>,
    active: Cell<u32>,
}

/// Which of the two groups of a service an endpoint is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Main,
    Canary,
}

/// Where an attempt goes; counted at its endpoint for as long as this lives.
pub(crate) struct Place {
    pub(crate) pool: Rc<Pool>,
    pub(crate) way: Way,
    outstanding: Outstanding,
}

impl Pools {
    /// No connections yet; `watch` learns of those to come.
    #[must_use]
    pub fn new(watch: Rc<dyn Watch>) -> Self {
        let of_thread = OfThread { by_endpoint: RefCell::default(), watch, random: RefCell::new(Rng::new()) };
        Self { of_thread: Rc::new(of_thread) }
    }

    /// The services of a configuration, over the connections that are there already.
    pub fn resolve(&self, services: &Services) -> Upstreams {
        let services = (0..).map(ServiceId).zip(services.iter());
        let service = |(id, shared): (ServiceId, &Arc<Shared>)| Service {
            id,
            of_thread: Rc::clone(&self.of_thread),
            shared: Arc::clone(shared),
            main: RefCell::default(),
            canary: RefCell::default(),
        };
        Upstreams { services: services.map(service).collect() }
    }

    /// Closes idle connections that their service has closed, those that were idle for longer than it allows, counted
    /// from the first sweep that found them so, and those to endpoints that are gone. To be called about every second.
    pub fn sweep(&self, now: Instant) {
        self.of_thread.by_endpoint.borrow_mut().retain(|_, pool| {
            let idle_for = pool.idle_for.get();
            pool.idle.borrow_mut().retain_mut(|connection| {
                let idle = now.duration_since(*connection.idle_since.get_or_insert(now));
                connection.is_fresh() && idle < idle_for
            });
            pool.sessions.borrow_mut().retain_mut(|session| !session.is_over() && !session.was_idle_for(idle_for, now));
            !pool.endpoint.is_retired()
        });
    }

    /// Requests under way and idle connections, over all endpoints.
    #[must_use]
    pub fn counts(&self) -> (u32, usize) {
        let pools = self.of_thread.by_endpoint.borrow();
        pools.values().fold((0, 0), |(active, idle), pool| (active + pool.active.get(), idle + pool.count_idle()))
    }
}

impl Upstreams {
    pub(crate) fn service(&self, id: ServiceId, purpose: Purpose) -> Result<&Service, UpstreamError> {
        let service = self.services.get(id.0 as usize).ok_or(UpstreamError::NoService)?;
        if service.settings().purpose == purpose { Ok(service) } else { Err(UpstreamError::NoService) }
    }

    /// What the file says of a service.
    #[must_use]
    pub fn settings(&self, id: ServiceId) -> Option<&ServiceSettings> {
        self.services.get(id.0 as usize).map(Service::settings)
    }
}

impl Service {
    pub(crate) fn settings(&self) -> &ServiceSettings {
        &self.shared.settings
    }

    /// Whether the service may be asked at all.
    pub(crate) fn admit(&self, now: Instant) -> Result<Option<Admission>, UpstreamError> {
        let Some(breaker) = &self.shared.breaker else { return Ok(None) };
        breaker.admit(now).map(Some).map_err(|open| UpstreamError::Open {
            service: self.settings().name.to_string(),
            retry_after: open.retry_after,
        })
    }

    /// One request, counted toward what may be repeated.
    pub(crate) fn begin(&self) {
        self.shared.budget.deposit(self.settings().retries.budget);
    }

    /// Whether a retry is within the budget; it is paid for then.
    pub(crate) fn pay_retry(&self, now: Instant) -> bool {
        let paid = self.shared.budget.withdraw(now);
        if !paid {
            self.shared.unpaid.fetch_add(1, Ordering::Relaxed);
        }
        paid
    }

    /// How long to wait before the `number`th retry.
    pub(crate) fn pause(&self, number: u8) -> Duration {
        crate::retry::pause(number, &mut self.of_thread.random.borrow_mut())
    }

    /// Whether a request goes to the canary; `sticky` is a hash of who calls.
    pub(crate) fn way(&self, sticky: Option<u64>) -> Way {
        let Some(canary) = &self.settings().canary else { return Way::Main };
        let drawn = match sticky {
            Some(hash) => hash % 100,
            None => self.of_thread.random.borrow_mut().u64(..100),
        };
        if drawn < u64::from(canary.share) { Way::Canary } else { Way::Main }
    }

    /// Where the next attempt goes; `None` where there is no endpoint that was not tried.
    pub(crate) fn choose(&self, way: Way, key: Option<u64>, tried: &[Arc<Endpoint>], now: Instant) -> Option<Place> {
        let (group, pooled) = match (way, &self.shared.canary) {
            (Way::Canary, Some(canary)) => (canary, &self.canary),
            _ => (&self.shared.main, &self.main),
        };
        let lineup = group.lineup();
        let mut pooled = pooled.borrow_mut();
        if !Arc::ptr_eq(&pooled.lineup, &lineup) {
            *pooled = self.of_thread.pooled(Arc::clone(&lineup), self.settings().idle);
        }
        let index = group.choose(&lineup, key, tried, now, &mut self.of_thread.random.borrow_mut())?;
        Some(Place::new(pooled.pools.get(index)?, way))
    }

    /// An attempt failed, after that time.
    pub(crate) fn failed(&self, pool: &Pool, way: Way, took: Duration, now: Instant) {
        let group: &Group = match (way, &self.shared.canary) {
            (Way::Canary, Some(canary)) => canary,
            _ => &self.shared.main,
        };
        if group.failed(&pool.endpoint, took, now) {
            self.shared.ejections.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// No connection: the name may have other addresses by now.
    pub(crate) fn no_connection(&self, source: io::Error) -> UpstreamError {
        self.shared.doubts.send_replace(());
        UpstreamError::Connect { service: self.settings().name.to_string(), source }
    }
}

impl OfThread {
    /// The pools of a lineup; those that are there already are used again.
    fn pooled(&self, lineup: Arc<Lineup>, idle_for: Duration) -> Pooled {
        let mut by_endpoint = self.by_endpoint.borrow_mut();
        let pool = |endpoint: &Arc<Endpoint>| {
            let pool = by_endpoint.entry(Arc::as_ptr(endpoint)).or_insert_with(|| Rc::new(Pool::new(endpoint)));
            pool.idle_for.set(idle_for);
            Rc::clone(pool)
        };
        let pools = lineup.iter().map(pool).collect();
        Pooled { lineup, pools }
    }
}

impl Pool {
    fn new(endpoint: &Arc<Endpoint>) -> Self {
        Self {
            endpoint: Arc::clone(endpoint),
            idle: RefCell::default(),
            sessions: RefCell::default(),
            opening: Semaphore::new(1),
            agreed: Cell::new(None),
            idle_for: Cell::new(Duration::from_secs(60)),
            active: Cell::new(0),
        }
    }

    pub(crate) const fn endpoint(&self) -> &Arc<Endpoint> {
        &self.endpoint
    }

    /// Whether a request goes out over HTTP/1.1, as far as is known before there is a connection.
    fn is_of_http1(&self, upgrade: bool) -> bool {
        match self.endpoint.address().http() {
            Http::One => true,
            Http::Two => false,
            // Only HTTP/1.1 can be upgraded.
            Http::Auto => upgrade || self.agreed.get() == Some(Http::One),
        }
    }

    /// A stream of the first session that has room, so that those not needed fall idle.
    fn stream(&self) -> Option<Slot> {
        let mut sessions = self.sessions.borrow_mut();
        sessions.retain_mut(|session| !session.is_over());
        sessions.iter().find(|session| session.has_room()).map(Session::take)
    }

    fn count_idle(&self) -> usize {
        self.idle.borrow().len() + self.sessions.borrow().iter().filter(|session| session.is_idle()).count()
    }

    /// The connection used last that is still alive; dead and stale ones met on the way are closed.
    fn checkout(&self) -> Option<Box<Connection>> {
        loop {
            let mut connection = self.idle.borrow_mut().pop()?;
            if connection.is_fresh() {
                return Some(connection);
            }
        }
    }
}

impl Place {
    fn new(pool: &Rc<Pool>, way: Way) -> Self {
        pool.active.set(pool.active.get() + 1);
        Self { pool: Rc::clone(pool), way, outstanding: pool.endpoint.take() }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.pool.active.set(self.pool.active.get().saturating_sub(1));
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").field("address", self.outstanding.endpoint().address()).finish_non_exhaustive()
    }
}
