//! Whoever answers the questions about keys, one after the other.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use admin::{NounError, NounFailure, NounOutcome};
use auth::live::LiveKeys;
use auth::{KeeperError, KeyKeeper, KeyRecord, KeyStore, KeyStoreError, RecordError};
use model::{DoorKind, KeyKind, SystemClock};
use serde_json::{Map, Value};
use store::identity::Identity;
use tokio::sync::{mpsc, oneshot, watch};

use super::asked::{Create, List, One, Revoke, Rotate, Update, read};
use super::{Asked, Pinned, Words, told};
use crate::terminal::Terminal;
use crate::wiring::kept::Kept;

const MISSING: KeeperError = KeeperError::Store(KeyStoreError::Missing);
/// How long whoever makes the first key waits for the store.
const STORE_WITHIN: Duration = Duration::from_secs(5);
/// How often what is known of the last use of keys is carried to the store.
const USES_EVERY: Duration = Duration::from_secs(60);

/// Whoever answers the questions.
pub(super) struct Desk {
    pub(super) live: Arc<LiveKeys>,
    /// Nothing as long as there is no store.
    pub(super) keeper: Option<KeyKeeper>,
    pub(super) kept: Kept,
    pub(super) words: watch::Receiver<Words>,
    pub(super) terminal: Terminal,
}

impl Desk {
    pub(super) async fn serve(mut self, mut asked: mpsc::Receiver<Asked>, mut stopped: oneshot::Receiver<()>) {
        let mut opened = self.kept.watch();
        // It may have been opened before anybody looked.
        opened.mark_changed();
        let mut pulse = tokio::time::interval(USES_EVERY);
        pulse.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = &mut stopped => break,
                question = asked.recv() => {
                    let Some((verb, asked, answer)) = question else { break };
                    // Whoever asked may have gone; it is done all the same.
                    answer.send(self.answer(&verb, asked).await).ok();
                }
                Ok(()) = opened.changed(), if self.keeper.is_none() => {
                    let identity = opened.borrow_and_update().clone();
                    if let Some(identity) = identity
                        && let Err(error) = self.read(identity).await
                    {
                        self.terminal.warn(format_args!("the keys of the store are not taken: {error}"));
                    }
                }
                _ = pulse.tick() => self.note_uses().await,
            }
        }
        self.note_uses().await;
    }

    /// Knows every key of the store from now on.
    pub(super) async fn read(&mut self, identity: Arc<Identity>) -> Result<(), KeyStoreError> {
        let hash = identity.key_hash();
        let (store, clock) = (identity as Arc<dyn KeyStore>, Arc::new(SystemClock));
        self.keeper = Some(KeyKeeper::open(store, hash, Arc::clone(&self.live), clock).await?);
        Ok(())
    }

    async fn note_uses(&mut self) {
        let Some(keeper) = &mut self.keeper else { return };
        if let Err(error) = keeper.note_uses().await {
            self.terminal.warn(format_args!("when keys were used last is not kept: {error}"));
        }
    }

    /// The keeper of the keys, where there is a store.
    fn keeping(&mut self, name: &str) -> Result<&mut KeyKeeper, NounError> {
        let is_there = self.kept.is_there();
        self.keeper.as_mut().ok_or_else(|| if is_there { away() } else { failed(name, &MISSING) })
    }

    /// The same, after the store was made, where there is none.
    async fn opened(&mut self) -> Result<&mut KeyKeeper, NounError> {
        if self.keeper.is_none() {
            let not_had = |error: &dyn std::fmt::Display| {
                NounError::new(NounFailure::Unavailable, "store-unavailable", error.to_string())
            };
            self.kept.open(&self.terminal).await.map_err(|error| not_had(&error))?;
            let mut opened = self.kept.watch();
            let opened = tokio::time::timeout(STORE_WITHIN, opened.wait_for(Option::is_some)).await;
            let identity = opened.ok().and_then(Result::ok).and_then(|identity| identity.clone());
            self.read(identity.ok_or_else(away)?).await.map_err(|error| not_had(&error))?;
        }
        self.keeper.as_mut().ok_or_else(away)
    }

    async fn answer(&mut self, verb: &str, asked: Value) -> NounOutcome {
        match verb {
            "create" => self.create(read(asked)?).await,
            "list" => match read::<List>(asked)?.owner {
                Some(owner) => self.list_of(&owner).await,
                None => self.list().await,
            },
            "show" => self.show(&read::<One>(asked)?.name).await,
            "update" => self.update(read(asked)?).await,
            "rotate" => {
                let Rotate { name, overlap_s } = read(asked)?;
                self.refuse_pinned(&name)?;
                let made = self.keeping(&name)?.rotate(&name, Duration::from_secs(overlap_s)).await;
                Ok(self.made(&made.map_err(|error| failed(&name, &error))?))
            }
            "revoke" => {
                let Revoke { name, owner } = read(asked)?;
                self.refuse_pinned(&name)?;
                let keeper = self.keeping(&name)?;
                let revoked = match owner {
                    Some(owner) => keeper.revoke_of(&name, &owner).await,
                    None => keeper.revoke(&name).await,
                };
                Ok(self.record(&revoked.map_err(|error| failed(&name, &error))?))
            }
            "delete" => {
                let One { name } = read(asked)?;
                self.refuse_pinned(&name)?;
                self.keeping(&name)?.delete(&name).await.map_err(|error| failed(&name, &error))?;
                Ok([("name".to_owned(), Value::String(name))].into_iter().collect())
            }
            _ => Err(NounError::no_verb("keys", verb)),
        }
    }

    async fn create(&mut self, asked: Create) -> NounOutcome {
        let wanted = asked.wanted()?;
        self.refuse_pinned(&wanted.name)?;
        self.check_apis(&wanted.apis, wanted.kind)?;
        let name = Arc::clone(&wanted.name);
        let made = self.opened().await?.create(wanted).await.map_err(|error| failed(&name, &error))?;
        Ok(self.made(&made))
    }

    async fn update(&mut self, asked: Update) -> NounOutcome {
        let (name, update) = asked.wanted()?;
        self.refuse_pinned(&name)?;
        if let Some(apis) = &update.apis {
            let record = self.keeping(&name)?.show(&name).await.map_err(|error| failed(&name, &error))?;
            self.check_apis(apis, record.kind)?;
        }
        let record = self.keeping(&name)?.update(&name, update).await.map_err(|error| failed(&name, &error))?;
        Ok(self.record(&record))
    }

    async fn list(&mut self) -> NounOutcome {
        let all = match self.keeping("") {
            Ok(keeper) => keeper.list().await.map_err(|error| failed("", &error))?,
            Err(error) if error.why == NounFailure::Missing => Vec::new(),
            Err(error) => return Err(error),
        };
        let words = self.words.borrow();
        let keys = all.iter().map(|record| told::record(record, self.state(record, &words))).collect();
        let file =
            words.pinned.iter().map(|(name, pinned)| told::pinned(name, pinned.kind, &pinned.apis, &pinned.place));
        let file = file.collect();
        Ok([("keys".to_owned(), Value::Array(keys)), ("file".to_owned(), Value::Array(file))].into_iter().collect())
    }

    async fn list_of(&mut self, owner: &str) -> NounOutcome {
        let owned = match self.keeping("") {
            Ok(keeper) => keeper.of_owner(owner).await.map_err(|error| failed("", &error))?,
            Err(error) if error.why == NounFailure::Missing => Vec::new(),
            Err(error) => return Err(error),
        };
        let words = self.words.borrow();
        let keys = owned.iter().map(|record| told::record(record, self.state(record, &words))).collect();
        Ok([("keys".to_owned(), Value::Array(keys))].into_iter().collect())
    }

    /// By its name, or by a public id that was found somewhere.
    async fn show(&mut self, name: &str) -> NounOutcome {
        self.refuse_pinned(name)?;
        let keeper = self.keeping(name)?;
        let record = match keeper.show(name).await {
            Err(KeeperError::Store(KeyStoreError::Missing)) => {
                let all = keeper.list().await.map_err(|error| failed(name, &error))?;
                let has_id = |record: &KeyRecord| record.secrets.iter().any(|secret| secret.id.as_str() == name);
                all.into_iter().find(has_id).ok_or(KeeperError::Store(KeyStoreError::Missing))
            }
            found => found,
        };
        Ok(self.record(&record.map_err(|error| failed(name, &error))?))
    }

    fn record(&self, record: &KeyRecord) -> Map<String, Value> {
        let state = self.state(record, &self.words.borrow());
        [("record".to_owned(), told::record(record, state))].into_iter().collect()
    }

    fn made(&self, made: &auth::MadeKey) -> Map<String, Value> {
        let mut members = self.record(&made.record);
        members.insert("key".to_owned(), Value::String(made.text.expose().clone()));
        members
    }

    fn state(&self, record: &KeyRecord, words: &Words) -> &'static str {
        if record.revoked_at.is_some() {
            "revoked"
        } else if words.pinned.contains_key(&record.name) {
            "shadowed"
        } else if record.expires.is_some_and(|expires| expires <= SystemTime::now()) {
            "expired"
        } else {
            "good"
        }
    }

    /// A name of the file is the file's.
    fn refuse_pinned(&self, name: &str) -> Result<(), NounError> {
        let words = self.words.borrow();
        let Some(Pinned { place, .. }) = words.pinned.get(name) else { return Ok(()) };
        let message = format!("the key `{name}` is declared in the file ({place})");
        let error = NounError::new(NounFailure::Conflict, "declared-in-file", message);
        Err(NounError {
            at: told::place(name, place).map(Box::new),
            ..error.help("change it there, or take another name")
        })
    }

    /// There are such APIs, at doors that take such keys.
    fn check_apis(&self, apis: &[Arc<str>], kind: KeyKind) -> Result<(), NounError> {
        let words = self.words.borrow();
        for api in apis {
            let Some(door) = words.apis.get(api) else {
                let there: Vec<&str> = words.apis.keys().map(|name| &**name).collect();
                let message = format!("there is no API `{api}`");
                let error = NounError::new(NounFailure::Missing, "unknown-name", message);
                return Err(error.help(format!("there are: {}", there.join(", "))));
            };
            if (*door == DoorKind::Server) != (kind == KeyKind::Secret) {
                let message = format!("`{api}` is at a {door} door, which takes no {kind} keys");
                let write = if *door == DoorKind::Server { "--kind secret" } else { "--kind restricted" };
                return Err(NounError::new(NounFailure::Wrong, "bad-kind", message).help(format!("write `{write}`")));
            }
        }
        Ok(())
    }
}

fn away() -> NounError {
    NounError::new(NounFailure::Unavailable, "store-unavailable", "the store is not to be had yet")
        .help("another process may have it; try again")
}

/// Why the keeper did not do it, as the command line ends with it.
fn failed(name: &str, error: &KeeperError) -> NounError {
    let (why, code) = match error {
        KeeperError::Store(KeyStoreError::Exists) => {
            let message = format!("there is a key `{name}` already");
            return NounError::new(NounFailure::Conflict, "exists", message)
                .help("take another name, or give it another text with `keys rotate`");
        }
        KeeperError::Store(KeyStoreError::Missing) => {
            let message = format!("there is no key `{name}`");
            return NounError::new(NounFailure::Missing, "no-such-key", message)
                .help("`vestibule keys list` tells which there are");
        }
        KeeperError::Store(KeyStoreError::Refused(
            RecordError::Revoked | RecordError::Rotations | RecordError::NotTheirs,
        )) => (NounFailure::Conflict, "not-done"),
        KeeperError::Store(KeyStoreError::Refused(_)) => (NounFailure::Wrong, "bad-value"),
        KeeperError::Store(KeyStoreError::Unavailable(_)) => (NounFailure::Unavailable, "store-unavailable"),
        KeeperError::Full => (NounFailure::Conflict, "full"),
        KeeperError::NoRandomness(_) => (NounFailure::Ours, "internal"),
    };
    NounError::new(why, code, error.to_string())
}
