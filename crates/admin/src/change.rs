//! Changes that are looked at, tried, kept or taken back: what is asked for, and what is answered.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::answer::{AnswerError, CODE_FAULTS, FORMAT};

/// Code of the error where nothing of that name is kept.
pub const CODE_NO_VERSION: &str = "no-such-version";
/// Code of the error of a confirmation where nothing waits for one.
pub const CODE_NOTHING_WAITS: &str = "nothing-waits";

/// Codes of the errors of changes, besides that of faults.
pub const CODES: [&str; 12] = [
    CODE_NO_VERSION,
    CODE_NOTHING_WAITS,
    "bad-time",
    "busy",
    "change-waits",
    "changed-meanwhile",
    "closing",
    "file-differs",
    "file-not-written",
    "not-loaded",
    "restart-needed",
    "runs-already",
];

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// What a file would change.
    Diff(Proposal),
    /// Run a file.
    Apply {
        /// It.
        proposal: Proposal,
        /// The hash of what it was compared with; another one runs where somebody was faster.
        over: Option<String>,
        /// It goes back by itself after this time, unless it is confirmed.
        confirm: Option<Duration>,
    },
    /// Keep what was applied.
    Confirm,
    /// Run what ran before.
    Rollback {
        /// The hash of a version; the one before without it.
        to: Option<String>,
    },
    /// What ran, and when.
    Versions,
}

/// A file that does not run yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What its faults call it.
    pub name: String,
    /// Its text, which is read as if it stood where the running file stands.
    pub text: String,
}

/// What became of it. Members that do not apply are absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeAnswer {
    /// The shape's format.
    pub format: u32,
    /// `diff`, `apply`, `confirm`, `rollback` or `versions`.
    pub command: String,
    /// Whether it was done.
    pub ok: bool,
    /// The hash of what runs now.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hash: String,
    /// The hash of what ran before, where another runs now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// How long loading took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
    /// After so many seconds it goes back, unless it is confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_in_s: Option<u64>,
    /// What else should be known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The members of `diff --json`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<serde_json::Value>,
    /// What ran, the latest first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<Vec<VersionStatus>>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<AnswerError>,
    /// The faults, as in `check --json`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<serde_json::Value>,
    /// The difference or the faults for a person, without colour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rendered: Option<String>,
}

/// A configuration that ran.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionStatus {
    /// Short hash of all that was read for it.
    pub hash: String,
    /// Since when it ran, RFC 3339 in UTC.
    pub loaded_at: String,
    /// What loaded it: `start`, `reload`, `apply` or `rollback`.
    pub by: String,
    /// Whether it runs now.
    pub running: bool,
}

impl Ask {
    /// The word for it.
    #[must_use]
    pub const fn command(&self) -> &'static str {
        match self {
            Self::Diff(_) => "diff",
            Self::Apply { .. } => "apply",
            Self::Confirm => "confirm",
            Self::Rollback { .. } => "rollback",
            Self::Versions => "versions",
        }
    }
}

impl ChangeAnswer {
    /// It was done.
    #[must_use]
    pub fn done(command: &str, hash: String) -> Self {
        Self { format: FORMAT, command: command.to_owned(), ok: true, hash, ..Self::default() }
    }

    /// It was not, and this goes on running.
    #[must_use]
    pub fn refused(command: &str, hash: String, code: &str, message: String) -> Self {
        let error = Some(AnswerError { code: code.to_owned(), message });
        Self { format: FORMAT, command: command.to_owned(), hash, error, ..Self::default() }
    }

    /// Whether the file has faults.
    #[must_use]
    pub fn is_faulty(&self) -> bool {
        self.error.as_ref().is_some_and(|error| error.code == CODE_FAULTS)
    }
}
