//! HTTP/2 as a server speaks it (RFC 9113), sans IO: octets go in, requests come out, and answers become octets again.
//!
//! [`Connection`] is all of one connection: it reads frames, keeps the windows, and holds what is to be sent. Whoever
//! drives it reads and writes the socket; whoever serves a stream has its [`Key`]. [`hpack`] is the compression of
//! fields (RFC 7541).
//!
//! Each answer is compressed and framed where it is given, straight into the octets that leave: there is no queue of
//! frames. Everything is bounded by [`Bounds`]; a peer that goes beyond them, or beyond the rules, ends its stream or
//! its connection.
//!
//! Deliberately absent: sockets, clocks, priorities (RFC 9113 §5.3.2), push, the calling side. What a request *means*
//! is not read here either: its fields are handed on as they came.

mod connection;
mod frame;
pub mod hpack;
mod reason;
mod section;
mod stream;

pub use connection::{Bounds, Connection, HeadWriter, Key, Written};
pub use hpack::Indexing;
pub use reason::Reason;
pub use section::{Pseudo, Section};
