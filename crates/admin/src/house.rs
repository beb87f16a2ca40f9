//! What this room asks of the rest of the house, and the words it is answered in.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::change::{Ask, ChangeAnswer};
use crate::noun::Noun;

/// The running gateway, as far as its operator is concerned; implemented where everything is wired.
pub trait House: Send + Sync + 'static {
    /// How things stand now. Cheap, and never waits.
    fn status(&self) -> Status;

    /// Whether requests should be sent here: every door is open, and the gateway is not on its way out.
    fn ready(&self) -> bool;

    /// Reads the configuration again and swaps it whole or not at all.
    ///
    /// It runs to its end also where whoever asked has gone away; two at a time
    /// are the house's business.
    fn reload(&self) -> Pin<Box<dyn Future<Output = ReloadOutcome> + Send>>;

    /// Looks at a change, tries it, keeps it or takes it back. It runs to its end as a reload does.
    fn change(&self, ask: Ask) -> Pin<Box<dyn Future<Output = ChangeAnswer> + Send>>;

    /// The things of this name, such as `keys`, where there are such.
    fn noun(&self, _name: &str) -> Option<Arc<dyn Noun>> {
        None
    }

    /// Starts another process that takes the listening sockets over; the answer comes once it serves, and then this
    /// one drains and ends.
    fn upgrade(&self, wanted: Upgrade) -> Pin<Box<dyn Future<Output = UpgradeOutcome> + Send>>;
}

/// What an upgrade is to start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upgrade {
    /// The program; without one, what stands where this process was started from.
    #[serde(default)]
    pub binary: Option<PathBuf>,
}

/// What became of an upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UpgradeOutcome {
    /// Another process serves now.
    HandedOver {
        /// Its process id.
        pid: u32,
        /// The one that drains and ends.
        was: u32,
    },
    /// It did not come to serve; everything is as it was.
    Refused {
        /// Why.
        why: String,
    },
}

/// How things stand; absent means unknown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Whether requests should be sent here.
    pub ready: bool,
    /// Version of the running binary.
    pub version: String,
    /// Process id of the gateway.
    pub pid: u32,
    /// When it started, RFC 3339 in UTC.
    pub started_at: String,
    /// What runs.
    pub configuration: Configuration,
    /// The doors in the order of the file.
    pub doors: Vec<DoorStatus>,
    /// The services in the order of the file.
    pub services: Vec<ServiceStatus>,
}

/// The running configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// Short hash of all that was read for it.
    pub hash: String,
    /// The file that it was read from.
    pub file: String,
    /// When, RFC 3339 in UTC.
    pub loaded_at: String,
    /// The latest attempt to replace it, where that had faults and nothing was loaded since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_refused: Option<Refusal>,
    /// Until when it waits to be confirmed, where it does: after that the one before runs again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Waiting>,
    /// What became of the latest change that waited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
}

/// A configuration that goes back by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The hash of the one before.
    pub was: String,
    /// Until when, RFC 3339 in UTC.
    pub until: String,
}

/// A change that waits no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Its hash.
    pub hash: String,
    /// `confirmed` or `taken-back`.
    pub outcome: String,
    /// When, RFC 3339 in UTC.
    pub at: String,
}

/// A configuration that was not loaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// When, RFC 3339 in UTC.
    pub at: String,
    /// How many faults it has.
    pub faults: usize,
}

/// One door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorStatus {
    /// Its name.
    pub name: String,
    /// `client` or `server`.
    pub kind: String,
    /// The addresses it listens at.
    pub listen: Vec<String>,
    /// The certificates that it shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<CertificateStatus>,
}

/// One certificate of a door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateStatus {
    /// The first of its names.
    pub name: String,
    /// When it ends, RFC 3339 in UTC; absent where there is none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// What somebody should know of it: that it ends soon, or why there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceStatus {
    /// Its name.
    pub name: String,
    /// How many of its replicas take requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub healthy: Option<usize>,
    /// How many replicas it has.
    pub total: usize,
    /// How its breaker stands, where it has one: `closed`, `open` or `half-open`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker: Option<String>,
    /// Requests under way.
    #[serde(default)]
    pub outstanding: u64,
    /// Each replica, those of a canary last.
    #[serde(default)]
    pub replicas: Vec<ReplicaStatus>,
}

/// One replica of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplicaStatus {
    /// Where it is.
    pub address: String,
    /// `healthy`; `ejected` because requests failed; `unhealthy` because the probes say so.
    pub state: String,
    /// Whether it is one of the canary's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub canary: bool,
    /// For how many seconds an ejected one is left alone yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_in_s: Option<u64>,
    /// Requests under way.
    pub outstanding: u32,
    /// The estimate of how long an answer takes, in microseconds, once there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_us: Option<u64>,
}

/// What became of a reload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReloadOutcome {
    /// Another configuration runs now.
    Loaded {
        /// Its hash.
        hash: String,
        /// The hash of the one before; the same where nothing had changed.
        was: String,
        /// How long it took, in milliseconds.
        took_ms: u64,
        /// What changed, in a few words, where that is known.
        changes: Option<String>,
    },
    /// It has faults, and the earlier one goes on.
    Refused {
        /// The hash of what goes on running.
        running: String,
        /// The faults, as in `check --json`.
        faults: Vec<serde_json::Value>,
        /// The same, rendered for a person without colour.
        rendered: String,
    },
}
