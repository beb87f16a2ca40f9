//! The vocabulary of what happened: audit, detection and the access log are written in it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::{Caller, Code, Door, RequestId};

/// The stages of one request, in this order; the words of `explain`, `why` and the logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// One strict reading of the head.
    Intake,
    /// Door, host, path and method to an operation.
    Route,
    /// Networks and per-address bounds.
    Address,
    /// Credentials to a caller.
    Identify,
    /// The operation's callers.
    Callers,
    /// This caller's limits.
    Limits,
    /// The decision that makes a permit.
    Policy,
    /// The body against its bounds and contract.
    Inspect,
    /// Another service, which may say no.
    Ask,
    /// Between formats.
    Translate,
    /// The exchange with the service.
    Forward,
}

impl Stage {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Route => "route",
            Self::Address => "address",
            Self::Identify => "identify",
            Self::Callers => "callers",
            Self::Limits => "limits",
            Self::Policy => "policy",
            Self::Inspect => "inspect",
            Self::Ask => "ask",
            Self::Translate => "translate",
            Self::Forward => "forward",
        }
    }
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The service answered and the caller has the whole answer.
    Answered,
    /// The house refused, with this code.
    Refused(Code),
    /// The service or the house failed, with this code.
    Failed(Code),
    /// The caller went away first.
    Abandoned,
}

/// One decision about one request.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Which request.
    pub request: RequestId,
    /// The stage that decided.
    pub stage: Stage,
    /// What it decided.
    pub outcome: Outcome,
    /// For whom, where that was known.
    pub caller: Option<Caller>,
    /// `api.operation`, where that was known.
    pub operation: Option<Box<str>>,
    /// From which address.
    pub address: IpAddr,
    /// How long the request had taken by then.
    pub took: Duration,
}

/// What is worth writing down; the audit log and detections build on these words.
#[derive(Clone, Debug)]
pub enum Event {
    /// A request was decided about.
    Request {
        /// When.
        at: SystemTime,
        /// At which door.
        door: Door,
        /// What was decided.
        decision: Decision,
    },
    /// A handshake at a door failed before there was a request.
    HandshakeRefused {
        /// When.
        at: SystemTime,
        /// At which door.
        door: Door,
        /// From which address.
        address: IpAddr,
        /// Why, for operators.
        why: String,
    },
    /// A connection was closed unserved because a bound was reached.
    ConnectionRefused {
        /// When.
        at: SystemTime,
        /// At which door.
        door: Door,
        /// From which address.
        address: IpAddr,
        /// Which bound.
        bound: &'static str,
    },
    /// Another configuration runs now.
    ConfigurationLoaded {
        /// When.
        at: SystemTime,
        /// Its short hash.
        hash: String,
    },
    /// A configuration was refused and the earlier one goes on.
    ConfigurationRefused {
        /// When.
        at: SystemTime,
        /// How many faults it has.
        faults: usize,
    },
    /// A replica of a service gets no more requests.
    ReplicaOut {
        /// When it was noticed.
        at: SystemTime,
        /// The service.
        service: Arc<str>,
        /// Its address.
        replica: String,
        /// `ejected` where requests failed, `unhealthy` where the probes say so.
        why: &'static str,
    },
    /// A replica of a service gets requests again.
    ReplicaBack {
        /// When it was noticed.
        at: SystemTime,
        /// The service.
        service: Arc<str>,
        /// Its address.
        replica: String,
    },
    /// The breaker of a service stands otherwise than before.
    Breaker {
        /// When it was noticed.
        at: SystemTime,
        /// The service.
        service: Arc<str>,
        /// `open`, `half-open` or `closed`.
        state: &'static str,
    },
    /// A door has a new certificate.
    CertificateIssued {
        /// When.
        at: SystemTime,
        /// Which door.
        door: Door,
        /// The first of its names.
        name: String,
        /// Until when it is valid.
        until: SystemTime,
    },
    /// A door's certificate ends soon, or has ended, and nothing is there to take its place.
    CertificateEnding {
        /// When.
        at: SystemTime,
        /// Which door.
        door: Door,
        /// The first of its names.
        name: String,
        /// Until when it is valid.
        until: SystemTime,
    },
    /// A certificate could not be had.
    CertificateFailed {
        /// When.
        at: SystemTime,
        /// Which door.
        door: Door,
        /// The first of the names that it is wanted for.
        name: String,
        /// Why, for operators.
        why: String,
    },
    /// The handling of one request panicked; the request got a 500 and nothing else was touched.
    Panicked {
        /// When.
        at: SystemTime,
        /// Which request.
        request: RequestId,
    },
}
