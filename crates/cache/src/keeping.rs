//! An answer that is kept while it is sent on.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use bytes::Bytes;
use wire::Framing;

use crate::fetch::Lead;
use crate::memory::Reservation;
use crate::selecting::Selecting;
use crate::store::Store;
use crate::stored::{KeptKey, Stored, StoredHead, weight};
use crate::table::Table;
use crate::terms::Terms;

/// What room grows by where the length is not known, in bytes.
const STEP: usize = 16 * 1024;

/// The copy of an answer on its way. Dropped before its end, it leaves nothing behind.
#[derive(Debug)]
pub struct Keeping {
    table: Arc<Table>,
    place: (KeptKey, Box<[Selecting]>),
    head: StoredHead,
    terms: Terms,
    changes: u64,
    most: u64,
    length: Option<u64>,
    content: Vec<u8>,
    reservation: Reservation,
    /// Others wait for it.
    lead: Option<Lead>,
}

impl Keeping {
    /// `None` where it is known beforehand that there is no room for it.
    pub(crate) fn begin(
        store: &Store,
        place: (KeptKey, Box<[Selecting]>),
        head: StoredHead,
        terms: Terms,
        changes: u64,
        framing: Framing,
    ) -> Option<Self> {
        let length = match framing {
            Framing::None => Some(0),
            Framing::Length(length) => Some(length),
            Framing::Chunked | Framing::Stream | Framing::UntilClose => None,
        };
        let table = Arc::clone(&store.table);
        let mut reservation = Reservation::new(Arc::clone(&table.memory));
        let most = store.most_of_one();
        let known = weight(&place.0, &place.1, &head).checked_add(length.unwrap_or(0))?;
        if known > most || !table.grow(&mut reservation, known) {
            return None;
        }
        let content = Vec::with_capacity(usize::try_from(length.unwrap_or(0)).ok()?);
        Some(Self { table, place, head, terms, changes, most, length, content, reservation, lead: None })
    }

    pub(crate) fn lead(&mut self, lead: Option<Lead>, now: Instant) {
        if let Some(lead) = &lead {
            lead.fills(now);
        }
        self.lead = lead;
    }

    /// It will not be kept, and neither will the next at its address: it is too large, or has trailers.
    pub fn give_up(self, now: Instant) {
        if let Some(lead) = self.lead {
            lead.alone(now);
        }
    }

    /// The service broke off.
    pub fn failed(self) {
        if let Some(lead) = self.lead {
            lead.failed();
        }
    }

    /// Takes in the next piece; `false` once it is too large, and nothing will be kept.
    #[must_use]
    pub fn take_in(&mut self, piece: &[u8]) -> bool {
        let spare = self.content.capacity() - self.content.len();
        if piece.len() > spare {
            let more = piece.len().max(STEP).max(self.content.capacity() / 2);
            let fits = self.length.is_none() && self.reservation.bytes().saturating_add(more as u64) <= self.most;
            if !fits || !self.table.grow(&mut self.reservation, more as u64) {
                return false;
            }
            self.content.reserve_exact(more);
        }
        self.content.extend_from_slice(piece);
        true
    }

    /// The whole answer was read, and had no trailers: it can be had from now on.
    pub fn finish(mut self, store: &Store, now: Instant) {
        if self.length.is_some_and(|length| length != self.content.len() as u64) {
            self.failed();
            return;
        }
        let lead = self.lead.take();
        let is_of_use = self.terms.is_of_use_to_others(now);
        let content = Bytes::from(self.content.into_boxed_slice());
        let weight = weight(&self.place.0, &self.place.1, &self.head) + content.len() as u64;
        self.reservation.shrink_to(weight);
        let tick = self.table.tick(now);
        let stored = Stored::new(self.place, self.head, content, self.terms, tick, self.reservation);
        let inserted = self.table.insert(stored, self.changes).is_some();
        if inserted {
            store.stored.fetch_add(1, Ordering::Relaxed);
        }
        // What was changed meanwhile is asked for anew by everybody; the next may be kept again.
        match lead {
            Some(lead) if is_of_use || !inserted => lead.stored(),
            Some(lead) => lead.alone(now),
            None => {}
        }
    }
}
