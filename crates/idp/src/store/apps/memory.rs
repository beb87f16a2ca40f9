//! Apps in memory: for tests, and as the shortest answer to what the trait means.

use std::collections::BTreeMap;
use std::future::ready;
#[expect(clippy::disallowed_types, reason = "in tests alone; nothing waits while it is held")]
use std::sync::Mutex;
use std::sync::{Arc, PoisonError};
use std::time::SystemTime;

use super::{APPS_AT_MOST, AppRecord, AppRecords, AppSecret, Registered, Removed};
use crate::apps::Registration;
use crate::store::Answer;

/// Apps in memory; grants and sessions of theirs are elsewhere.
#[derive(Debug, Default)]
pub struct MemoryApps {
    #[expect(clippy::disallowed_types, reason = "see the import")]
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    apps: BTreeMap<Arc<str>, AppRecord>,
    removed: BTreeMap<Arc<str>, SystemTime>,
}

impl MemoryApps {
    fn answer<T: Send + 'static>(&self, made: impl FnOnce(&mut State) -> T) -> Answer<'_, T> {
        let made = made(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        Box::pin(ready(Ok(made)))
    }
}

impl AppRecords for MemoryApps {
    fn create(&self, record: AppRecord) -> Answer<'_, Registered> {
        self.answer(|state| {
            if state.apps.contains_key(&record.name) {
                return Registered::Exists;
            }
            if state.apps.len() >= APPS_AT_MOST {
                return Registered::Full;
            }
            state.apps.insert(Arc::clone(&record.name), record);
            Registered::Kept
        })
    }

    fn find(&self, name: Arc<str>) -> Answer<'_, Option<AppRecord>> {
        self.answer(|state| state.apps.get(&name).cloned())
    }

    fn all(&self) -> Answer<'_, Vec<AppRecord>> {
        self.answer(|state| state.apps.values().cloned().collect())
    }

    fn change(&self, name: Arc<str>, registration: Registration, now: SystemTime) -> Answer<'_, bool> {
        self.answer(|state| {
            let Some(record) = state.apps.get_mut(&name) else { return false };
            (record.registration, record.changed) = (registration, now);
            true
        })
    }

    fn rotate(&self, name: Arc<str>, secret: AppSecret, until: SystemTime) -> Answer<'_, bool> {
        self.answer(|state| {
            let Some(record) = state.apps.get_mut(&name) else { return false };
            record.secrets.truncate(1);
            record.secrets.iter_mut().for_each(|before| before.until = Some(until));
            record.secrets.insert(0, secret);
            record.changed = secret.made;
            true
        })
    }

    fn remove(&self, name: Arc<str>, now: SystemTime) -> Answer<'_, Option<Removed>> {
        self.answer(|state| {
            let removed = state.apps.remove(&name).map(|_| Removed::default());
            if removed.is_some() {
                state.removed.insert(name, now);
            }
            removed
        })
    }

    fn removed_since(&self, since: SystemTime) -> Answer<'_, Vec<(Arc<str>, SystemTime)>> {
        self.answer(|state| {
            let late = state.removed.iter().filter(|(_, at)| **at >= since);
            late.map(|(name, at)| (Arc::clone(name), *at)).collect()
        })
    }
}
