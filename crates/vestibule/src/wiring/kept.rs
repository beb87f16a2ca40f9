//! What the house keeps over its own end: the store in the data directory, had by one process at a time.
//!
//! It is opened with the first configuration that keeps something, and stays open until the house ends. A house that
//! follows another serves at once and has the store as soon as that one has let go of it; whoever needs it before
//! waits, within the bounds of its own request.

mod noun;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use model::SystemClock;
use store::StoreError;
use store::identity::restore::{Amended, SignIns, amend};
use store::identity::{Identity, SCHEMA};
use store::sqlite::{Database, Prepared, Restored, Settings};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::restore;
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

pub(crate) use noun::told;

/// The database in its folder.
const FILE: &str = "identity.sqlite";
/// How long an earlier process may take to let go: as long as its requests may.
const LETTING_GO: Duration = Duration::from_secs(60);
/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(50);

/// The store, open or not yet; the same for all who have it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    settings: Settings,
    opened: watch::Sender<Option<Arc<Identity>>>,
    /// Whether another process may have it yet, and lets go of it soon.
    follows: bool,
}

impl Kept {
    /// The store that the file says. Nothing is opened.
    pub(crate) fn new(settings: Settings, follows: bool) -> Self {
        Self { settings, opened: watch::Sender::new(None), follows }
    }

    /// Whether there is a store, open or not.
    pub(crate) fn is_there(&self) -> bool {
        // A folder that cannot be looked into may hold one.
        self.settings.directory.join(FILE).try_exists().unwrap_or(true)
    }

    /// Opens the store, where it is not open. In a house that follows another it may be open only later, and if it
    /// never is, the terminal hears why.
    ///
    /// # Errors
    /// The store cannot be opened.
    pub(crate) async fn open(&self, terminal: &Terminal) -> Result<(), StoreError> {
        if self.opened.borrow().is_some() {
            return Ok(());
        }
        match opened(self.settings.clone()).await {
            Err(StoreError::InUse { .. }) if self.follows => {
                let (settings, sender, terminal) = (self.settings.clone(), self.opened.clone(), terminal.clone());
                tokio::spawn(async move {
                    match once_let_go(settings, &sender).await {
                        Ok(identity) => drop(sender.send_replace(Some(identity))),
                        // Somebody else here has opened it meanwhile.
                        Err(_) if sender.borrow().is_some() => {}
                        Err(error) => terminal.warn(format_args!("{error}")),
                    }
                });
                Ok(())
            }
            opened => {
                self.opened.send_replace(Some(opened?));
                Ok(())
            }
        }
    }

    /// Where the admin socket asks about it; copies to be brought back go to the house, which cannot go on with one.
    pub(crate) fn noun(&self, restores: mpsc::Sender<restore::Asked>) -> Arc<dyn admin::Noun> {
        Arc::new(noun::StoreNoun { opened: self.watch(), restores })
    }

    /// Hears when the store is open.
    pub(crate) fn watch(&self) -> watch::Receiver<Option<Arc<Identity>>> {
        self.opened.subscribe()
    }

    /// Looks at a copy, and has it ready beside the store, which is used meanwhile.
    ///
    /// # Errors
    /// The copy cannot be brought back; or nothing is open whose place it could take.
    pub(crate) async fn prepare(&self, from: PathBuf) -> Result<Prepared, StoreError> {
        if self.opened.borrow().is_none() {
            return Err(StoreError::Missing { path: self.settings.directory.join(FILE) });
        }
        let settings = self.settings.clone();
        let preparing = tokio::task::spawn_blocking(move || Prepared::new(&settings, &SCHEMA, &from, &SystemClock));
        preparing.await.unwrap_or(Err(StoreError::Panicked))
    }

    /// Puts the copy in the place of the store, and lets go of it: another process opens it.
    ///
    /// # Errors
    /// The copy is not in its place; the store is as it was, and let go of all the same.
    pub(crate) async fn give_way(
        &self,
        prepared: Prepared,
        sign_ins: SignIns,
    ) -> Result<Restored<Amended>, StoreError> {
        let Some(identity) = self.opened.send_replace(None) else { return Err(StoreError::Closed) };
        let amend = move |copy: &_, beside| amend(copy, beside, sign_ins, &SystemClock);
        identity.database().give_way(prepared, amend).await
    }

    /// Writes what waits, and lets go of the store.
    pub(crate) async fn close(&self) {
        let opened = self.opened.send_replace(None);
        if let Some(identity) = opened {
            // A lock that is not let go of now is when the process ends, and who follows waits for that.
            let _ = identity.database().close().await;
        }
    }
}

async fn opened(settings: Settings) -> Result<Arc<Identity>, StoreError> {
    let opening = tokio::task::spawn_blocking(move || Database::open(&settings, &SCHEMA, &SystemClock));
    match opening.await {
        Ok(database) => Ok(Arc::new(Identity::new(Arc::new(database?)))),
        Err(_) => Err(StoreError::Panicked),
    }
}

async fn once_let_go(
    settings: Settings,
    sender: &watch::Sender<Option<Arc<Identity>>>,
) -> Result<Arc<Identity>, StoreError> {
    let until = Instant::now() + LETTING_GO;
    loop {
        let waits = Instant::now() < until && sender.borrow().is_none();
        match opened(settings.clone()).await {
            Err(StoreError::InUse { .. }) if waits => tokio::time::sleep(LOOK).await,
            opened => return opened,
        }
    }
}

/// A store that cannot be had ends the start: 7 where another has it, 3 else.
pub(crate) fn failed(error: &StoreError) -> Failure {
    let exit = if matches!(error, StoreError::InUse { .. }) { Exit::Conflict } else { Exit::Faulty };
    Failure::new(exit, error.code(), error.to_string()).because(error)
}
