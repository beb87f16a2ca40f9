//! Signing keys in memory, for tests.

use std::future::ready;
#[expect(clippy::disallowed_types, reason = "in tests alone; nothing waits while it is held")]
use std::sync::Mutex;
use std::sync::{MutexGuard, PoisonError};

use model::Secret;

use super::{KeptKey, SigningKeys};
use crate::store::Answer;

/// Signing keys that are gone with the process.
#[derive(Debug, Default)]
pub struct MemorySigningKeys {
    #[expect(clippy::disallowed_types, reason = "see the import")]
    keys: Mutex<Vec<KeptKey>>,
}

impl MemorySigningKeys {
    fn keys(&self) -> MutexGuard<'_, Vec<KeptKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn copy(key: &KeptKey) -> KeptKey {
    let pkcs8 = Secret::new(key.pkcs8.expose().clone());
    KeptKey { id: key.id.clone(), algorithm: key.algorithm, pkcs8, signs_from: key.signs_from }
}

impl SigningKeys for MemorySigningKeys {
    fn all(&self) -> Answer<'_, Vec<KeptKey>> {
        let mut keys: Vec<KeptKey> = self.keys().iter().map(copy).collect();
        keys.sort_by_key(|key| key.signs_from);
        Box::pin(ready(Ok(keys)))
    }

    fn add(&self, key: KeptKey, behind: Option<Box<str>>) -> Answer<'_, bool> {
        let mut keys = self.keys();
        let of_algorithm = keys.iter().filter(|kept| kept.algorithm == key.algorithm);
        let last = of_algorithm.max_by_key(|kept| kept.signs_from).map(|kept| kept.id.clone());
        let follows = last == behind;
        if follows {
            keys.push(key);
        }
        Box::pin(ready(Ok(follows)))
    }

    fn remove(&self, id: Box<str>) -> Answer<'_, ()> {
        self.keys().retain(|key| key.id != id);
        Box::pin(ready(Ok(())))
    }
}
