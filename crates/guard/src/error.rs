//! What the guard refuses, and how a caller is told.

use std::net::IpAddr;

use model::{Code, DoorKind, Problem};
use thiserror::Error;

/// Why the guard did not let something through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GuardError {
    /// The address is in no allowed network, or in a denied one.
    #[error("the address {address} is not admitted")]
    AddressNotAdmitted {
        /// As the gateway sees it.
        address: IpAddr,
    },
    /// The door holds as many connections as it may.
    #[error("the door holds its {at_most} connections")]
    DoorFull {
        /// Its bound.
        at_most: u32,
    },
    /// This address (IPv6: its /64) holds as many connections as it may.
    #[error("the address {address} holds its {per_address} connections")]
    AddressFull {
        /// As the gateway sees it.
        address: IpAddr,
        /// The bound of one address.
        per_address: u32,
    },
    /// The body is longer than the operation takes.
    #[error("the body is larger than {bound_bytes} bytes")]
    BodyTooLarge {
        /// The bound of the operation, in bytes.
        bound_bytes: u64,
    },
}

impl GuardError {
    /// The word for the bound or rule, for metrics and events.
    #[must_use]
    pub const fn bound(&self) -> &'static str {
        match self {
            Self::AddressNotAdmitted { .. } => "networks",
            Self::DoorFull { .. } => "connections.at_most",
            Self::AddressFull { .. } => "connections.per_address",
            Self::BodyTooLarge { .. } => "body",
        }
    }

    /// What the caller is told at a door of this kind.
    ///
    /// There is no `From`: an address outside the networks of a client door must
    /// get the very answer of an unknown route, and only the door's kind tells.
    #[must_use]
    pub fn problem_for(self, door: DoorKind) -> Problem {
        let code = match (self, door) {
            (Self::AddressNotAdmitted { .. }, DoorKind::Client) => Code::NotFound,
            (Self::AddressNotAdmitted { .. }, DoorKind::Server) => Code::NetworkNotAllowed,
            (Self::DoorFull { .. } | Self::AddressFull { .. }, _) => Code::Overloaded,
            (Self::BodyTooLarge { .. }, _) => Code::BodyTooLarge,
        };
        Problem::new(code, self.to_string()).because(self)
    }
}

#[cfg(test)]
mod tests;
