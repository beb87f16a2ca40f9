//! What contenders are set up for, besides what all scenarios have in common.

/// What a contender's configuration is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setup {
    /// A service that speaks HTTP/1.1, one worker.
    Plain,
    /// A service that speaks gRPC over HTTP/2 without TLS.
    Grpc,
    WebSocket,
    /// Answers are kept.
    Cache,
    /// 5,000 of them.
    Routes,
    /// 1,000 of them, one of which changes from time to time.
    Reloads,
    /// Two workers, on both cores.
    TwoWorkers,
    /// Callers are known: by keys, sessions and tokens.
    Identity,
}

impl Setup {
    /// What it is called in conditions of configuration files, behind `#if`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Setup::Plain => "plain",
            Setup::Grpc => "grpc",
            Setup::WebSocket => "websocket",
            Setup::Cache => "cache",
            Setup::Routes => "routes",
            Setup::Reloads => "reloads",
            Setup::TwoWorkers => "two-workers",
            Setup::Identity => "identity",
        }
    }

    /// How many threads or processes carry requests.
    pub(crate) fn workers(self) -> u32 {
        if self == Setup::TwoWorkers { 2 } else { 1 }
    }
}

/// How a contender is started.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variant {
    pub(crate) setup: Setup,
    /// Whether it writes an access log.
    pub(crate) logged: bool,
}
