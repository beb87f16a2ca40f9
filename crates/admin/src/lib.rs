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
//! | `GET /figures` | [`FiguresAnswer`]: the same with counters, of which `top` takes the differences |
//! | `POST /reload` | 200 with what was loaded, or 422 with the faults and what goes on running |
//! | `POST /diff`, `POST /apply`, `POST /confirm`, `POST /rollback`, `GET /versions` | 200 with [`ChangeAnswer`], or 422 with faults, or 409 and why not |
//! | `POST /NOUN/VERB` | 200 with [`NounAnswer`], or 400, 404, 409, 500 or 503 and why not; which nouns there are says the [`House`] |
//! | `POST /upgrade?binary=PATH` | 200 with the process that serves now, or 409 and why it does not |
//!
//! Beside it there may be plain addresses for a scraper (`/metrics`) and for
//! probes (`/health` and `/ready`, which say yes or no and nothing else).
//!
//! Everything is bounded: connections, heads, time. One request a connection.
//!
//! Deliberately absent: anything that changes a part of the configuration (what
//! is applied is a whole file, and becomes the file), and anything over TCP that
//! changes anything.

mod answer;
mod change;
pub mod client;
mod error;
mod figures;
mod house;
mod noun;
mod server;
mod socket;
#[cfg(test)]
mod specimen;

pub use answer::{
    AnswerError, CODE_FAULTS, CODE_NOT_UPGRADED, DeprecatedUse, ReloadAnswer, StatusAnswer, UpgradeAnswer,
};
pub use change::{Ask, CODE_NO_VERSION, CODE_NOTHING_WAITS, CODES, ChangeAnswer, Proposal, VersionStatus};
pub use error::AdminError;
pub use figures::{ApiCounters, CodeCounter, DoorCounters, FiguresAnswer};
pub use house::{
    CertificateStatus, Configuration, DoorStatus, House, Refusal, ReloadOutcome, ReplicaStatus, ServiceStatus, Settled,
    Status, Upgrade, UpgradeOutcome, Waiting,
};
pub use noun::{Noun, NounAnswer, NounAnswerError, NounError, NounFailure, NounOutcome};
pub use server::{Server, Settings};
