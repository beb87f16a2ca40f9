//! The apps of the store while the house runs: read when it begins, changed one at a time, and known everywhere at once.
//!
//! A secret that another has taken the place of goes on for its overlap; when that is over the table is made anew.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use model::Clock;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::AbortHandle;

use super::{AppSettings, KeptApps, Registration};
use crate::store::StoreError;
use crate::store::apps::{AppRecord, AppRecords, AppSecret, Registered, Removed};

/// Where apps are registered.
pub struct Registry {
    records: Arc<dyn AppRecords>,
    kept: Arc<KeptApps>,
    clock: Arc<dyn Clock>,
    /// Held while something changes, so that the table is never older than what it was made of; what waits for the end
    /// of an overlap.
    waits: Mutex<Option<AbortHandle>>,
}

impl Registry {
    /// Knows every app of the store from now on.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn open(records: Arc<dyn AppRecords>, clock: Arc<dyn Clock>) -> Result<Arc<Self>, StoreError> {
        let registry = Arc::new(Self { records, kept: Arc::default(), clock, waits: Mutex::new(None) });
        let mut waits = registry.waits.lock().await;
        registry.renew(&mut waits).await?;
        drop(waits);
        Ok(registry)
    }

    /// The apps as they are now, for the endpoints.
    #[must_use]
    pub fn kept(&self) -> Arc<KeptApps> {
        Arc::clone(&self.kept)
    }

    /// All that are kept, by name.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn all(&self) -> Result<Vec<AppRecord>, StoreError> {
        self.records.all().await
    }

    /// The one of that name.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn find(&self, name: &str) -> Result<Option<AppRecord>, StoreError> {
        self.records.find(name.into()).await
    }

    /// Keeps a new one; it may be used when this returns.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn create(self: &Arc<Self>, record: AppRecord) -> Result<Registered, StoreError> {
        let mut waits = self.waits.lock().await;
        let registered = self.records.create(record).await?;
        self.renew(&mut waits).await?;
        Ok(registered)
    }

    /// Something else is said of it from now on. No where there is none.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn change(self: &Arc<Self>, name: &str, registration: Registration) -> Result<bool, StoreError> {
        let mut waits = self.waits.lock().await;
        let changed = self.records.change(name.into(), registration, self.clock.wall()).await?;
        self.renew(&mut waits).await?;
        Ok(changed)
    }

    /// Another secret; the one before goes on for `overlap`. No where there is none of that name.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn rotate(
        self: &Arc<Self>,
        name: &str,
        secret: AppSecret,
        overlap: Duration,
    ) -> Result<bool, StoreError> {
        let mut waits = self.waits.lock().await;
        let until = secret.made.checked_add(overlap).unwrap_or(secret.made);
        let rotated = self.records.rotate(name.into(), secret, until).await?;
        self.renew(&mut waits).await?;
        Ok(rotated)
    }

    /// Removes one with all that it has; nobody knows it any more when this returns. None where there is none.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn remove(self: &Arc<Self>, name: &str) -> Result<Option<Removed>, StoreError> {
        let mut waits = self.waits.lock().await;
        let removed = self.records.remove(name.into(), self.clock.wall()).await?;
        self.renew(&mut waits).await?;
        Ok(removed)
    }

    /// Makes the table anew. An app that this program finds faults with is left out: nobody is let in by half of one.
    async fn renew(self: &Arc<Self>, waits: &mut MutexGuard<'_, Option<AbortHandle>>) -> Result<(), StoreError> {
        let (records, now) = (self.records.all().await?, self.clock.wall());
        self.kept.are(records.iter().filter_map(|record| Some((current(record, now)?, record.made))));
        let ends = records.iter().flat_map(|record| &record.secrets).filter_map(|secret| secret.until);
        let next = ends.filter(|end| *end > now).min().and_then(|end| end.duration_since(now).ok());
        if let Some(before) = waits.take() {
            before.abort();
        }
        **waits = next.map(|after| tokio::spawn(later(Arc::downgrade(self), after)).abort_handle());
        Ok(())
    }
}

/// The app of a record, with the secrets that are good now; none where it has faults.
#[must_use]
pub fn current(record: &AppRecord, now: SystemTime) -> Option<AppSettings> {
    let good = record.secrets.iter().filter(|secret| secret.until.is_none_or(|until| until > now));
    record.registration.settings(&record.name, good.map(|secret| secret.digest).collect()).ok()
}

/// Looks again when an overlap is over. Where the store does not answer then, it is tried again.
fn later(registry: Weak<Registry>, after: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    const AGAIN: Duration = Duration::from_secs(1);
    Box::pin(async move {
        tokio::time::sleep(after).await;
        while let Some(registry) = registry.upgrade() {
            // What waits is this; to be replaced is not to be broken off in the middle.
            let mut waits = registry.waits.lock().await;
            *waits = None;
            if registry.renew(&mut waits).await.is_ok() {
                return;
            }
            drop(waits);
            drop(registry);
            tokio::time::sleep(AGAIN).await;
        }
    })
}
