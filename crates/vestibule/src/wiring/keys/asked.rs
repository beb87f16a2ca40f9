//! What is asked about keys, read strictly.

use std::sync::Arc;
use std::time::SystemTime;

use admin::{NounError, NounFailure};
use auth::keys::{KeyBounds, Origin};
use auth::{KeyUpdate, NewRecord};
use config::value;
use ipnet::IpNet;
use model::KeyKind;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A key that is to be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Create {
    name: String,
    kind: String,
    apis: Vec<String>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    origins: Vec<String>,
    #[serde(default)]
    networks: Vec<String>,
    expires: Option<String>,
    owner: Option<String>,
    purpose: Option<String>,
}

/// What is to be another; what is absent stays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Update {
    name: String,
    apis: Option<Vec<String>>,
    scopes: Option<Vec<String>>,
    origins: Option<Vec<String>>,
    /// None for any.
    networks: Option<Vec<String>>,
    /// `never` for no such day.
    expires: Option<String>,
    /// Empty for nobody.
    owner: Option<String>,
    /// Empty for nothing.
    purpose: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct One {
    pub(super) name: String,
}

/// Which keys, where not all.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    /// Only those of this owner, and none of the file.
    pub(super) owner: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revoke {
    pub(super) name: String,
    /// Only where it is this owner's.
    pub(super) owner: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotate {
    pub(super) name: String,
    #[serde(default)]
    pub(super) overlap_s: u64,
}

/// An object as this verb takes it.
pub(super) fn read<T: DeserializeOwned>(asked: Value) -> Result<T, NounError> {
    serde_json::from_value(asked).map_err(|error| NounError::not_understood(&error))
}

impl Create {
    pub(super) fn wanted(self) -> Result<NewRecord, NounError> {
        Ok(NewRecord {
            kind: kind(&self.kind)?,
            apis: texts(self.apis),
            scopes: texts(self.scopes),
            bounds: KeyBounds { origins: origins(&self.origins)?, networks: networks(&self.networks)? },
            tier: None,
            owner: self.owner.map(Arc::from),
            purpose: self.purpose.map(Arc::from),
            expires: self.expires.as_deref().map(end).transpose()?,
            name: self.name.into(),
        })
    }
}

impl Update {
    pub(super) fn wanted(self) -> Result<(String, KeyUpdate), NounError> {
        let said = |text: String| Some(text).filter(|text| !text.is_empty()).map(Arc::from);
        let update = KeyUpdate {
            apis: self.apis.map(texts),
            scopes: self.scopes.map(texts),
            origins: self.origins.as_deref().map(origins).transpose()?,
            networks: self.networks.as_deref().map(networks).transpose()?,
            tier: None,
            owner: self.owner.map(said),
            purpose: self.purpose.map(said),
            expires: match self.expires.as_deref() {
                None => None,
                Some("never") => Some(None),
                Some(day) => Some(Some(end(day)?)),
            },
        };
        Ok((self.name, update))
    }
}

fn texts(texts: Vec<String>) -> Vec<Arc<str>> {
    texts.into_iter().map(Arc::from).collect()
}

fn bad(message: String, help: impl Into<String>) -> NounError {
    NounError::new(NounFailure::Wrong, "bad-value", message).help(help)
}

fn kind(text: &str) -> Result<KeyKind, NounError> {
    let kinds = [KeyKind::Publishable, KeyKind::Restricted, KeyKind::Secret];
    let known = kinds.into_iter().find(|kind| kind.as_str() == text);
    known.ok_or_else(|| bad(format!("`{text}` is not a kind of key"), "write `publishable`, `restricted` or `secret`"))
}

fn origins(texts: &[String]) -> Result<Vec<Origin>, NounError> {
    let read = |text: &String| value::page_origin(text).map_err(|wrong| bad(wrong.message, wrong.help));
    texts.iter().map(read).collect()
}

/// None at all is any.
fn networks(texts: &[String]) -> Result<Option<Vec<IpNet>>, NounError> {
    let read = |text: &String| value::ip_network(text).map_err(|wrong| bad(wrong.message, wrong.help));
    let networks: Vec<IpNet> = texts.iter().map(read).collect::<Result<_, _>>()?;
    Ok((!networks.is_empty()).then_some(networks))
}

/// The end of the last day.
fn end(day: &str) -> Result<SystemTime, NounError> {
    value::day(day).map(|day| day.end()).map_err(|wrong| bad(wrong.message, wrong.help))
}
