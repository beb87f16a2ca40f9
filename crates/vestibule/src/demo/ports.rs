//! Where the demo listens: the ports asked for, or the usual ones, or the next that are free.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use super::shop::Listeners;
use crate::failure::{Exit, Failure};
use crate::holder;

const CLIENT: u16 = 8443;
const SERVER: u16 = 9443;
const BACK_ENDS: u16 = 7001;
/// How far from the usual port the next one is looked for.
const TRIES: u16 = 200;

/// The two doors' addresses, and the back ends' sockets.
#[derive(Debug)]
pub(crate) struct Ports {
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
    pub(crate) back_ends: Listeners,
    /// What is not where one would look for it, in words.
    pub(crate) moved: Vec<String>,
}

impl Ports {
    /// Client door at `base`, server door after it, then the back ends; without a base whatever is free.
    ///
    /// # Errors
    /// A port that was asked for and is taken, or no free port at all.
    pub(crate) fn choose(base: Option<u16>) -> Result<Self, Failure> {
        let mut moved = Vec::new();
        let mut next = |usual: u16, offset: u16, what: &str| match base {
            Some(base) => exactly(base.saturating_add(offset), what),
            None => near(usual, what, &mut moved),
        };
        // All are held until all are chosen, so that none is chosen twice.
        let client = next(CLIENT, 0, "the client door")?;
        let server = next(SERVER, 1, "the server door")?;
        let back_ends = Listeners {
            site: next(BACK_ENDS, 2, "the site")?,
            catalogue: next(BACK_ENDS + 1, 3, "the catalogue")?,
            ordering: next(BACK_ENDS + 2, 4, "ordering")?,
            payments: next(BACK_ENDS + 3, 5, "payments")?,
            next_catalogue: next(BACK_ENDS + 4, 6, "the next catalogue")?,
        };
        Ok(Self { client: address_of(&client)?, server: address_of(&server)?, back_ends, moved })
    }
}

fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

/// The address of a bound socket.
///
/// # Errors
/// None in practice; the system may refuse any call.
pub(crate) fn address_of(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    listener.local_addr().map_err(|error| Failure::ours(format!("a bound socket without address: {error}")))
}

fn exactly(port: u16, what: &str) -> Result<TcpListener, Failure> {
    bind(port).map_err(|error| {
        let by = holder::of(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).map(|holder| format!(" by {holder}"));
        let message = match (error.kind(), by) {
            (io::ErrorKind::AddrInUse, by) => {
                format!("port {port} for {what} is taken{}", by.unwrap_or_default())
            }
            _ => format!("port {port} for {what} cannot be had: {error}"),
        };
        Failure::new(Exit::Conflict, "address-in-use", message).help("choose another `--port-base`, or leave it out")
    })
}

fn near(usual: u16, what: &str, moved: &mut Vec<String>) -> Result<TcpListener, Failure> {
    for port in usual..usual.saturating_add(TRIES) {
        if let Ok(listener) = bind(port) {
            if port != usual {
                moved.push(format!("port {usual} is taken; {what} is at {port}"));
            }
            return Ok(listener);
        }
    }
    bind(0).map_err(|error| Failure::new(Exit::Conflict, "address-in-use", format!("no port for {what}: {error}")))
}

#[cfg(test)]
mod tests;
