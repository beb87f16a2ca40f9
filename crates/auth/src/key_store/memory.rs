//! Keys kept in memory alone: for tests of what stands above a store.

#![expect(clippy::disallowed_types, reason = "no data thread ever waits for it: tests alone use it")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Change, KeyRecord, KeyStore, KeyStoreError, KeyUse, Pending};

/// Keys kept in memory alone.
#[derive(Debug, Default)]
pub struct MemoryKeys(Mutex<BTreeMap<Arc<str>, KeyRecord>>);

impl MemoryKeys {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<Arc<str>, KeyRecord>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn ready<'a, T: Send + 'a>(answer: Result<T, KeyStoreError>) -> Pending<'a, T> {
    Box::pin(std::future::ready(answer))
}

impl KeyStore for MemoryKeys {
    fn all(&self) -> Pending<'_, Vec<KeyRecord>> {
        ready(Ok(self.with(|keys| keys.values().cloned().collect())))
    }

    fn find(&self, name: Arc<str>) -> Pending<'_, Option<KeyRecord>> {
        ready(Ok(self.with(|keys| keys.get(&name).cloned())))
    }

    fn create(&self, record: KeyRecord) -> Pending<'_, ()> {
        ready(self.with(|keys| {
            let is_taken = |id| keys.values().flat_map(|key| &key.secrets).any(|secret| secret.id == id);
            if keys.contains_key(&record.name) || record.secrets.iter().any(|secret| is_taken(secret.id)) {
                return Err(KeyStoreError::Exists);
            }
            keys.insert(Arc::clone(&record.name), record);
            Ok(())
        }))
    }

    fn change(&self, name: Arc<str>, change: Change) -> Pending<'_, KeyRecord> {
        ready(self.with(|keys| {
            let key = keys.get_mut(&name).ok_or(KeyStoreError::Missing)?;
            *key = change(key.clone())?;
            Ok(key.clone())
        }))
    }

    fn delete(&self, name: Arc<str>) -> Pending<'_, ()> {
        ready(self.with(|keys| keys.remove(&name).map(drop).ok_or(KeyStoreError::Missing)))
    }

    fn note_used(&self, uses: Vec<KeyUse>) -> Pending<'_, ()> {
        self.with(|keys| {
            for KeyUse { name, at } in uses {
                if let Some(key) = keys.get_mut(&name) {
                    key.last_used = key.last_used.max(Some(at));
                }
            }
        });
        ready(Ok(()))
    }
}
