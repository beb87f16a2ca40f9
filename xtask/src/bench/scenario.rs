//! The kinds of load that contenders are compared under, and what Vestibule aims at in each.

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
    /// Connections that are open and not used.
    Idle,
    /// Instructions per request, counted on one connection.
    Counted,
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
    /// The subject's own figure.
    Own(f64),
}

/// One kind of load.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) door: Door,
    pub(crate) kind: Kind,
    /// What the load generator is told besides addresses and times.
    pub(crate) load: &'static [&'static str],
    /// Measured with the access log on, too.
    pub(crate) logged: bool,
    pub(crate) aim: Aim,
}

/// All of them, in the order of the report.
pub(crate) const ALL: [Scenario; 13] = [
    Scenario {
        name: "plain",
        title: "plain keep-alive, 1 KB",
        door: Door::Plain,
        kind: Kind::Most,
        load: &["--connections", "64"],
        logged: true,
        aim: Aim::Cpu { nginx: 1.0, haproxy: 0.9 },
    },
    Scenario {
        name: "tls",
        title: "TLS keep-alive, 1 KB",
        door: Door::Tls,
        kind: Kind::Most,
        load: &["--connections", "64"],
        logged: true,
        aim: Aim::Cpu { nginx: 0.75, haproxy: 0.75 },
    },
    Scenario {
        name: "handshake",
        title: "full TLS handshake per request",
        door: Door::Tls,
        kind: Kind::Most,
        load: &["--shape", "handshakes", "--connections", "32"],
        logged: true,
        aim: Aim::Cpu { nginx: 0.6, haproxy: 0.6 },
    },
    Scenario {
        name: "mtls",
        title: "mutual TLS keep-alive, 1 KB",
        door: Door::Mtls,
        kind: Kind::Most,
        load: &["--connections", "64"],
        logged: true,
        aim: Aim::None,
    },
    Scenario {
        name: "http2",
        title: "HTTP/2 over TLS to HTTP/1.1, 1 KB",
        door: Door::Tls,
        kind: Kind::Most,
        load: &["--protocol", "http2", "--connections", "8", "--streams", "8"],
        logged: true,
        aim: Aim::Cpu { nginx: 1.0, haproxy: 1.2 },
    },
    Scenario {
        name: "large",
        title: "plain keep-alive, 100 KB",
        door: Door::Plain,
        kind: Kind::Most,
        load: &["--connections", "64", "--length", "102400"],
        logged: true,
        aim: Aim::None,
    },
    Scenario {
        name: "latency",
        title: "plain keep-alive, 1 KB, 10,000 requests/s",
        door: Door::Plain,
        kind: Kind::Paced,
        load: &["--rate", "10000", "--connections", "64"],
        logged: true,
        aim: Aim::None,
    },
    Scenario {
        name: "idle",
        title: "2,000 idle plain connections",
        door: Door::Plain,
        kind: Kind::Idle,
        load: &["--shape", "idle", "--connections", "2000"],
        logged: false,
        aim: Aim::Own(12.0),
    },
    Scenario {
        name: "idle-tls",
        title: "2,000 idle TLS connections",
        door: Door::Tls,
        kind: Kind::Idle,
        load: &["--shape", "idle", "--connections", "2000"],
        logged: false,
        aim: Aim::None,
    },
    Scenario {
        name: "start",
        title: "start-up, to the first answer",
        door: Door::Plain,
        kind: Kind::Start,
        load: &[],
        logged: false,
        aim: Aim::Own(100.0),
    },
    Scenario {
        name: "counted-plain",
        title: "plain keep-alive, 1 KB, user space",
        door: Door::Plain,
        kind: Kind::Counted,
        load: &["--connections", "1"],
        logged: true,
        aim: Aim::None,
    },
    Scenario {
        name: "counted-tls",
        title: "TLS keep-alive, 1 KB, user space",
        door: Door::Tls,
        kind: Kind::Counted,
        load: &["--connections", "1"],
        logged: true,
        aim: Aim::None,
    },
    Scenario {
        name: "counted-http2",
        title: "HTTP/2 over TLS to HTTP/1.1, 1 KB, user space",
        door: Door::Tls,
        kind: Kind::Counted,
        load: &["--protocol", "http2", "--connections", "1", "--streams", "8"],
        logged: true,
        aim: Aim::None,
    },
];

/// Their names, for a message.
pub(crate) fn names() -> String {
    ALL.map(|scenario| scenario.name).join(", ")
}
