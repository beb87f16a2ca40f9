//! The noun `store` of the admin socket: the store of the running gateway is looked at and copied while it is in use.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use admin::{Noun, NounError, NounFailure, NounOutcome};
use serde_json::{Map, Value};
use store::StoreError;
use store::identity::Identity;
use tokio::sync::watch;

use crate::commands::store_report;

/// Asks the store of this house, once it is open.
#[derive(Debug)]
pub(super) struct StoreNoun {
    pub(super) opened: watch::Receiver<Option<Arc<Identity>>>,
}

impl Noun for StoreNoun {
    fn ask(&self, verb: String, asked: Value) -> Pin<Box<dyn Future<Output = NounOutcome> + Send>> {
        let opened = self.opened.borrow().clone();
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
                    let wrong = || NounError::new(NounFailure::Wrong, "bad-file", "`file` is not an absolute path");
                    let file = asked.get("file").and_then(Value::as_str).map(PathBuf::from).ok_or_else(wrong)?;
                    if !file.is_absolute() {
                        return Err(wrong());
                    }
                    database.backup(&file).await.map_err(|error| told(&error))?;
                    Ok(Map::from_iter([("file".to_owned(), file.to_string_lossy().into())]))
                }
                _ => Err(NounError::new(NounFailure::Missing, "no-such-verb", format!("`store {verb}` is no command"))),
            }
        })
    }
}

fn told(error: &StoreError) -> NounError {
    let why = match error {
        StoreError::Exists { .. } => NounFailure::Conflict,
        StoreError::Busy { .. } | StoreError::Closed | StoreError::Full { .. } | StoreError::File { .. } => {
            NounFailure::Unavailable
        }
        _ => NounFailure::Ours,
    };
    NounError::new(why, error.code(), error.to_string())
}
