//! The JSON objects of the admin API: the shape that `--json` prints, so that the command line only passes them on.

use observe::DeprecatedFigures;
use serde::{Deserialize, Serialize};

use crate::house::{ReloadOutcome, Status, UpgradeOutcome};

/// The shape's format; keys are only added within one.
pub(crate) const FORMAT: u32 = 1;

/// Code of the error of a reload whose configuration has faults.
pub const CODE_FAULTS: &str = "faults";

/// Code of the error of an upgrade whose new process did not come to serve.
pub const CODE_NOT_UPGRADED: &str = "not-upgraded";

/// What `GET /status` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusAnswer {
    /// The shape's format.
    pub format: u32,
    /// `status`.
    pub command: String,
    /// Whether the gateway is ready.
    pub ok: bool,
    /// How things stand.
    #[serde(flatten)]
    pub status: Status,
    /// Operations that should not be used any more and were, the most wanted first, 100 at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deprecated: Vec<DeprecatedUse>,
}

/// How often an operation was asked for that should not be used any more, since the process began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeprecatedUse {
    /// Its door.
    pub door: String,
    /// Its API.
    pub api: String,
    /// Its name within the API.
    pub operation: String,
    /// Requests while it was deprecated.
    pub deprecated: u64,
    /// Requests since it is gone.
    pub retired: u64,
}

impl From<DeprecatedFigures> for DeprecatedUse {
    fn from(figures: DeprecatedFigures) -> Self {
        let DeprecatedFigures { door, api, operation, deprecated, retired } = figures;
        Self { door, api, operation, deprecated, retired }
    }
}

impl From<Status> for StatusAnswer {
    fn from(status: Status) -> Self {
        Self { format: FORMAT, command: "status".to_owned(), ok: status.ready, status, deprecated: Vec::new() }
    }
}

/// What `POST /reload` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReloadAnswer {
    /// The shape's format.
    pub format: u32,
    /// `reload`.
    pub command: String,
    /// Whether the configuration was loaded.
    pub ok: bool,
    /// The hash of what runs now, loaded just now or still.
    pub hash: String,
    /// The hash of what ran before, where a configuration was loaded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// How long loading took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
    /// What changed, in a few words, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes: Option<String>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<AnswerError>,
    /// The faults, as in `check --json`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<serde_json::Value>,
    /// The faults rendered for a person, without colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered: Option<String>,
}

/// What `POST /upgrade` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpgradeAnswer {
    /// The shape's format.
    pub format: u32,
    /// `upgrade`.
    pub command: String,
    /// Whether another process serves now.
    pub ok: bool,
    /// Its process id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The process that drains and ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<u32>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<AnswerError>,
}

impl From<UpgradeOutcome> for UpgradeAnswer {
    fn from(outcome: UpgradeOutcome) -> Self {
        let (pid, was, error) = match outcome {
            UpgradeOutcome::HandedOver { pid, was } => (Some(pid), Some(was), None),
            UpgradeOutcome::Refused { why } => {
                (None, None, Some(AnswerError { code: CODE_NOT_UPGRADED.to_owned(), message: why }))
            }
        };
        Self { format: FORMAT, command: "upgrade".to_owned(), ok: error.is_none(), pid, was, error }
    }
}

/// Why a command did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerError {
    /// A stable code.
    pub code: String,
    /// What happened.
    pub message: String,
}

impl From<ReloadOutcome> for ReloadAnswer {
    fn from(outcome: ReloadOutcome) -> Self {
        let nothing = Self {
            format: FORMAT,
            command: "reload".to_owned(),
            ok: false,
            hash: String::new(),
            was: None,
            took_ms: None,
            changes: None,
            error: None,
            faults: Vec::new(),
            rendered: None,
        };
        match outcome {
            ReloadOutcome::Loaded { hash, was, took_ms, changes } => {
                Self { ok: true, hash, was: Some(was), took_ms: Some(took_ms), changes, ..nothing }
            }
            ReloadOutcome::Refused { running, faults, rendered } => {
                let message = format!("the configuration has faults; still running {running}");
                let error = AnswerError { code: CODE_FAULTS.to_owned(), message };
                Self { hash: running, error: Some(error), faults, rendered: Some(rendered), ..nothing }
            }
        }
    }
}

#[cfg(test)]
mod tests;
