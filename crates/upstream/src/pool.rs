//! The connections of one data thread: idle ones by address, and a lease for each in use.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::io;
use std::rc::Rc;
use std::time::{Duration, Instant};

use model::ServiceId;

use crate::connection::Connection;
use crate::error::UpstreamError;
use crate::settings::{Endpoint, ServiceSettings};
use crate::watch::Watch;

/// Idle connections that one thread keeps for one address.
const IDLE_AT_MOST: usize = 256;
/// Connections that one thread has in use for one address; more requests are refused, not queued.
const ACTIVE_AT_MOST: u32 = 8192;

/// All pools of one data thread. They outlive a reload: an address that stays keeps its connections.
pub struct Pools {
    by_endpoint: RefCell<HashMap<Endpoint, Rc<Pool>>>,
    watch: Rc<dyn Watch>,
}

/// The services of one configuration, on one data thread.
pub struct Upstreams {
    services: Vec<Service>,
}

pub(crate) struct Service {
    id: ServiceId,
    watch: Rc<dyn Watch>,
    settings: ServiceSettings,
    pools: Vec<Rc<Pool>>,
    next: Cell<usize>,
}

struct Pool {
    endpoint: Endpoint,
    idle: RefCell<Vec<Connection>>,
    idle_for: Cell<Duration>,
    active: Cell<u32>,
}

impl Pools {
    /// No connections yet; `watch` learns of those to come.
    #[must_use]
    pub fn new(watch: Rc<dyn Watch>) -> Self {
        Self { by_endpoint: RefCell::default(), watch }
    }

    /// The services of a configuration, over the connections that are there already; pools of addresses that
    /// no service has any more are closed.
    pub fn resolve(&self, services: &[ServiceSettings]) -> Upstreams {
        let mut earlier = self.by_endpoint.borrow_mut();
        let mut pools = HashMap::new();
        let services = (0..)
            .map(ServiceId)
            .zip(services)
            .map(|(id, settings)| {
                let of_service = settings.endpoints.iter().map(|endpoint| {
                    let pool = pools.entry(endpoint.clone()).or_insert_with(|| {
                        earlier.remove(endpoint).unwrap_or_else(|| Rc::new(Pool::new(endpoint.clone())))
                    });
                    pool.idle_for.set(settings.idle);
                    Rc::clone(pool)
                });
                let pools = of_service.collect();
                Service { id, watch: Rc::clone(&self.watch), settings: settings.clone(), pools, next: Cell::new(0) }
            })
            .collect();
        *earlier = pools;
        Upstreams { services }
    }

    /// Closes idle connections that their service has closed, and those that were idle for longer than it allows,
    /// counted from the first sweep that found them so. To be called about every second.
    pub fn sweep(&self, now: Instant) {
        for pool in self.by_endpoint.borrow().values() {
            let idle_for = pool.idle_for.get();
            pool.idle.borrow_mut().retain_mut(|connection| {
                let idle = now.duration_since(*connection.idle_since.get_or_insert(now));
                connection.is_fresh() && idle < idle_for
            });
        }
    }

    /// Connections in use and idle, over all addresses.
    #[must_use]
    pub fn counts(&self) -> (u32, usize) {
        let pools = self.by_endpoint.borrow();
        pools
            .values()
            .fold((0, 0), |(active, idle), pool| (active + pool.active.get(), idle + pool.idle.borrow().len()))
    }
}

impl Upstreams {
    pub(crate) fn service(&self, id: ServiceId) -> Result<&Service, UpstreamError> {
        self.services.get(id.0 as usize).ok_or(UpstreamError::NoService)
    }
}

impl Service {
    /// How long the first byte of an answer may take, where the service says it.
    pub(crate) const fn first_byte(&self) -> Option<Duration> {
        self.settings.first_byte
    }

    /// A connection from the pool of the next address, or a new one; all addresses are tried before giving up.
    pub(crate) async fn lease(&self, fresh_only: bool) -> Result<Lease, UpstreamError> {
        let first = self.next.get();
        self.next.set(first.wrapping_add(1));
        let mut last_error = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for turn in 0..self.pools.len() {
            let Some(pool) = self.pools.get(first.wrapping_add(turn) % self.pools.len()) else { continue };
            if pool.active.get() >= ACTIVE_AT_MOST {
                return Err(UpstreamError::Exhausted { service: self.settings.name.to_string() });
            }
            if !fresh_only && let Some(lease) = pool.checkout() {
                self.watch.reused(self.id);
                return Ok(lease);
            }
            match self.open(pool).await {
                Ok(lease) => return Ok(lease),
                Err(error) => last_error = error,
            }
            self.watch.connect_failed(self.id);
        }
        Err(UpstreamError::Connect { service: self.settings.name.to_string(), source: last_error })
    }
}

impl Service {
    async fn open(&self, pool: &Rc<Pool>) -> io::Result<Lease> {
        let opening = Connection::open(&pool.endpoint, &*self.watch, self.id);
        let connection = tokio::time::timeout(self.settings.connect_timeout, opening)
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        Ok(Lease::new(pool, connection, false))
    }
}

impl Pool {
    fn new(endpoint: Endpoint) -> Self {
        Self { endpoint, idle: RefCell::default(), idle_for: Cell::new(Duration::from_secs(60)), active: Cell::new(0) }
    }

    /// The connection used last that is still alive; dead and stale ones met on the way are closed.
    fn checkout(self: &Rc<Self>) -> Option<Lease> {
        loop {
            let mut connection = self.idle.borrow_mut().pop()?;
            if connection.is_fresh() {
                return Some(Lease::new(self, connection, true));
            }
        }
    }
}

/// A connection in use by one exchange. Dropped, it closes; only [`Lease::give_back`] keeps it.
pub(crate) struct Lease {
    pub(crate) connection: Connection,
    pub(crate) reused: bool,
    count: ActiveCount,
}

/// Counts one connection in use for as long as it lives.
struct ActiveCount(Rc<Pool>);

impl Lease {
    fn new(pool: &Rc<Pool>, connection: Connection, reused: bool) -> Self {
        pool.active.set(pool.active.get() + 1);
        Self { connection, reused, count: ActiveCount(Rc::clone(pool)) }
    }

    /// Puts the connection back; the caller has seen to it that the exchange is over on both sides.
    pub(crate) fn give_back(self) {
        let Self { mut connection, count, .. } = self;
        let mut idle = count.0.idle.borrow_mut();
        if idle.len() < IDLE_AT_MOST {
            connection.rest();
            idle.push(connection);
        }
    }
}

impl Drop for ActiveCount {
    fn drop(&mut self) {
        self.0.active.set(self.0.active.get().saturating_sub(1));
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("endpoint", &self.count.0.endpoint).field("reused", &self.reused).finish()
    }
}
