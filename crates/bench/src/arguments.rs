//! What the load generator is told on its command line.

use crate::identity::arguments::{Alone, People, Proofs, Refresh, SignIns};
use crate::load::Pace;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The load generator and the origin of the comparisons.
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Writes the certificates and keys that all proxies and callers of a comparison use.
    Certificates {
        /// Where to; must exist.
        directory: PathBuf,
    },
    /// Serves all that callers ask for until it is stopped.
    Origin {
        /// Where to listen.
        listen: SocketAddr,
    },
    /// Puts load on a proxy and prints one JSON object about it.
    Load(Box<Load>),
    /// Makes accounts at a provider of identity and writes down what they hold: sessions, tokens, cookies.
    People(People),
    /// Signs proofs of possession for a bound token, each for one request.
    Proofs(Proofs),
    /// Redeems refresh tokens, each for the next, and prints one JSON object about it.
    Refresh(Refresh),
    /// Signs people in by their passwords, again and again, and prints one JSON object about it.
    SignIns(SignIns),
    /// Does on one core what identity costs at least, with nothing around it, and prints one JSON object about it.
    Alone(Alone),
}

/// How the requests follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shape {
    /// Each connection asks again as soon as it is answered, or when a request is due.
    Closed,
    /// As closed, and each request has a connection and a full handshake of its own.
    Handshakes,
    /// Connections are opened, used once and left alone; memory is what is measured.
    Idle,
}

/// What is spoken to the proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    Http1,
    Http2,
    /// Unary calls by gRPC, over HTTP/2; the message comes back.
    Grpc,
    /// Messages on WebSockets over HTTP/1.1; each comes back.
    Websocket,
}

/// What requests are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ask {
    /// `/bytes/N`, which nobody may keep.
    Bytes,
    /// `/cached/N`, which may be kept for an hour.
    Cached,
    /// `/known/N`, which is for known callers alone.
    Known,
    /// `/areaAA/kindKK/N` of 5,000 routes, one after the other (HTTP/1.1 only).
    Routes,
}

#[derive(Debug, Args)]
pub(crate) struct Load {
    /// The proxy's address.
    #[arg(long)]
    pub(crate) target: SocketAddr,
    /// Serve the origin at this address, by the same thread.
    #[arg(long)]
    pub(crate) origin: Option<SocketAddr>,
    /// What the requests name as their authority.
    #[arg(long, default_value = "localhost")]
    pub(crate) authority: String,
    /// Length of the answers' bodies, or of the messages, in bytes.
    #[arg(long, default_value_t = 1024)]
    pub(crate) length: usize,
    #[arg(long, value_enum, default_value = "closed")]
    pub(crate) shape: Shape,
    #[arg(long, value_enum, default_value = "http1")]
    pub(crate) protocol: Protocol,
    #[arg(long, value_enum, default_value = "bytes")]
    pub(crate) ask: Ask,
    /// A file with further fields, a line for each request in turn, between the fields of a line a tab (HTTP/1.1 only).
    #[arg(long)]
    pub(crate) fields: Option<PathBuf>,
    /// Speak TLS, and expect exactly this certificate (PEM).
    #[arg(long)]
    pub(crate) server_certificate: Option<PathBuf>,
    /// The caller's own certificate (PEM).
    #[arg(long, requires = "server_certificate", requires = "key")]
    pub(crate) certificate: Option<PathBuf>,
    /// The caller's own key (PEM).
    #[arg(long)]
    pub(crate) key: Option<PathBuf>,
    #[arg(long, default_value_t = 64)]
    pub(crate) connections: usize,
    /// HTTP/2: streams open at the same time on each connection.
    #[arg(long, default_value_t = 8)]
    pub(crate) streams: usize,
    /// Requests are due at this rate per second instead, and whoever is free sends them.
    #[arg(long, conflicts_with = "requests")]
    pub(crate) rate: Option<u64>,
    /// With `--rate`: requests that would be due within the same so many microseconds are due together.
    #[arg(long, default_value_t = 0, requires = "rate")]
    pub(crate) burst_us: u64,
    /// Load before the window, in milliseconds.
    #[arg(long, default_value_t = 300)]
    pub(crate) warm_up_ms: u64,
    /// Length of the window, in milliseconds.
    #[arg(long, default_value_t = 3_000)]
    pub(crate) window_ms: u64,
    /// Stop after exactly this many requests instead, without warm-up (closed load).
    #[arg(long)]
    pub(crate) requests: Option<u64>,
    /// A process whose CPU and memory are the proxy's; may be said several times.
    #[arg(long = "process")]
    pub(crate) processes: Vec<u32>,
}

impl Load {
    pub(crate) fn warm_up(&self) -> Duration {
        Duration::from_millis(self.warm_up_ms)
    }

    pub(crate) fn pace(&self) -> Option<Pace> {
        Some(Pace { rate: self.rate?, burst_ns: self.burst_us.saturating_mul(1_000) })
    }

    pub(crate) fn window(&self) -> Duration {
        Duration::from_millis(self.window_ms)
    }
}
