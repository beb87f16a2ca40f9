//! A bounded table of names, each with the row that it keeps for as long as it is in use.

use std::collections::HashMap;
use std::hash::Hash;

/// Names and their rows; row 0 has no name and counts what finds no place.
pub(crate) struct Names<Name, const SLOTS: usize> {
    rows: HashMap<Name, u32>,
    /// By row; the first is row 0.
    entries: Vec<Entry<Name, SLOTS>>,
    capacity: usize,
}

struct Entry<Name, const SLOTS: usize> {
    name: Option<Name>,
    /// The latest configuration that had the name.
    seen: u64,
    /// What an earlier name had counted in this row. Counters belong to the threads
    /// that write them, so a row is not set back: it is read from here on.
    base: Option<Box<[u64; SLOTS]>>,
}

impl<Name: Clone + Eq + Hash, const SLOTS: usize> Names<Name, SLOTS> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { rows: HashMap::new(), entries: vec![Entry { name: None, seen: u64::MAX, base: None }], capacity }
    }

    /// The row of a name in the configuration number `generation`.
    ///
    /// Where the table is full, a row goes over from a name that neither this
    /// nor the preceding configuration has; `sum` says what it has counted.
    pub(crate) fn row(&mut self, name: Name, generation: u64, sum: impl Fn(u32) -> [u64; SLOTS]) -> u32 {
        if let Some(row) = self.rows.get(&name).copied() {
            if let Some(entry) = self.entries.get_mut(row as usize) {
                entry.seen = generation;
            }
            return row;
        }
        let Some(row) = self.free(generation) else { return 0 };
        let fresh = row as usize == self.entries.len();
        let base = if fresh { None } else { Some(Box::new(sum(row))) };
        let entry = Entry { name: Some(name.clone()), seen: generation, base };
        match self.entries.get_mut(row as usize) {
            Some(old) => {
                if let Some(old) = std::mem::replace(old, entry).name {
                    self.rows.remove(&old);
                }
            }
            None => self.entries.push(entry),
        }
        self.rows.insert(name, row);
        row
    }

    fn free(&self, generation: u64) -> Option<u32> {
        let row = if self.entries.len() < self.capacity {
            self.entries.len()
        } else {
            // The preceding configuration's requests may still be running.
            self.entries.iter().position(|entry| entry.seen.saturating_add(1) < generation)?
        };
        u32::try_from(row).ok()
    }

    /// The rows of the names that the configuration of this number has, with what was counted under them.
    pub(crate) fn counted_now(
        &self,
        generation: u64,
        sum: impl Fn(u32) -> [u64; SLOTS],
    ) -> impl Iterator<Item = (&Name, [u64; SLOTS])> {
        let there = self.entries.iter().map(move |entry| entry.seen == generation);
        let rows = self.counted(sum).zip(there);
        rows.filter_map(|((name, counts), there)| name.filter(|_| there).map(|name| (name, counts)))
    }

    /// Every row with its name and what it has counted under it; row 0 has none.
    pub(crate) fn counted(
        &self,
        sum: impl Fn(u32) -> [u64; SLOTS],
    ) -> impl Iterator<Item = (Option<&Name>, [u64; SLOTS])> {
        (0u32..).zip(&self.entries).map(move |(row, entry)| {
            let mut counts = sum(row);
            if let Some(base) = &entry.base {
                for (count, base) in counts.iter_mut().zip(base.iter()) {
                    *count = count.wrapping_sub(*base);
                }
            }
            (entry.name.as_ref(), counts)
        })
    }
}

#[cfg(test)]
mod tests;
