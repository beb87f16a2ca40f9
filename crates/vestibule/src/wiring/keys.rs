//! The noun `keys` of the admin socket: the keys that the running gateway makes and keeps, one change at a time.
//!
//! What a key may open is looked up in what runs: an API that there is, at a door
//! of its kind. Names that the file has are the file's alone.

mod asked;
mod desk;
mod told;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use admin::{Noun, NounError, NounFailure, NounOutcome};
use auth::KeyStoreError;
use auth::live::LiveKeys;
use model::{DoorKind, KeyKind};
use serde_json::Value;
use store::StoreError;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use super::kept::{self, Kept};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;
use desk::Desk;

/// Questions that may wait for their turn; more are refused.
const WAITING: usize = 32;
type Asked = (String, Value, oneshot::Sender<NounOutcome>);

/// The keys that are kept, as the house has them.
#[derive(Debug)]
pub(super) struct Keys {
    live: Arc<LiveKeys>,
    noun: Arc<KeysNoun>,
    words: watch::Sender<Words>,
    /// Dropped where no more questions are taken.
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Where questions about keys are taken in.
#[derive(Debug)]
struct KeysNoun(mpsc::Sender<Asked>);

/// What the running file says that keys have to fit.
#[derive(Clone, Debug, Default)]
struct Words {
    apis: BTreeMap<Arc<str>, DoorKind>,
    pinned: BTreeMap<Arc<str>, Pinned>,
}

#[derive(Clone, Debug)]
struct Pinned {
    kind: KeyKind,
    apis: Box<[Arc<str>]>,
    /// `file:line:column`.
    place: Arc<str>,
}

impl Keys {
    /// Reads every key of the store, where there is one, and takes questions from then on. A store that another
    /// process has yet is read once that has let go of it.
    ///
    /// # Errors
    /// There is a store, and it cannot be had.
    pub(super) async fn open(kept: Kept, terminal: &Terminal) -> Result<Self, NotOpened> {
        let live = Arc::new(LiveKeys::new());
        let (asks, asked) = mpsc::channel(WAITING);
        let (words, heard) = watch::channel(Words::default());
        let mut desk = Desk { live: Arc::clone(&live), keeper: None, kept, words: heard, terminal: terminal.clone() };
        if desk.kept.is_there() {
            live.wait();
            desk.kept.open(terminal).await?;
            let opened = desk.kept.watch().borrow().clone();
            if let Some(identity) = opened {
                desk.read(identity).await?;
            }
        }
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(desk.serve(asked, stopped));
        Ok(Self { live, noun: Arc::new(KeysNoun(asks)), words, stop, task })
    }

    /// Where the admin socket asks.
    pub(super) fn noun(&self) -> Arc<dyn Noun> {
        Arc::clone(&self.noun) as Arc<dyn Noun>
    }

    /// Lets the keys be taken by what is about to run.
    pub(super) fn join(&self, settings: &mut gateway::Settings) {
        settings.directory.with_live(Arc::clone(&self.live));
    }

    /// Another file runs: from now on keys are made for its APIs.
    pub(super) fn follow(&self, settings: &gateway::Settings) {
        let apis = settings
            .operations
            .iter()
            .filter_map(|operation| Some((Arc::clone(&operation.api), settings.doors.get(operation.door)?.door.kind)));
        let pinned = settings.directory.keys().filter_map(|(_, key)| {
            let place = Arc::clone(settings.directory.place_of_key(&key.name)?);
            Some((Arc::clone(&key.name), Pinned { kind: key.kind, apis: key.apis.clone(), place }))
        });
        self.words.send_replace(Words { apis: apis.collect(), pinned: pinned.collect() });
    }

    /// Takes no more questions, and keeps when keys were used last. A question under way is answered first.
    pub(super) async fn close(self) {
        drop(self.stop);
        self.task.await.ok();
    }
}

impl Noun for KeysNoun {
    fn ask(&self, verb: String, asked: Value) -> Pin<Box<dyn Future<Output = NounOutcome> + Send>> {
        let asks = self.0.clone();
        Box::pin(async move {
            let away = |code, message| NounError::new(NounFailure::Unavailable, code, message);
            let (answer, answered) = oneshot::channel();
            match asks.try_send((verb, asked, answer)) {
                Ok(()) => answered.await.unwrap_or_else(|_| Err(away("closing", "the gateway is closing"))),
                Err(mpsc::error::TrySendError::Full(_)) => Err(away("busy", "too many questions are waiting already")),
                Err(mpsc::error::TrySendError::Closed(_)) => Err(away("closing", "the gateway is closing")),
            }
        })
    }
}

/// Why the keys of a store cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotOpened {
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is open and does not answer.
    #[error(transparent)]
    Keys(#[from] KeyStoreError),
}

/// A gateway that cannot read its keys does not start.
pub(super) fn failed_to_open(error: &NotOpened) -> Failure {
    match error {
        NotOpened::Store(error) => kept::failed(error),
        NotOpened::Keys(_) => Failure::new(Exit::Faulty, "store", error.to_string()).because(error),
    }
}
