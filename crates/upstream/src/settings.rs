//! What the file says of a service, as this room needs it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// One service: where it listens and how long to wait for it.
#[derive(Clone, Debug)]
pub struct ServiceSettings {
    /// Its name in the file.
    pub name: Arc<str>,
    /// Its replicas, at least one; taken in turn.
    pub endpoints: Vec<Endpoint>,
    /// How long one connection attempt may take.
    pub connect_timeout: Duration,
    /// How long the first byte of an answer may take; the operation's deadline where not said.
    pub first_byte: Option<Duration>,
    /// How long an unused connection is kept.
    pub idle: Duration,
}

/// One address of a service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// `http://host:port`; a name is looked up when a connection is opened.
    Tcp {
        /// Host name or address literal, without brackets.
        host: Box<str>,
        /// Port.
        port: u16,
    },
    /// `unix:PATH`.
    Unix(PathBuf),
}
