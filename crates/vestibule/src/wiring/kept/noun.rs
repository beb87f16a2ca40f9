//! The noun `store` of the admin socket: the store of the running gateway is looked at, copied and replaced
//! while it is in use.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use admin::{Noun, NounError, NounFailure, NounOutcome};
use serde_json::{Map, Value};
use store::StoreError;
use store::identity::Identity;
use store::identity::restore::SignIns;
use tokio::sync::{mpsc, oneshot, watch};

use crate::commands::store_report;
use crate::wiring::restore::{Asked, Wanted};

/// Asks the store of this house, once it is open.
#[derive(Debug)]
pub(super) struct StoreNoun {
    pub(super) opened: watch::Receiver<Option<Arc<Identity>>>,
    pub(super) restores: mpsc::Sender<Asked>,
}

impl Noun for StoreNoun {
    fn ask(&self, verb: String, asked: Value) -> Pin<Box<dyn Future<Output = NounOutcome> + Send>> {
        let (opened, restores) = (self.opened.borrow().clone(), self.restores.clone());
        Box::pin(async move {
            let missing = || NounError::new(NounFailure::Missing, "store-missing", "this gateway keeps nothing yet");
            let identity = opened.ok_or_else(missing)?;
            let database = identity.database();
            match verb.as_str() {
                "check" => {
                    let report = database.check().await.map_err(|error| told(&error))?;
                    Ok(store_report(&report))
                }
                "backup" => {
                    let file = file(&asked)?;
                    database.backup(&file).await.map_err(|error| told(&error))?;
                    Ok(Map::from_iter([("file".to_owned(), file.to_string_lossy().into())]))
                }
                "restore" => {
                    let keeps = asked.get("keep_sign_ins").and_then(Value::as_bool).unwrap_or_default();
                    let sign_ins = if keeps { SignIns::Keep } else { SignIns::End };
                    restore(&restores, Wanted { file: file(&asked)?, sign_ins }).await
                }
                _ => Err(NounError::new(NounFailure::Missing, "no-such-verb", format!("`store {verb}` is no command"))),
            }
        })
    }
}

fn file(asked: &Value) -> Result<PathBuf, NounError> {
    let named = asked.get("file").and_then(Value::as_str).map(PathBuf::from).filter(|file| file.is_absolute());
    named.ok_or_else(|| NounError::new(NounFailure::Wrong, "bad-file", "`file` is not an absolute path"))
}

/// Asks the house for it, one at a time.
async fn restore(restores: &mpsc::Sender<Asked>, wanted: Wanted) -> NounOutcome {
    let away = |code, message| NounError::new(NounFailure::Unavailable, code, message);
    let (answer, answered) = oneshot::channel();
    match restores.try_send((wanted, answer)) {
        Ok(()) => answered.await.unwrap_or_else(|_| Err(away("closing", "the gateway is closing"))),
        Err(mpsc::error::TrySendError::Full(_)) => Err(away("busy", "another copy is being brought back")),
        Err(mpsc::error::TrySendError::Closed(_)) => Err(away("closing", "the gateway is closing")),
    }
}

/// Why the store did not do it, as the admin socket says it.
pub(crate) fn told(error: &StoreError) -> NounError {
    let why = match error {
        StoreError::Exists { .. } => NounFailure::Conflict,
        StoreError::File { source, .. } if source.kind() == std::io::ErrorKind::NotFound => NounFailure::Missing,
        StoreError::NotOurs { .. } | StoreError::Newer { .. } | StoreError::Altered { .. } => NounFailure::Wrong,
        StoreError::SealWrong { .. } => NounFailure::Wrong,
        StoreError::Busy { .. } | StoreError::Closed | StoreError::Full { .. } | StoreError::File { .. } => {
            NounFailure::Unavailable
        }
        _ => NounFailure::Ours,
    };
    NounError::new(why, error.code(), error.to_string())
}
