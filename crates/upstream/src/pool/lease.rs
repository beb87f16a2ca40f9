//! What carries a request to an endpoint: a connection of its own, or a stream beside others.

use std::fmt;
use std::io;
use std::rc::Rc;

use tokio::time::timeout;

use super::{ACTIVE_AT_MOST, IDLE_AT_MOST, Place, Service};
use crate::connection::{Connection, OpenError};
use crate::error::UpstreamError;
use crate::http2::{Session, SessionError, Slot};
use crate::settings::Http;

/// HTTP/2 connections that one thread has to one endpoint, however few streams each may carry.
const SESSIONS_AT_MOST: usize = 64;

/// What carries one request.
pub(crate) enum Leased {
    /// A connection of its own.
    Connection(Lease),
    /// A stream beside others.
    Stream(StreamLease),
}

/// A stream in use by one exchange.
#[derive(Debug)]
pub(crate) struct StreamLease {
    pub(crate) slot: Slot,
    place: Place,
}

impl StreamLease {
    /// Gives the stream up, and goes on with its place.
    pub(crate) fn into_place(self) -> Place {
        self.place
    }
}

/// A connection in use by one exchange. Dropped, it closes; only [`Lease::give_back`] keeps it.
pub(crate) struct Lease {
    pub(crate) connection: Box<Connection>,
    pub(crate) reused: bool,
    place: Place,
}

impl Lease {
    const fn new(place: Place, connection: Box<Connection>, reused: bool) -> Self {
        Self { connection, reused, place }
    }

    /// Puts the connection back; the caller has seen to it that the exchange is over on both sides.
    pub(crate) fn give_back(self) {
        let Self { mut connection, place, .. } = self;
        // INVARIANT: what was introduced as one caller's carries nothing of another.
        if connection.is_introduced() {
            return;
        }
        let mut idle = place.pool.idle.borrow_mut();
        if idle.len() < IDLE_AT_MOST && !place.pool.endpoint.is_retired() {
            connection.rest();
            idle.push(connection);
        }
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.place.outstanding.endpoint().address();
        f.debug_struct("Lease").field("address", address).field("reused", &self.reused).finish()
    }
}

impl Service {
    /// What carries a request to a place: an idle connection, a stream of one that is open, or a new one. `upgrade` says
    /// that it has to be a connection of its own; so has one with an `introduction`, which is never another caller's.
    pub(crate) async fn lease(
        &self,
        place: Place,
        upgrade: bool,
        introduction: &[u8],
    ) -> Result<Leased, UpstreamError> {
        self.is_within_bounds(&place)?;
        if !introduction.is_empty() {
            return Box::pin(self.open(place, true, introduction)).await;
        }
        if !place.pool.is_of_http1(upgrade) {
            if let Some(slot) = place.pool.stream() {
                return Ok(self.reuse(place, slot));
            }
            return Box::pin(self.open_session(place)).await;
        }
        match place.pool.checkout() {
            Some(connection) => {
                self.of_thread.watch.reused(self.id);
                Ok(Leased::Connection(Lease::new(place, connection, true)))
            }
            // In a box, as each time: few requests open one, and all would carry the room for it.
            None => Box::pin(self.open(place, upgrade, &[])).await,
        }
    }

    fn reuse(&self, place: Place, slot: Slot) -> Leased {
        self.of_thread.watch.reused(self.id);
        Leased::Stream(StreamLease { slot, place })
    }

    /// Many requests may want the first connection at once: one opens it, and the others see what comes of it.
    async fn open_session(&self, place: Place) -> Result<Leased, UpstreamError> {
        let pool = Rc::clone(&place.pool);
        let Ok(_turn) = timeout(self.settings().connect_timeout, pool.opening.acquire()).await else {
            return Err(self.no_connection(io::ErrorKind::TimedOut.into()));
        };
        if let Some(slot) = pool.stream() {
            return Ok(self.reuse(place, slot));
        }
        if pool.sessions.borrow().len() >= SESSIONS_AT_MOST {
            return Err(self.exhausted());
        }
        self.open(place, false, &[]).await
    }

    /// A new connection in the place of one that was dead.
    pub(crate) async fn renew(&self, lease: Lease, upgrade: bool) -> Result<Lease, UpstreamError> {
        match Box::pin(self.open(lease.place, upgrade, &[])).await? {
            Leased::Connection(lease) => Ok(lease),
            // Its handshake agreed on something else than the one before: the next request knows.
            Leased::Stream(_) => Err(UpstreamError::Silent),
        }
    }

    fn is_within_bounds(&self, place: &Place) -> Result<(), UpstreamError> {
        if place.pool.active.get() <= ACTIVE_AT_MOST { Ok(()) } else { Err(self.exhausted()) }
    }

    fn exhausted(&self) -> UpstreamError {
        UpstreamError::Exhausted { service: self.settings().name.to_string() }
    }

    async fn open(&self, place: Place, upgrade: bool, introduction: &[u8]) -> Result<Leased, UpstreamError> {
        let address = place.pool.endpoint.address();
        let offer = if upgrade { Http::One } else { address.http() };
        let within = self.settings().connect_timeout;
        let opened = Connection::open(address, offer, introduction, within, &*self.of_thread.watch, self.id).await;
        let connection = opened.map_err(|error| {
            self.of_thread.watch.connect_failed(self.id);
            match error {
                OpenError::Connect(source) => self.no_connection(source),
                OpenError::Handshake(source) => self.no_trust(source),
            }
        })?;
        let pool = Rc::clone(&place.pool);
        let is_http2 = connection.agreed_on_http2().unwrap_or(offer == Http::Two);
        if offer == Http::Auto {
            pool.agreed.set(Some(if is_http2 { Http::Two } else { Http::One }));
        }
        match (offer, is_http2) {
            (_, true) => {
                let session = Session::open(connection, within).await.map_err(|error| self.no_session(error))?;
                let slot = session.take();
                pool.sessions.borrow_mut().push(session);
                Ok(Leased::Stream(StreamLease { slot, place }))
            }
            (Http::Two, false) => Err(self.not_spoken(None)),
            (Http::One | Http::Auto, false) => Ok(Leased::Connection(Lease::new(place, Box::new(connection), false))),
        }
    }

    fn no_session(&self, error: SessionError) -> UpstreamError {
        self.of_thread.watch.connect_failed(self.id);
        match error {
            SessionError::Silent => self.no_connection(io::ErrorKind::TimedOut.into()),
            SessionError::Untrusted(source) => self.no_trust(source),
            SessionError::Other(source) => self.not_spoken(source),
        }
    }

    fn not_spoken(&self, source: Option<h2::Error>) -> UpstreamError {
        UpstreamError::NotSpoken { service: self.settings().name.to_string(), source }
    }

    /// Somebody is there, and is not believed or does not believe us: the address may be another's by now.
    fn no_trust(&self, source: io::Error) -> UpstreamError {
        self.shared.doubts.send_replace(());
        UpstreamError::Handshake { service: self.settings().name.to_string(), source }
    }
}
