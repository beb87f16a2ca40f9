//! A connection to a service that has changed its protocol: bytes both ways, and no HTTP any more.

use std::io;
use std::task::{Context, Poll};

use bytes::BytesMut;

use crate::pool::Lease;

/// The connection, for as long as this lives. It never carries a request again.
#[derive(Debug)]
pub struct Tunnel {
    lease: Lease,
}

impl Tunnel {
    pub(crate) const fn new(lease: Lease) -> Self {
        Self { lease }
    }

    /// What has come from the service and was not taken yet; at first what it sent right behind its answer.
    pub const fn read(&mut self) -> &mut BytesMut {
        &mut self.lease.connection.read
    }

    /// Reads more; 0 bytes means that the service closed.
    pub fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        self.lease.connection.poll_read(context)
    }

    /// Writes some of `bytes`.
    pub fn poll_write(&mut self, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.lease.connection.poll_write(context, bytes)
    }
}
