//! What happened, told without making anybody wait: access log, metrics, and the record of one request.
//!
//! **Vocabulary.** The [`Observatory`] is the one place where everything comes
//! together; each data thread holds an [`Observer`] of it. A [`Record`] is one
//! finished request. A [`Catalogue`] is what one loaded configuration calls its
//! doors, operations and services, resolved to rows beforehand.
//!
//! **On the path of a request** closing a record is a few relaxed stores into
//! memory that only this thread writes, and one line appended to a buffer of
//! this thread. No lock, no allocation after warm-up, no disk, no waiting:
//! whole buffers go through a bounded lock-free queue to one writer thread, and
//! where that queue is full the lines are dropped, counted, and owned up to in
//! the log itself.
//!
//! ```text
//! Observer::close ─ buffer ─(32 KiB or tick)→ queue ─→ writer thread ─→ sink
//!        └───────── this thread's counters ←─ summed by Observatory::render_metrics
//! ```
//!
//! **What never appears:** credentials, header fields, bodies, values of the
//! query. What a request brings along is escaped, so that a line is one line
//! and a terminal sees no control character.
//!
//! Deliberately absent: sampling (every request has its line), and any exporter
//! that needs a network.

mod catalogue;
mod cells;
mod counts;
mod figures;
mod log;
mod metrics;
mod names;
mod observatory;
mod observer;
mod record;
mod settings;
#[cfg(test)]
mod specimen;

pub use catalogue::{Catalogue, DoorRow, Labels, OperationName, OperationRow, ServiceRow};
pub use counts::{AdminRefusal, ConnectionBound, EncodedAnswer, HandshakeFailure};
pub use figures::{ApiFigures, BUCKET_BOUNDS_US, DeprecatedFigures, DoorFigures, Figures};
pub use metrics::{CONTENT_TYPE, METRICS, Metric, MetricKind};
pub use observatory::{DoorCertificate, Observatory, StoreFigures, WatchedStore};
pub use observer::Observer;
pub use record::{CacheUse, Life, OperationLabel, Record};
pub use settings::{LogFormat, LogSettings, Settings};
