//! One stored answer, and the key that it is stored under.

use std::hash::{BuildHasher, Hasher};
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use wire::{RequestHead, ResponseHead};

use crate::memory::Reservation;
use crate::selecting::{self, Selecting};
use crate::terms::Terms;

/// What the parts of a stored answer cost beside their text: the maps of its head, its place in a set, allocations.
const OVERHEAD: usize = 512;
/// What one field costs beside its text.
const FIELD: usize = 32;

/// What is asked for: an operation at an authority and a target, as they came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key<'a> {
    pub(crate) hash: u64,
    operation: &'a str,
    authority: &'a str,
    target: &'a str,
}

impl<'a> Key<'a> {
    pub(crate) fn of(hashing: &impl BuildHasher, operation: &'a str, request: &'a RequestHead) -> Self {
        Self::at(hashing, operation, request.authority(), request.path_and_query())
    }

    /// The hash leaves the operation out: what is changed at an address is changed for all of them.
    pub(crate) fn at(hashing: &impl BuildHasher, operation: &'a str, authority: &'a str, target: &'a str) -> Self {
        let mut hasher = hashing.build_hasher();
        hasher.write(authority.as_bytes());
        // Neither has an octet like this, so that no two pairs run together.
        hasher.write_u8(0);
        hasher.write(target.as_bytes());
        Self { hash: hasher.finish(), operation, authority, target }
    }

    pub(crate) fn keep(&self) -> KeptKey {
        KeptKey {
            hash: self.hash,
            operation: self.operation.into(),
            authority: self.authority.into(),
            target: self.target.into(),
        }
    }
}

/// A key that outlives its request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptKey {
    pub(crate) hash: u64,
    operation: Box<str>,
    authority: Box<str>,
    target: Box<str>,
}

impl KeptKey {
    pub(crate) fn is(&self, key: &Key<'_>) -> bool {
        self.is_at(key) && *self.operation == *key.operation
    }

    /// The same address, whatever the operation.
    pub(crate) fn is_at(&self, key: &Key<'_>) -> bool {
        self.hash == key.hash && *self.target == *key.target && *self.authority == *key.authority
    }

    fn weight(&self) -> usize {
        self.operation.len() + self.authority.len() + self.target.len()
    }
}

/// The head of a stored answer, and the same as whoever gives it out writes it: once, and not for each caller.
#[derive(Clone, Debug)]
pub(crate) struct StoredHead {
    head: ResponseHead,
    pub(crate) written: Box<[u8]>,
}

impl StoredHead {
    pub(crate) fn new(head: ResponseHead, write: fn(&ResponseHead, &mut Vec<u8>)) -> Self {
        let mut written = Vec::new();
        write(&head, &mut written);
        Self { head, written: written.into() }
    }
}

impl Deref for StoredHead {
    type Target = ResponseHead;

    fn deref(&self) -> &ResponseHead {
        &self.head
    }
}

/// A stored answer. Never changed but for its last use: what is validated is stored anew.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) key: KeptKey,
    pub(crate) selecting: Box<[Selecting]>,
    pub(crate) head: StoredHead,
    pub(crate) content: Bytes,
    pub(crate) terms: Terms,
    /// When it was used last, by the ticks of the table.
    last_use: AtomicU32,
    /// Held for as long as anybody sends it.
    _reservation: Reservation,
}

impl Stored {
    pub(crate) fn new(
        (key, selecting): (KeptKey, Box<[Selecting]>),
        head: StoredHead,
        content: Bytes,
        terms: Terms,
        tick: u32,
        reservation: Reservation,
    ) -> Self {
        Self { key, selecting, head, content, terms, last_use: AtomicU32::new(tick), _reservation: reservation }
    }

    /// Whether a request gets this one: of those who are known only where it is meant for them too.
    pub(crate) fn answers(&self, key: &Key<'_>, request: &RequestHead, identified: bool) -> bool {
        self.key.is(key) && (!identified || self.terms.public) && selecting::fits(&self.selecting, request.fields())
    }

    /// Whether one takes the place of the other.
    pub(crate) fn replaces(&self, other: &Self) -> bool {
        self.key == other.key && self.selecting == other.selecting
    }

    pub(crate) fn last_use(&self) -> u32 {
        self.last_use.load(Ordering::Relaxed)
    }

    /// Written only where it changes, so that threads that give out the same answer do not take it from each other.
    pub(crate) fn touch(&self, tick: u32) {
        if self.last_use() != tick {
            self.last_use.store(tick, Ordering::Relaxed);
        }
    }
}

/// What is counted for a stored answer beside its content, in bytes.
pub(crate) fn weight(key: &KeptKey, selecting: &[Selecting], head: &StoredHead) -> u64 {
    let fields: usize = head.fields().iter().map(|field| field.name.len() + field.value.len() + FIELD).sum();
    let selecting: usize = selecting.iter().map(Selecting::weight).sum();
    (size_of::<Stored>() + OVERHEAD + key.weight() + selecting + fields + head.written.len()) as u64
}
