//! Identification: from the credentials of a request and its connection to a [`model::Caller`].
//!
//! # Words
//!
//! - A **key** is a secret text that the gateway made ([`keys`]); the file holds only its hash.
//! - A **peer certificate** is what a caller proved possession of in the handshake
//!   ([`certificate`]). That it leads to an anchor has been verified by rustls before;
//!   here it is read, checked by the rules of SPIFFE, and matched with a workload.
//! - The [`Directory`] knows the keys and workloads of the file.
//! - A **token** is an access token of an issuer that is believed; a **session** is known by its cookie. The
//!   [`Verifier`] turns them into callers, and remembers what it found ([`Verified`]).
//! - What must be known from elsewhere is [`Asked`] on the control side.
//! - A **token** is signed, by us or by an issuer that we trust; [`jose`] reads it and checks it.
//! - [`live`] knows the keys that are made while the gateway runs; they are kept in a [`KeyStore`], and a
//!   [`KeyKeeper`] makes, changes and ends them there and here.
//!
//! # Steps of [`identify`]
//!
//! 1. At a server door: no browsers (`Origin`, `Sec-Fetch-Site`, a session cookie of ours).
//! 2. No credential in the query.
//! 3. At most one key, as `Authorization: Bearer KEY` or as `X-Api-Key: KEY`; of a kind that fits the door; valid;
//!    from an origin and an address that it may be used from.
//! 4. Otherwise, at a server door, the workload of the connection.
//! 5. Otherwise the caller is anonymous, and what that may do is the policy's matter.
//!
//! INVARIANT: a credential that is presented and not valid is an error. It never
//! becomes an anonymous caller, also where the operation is public.
//!
//! A key that comes over a connection with a client certificate is the caller, and
//! the certificate is not: what the key may do was said for the key. The
//! certificate must be valid all the same, or there is no connection.
//!
//! # Cost
//!
//! Nothing is allocated for anonymous callers, keys and workloads; a key of the file costs one
//! SHA-256 of some eighty octets, and a key of the store one HMAC-SHA-256 more when it is shown for the first time.
//!
//! What was shown before, a token, a session or a key of the store, is known again by a mark of its text, made
//! as AES-GCM would authenticate it: some 800 instructions for a key or the cookie of a session.
//!
//! Deliberately absent: path validation (rustls), rights (`policy`), and signed
//! requests at the door, which are not built yet.

mod ask;
pub mod certificate;
mod challenge;
mod cross_site;
mod directory;
mod error;
mod identify;
mod issuers;
pub mod jose;
mod keeper;
mod key_store;
pub mod keys;
pub mod live;
mod mark;
mod proofs;
mod remembered;
mod revoked;
mod showing;
mod verified;
mod verifier;

pub use ask::{Ask, Asked, Telling, Told};
pub use challenge::{Resource, challenges};
pub use cross_site::is_page_visit;
pub use directory::{Directory, DirectoryError, KeySettings, Settings, WorkloadSettings};
pub use error::AuthError;
pub use identify::{Holding, check_surroundings, identify};
pub use issuers::{ClaimNames, GRANT_CLAIM, Issuer, Issuers, LEEWAY};
pub use keeper::{KeeperError, KeyKeeper, KeyUpdate, MadeKey, NewRecord};
pub use key_store::{Change, KeyRecord, KeySecret, KeyStore, KeyStoreError, KeyUse, Pending, RecordError};
#[cfg(any(test, feature = "conformance"))]
pub use key_store::{MemoryKeys, conformance};
pub use remembered::REMEMBERED_AT_MOST;
pub use revoked::{ENDED_AT_MOST, Ground, Revoked};
pub use showing::{SESSION_COOKIE, Showing, is_own_cookie};
pub use verified::{Confirmation, Fingerprint, Form, SessionFacts, Verified};
pub use verifier::{Identified, Verifier};
