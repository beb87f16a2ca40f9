//! What is counted per door, API, operation and service, and in which slot of its row.
//!
//! A row is a fixed array of counters; these types are the only way to name a
//! slot, so that the writer and the reader of a count cannot disagree.

use std::time::Duration;

use model::Code;

use crate::record::{CacheUse, Life};

/// Why a TLS handshake failed; the values of the label `reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HandshakeFailure {
    /// What came is not TLS.
    NotTls,
    /// No version, cipher suite or protocol in common.
    NothingInCommon,
    /// The caller showed no certificate where one is demanded.
    NoCertificate,
    /// The caller's certificate is expired, or not valid yet.
    CertificateExpired,
    /// The caller's certificate does not lead to an anchor of this door.
    CertificateUnknown,
    /// The caller's certificate is wrong in another way.
    CertificateInvalid,
    /// The server name belongs to another door.
    WrongName,
    /// The caller did not accept the door's certificate, or sent another alert.
    RefusedByCaller,
    /// It took too long.
    TimedOut,
    /// The caller closed in the middle of it.
    Closed,
    /// Anything else.
    Other,
}

impl HandshakeFailure {
    /// Every reason there is.
    pub const ALL: &'static [Self] = &[
        Self::NotTls,
        Self::NothingInCommon,
        Self::NoCertificate,
        Self::CertificateExpired,
        Self::CertificateUnknown,
        Self::CertificateInvalid,
        Self::WrongName,
        Self::RefusedByCaller,
        Self::TimedOut,
        Self::Closed,
        Self::Other,
    ];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotTls => "not-tls",
            Self::NothingInCommon => "nothing-in-common",
            Self::NoCertificate => "no-certificate",
            Self::CertificateExpired => "certificate-expired",
            Self::CertificateUnknown => "certificate-unknown",
            Self::CertificateInvalid => "certificate-invalid",
            Self::WrongName => "wrong-name",
            Self::RefusedByCaller => "refused-by-caller",
            Self::TimedOut => "timed-out",
            Self::Closed => "closed",
            Self::Other => "other",
        }
    }
}

/// The content coding that an answer was given in; the values of the label `coding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EncodedAnswer {
    /// RFC 8878.
    Zstd,
    /// RFC 7932.
    Brotli,
    /// RFC 1952.
    Gzip,
}

impl EncodedAnswer {
    /// Every coding there is.
    pub const ALL: [Self; 3] = [Self::Zstd, Self::Brotli, Self::Gzip];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Zstd => "zstd",
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }
}

/// The bound that a connection was refused by; the values of the label `bound`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectionBound {
    /// Open connections of the door.
    Door,
    /// Open connections from one address.
    Address,
    /// The door does not take connections from this network.
    Network,
    /// The process has no more file descriptors or memory for it.
    Process,
}

impl ConnectionBound {
    /// Every bound there is.
    pub const ALL: &'static [Self] = &[Self::Door, Self::Address, Self::Network, Self::Process];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Door => "door",
            Self::Address => "address",
            Self::Network => "network",
            Self::Process => "process",
        }
    }
}

/// Why a connection to the admin server was closed unserved; the values of the label `reason` there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AdminRefusal {
    /// The process at the other end runs as another user, who is not root either.
    Peer,
    /// There are as many connections as there may be.
    Bound,
}

impl AdminRefusal {
    /// Every reason there is.
    pub const ALL: [Self; 2] = [Self::Peer, Self::Bound];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::Bound => "bound",
        }
    }
}

/// The class of a status; the values of the label `status_class`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StatusClass {
    None,
    Informational,
    Successful,
    Redirection,
    ClientError,
    ServerError,
}

impl StatusClass {
    pub(crate) const ALL: [Self; 6] =
        [Self::None, Self::Informational, Self::Successful, Self::Redirection, Self::ClientError, Self::ServerError];

    pub(crate) const fn of(status: u16) -> Self {
        match status {
            100..=199 => Self::Informational,
            200..=299 => Self::Successful,
            300..=399 => Self::Redirection,
            400..=499 => Self::ClientError,
            500..=599 => Self::ServerError,
            _ => Self::None,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Informational => "1xx",
            Self::Successful => "2xx",
            Self::Redirection => "3xx",
            Self::ClientError => "4xx",
            Self::ServerError => "5xx",
        }
    }
}

const CODES: usize = Code::ALL.len();
const CLASSES: usize = StatusClass::ALL.len();

/// The kinds of caller in the order of their slots.
pub(crate) const CALLER_KINDS: [&str; 5] = ["anonymous", "key", "workload", "user", "app"];

/// What is counted once for a thread.
#[derive(Clone, Copy)]
pub(crate) enum HouseCount {
    Panics,
    LogLines,
}

impl HouseCount {
    pub(crate) const SLOTS: usize = 2;

    pub(crate) const fn slot(self) -> usize {
        self as usize
    }
}

/// What is counted for a door.
#[derive(Clone, Copy)]
pub(crate) enum DoorCount {
    ConnectionsOpened,
    ConnectionsClosed,
    Handshakes,
    HandshakesResumed,
    RequestsOpened,
    RequestsClosed,
    Abandoned,
    BytesIn,
    BytesOut,
    /// Should have been encoded, and there was no room.
    NotEncoded,
    Encoded(EncodedAnswer),
    /// Bytes before the coding.
    EncodedFrom(EncodedAnswer),
    /// Bytes behind it.
    EncodedTo(EncodedAnswer),
    /// Index into [`CALLER_KINDS`].
    Caller(usize),
    ConnectionRefused(ConnectionBound),
    HandshakeFailed(HandshakeFailure),
    Refused(Code),
    Failed(Code),
}

impl DoorCount {
    const ENCODED: usize = 10;
    const ENCODED_FROM: usize = Self::ENCODED + EncodedAnswer::ALL.len();
    const ENCODED_TO: usize = Self::ENCODED_FROM + EncodedAnswer::ALL.len();
    const CALLERS: usize = Self::ENCODED_TO + EncodedAnswer::ALL.len();
    const BOUNDS: usize = Self::CALLERS + CALLER_KINDS.len();
    const HANDSHAKES: usize = Self::BOUNDS + ConnectionBound::ALL.len();
    const REFUSED: usize = Self::HANDSHAKES + HandshakeFailure::ALL.len();
    const FAILED: usize = Self::REFUSED + CODES;
    pub(crate) const SLOTS: usize = Self::FAILED + CODES;

    pub(crate) const fn slot(self) -> usize {
        match self {
            Self::ConnectionsOpened => 0,
            Self::ConnectionsClosed => 1,
            Self::Handshakes => 2,
            Self::HandshakesResumed => 3,
            Self::RequestsOpened => 4,
            Self::RequestsClosed => 5,
            Self::Abandoned => 6,
            Self::BytesIn => 7,
            Self::BytesOut => 8,
            Self::NotEncoded => 9,
            Self::Encoded(coding) => Self::ENCODED + coding as usize,
            Self::EncodedFrom(coding) => Self::ENCODED_FROM + coding as usize,
            Self::EncodedTo(coding) => Self::ENCODED_TO + coding as usize,
            Self::Caller(kind) => Self::CALLERS + kind,
            Self::ConnectionRefused(bound) => Self::BOUNDS + bound as usize,
            Self::HandshakeFailed(reason) => Self::HANDSHAKES + reason as usize,
            Self::Refused(code) => Self::REFUSED + code as usize,
            Self::Failed(code) => Self::FAILED + code as usize,
        }
    }
}

/// What is counted for an operation: one cache line.
#[derive(Clone, Copy)]
pub(crate) enum OperationCount {
    Requests(StatusClass),
    Nanoseconds,
}

impl OperationCount {
    pub(crate) const SLOTS: usize = CLASSES + 1;

    pub(crate) const fn slot(self) -> usize {
        match self {
            Self::Requests(class) => class as usize,
            Self::Nanoseconds => CLASSES,
        }
    }
}

/// What is counted for an operation whose end was announced.
#[derive(Clone, Copy)]
pub(crate) struct LifeCount(pub(crate) Life);

impl LifeCount {
    pub(crate) const SLOTS: usize = Life::ALL.len();

    pub(crate) const fn slot(self) -> usize {
        self.0 as usize
    }
}

/// The upper bounds of the buckets of every histogram of durations, in nanoseconds, with the label that says so.
///
/// From what a gateway adds to what a server door may wait: below half a
/// millisecond nobody acts on the difference, above a minute neither.
pub(crate) const BUCKETS: [(u64, &str); 16] = [
    (500_000, "0.0005"),
    (1_000_000, "0.001"),
    (2_500_000, "0.0025"),
    (5_000_000, "0.005"),
    (10_000_000, "0.01"),
    (25_000_000, "0.025"),
    (50_000_000, "0.05"),
    (100_000_000, "0.1"),
    (250_000_000, "0.25"),
    (500_000_000, "0.5"),
    (1_000_000_000, "1"),
    (2_500_000_000, "2.5"),
    (5_000_000_000, "5"),
    (10_000_000_000, "10"),
    (30_000_000_000, "30"),
    (60_000_000_000, "60"),
];

/// Slots of one histogram: its buckets, the one above them all, and the sum.
const HISTOGRAM: usize = BUCKETS.len() + 2;

/// A slot of a histogram.
#[derive(Clone, Copy)]
pub(crate) enum HistogramCount {
    Bucket(usize),
    Nanoseconds,
}

impl HistogramCount {
    /// The bucket that a duration falls into; bounds are inclusive (`le`).
    pub(crate) fn bucket(nanoseconds: u64) -> Self {
        Self::Bucket(BUCKETS.iter().take_while(|(bound, _)| nanoseconds > *bound).count())
    }

    pub(crate) const fn slot(self) -> usize {
        match self {
            Self::Bucket(index) => index,
            Self::Nanoseconds => BUCKETS.len() + 1,
        }
    }
}

/// What is counted for an API at a door.
#[derive(Clone, Copy)]
pub(crate) struct ApiCount(pub(crate) StatusClass, pub(crate) HistogramCount);

impl ApiCount {
    pub(crate) const SLOTS: usize = CLASSES * HISTOGRAM + CacheUse::ALL.len();

    pub(crate) const fn slot(self) -> usize {
        self.0 as usize * HISTOGRAM + self.1.slot()
    }
}

/// What the store of an API did, in the row of the API.
#[derive(Clone, Copy)]
pub(crate) struct CacheCount(pub(crate) CacheUse);

impl CacheCount {
    pub(crate) const fn slot(self) -> usize {
        CLASSES * HISTOGRAM + self.0 as usize
    }
}

/// What is counted for a service.
#[derive(Clone, Copy)]
pub(crate) enum ServiceCount {
    ConnectionsOpened,
    ConnectionsClosed,
    ConnectionsFailed,
    ConnectionsReused,
    Retries,
    ConnectNanoseconds,
    FirstByte(HistogramCount),
}

impl ServiceCount {
    const FIRST_BYTE: usize = 6;
    pub(crate) const SLOTS: usize = Self::FIRST_BYTE + HISTOGRAM;

    pub(crate) const fn slot(self) -> usize {
        match self {
            Self::ConnectionsOpened => 0,
            Self::ConnectionsClosed => 1,
            Self::ConnectionsFailed => 2,
            Self::ConnectionsReused => 3,
            Self::Retries => 4,
            Self::ConnectNanoseconds => 5,
            Self::FirstByte(count) => Self::FIRST_BYTE + count.slot(),
        }
    }
}

/// Nanoseconds of a duration; what does not fit (584 years) is the most that does.
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
