//! The kinds of load that contenders are compared under, and what Vestibule aims at in each.

use super::setup::{Setup, Variant};

/// Which of a contender's addresses the load goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    /// HTTP without TLS.
    Plain,
    /// TLS 1.3, HTTP/1.1 and HTTP/2.
    Tls,
    /// As `Tls`, and the caller must show a certificate.
    Mtls,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As many requests as the contender can answer; at a rate of its own where the load generator cannot follow.
    Most,
    /// A fixed number of requests per second.
    Paced,
    /// As `Paced`, for what it costs: how it is spread over the workers, not how fast it is.
    Spread,
    /// Connections that are open and not used.
    Idle,
    /// Instructions per request, counted on one connection.
    Counted,
    /// What reloads leave behind in memory.
    Reloads,
    /// From the start of the process to its first answer.
    Start,
}

/// What a figure should be at most, where something was aimed at.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Aim {
    None,
    /// CPU per request as a multiple of nginx's and HAProxy's.
    Cpu {
        nginx: f64,
        haproxy: f64,
    },
    /// CPU per request as a multiple of every peer's.
    EachCpu(f64),
    /// The subject's own figure.
    Own(f64),
}

/// One kind of load.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) door: Door,
    pub(crate) setup: Setup,
    pub(crate) kind: Kind,
    /// What the load generator is told besides addresses and times.
    pub(crate) load: &'static [&'static str],
    /// Measured with the access log on, too.
    pub(crate) logged: bool,
    pub(crate) aim: Aim,
    /// What the subject's memory should be at most under this load, in MB.
    pub(crate) memory_aim_mb: Option<f64>,
}

impl Scenario {
    /// How contenders are started for it.
    pub(crate) fn variant(&self, logged: bool) -> Variant {
        Variant { setup: self.setup, logged }
    }
}

/// What most have in common.
const KEPT: Scenario = Scenario {
    name: "",
    title: "",
    door: Door::Plain,
    setup: Setup::Plain,
    kind: Kind::Most,
    load: &["--connections", "64"],
    logged: false,
    aim: Aim::None,
    memory_aim_mb: None,
};

/// All of them, in the order of the report.
pub(crate) const ALL: [Scenario; 25] = [
    Scenario {
        name: "plain",
        title: "plain keep-alive, 1 KB",
        logged: true,
        aim: Aim::Cpu { nginx: 1.0, haproxy: 0.9 },
        ..KEPT
    },
    Scenario {
        name: "tls",
        title: "TLS keep-alive, 1 KB",
        door: Door::Tls,
        logged: true,
        aim: Aim::Cpu { nginx: 0.75, haproxy: 0.75 },
        ..KEPT
    },
    Scenario {
        name: "handshake",
        title: "full TLS handshake per request",
        door: Door::Tls,
        load: &["--shape", "handshakes", "--connections", "32"],
        aim: Aim::Cpu { nginx: 0.6, haproxy: 0.6 },
        ..KEPT
    },
    Scenario { name: "mtls", title: "mutual TLS keep-alive, 1 KB", door: Door::Mtls, ..KEPT },
    Scenario {
        name: "http2",
        title: "HTTP/2 over TLS to HTTP/1.1, 1 KB",
        door: Door::Tls,
        load: &["--protocol", "http2", "--connections", "8", "--streams", "8"],
        aim: Aim::Cpu { nginx: 1.0, haproxy: 1.0 },
        ..KEPT
    },
    Scenario {
        name: "grpc",
        title: "unary gRPC over TLS to cleartext HTTP/2",
        door: Door::Tls,
        setup: Setup::Grpc,
        load: &["--protocol", "grpc", "--connections", "8", "--streams", "8", "--length", "64"],
        aim: Aim::EachCpu(1.0),
        ..KEPT
    },
    Scenario {
        name: "websocket",
        title: "WebSocket echo, 64 bytes (a request is a message)",
        setup: Setup::WebSocket,
        load: &["--protocol", "websocket", "--connections", "64", "--length", "64"],
        ..KEPT
    },
    Scenario {
        name: "cache",
        title: "cache hits, plain, 1 KB",
        setup: Setup::Cache,
        load: &["--ask", "cached", "--connections", "64"],
        aim: Aim::EachCpu(1.0),
        ..KEPT
    },
    Scenario {
        name: "cache-tls",
        title: "cache hits, TLS, 1 KB",
        door: Door::Tls,
        setup: Setup::Cache,
        load: &["--ask", "cached", "--connections", "64"],
        aim: Aim::EachCpu(1.0),
        ..KEPT
    },
    Scenario {
        name: "cache-http2",
        title: "cache hits, HTTP/2 over TLS, 1 KB",
        door: Door::Tls,
        setup: Setup::Cache,
        load: &["--ask", "cached", "--protocol", "http2", "--connections", "8", "--streams", "8"],
        aim: Aim::EachCpu(1.0),
        ..KEPT
    },
    Scenario {
        name: "large",
        title: "plain keep-alive, 100 KB",
        load: &["--connections", "64", "--length", "102400"],
        ..KEPT
    },
    Scenario {
        name: "routes",
        title: "plain keep-alive, 1 KB, each of 5,000 routes in turn",
        setup: Setup::Routes,
        load: &["--ask", "routes", "--connections", "64"],
        memory_aim_mb: Some(40.0),
        ..KEPT
    },
    Scenario {
        name: "latency",
        title: "plain keep-alive, 1 KB, 10,000 requests/s",
        kind: Kind::Paced,
        load: &["--rate", "10000", "--connections", "64"],
        ..KEPT
    },
    Scenario { name: "one-worker", title: "plain keep-alive, 1 KB, one worker", kind: Kind::Spread, ..KEPT },
    Scenario {
        name: "two-workers",
        title: "plain keep-alive, 1 KB, two workers",
        setup: Setup::TwoWorkers,
        kind: Kind::Spread,
        ..KEPT
    },
    Scenario {
        name: "idle",
        title: "2,000 idle plain connections",
        kind: Kind::Idle,
        load: &["--shape", "idle", "--connections", "2000"],
        aim: Aim::Own(12.0),
        ..KEPT
    },
    Scenario {
        name: "idle-tls",
        title: "2,000 idle TLS connections",
        door: Door::Tls,
        kind: Kind::Idle,
        load: &["--shape", "idle", "--connections", "2000"],
        ..KEPT
    },
    Scenario {
        name: "reloads",
        title: "memory over 1,000 reloads of 1,000 routes",
        setup: Setup::Reloads,
        kind: Kind::Reloads,
        load: &[],
        aim: Aim::Own(5.0),
        ..KEPT
    },
    Scenario {
        name: "start",
        title: "start-up, to the first answer",
        kind: Kind::Start,
        load: &[],
        aim: Aim::Own(100.0),
        ..KEPT
    },
    Scenario {
        name: "counted-plain",
        title: "plain keep-alive, 1 KB, user space",
        kind: Kind::Counted,
        load: &["--connections", "1"],
        logged: true,
        ..KEPT
    },
    Scenario {
        name: "counted-tls",
        title: "TLS keep-alive, 1 KB, user space",
        door: Door::Tls,
        kind: Kind::Counted,
        load: &["--connections", "1"],
        logged: true,
        ..KEPT
    },
    Scenario {
        name: "counted-http2",
        title: "HTTP/2 over TLS to HTTP/1.1, 1 KB, user space",
        door: Door::Tls,
        kind: Kind::Counted,
        load: &["--protocol", "http2", "--connections", "1", "--streams", "8"],
        logged: true,
        ..KEPT
    },
    Scenario {
        name: "counted-grpc",
        title: "unary gRPC over TLS to cleartext HTTP/2, user space",
        door: Door::Tls,
        setup: Setup::Grpc,
        kind: Kind::Counted,
        load: &["--protocol", "grpc", "--connections", "1", "--streams", "8", "--length", "64"],
        ..KEPT
    },
    Scenario {
        name: "counted-cache",
        title: "cache hits, plain, 1 KB, user space",
        setup: Setup::Cache,
        kind: Kind::Counted,
        load: &["--ask", "cached", "--connections", "1"],
        ..KEPT
    },
    Scenario {
        name: "counted-cache-tls",
        title: "cache hits, TLS, 1 KB, user space",
        door: Door::Tls,
        setup: Setup::Cache,
        kind: Kind::Counted,
        load: &["--ask", "cached", "--connections", "1"],
        ..KEPT
    },
];

/// Their names, for a message.
pub(crate) fn names() -> String {
    ALL.map(|scenario| scenario.name).join(", ")
}
