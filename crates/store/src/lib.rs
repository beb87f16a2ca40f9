//! The embedded store: what must survive the process, in files of this machine.
//!
//! | word | meaning |
//! | --- | --- |
//! | role | what one database file is for: `identity` first. Each has a file, a writer and migrations of its own |
//! | change | a closure that reads and writes, atomic, and durable before it is answered |
//! | group | changes that waited together and share one commit |
//! | master key | 32 octets outside the database; whoever has the database alone reads no secret |
//! | seal | encrypting a value under the master key, for the one place where it is kept |
//!
//! [`sqlite::Database`] is the engine: files, threads, migrations, copies. [`Seal`]
//! is what keeps secrets in it. Rooms that keep something own the traits for it,
//! and this room implements them ([`identity::Identity`]); nobody above it sees SQL.
//!
//! Deliberately absent: a connection pool towards callers, an object mapper, and any
//! way to write without waiting for the disk.

mod error;
mod files;
pub mod identity;
mod seal;
pub mod sqlite;

pub use error::StoreError;
pub use seal::{HashKey, Opened, Seal, SealKeys, SealSource, SealedColumn};
