//! The admin API: what the gateway tells its own operator, and the reload, over a Unix socket that only he can use.
//!
//! **Who may.** The socket has mode 0600 in a directory that nobody else may
//! write to; beyond that the user id of the process at the other end is asked
//! of the kernel for every connection, and has to be the gateway's own or root.
//! Anyone else is closed unserved, and counted.
//!
//! | endpoint | answer |
//! | --- | --- |
//! | `GET /health` | 200 as long as it answers |
//! | `GET /ready` | 200 or 503 |
//! | `GET /metrics` | the metrics of `observe` |
//! | `GET /status` | [`Status`], as `status --json` prints it |
//! | `POST /reload` | 200 with what was loaded, or 422 with the faults and what goes on running |
//! | `POST /upgrade?binary=PATH` | 200 with the process that serves now, or 409 and why it does not |
//!
//! Beside it there may be plain addresses for a scraper (`/metrics`) and for
//! probes (`/health` and `/ready`, which say yes or no and nothing else).
//!
//! Everything is bounded: connections, heads, time. One request a connection.
//!
//! Deliberately absent: anything that changes the configuration other than by
//! its file, and anything over TCP that changes anything.

mod answer;
pub mod client;
mod error;
mod house;
mod server;
mod socket;
#[cfg(test)]
mod specimen;

pub use answer::{CODE_FAULTS, CODE_NOT_UPGRADED, ReloadAnswer, StatusAnswer, UpgradeAnswer};
pub use error::AdminError;
pub use house::{
    CertificateStatus, Configuration, DoorStatus, House, Refusal, ReloadOutcome, ReplicaStatus, ServiceStatus, Status,
    Upgrade, UpgradeOutcome,
};
pub use server::{Server, Settings};
