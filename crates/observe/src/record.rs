//! The record of one finished request: everything that the log and the metrics may know of it.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use model::{Caller, Code, Door, Outcome, RequestId, SpanId, Stage, TraceId};

use crate::catalogue::{DoorRow, OperationRow, ServiceRow};

/// One finished request. It borrows all it can: closing it copies only what the line shows.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// Its id, also told to the caller.
    pub id: RequestId,
    /// The trace it belongs to.
    pub trace: Option<TraceId>,
    /// The gateway's own span within that trace.
    pub span: Option<SpanId>,
    /// When its first byte was read.
    pub at: SystemTime,
    /// At which door.
    pub door: &'a Door,
    /// That door in the metrics.
    pub door_row: DoorRow,
    /// Whose connection it came on, or whom a trusted proxy named.
    pub address: SocketAddr,
    /// `HTTP/1.1` or `HTTP/2`.
    pub protocol: &'static str,
    /// The method as it came; empty if none could be read.
    pub method: &'a str,
    /// The canonical host; empty if none could be read.
    pub host: &'a str,
    /// The canonical path without its query; empty if none could be read.
    pub path: &'a str,
    /// Whether there was a query. Its text is not taken: it may hold what no log may.
    pub has_query: bool,
    /// What it was routed to, where it came that far.
    pub operation: Option<OperationLabel<'a>>,
    /// Who called.
    pub caller: &'a Caller,
    /// The status that the caller was sent; 0 if none was.
    pub status: u16,
    /// How it ended.
    pub outcome: Outcome,
    /// What operators may read about a refusal or failure; empty where there is nothing to say.
    pub detail: &'a str,
    /// The stage that it ended at, where that was not the answer itself.
    pub stage: Option<Stage>,
    /// Bytes of body that the caller sent.
    pub bytes_in: u64,
    /// Bytes of body that the caller was sent.
    pub bytes_out: u64,
    /// From the first byte read to the last byte handed to the kernel.
    pub duration: Duration,
    /// The service that was asked, where one was.
    pub service: Option<ServiceRow>,
    /// From the start of the forwarding to the first byte of the service's answer.
    pub upstream: Option<Duration>,
    /// How often the exchange with the service was begun again.
    pub retries: u8,
    /// What the store of its API did, where it has one.
    pub cache: Option<CacheUse>,
    /// Where its operation should not be used any more, or is gone.
    pub life: Option<Life>,
}

/// How an operation stands whose end was announced; the values of the label `retired`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Life {
    /// It still answers, and should not be used any more.
    Deprecated,
    /// It is gone.
    Retired,
}

impl Life {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Deprecated, Self::Retired];
}

/// What a store had to do with a request; in the log, and the values of the label `result`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CacheUse {
    /// It had the answer.
    Hit,
    /// It had the answer once somebody else had asked the service for it.
    Joined,
    /// It had the answer, which is not fresh, and the service is asked for another behind the caller's back.
    Meanwhile,
    /// It had nothing, and the service was asked.
    Miss,
    /// It had an answer that is not fresh, and the service gave another.
    Stale,
    /// It had an answer that is not fresh, and the service said that it holds.
    Validated,
    /// It had an answer that is not fresh, which stood in for a service that failed.
    StandIn,
    /// The request was none for a cache.
    Aside,
}

impl CacheUse {
    /// Everything there is.
    pub const ALL: [Self; 8] = [
        Self::Hit,
        Self::Joined,
        Self::Meanwhile,
        Self::Miss,
        Self::Stale,
        Self::Validated,
        Self::StandIn,
        Self::Aside,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Joined => "joined",
            Self::Meanwhile => "meanwhile",
            Self::Miss => "miss",
            Self::Stale => "stale",
            Self::Validated => "validated",
            Self::StandIn => "stand-in",
            Self::Aside => "aside",
        }
    }
}

/// An operation by its names and its row in the metrics.
#[derive(Clone, Copy, Debug)]
pub struct OperationLabel<'a> {
    /// Its row, from the catalogue of the configuration that the request runs under.
    pub row: OperationRow,
    /// Name of its API.
    pub api: &'a str,
    /// Its name within the API.
    pub operation: &'a str,
}

impl Record<'_> {
    /// The problem that the caller was told of, if any.
    #[must_use]
    pub const fn problem(&self) -> Option<Code> {
        match self.outcome {
            Outcome::Refused(code) | Outcome::Failed(code) => Some(code),
            Outcome::Answered | Outcome::Abandoned => None,
        }
    }
}

/// The word for an outcome, in the log and in metrics.
pub(crate) const fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered => "answered",
        Outcome::Refused(_) => "refused",
        Outcome::Failed(_) => "failed",
        Outcome::Abandoned => "abandoned",
    }
}
