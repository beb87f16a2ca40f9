//! The demo's shop: five back ends, each listening on a port of its own, as they would on machines of their own.
//!
//! `site` gives the page and rings the bell, `catalogue` knows products and stock
//! (and so does its next edition, a canary), `ordering` takes orders, `payments`
//! moves the money. They know nothing of Vestibule
//! but the address of its server door: `ordering` reaches `catalogue` and
//! `payments` only through it, showing the certificate of the workload `shop`.
//!
//! Deliberately absent: storage (all is gone when the demo ends) and access
//! control (that is what the doors are for).

pub(crate) mod bell;
pub(crate) mod catalogue;
pub(crate) mod customer;
pub(crate) mod ordering;
pub(crate) mod payments;
pub(crate) mod reference;
pub(crate) mod server_door;
pub(crate) mod site;

use std::io;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use catalogue::{Edition, Shelves};
use server_door::ServerDoor;

/// How many orders and charges are kept; the oldest make room.
pub(crate) const KEPT: usize = 1_000;

/// The sockets of the five back ends, bound before the gateway's file is written.
#[derive(Debug)]
pub(crate) struct Listeners {
    pub(crate) site: std::net::TcpListener,
    pub(crate) catalogue: std::net::TcpListener,
    pub(crate) next_catalogue: std::net::TcpListener,
    pub(crate) ordering: std::net::TcpListener,
    pub(crate) payments: std::net::TcpListener,
}

/// The running back ends.
#[derive(Debug)]
pub(crate) struct Shop {
    serving: JoinSet<io::Result<()>>,
    closing: watch::Sender<bool>,
}

impl Shop {
    /// Serves the five back ends on their sockets, with the key `window` in the page; must be called within a runtime.
    ///
    /// # Errors
    /// A socket that the runtime does not take.
    pub(crate) fn open(listeners: Listeners, door: ServerDoor, window: &str) -> io::Result<Self> {
        let mut shop = Self { serving: JoinSet::new(), closing: watch::Sender::new(false) };
        let shelves = Shelves::new();
        shop.serve(listeners.site, site::router(window).merge(bell::router()))?;
        shop.serve(listeners.catalogue, catalogue::router(shelves.clone(), Edition("autumn")))?;
        shop.serve(listeners.next_catalogue, catalogue::router(shelves, Edition("winter")))?;
        shop.serve(listeners.ordering, ordering::router(door))?;
        shop.serve(listeners.payments, payments::router())?;
        Ok(shop)
    }

    fn serve(&mut self, listener: std::net::TcpListener, router: Router) -> io::Result<()> {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let mut closing = self.closing.subscribe();
        let closed = async move {
            // An error means that the sender is gone, which is a close as well.
            let _closed = closing.wait_for(|closing| *closing).await;
        };
        self.serving.spawn(async move { axum::serve(listener, router).with_graceful_shutdown(closed).await });
        Ok(())
    }

    /// Takes no more connections and finishes what runs.
    pub(crate) async fn close(mut self) {
        self.closing.send_replace(true);
        while self.serving.join_next().await.is_some() {}
    }
}
