//! What people hold, in a directory: each file is written by `people` and read by the load that needs it.
//!
//! | file | what |
//! | --- | --- |
//! | `session.fields`, `token.fields` | for `load --fields`: a session's cookie, an access token |
//! | `proofs.fields` | for `load --fields`: a bound token and proofs, each for one request |
//! | `families` | refresh tokens |
//! | `bound.json` | a bound token, and the key that it is bound to |
//! | `people.json` | those who sign in again: cookies of their browsers, and the form that they send |

use anyhow::Context;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;

pub(crate) const SESSION: &str = "session.fields";
pub(crate) const TOKEN: &str = "token.fields";
pub(crate) const PROOFS: &str = "proofs.fields";
pub(crate) const FAMILIES: &str = "families";
pub(crate) const BOUND: &str = "bound.json";
pub(crate) const PEOPLE: &str = "people.json";

/// A token that is bound to a key.
#[derive(Serialize, Deserialize)]
pub(crate) struct Bound {
    pub(crate) token: String,
    /// The key as PKCS #8, in base64.
    pub(crate) key: String,
}

/// One who signs in again.
#[derive(Serialize, Deserialize)]
pub(crate) struct Returning {
    pub(crate) cookies: String,
    pub(crate) form: String,
}

pub(crate) fn write_json(directory: &Path, name: &str, what: &impl Serialize) -> anyhow::Result<()> {
    write(directory, name, &serde_json::to_string(what)?)
}

pub(crate) fn write(directory: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let path = directory.join(name);
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

pub(crate) fn read_json<T: DeserializeOwned>(directory: &Path, name: &str) -> anyhow::Result<T> {
    let path = directory.join(name);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}
