//! The keys and workloads of one configuration, and how a credential is looked up in them.

mod settings;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use ipnet::IpNet;
use model::{Clock, DoorKind, Key, KeyKind, SpiffeId, SystemClock, Workload};

use crate::AuthError;
use crate::certificate::PeerCertificate;
use crate::keys::{KeyBounds, KeyHash, KeyId, PresentedKey, Shown};
use crate::live::{LiveKey, LiveKeys};
use crate::mark::Mark;
pub use settings::{DirectoryError, KeySettings, Settings, WorkloadSettings};

/// The keys and workloads of one configuration; immutable and shared by all threads.
pub struct Directory {
    keys: HashMap<KeyId, StoredKey>,
    /// The names of these keys and where they stand; a key of the store that has one of them is not taken.
    names: HashMap<Arc<str>, Arc<str>>,
    /// The keys that are made while the gateway runs, where it keeps some.
    live: Option<Arc<LiveKeys>>,
    /// By SPIFFE id.
    by_id: HashMap<SpiffeId, Declared>,
    /// By DNS name.
    by_dns: HashMap<Box<str>, Declared>,
    trust_domain: Option<Box<str>>,
    clock: Arc<dyn Clock>,
}

struct StoredKey {
    digest: [u8; 32],
    expires: Option<SystemTime>,
    key: Arc<Key>,
    bounds: KeyBounds,
}

#[derive(Clone)]
struct Declared {
    workload: Arc<Workload>,
    networks: Option<Arc<[IpNet]>>,
    place: Arc<str>,
}

impl Directory {
    /// The directory of these settings, by the machine's own clock.
    ///
    /// # Errors
    /// Every fault that the settings have among themselves.
    pub fn new(settings: Settings) -> Result<Self, Vec<DirectoryError>> {
        Self::with_clock(settings, Arc::new(SystemClock))
    }

    /// The same by another clock.
    ///
    /// # Errors
    /// Every fault that the settings have among themselves.
    pub fn with_clock(settings: Settings, clock: Arc<dyn Clock>) -> Result<Self, Vec<DirectoryError>> {
        let mut faults = Vec::new();
        let trust_domain =
            settings.trust_domain.filter(|domain| match SpiffeId::parse(&format!("spiffe://{domain}")) {
                Ok(_) => true,
                Err(source) => {
                    faults.push(DirectoryError::TrustDomain { domain: domain.clone(), source });
                    false
                }
            });
        let (keys, names, by_id, by_dns) = Default::default();
        let mut directory = Self { keys, names, live: None, by_id, by_dns, trust_domain, clock };
        for key in settings.keys {
            faults.extend(directory.add_key(key).err());
        }
        for workload in settings.workloads {
            directory.add_workload(&workload, &mut faults);
        }
        if faults.is_empty() { Ok(directory) } else { Err(faults) }
    }

    /// Whom a verified certificate stands for, for the life of its connection.
    ///
    /// A SPIFFE id decides alone: DNS names beside it are not looked at. An id of our
    /// trust domain that the file does not name is a workload by its id.
    ///
    /// # Errors
    /// [`AuthError`], where the certificate is nobody's here or the address is outside its workload's networks.
    pub fn workload(&self, certificate: &PeerCertificate, address: IpAddr) -> Result<Arc<Workload>, AuthError> {
        let declared = match &certificate.spiffe {
            Some(id) => match self.by_id.get(id) {
                Some(declared) => declared,
                None => return self.undeclared(id),
            },
            None => self.of_dns_names(&certificate.dns)?,
        };
        let address = address.to_canonical();
        let near = |networks: &Arc<[IpNet]>| networks.iter().any(|network| network.contains(&address));
        if !declared.networks.as_ref().is_none_or(near) {
            let name = Arc::clone(&declared.workload.name);
            return Err(AuthError::WorkloadNetwork { name, address, place: Arc::clone(&declared.place) });
        }
        Ok(Arc::clone(&declared.workload))
    }

    /// Takes the keys of the store as well, which may change while this directory stays.
    pub fn with_live(&mut self, live: Arc<LiveKeys>) {
        self.live = Some(live);
    }

    /// The holder of a key, where the key is valid, fits the door and is used from where it may be.
    pub(crate) fn key(&self, text: &str, shown: Shown<'_>) -> Result<Arc<Key>, AuthError> {
        let mark = self.live.as_ref().and_then(|live| live.mark(text));
        if let Some(live) = mark.as_ref().and_then(|mark| self.shown_before(text, mark)) {
            return self.admit_live(&live, shown);
        }
        let presented = PresentedKey::parse(text)?;
        if !fits(presented.kind, shown.door) {
            return Err(AuthError::KeyMisplaced { kind: presented.kind, door: shown.door });
        }
        // The same work for an unknown id, so that the time does not tell which ids there are.
        let digest = presented.digest();
        let pinned = self.pinned(presented.id, &digest);
        let live = self.live.as_ref().and_then(|live| live.find(presented.id, &digest));
        if let Some(stored) = pinned {
            is_of_kind(&stored.key, presented.kind)?;
            let key = self.current(stored)?;
            return stored.bounds.admit(&key, shown).map(|()| key);
        }
        let absence = || self.live.as_ref().map_or(AuthError::UnknownKey, |live| live.absence());
        let live = live.ok_or_else(absence)?;
        is_of_kind(live.key(), presented.kind)?;
        if let Some(mark) = mark {
            live.know(mark);
        }
        self.admit_live(&live, shown)
    }

    /// The key of the store that has this text, where it was shown before: its form and its kind were right then. What
    /// the file says under the same id comes first.
    fn shown_before(&self, text: &str, mark: &Mark) -> Option<Arc<LiveKey>> {
        let id = PresentedKey::claimed_id(text)?;
        let live = self.live.as_ref().filter(|_| !self.keys.contains_key(&id))?;
        live.find_again(id, mark)
    }

    /// A key of the store whose text is right, where it is taken here and now.
    fn admit_live(&self, live: &LiveKey, shown: Shown<'_>) -> Result<Arc<Key>, AuthError> {
        let key = live.key();
        if !fits(key.kind, shown.door) {
            return Err(AuthError::KeyMisplaced { kind: key.kind, door: shown.door });
        }
        if self.names.contains_key(&key.name) {
            return Err(AuthError::KeyShadowed { name: Arc::clone(&key.name) });
        }
        let now = self.clock.wall();
        live.admit(shown, now)?;
        live.note_use(now);
        Ok(Arc::clone(key))
    }

    fn pinned(&self, id: KeyId, digest: &[u8; 32]) -> Option<&StoredKey> {
        let stored = self.keys.get(&id);
        let expected = stored.map_or(&[0; 32], |stored| &stored.digest);
        let equal = verify_slices_are_equal(digest, expected).is_ok();
        stored.filter(|_| equal)
    }

    /// The key of this name, as if it had been shown so; for explanations.
    pub(crate) fn assumed_key(&self, name: &str, shown: Shown<'_>) -> Result<Arc<Key>, AuthError> {
        let stored = self.keys.values().find(|stored| *stored.key.name == *name).ok_or(AuthError::UnknownKey)?;
        Self::like_key(&stored.key, shown.door)?;
        let key = self.current(stored)?;
        stored.bounds.admit_assumed(&key, shown).map(|()| key)
    }

    /// A key that is valid, as if it had been shown at such a door; for explanations.
    pub(crate) fn like_key(key: &Arc<Key>, door: DoorKind) -> Result<Arc<Key>, AuthError> {
        if fits(key.kind, door) { Ok(Arc::clone(key)) } else { Err(AuthError::KeyMisplaced { kind: key.kind, door }) }
    }

    /// The trust domain whose ids are ours.
    #[must_use]
    pub fn trust_domain(&self) -> Option<&str> {
        self.trust_domain.as_deref()
    }

    /// Every key with the hash that it is known by; in no order.
    pub fn keys(&self) -> impl Iterator<Item = (KeyHash, &Arc<Key>)> {
        self.keys.iter().map(|(id, stored)| (KeyHash::new(*id, stored.digest), &stored.key))
    }

    /// Where the file has a key of this name, `file:line:column`.
    #[must_use]
    pub fn place_of_key(&self, name: &str) -> Option<&Arc<str>> {
        self.names.get(name)
    }

    /// Every workload that the file names; in no order.
    pub fn workloads(&self) -> impl Iterator<Item = &Arc<Workload>> {
        self.by_id.values().map(|declared| &declared.workload)
    }

    /// Every DNS name that stands for a workload; in no order.
    pub fn dns_names(&self) -> impl Iterator<Item = (&str, &Arc<Workload>)> {
        self.by_dns.iter().map(|(name, declared)| (&**name, &declared.workload))
    }

    /// Every range that a workload or key must call from; in no order, and as often as it is written.
    pub fn networks(&self) -> impl Iterator<Item = IpNet> {
        let workloads = self.by_id.values().filter_map(|declared| declared.networks.as_deref());
        let keys = self.keys.values().filter_map(|stored| stored.bounds.networks.as_deref());
        workloads.chain(keys).flatten().copied()
    }

    /// From where the file's key of this name may be used.
    #[must_use]
    pub fn bounds(&self, name: &str) -> Option<&KeyBounds> {
        self.keys.values().find(|stored| *stored.key.name == *name).map(|stored| &stored.bounds)
    }

    fn current(&self, stored: &StoredKey) -> Result<Arc<Key>, AuthError> {
        if stored.expires.is_some_and(|expires| expires <= self.clock.wall()) {
            return Err(AuthError::KeyExpired { name: Arc::clone(&stored.key.name) });
        }
        Ok(Arc::clone(&stored.key))
    }

    fn undeclared(&self, id: &SpiffeId) -> Result<Arc<Workload>, AuthError> {
        if self.trust_domain.as_deref() != Some(id.trust_domain()) {
            return Err(AuthError::ForeignTrustDomain { domain: id.trust_domain().into() });
        }
        Ok(Arc::new(Workload { name: id.as_str().into(), id: Some(id.clone()) }))
    }

    fn of_dns_names(&self, names: &[String]) -> Result<&Declared, AuthError> {
        let mut found = names.iter().filter_map(|name| self.by_dns.get(name.as_str()));
        let first = found.next().ok_or(AuthError::UnknownWorkload)?;
        match found.find(|other| other.workload.name != first.workload.name) {
            None => Ok(first),
            Some(second) => Err(AuthError::AmbiguousWorkload {
                first: Arc::clone(&first.workload.name),
                second: Arc::clone(&second.workload.name),
            }),
        }
    }

    fn add_key(&mut self, settings: KeySettings) -> Result<(), DirectoryError> {
        let KeySettings { name, kind, hash, apis, scopes, tier, bounds, expires, place: stands } = settings;
        match self.keys.entry(hash.id) {
            Entry::Occupied(there) => {
                let first = Arc::clone(&there.get().key.name);
                Err(DirectoryError::SameKey { first, second: name })
            }
            Entry::Vacant(place) => {
                self.names.insert(Arc::clone(&name), stands);
                let key = Arc::new(Key { name, kind, apis: apis.into(), scopes: scopes.into(), tier });
                place.insert(StoredKey { digest: hash.digest, expires, key, bounds });
                Ok(())
            }
        }
    }

    fn add_workload(&mut self, settings: &WorkloadSettings, faults: &mut Vec<DirectoryError>) {
        let id = match settings.id_within(self.trust_domain.as_deref()) {
            Ok(id) => id,
            Err(fault) => return faults.push(fault),
        };
        let workload = Arc::new(Workload { name: Arc::clone(&settings.name), id: Some(id.clone()) });
        let networks = settings.networks.clone().map(Arc::from);
        let declared = Declared { workload, networks, place: Arc::clone(&settings.place) };
        for name in &settings.dns {
            faults.extend(settings.dns_fault(name));
            if let Some(there) = self.by_dns.insert(name.as_str().into(), declared.clone()) {
                faults.push(there.same(&settings.name, name));
            }
        }
        if let Some(there) = self.by_id.insert(id.clone(), declared) {
            faults.push(there.same(&settings.name, id.as_str()));
        }
    }
}

impl Declared {
    fn same(&self, second: &Arc<str>, identity: &str) -> DirectoryError {
        let (first, second) = (Arc::clone(&self.workload.name), Arc::clone(second));
        DirectoryError::SameWorkload { first, second, identity: identity.into() }
    }
}

/// A key's own text says its kind, and so does what is kept of it.
fn is_of_kind(key: &Key, presented: KeyKind) -> Result<(), AuthError> {
    if key.kind == presented { Ok(()) } else { Err(AuthError::KeyKind { name: Arc::clone(&key.name) }) }
}

/// Which keys a kind of door takes: what a page or a device can hold at one, what a server can keep at the other.
const fn fits(kind: KeyKind, door: DoorKind) -> bool {
    match door {
        DoorKind::Client => matches!(kind, KeyKind::Publishable | KeyKind::Restricted),
        DoorKind::Server => matches!(kind, KeyKind::Secret),
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory")
            .field("trust_domain", &self.trust_domain)
            .field("keys", &self.keys.len())
            .field("workloads", &self.by_id.len())
            .finish()
    }
}

#[cfg(test)]
mod tests;
