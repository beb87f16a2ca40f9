//! The dialler: every connection that the house makes of its own accord, as for keys of issuers, mail and certificates.
//!
//! ```text
//! Target        https://host:port/path, read strictly     by the file's word or a caller's (Trust)
//!   Destination host and port; literal addresses are judged here
//! Dialler       looks the name up once, judges every address that it has, connects to one of those very addresses
//!   AddressKind what an address is: public, private, a metadata service …
//! ```
//!
//! Between the look at an address and the connection to it there is no second look-up, so a name that says one thing
//! to the check and another to the connection gains nothing. On a caller's word, one address among many that is not
//! public refuses the whole name: whoever controls it would only have to try again. On the file's word those that
//! may not be called are left out.
//!
//! Deliberately absent: redirects, proxies, and a way to switch the checks off.

mod address;
mod destination;
mod error;
mod target;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use policy::HousePermit;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::keeper::Resolve;

pub use address::{AddressKind, is_metadata_name, is_never_called};
pub use destination::{Destination, Host, Trust};
pub use error::{DialError, TargetError};
pub use target::Target;

/// More addresses of a name are not tried.
const TRIED_AT_MOST: usize = 6;
/// The next address is tried while the one before is still silent (RFC 8305 §5).
const NEXT_AFTER: Duration = Duration::from_millis(250);

/// Connects to what it has checked.
#[derive(Clone)]
pub struct Dialler {
    resolver: Arc<dyn Resolve>,
}

impl Dialler {
    /// Asks this resolver.
    #[must_use]
    pub fn new(resolver: Arc<dyn Resolve>) -> Self {
        Self { resolver }
    }

    /// The addresses of a destination that may be connected to, in the order in which they should be tried; for
    /// libraries that connect themselves, and must be given one of these and not the name.
    ///
    /// # Errors
    /// [`DialError`], but not `Unreached`.
    pub async fn resolve(
        &self,
        _permit: HousePermit,
        to: &Destination,
        within: Duration,
    ) -> Result<Vec<SocketAddr>, DialError> {
        timeout(within, self.checked(to)).await.unwrap_or_else(|_| Err(too_late(to)))
    }

    /// Connects, within a time that the look-up is part of.
    ///
    /// # Errors
    /// [`DialError`].
    pub async fn connect(
        &self,
        _permit: HousePermit,
        to: &Destination,
        within: Duration,
    ) -> Result<TcpStream, DialError> {
        let connected = timeout(within, async { race(self.checked(to).await?, to).await }).await;
        connected.unwrap_or_else(|_| Err(too_late(to)))
    }

    async fn checked(&self, to: &Destination) -> Result<Vec<SocketAddr>, DialError> {
        let name = match to.host() {
            Host::Address(ip) => return Ok(vec![judged(to, (*ip, to.port()).into())?]),
            Host::Name(name) => name,
        };
        let found = self.resolver.lookup(name, to.port()).await;
        let found = found.map_err(|source| DialError::Unresolved { host: to.host().to_string(), source })?;
        let mut good = Vec::with_capacity(found.len());
        let mut refused = None;
        for address in found {
            // The port is ours, and a zone nobody may say.
            match judged(to, SocketAddr::new(address.ip(), to.port())) {
                Ok(address) => good.push(address),
                Err(error) if to.trust() == Trust::Supplied => return Err(error),
                Err(error) => refused = Some(error),
            }
        }
        if good.is_empty() {
            return Err(refused.unwrap_or_else(|| DialError::NoAddress { host: to.host().to_string() }));
        }
        Ok(in_turn(good))
    }
}

fn judged(to: &Destination, address: SocketAddr) -> Result<SocketAddr, DialError> {
    let refused = |kind| DialError::Refused { host: to.host().to_string(), address: address.ip(), kind };
    to.admits(address.ip()).map(|()| address).map_err(refused)
}

fn too_late(to: &Destination) -> DialError {
    DialError::TooLate { host: to.host().to_string() }
}

/// The families in turn, the one first that the resolver has first (RFC 8305 §4).
fn in_turn(mut addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let mut seen = Vec::with_capacity(addresses.len());
    addresses.retain(|address| {
        let new = !seen.contains(address);
        if new {
            seen.push(*address);
        }
        new
    });
    let six_first = addresses.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = addresses.into_iter().partition(|address| address.is_ipv6() == six_first);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut ordered = Vec::with_capacity(TRIED_AT_MOST);
    while ordered.len() < TRIED_AT_MOST {
        let pair = [first.next(), second.next()];
        if pair == [None, None] {
            break;
        }
        ordered.extend(pair.into_iter().flatten());
    }
    ordered.truncate(TRIED_AT_MOST);
    ordered
}

/// The first connection that comes about; each address is tried when the one before has failed or is slow.
async fn race(addresses: Vec<SocketAddr>, to: &Destination) -> Result<TcpStream, DialError> {
    let mut waiting = addresses.into_iter();
    let mut under_way = JoinSet::new();
    let mut last = None;
    loop {
        if let Some(address) = waiting.next() {
            under_way.spawn(TcpStream::connect(address));
        }
        let more = waiting.len() > 0;
        tokio::select! {
            ended = under_way.join_next() => match ended {
                Some(Ok(Ok(stream))) => return Ok(stream),
                Some(Ok(Err(error))) => last = Some(error),
                Some(Err(error)) => last = Some(error.into()),
                None => {
                    let source = last.unwrap_or_else(|| std::io::ErrorKind::AddrNotAvailable.into());
                    return Err(DialError::Unreached { host: to.host().to_string(), source });
                }
            },
            () = sleep(NEXT_AFTER), if more => {}
        }
    }
}

#[cfg(test)]
mod tests;
