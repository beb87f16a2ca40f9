//! The keys by which services are told who called: kept in the data directory, changed on a schedule, and given to the
//! data threads.
//!
//! They are the gateway's own, and sign nothing else: no token of the provider in the box, and nothing for callers.

mod kept;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use config::Plan;
use gateway::AssertionKeys;
use idp::apps::TokenAlgorithm;
use idp::keyring::{Keyring, KeyringError, Schedule};
use model::SystemClock;

use kept::KeysOnDisk;

/// A key signs for so long, and stays published until those who looked at it late have seen the next one. An assertion
/// lives for a minute; the key is changed here within the hour.
const SCHEDULE: Schedule =
    Schedule { rotate: Duration::from_secs(90 * 24 * 60 * 60), longest_token: Duration::from_secs(2 * 60 * 60) };
/// How often it is looked whether a key is due.
const LOOK: Duration = Duration::from_secs(60 * 60);

/// The keys, once a configuration needed them.
#[derive(Default)]
pub(crate) struct HouseAssertions {
    held: Option<Held>,
}

struct Held {
    ring: Keyring,
    keys: Arc<AssertionKeys>,
    looked: SystemTime,
}

impl HouseAssertions {
    /// Gives a configuration the keys where it needs them; they are made when the first one does.
    ///
    /// # Errors
    /// They cannot be read or kept: what must tell services who called does not run.
    pub(crate) async fn complete(&mut self, plan: &Plan, now: SystemTime) -> Result<(), String> {
        if !plan.asserts {
            return Ok(());
        }
        if self.held.is_none() {
            let failed = |error: KeyringError| format!("the keys for `Vestibule-Identity`: {error}");
            self.held = Some(Held::open(&plan.data_directory, now).await.map_err(failed)?);
        }
        if let Some(held) = &self.held {
            plan.gateway.assertions.connect(Arc::clone(&held.keys));
        }
        Ok(())
    }

    /// Whether it is time to look whether a key is due.
    pub(crate) fn are_due(&self, now: SystemTime) -> bool {
        let since = |held: &Held| now.duration_since(held.looked).unwrap_or(LOOK);
        self.held.as_ref().is_some_and(|held| since(held) >= LOOK)
    }

    /// Changes what is due.
    ///
    /// # Errors
    /// What could not be read or kept, in words; the keys of before go on.
    pub(crate) async fn tend(&mut self, now: SystemTime) -> Result<(), String> {
        let Some(held) = &mut self.held else { return Ok(()) };
        held.looked = now;
        held.tend().await.map_err(|error| format!("the keys for `Vestibule-Identity` stay as they are: {error}"))
    }
}

impl Held {
    async fn open(folder: &Path, now: SystemTime) -> Result<Self, KeyringError> {
        let ring = Keyring::open(Arc::new(KeysOnDisk::of(folder)), Arc::new(SystemClock), SCHEDULE).await?;
        let signing = ring.signing_key(TokenAlgorithm::Es256).await?;
        let keys = Arc::new(AssertionKeys::new(signing, &ring.document()));
        Ok(Self { ring, keys, looked: now })
    }

    async fn tend(&self) -> Result<(), KeyringError> {
        self.ring.tend().await?;
        let signing = self.ring.signing_key(TokenAlgorithm::Es256).await?;
        self.keys.sign_with(signing, &self.ring.document());
        Ok(())
    }
}
