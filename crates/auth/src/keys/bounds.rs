//! From where a key may be used: from pages of which origins, and from which addresses.

use std::net::IpAddr;

use ipnet::IpNet;
use model::{DoorKind, Key, KeyKind};
use wire::{Name, RequestHead};

use super::Origin;
use crate::AuthError;

/// From where a key may be used. A publishable key is bound to origins: without one it opens nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyBounds {
    /// From pages of these origins; empty for any, or for none where the key is publishable.
    pub origins: Vec<Origin>,
    /// From these ranges of addresses; `None` for anywhere.
    pub networks: Option<Vec<IpNet>>,
}

/// Where and with what a key was shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown<'a> {
    pub(crate) door: DoorKind,
    pub(crate) head: &'a RequestHead,
    pub(crate) address: IpAddr,
}

impl KeyBounds {
    /// Whether the key may be used so.
    pub(crate) fn admit(&self, key: &Key, shown: Shown<'_>) -> Result<(), AuthError> {
        self.admit_address(key, shown)?;
        if self.asks_origin(key) && !self.origins.iter().any(|origin| comes_from(shown.head, origin)) {
            return Err(AuthError::KeyOrigin { name: key.name.clone() });
        }
        Ok(())
    }

    /// The same where the request is made up: it is taken to come from a page of the key, unless it says another.
    pub(crate) fn admit_assumed(&self, key: &Key, shown: Shown<'_>) -> Result<(), AuthError> {
        let says = [Name::Origin, Name::Referer];
        if self.origins.is_empty() || says.into_iter().any(|name| shown.head.fields().get(name).is_some()) {
            return self.admit(key, shown);
        }
        self.admit_address(key, shown)
    }

    fn asks_origin(&self, key: &Key) -> bool {
        key.kind == KeyKind::Publishable || !self.origins.is_empty()
    }

    fn admit_address(&self, key: &Key, shown: Shown<'_>) -> Result<(), AuthError> {
        let Some(networks) = &self.networks else { return Ok(()) };
        let address = shown.address.to_canonical();
        if networks.iter().any(|network| network.contains(&address)) {
            return Ok(());
        }
        Err(AuthError::KeyNetwork { name: key.name.clone(), address, door: shown.door })
    }
}

/// Whether a page of this origin sent the request, as far as a browser says so.
///
/// `Origin` decides where it is sent. A page's reading requests to its own host have none (Fetch §3.2): of those
/// `Sec-Fetch-Site`, which no page can set, says that they came from the host itself, and `Referer` says from where
/// they came in browsers that send no Fetch Metadata. Whoever is no browser can write what it likes: that is why a
/// publishable key protects nothing.
fn comes_from(head: &RequestHead, origin: &Origin) -> bool {
    let fields = head.fields();
    if let Some(value) = fields.get(Name::Origin) {
        return value == origin.as_str().as_bytes();
    }
    match fields.get(Name::SecFetchSite) {
        Some(b"same-origin") => origin.is_at(head.authority()),
        _ => fields.get(Name::Referer).is_some_and(|url| origin.is_of(url)),
    }
}
