//! The store of one API.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wire::{Method, RequestHead, ResponseHead};

use crate::fetch::Fetches;
use crate::stored::Key;
use crate::table::Table;

/// One answer may have this part of a store.
const PART_OF_ONE: u64 = 8;

/// How a store is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Bytes for everything that is kept, being filled or being sent.
    pub size_bytes: u64,
    /// For how long an answer is fresh at most, whatever it says.
    pub at_most: Duration,
}

/// The kept answers of one API; shared by all threads.
#[derive(Debug)]
pub struct Store {
    pub(crate) settings: Settings,
    pub(crate) table: Arc<Table>,
    pub(crate) fetches: Arc<Fetches>,
    pub(crate) stored: AtomicU64,
}

/// How a store stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Answers in it.
    pub answers: usize,
    /// Bytes in use.
    pub bytes: u64,
    /// Bytes there are.
    pub size_bytes: u64,
    /// Answers stored since it was made, validated ones among them.
    pub stored: u64,
    /// Answers evicted for others since it was made.
    pub evicted: u64,
}

impl Store {
    /// An empty one.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let table = Arc::new(Table::new(settings.size_bytes));
        Self { settings, table, fetches: Fetches::new(), stored: AtomicU64::new(0) }
    }

    /// What it was set up with.
    #[must_use]
    pub const fn settings(&self) -> Settings {
        self.settings
    }

    /// How it stands now.
    #[must_use]
    pub fn standing(&self) -> Standing {
        Standing {
            answers: self.table.count(),
            bytes: self.table.memory.used(),
            size_bytes: self.settings.size_bytes,
            stored: self.stored.load(Ordering::Relaxed),
            evicted: self.table.evicted(),
        }
    }

    /// Bytes that one answer may have.
    pub(crate) const fn most_of_one(&self) -> u64 {
        self.settings.size_bytes / PART_OF_ONE
    }

    /// A request was answered so: what it changed is not given out any more (RFC 9111 §4.4).
    pub fn answered(&self, request: &RequestHead, answer: &ResponseHead) {
        let is_unsafe = !matches!(request.method(), Method::Get | Method::Head | Method::Options);
        if !is_unsafe || !matches!(answer.status(), 200..=399) {
            return;
        }
        let authority = request.authority();
        self.invalidate(authority, request.path_and_query());
        for name in ["location", "content-location"] {
            let text = answer.fields().by_name(name).and_then(|text| std::str::from_utf8(text).ok());
            if let Some(target) = text.and_then(|text| target_at(text, authority)) {
                self.invalidate(authority, target);
            }
        }
    }

    fn invalidate(&self, authority: &str, target: &str) {
        self.table.invalidate(&Key::at(&self.table.hashing, "", authority, target));
    }
}

/// The target that a reference means, where it is at this authority: others' addresses are not ours to forget.
fn target_at<'a>(reference: &'a str, authority: &str) -> Option<&'a str> {
    let target = if let Some(rest) = reference.strip_prefix("//") {
        at_authority(rest, authority)?
    } else if reference.starts_with('/') {
        reference
    } else {
        at_authority(reference.strip_prefix("https://").or_else(|| reference.strip_prefix("http://"))?, authority)?
    };
    target.split('#').next()
}

fn at_authority<'a>(rest: &'a str, authority: &str) -> Option<&'a str> {
    let (host, target) = rest.split_at_checked(authority.len())?;
    (host.eq_ignore_ascii_case(authority) && target.starts_with('/')).then_some(target)
}

#[cfg(test)]
mod tests;
