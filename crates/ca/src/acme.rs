//! The ACME client (RFC 8555): certificates of a public CA for the names of a door, had and renewed while the house runs.
//!
//! ```text
//! Keeper   looks once a second: what is on disk, when it is due, whether another node has done it
//!   Store    account, certificate, attempts and the lock, in the data directory
//!   order    one order: proofs shown, checked by the CA, certificate fetched and judged
//!     Https    the CA is spoken to over verified TLS, with bounds
//! ```
//!
//! A door's hosts are one certificate. The CA checks them by HTTP-01 (RFC 8555
//! §8.3), at the plain port of the door, or by TLS-ALPN-01 (RFC 8737), at the door
//! itself; who answers there is a [`Responder`], wired to the data plane.
//!
//! Nodes with one data directory do not fight: one lock, held by the system for as
//! long as the process that has it lives; what one node gets the others take from
//! disk; and the proofs of one are shown by all.
//!
//! Deliberately absent: DNS-01, and with it wildcards; revocation.

mod error;
mod https;
mod keeper;
mod order;
mod proof;
mod schedule;
mod store;

use std::sync::Arc;

use model::Secret;
use rustls_pki_types::CertificateDer;

pub use error::AcmeError;
pub use keeper::{Keeper, Report, Wanted};
pub use proof::{Proof, Responder};
pub use store::{Kept, Store};

/// The directory of Let's Encrypt, which `letsencrypt` stands for.
pub const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// A certificate that a door wants of a public CA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcmeSettings {
    /// The names that it must be for, in lower case; at least one.
    pub names: Vec<String>,
    /// The URL of the CA's directory, with `https`.
    pub directory: String,
    /// Where the CA may write to: a mail address.
    pub contact: String,
    /// How the CA checks the names.
    pub challenge: Challenge,
    /// The account of the CA's own that ours is bound to (RFC 8555 §7.3.4).
    pub binding: Option<Binding>,
    /// The authorities that vouch for the CA's own server.
    pub anchors: Vec<CertificateDer<'static>>,
}

/// How a CA checks that a name is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Challenge {
    /// It fetches a token from the plain port: HTTP-01 (RFC 8555 §8.3).
    Http,
    /// It opens a TLS connection with a protocol of its own: TLS-ALPN-01 (RFC 8737).
    TlsAlpn,
}

/// What binds an account to one that the CA knows already.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The name of the key, as the CA gave it.
    pub id: String,
    /// The key, for an HMAC with SHA-256.
    pub key: Arc<Secret<Vec<u8>>>,
}

impl PartialEq for Binding {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.key.expose() == other.key.expose()
    }
}

impl Eq for Binding {}
