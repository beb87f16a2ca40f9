//! The API keys of people, asked where all keys are kept.

use std::sync::Arc;
use std::time::SystemTime;

use admin::{Noun, NounError, NounFailure};
use idp::UserId;
use idp::provider::{Doing, OwnKey, OwnKeys, ReceptionError};
use idp::store::StoreError;
use serde::Deserialize;
use serde_json::json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Seconds after which there may be room again.
const SOON: u32 = 1;

/// The keys whose owner is the id of an account, by the noun `keys`.
pub(super) struct KeysOfPeople(pub(super) Arc<dyn Noun>);

/// What is told of keys.
#[derive(Debug, Deserialize)]
struct Told {
    keys: Vec<ToldKey>,
}

/// What is told of one, as far as its owner is to see it.
#[derive(Debug, Deserialize)]
struct ToldKey {
    name: Box<str>,
    state: Box<str>,
    #[serde(default)]
    apis: Box<[Box<str>]>,
    purpose: Option<Box<str>>,
    made_at: Box<str>,
    expires: Option<Box<str>>,
    last_used: Option<Box<str>>,
}

impl OwnKeys for KeysOfPeople {
    fn of(&self, user: UserId) -> Doing<'_, Vec<OwnKey>> {
        let asked = self.0.ask("list".to_owned(), json!({ "owner": user.to_string() }));
        Box::pin(async move {
            let told = asked.await.map_err(failed)?;
            let told: Told = serde_json::from_value(told.into()).map_err(unreadable)?;
            told.keys.into_iter().filter(|key| matches!(&*key.state, "good" | "expired")).map(own).collect()
        })
    }

    fn revoke(&self, user: UserId, name: Box<str>) -> Doing<'_, bool> {
        let asked = self.0.ask("revoke".to_owned(), json!({ "name": name, "owner": user.to_string() }));
        Box::pin(async move {
            match asked.await {
                Ok(_) => Ok(true),
                Err(error) => match error.why {
                    NounFailure::Missing | NounFailure::Conflict | NounFailure::Wrong => Ok(false),
                    _ => Err(failed(error)),
                },
            }
        })
    }
}

fn own(key: ToldKey) -> Result<OwnKey, ReceptionError> {
    let time = |text: &str| OffsetDateTime::parse(text, &Rfc3339).map(SystemTime::from).map_err(unreadable);
    Ok(OwnKey {
        made: time(&key.made_at)?,
        expires: key.expires.as_deref().map(time).transpose()?,
        used: key.last_used.as_deref().map(time).transpose()?,
        name: key.name,
        apis: key.apis,
        purpose: key.purpose,
    })
}

fn failed(error: NounError) -> ReceptionError {
    match error.why {
        NounFailure::Unavailable if error.code == "busy" => ReceptionError::Busy(SOON),
        NounFailure::Unavailable => ReceptionError::Store(StoreError::Away(error.message.into())),
        _ => ReceptionError::Failed(error.message.into()),
    }
}

fn unreadable(error: impl std::fmt::Display) -> ReceptionError {
    ReceptionError::Failed(format!("what is told of keys: {error}").into())
}

#[cfg(test)]
mod tests;
