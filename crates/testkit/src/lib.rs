//! What tests share: raw clients, scripted back ends, certificates, an independent strict reader, the running program.
//!
//! Everything here blocks a thread and has a deadline, so that a test is an
//! ordinary function and never hangs. Nothing is shared with the rooms: a test
//! that judged `wire` by `wire` would find no fault in it.
//!
//! A typical end-to-end test:
//!
//! ```text
//! let service = Backend::always(script::answer(Reply::ok("hello")));
//! let house = House::new(binary).config(&format!("…{}…", service.url())).start();
//! let answer = Connection::tls(address, &ClientTls::new(root)).exchange(b"GET / HTTP/1.1\r\n…");
//! assert_eq!(answer.status, 200);
//! service.requests()  // what really arrived, strictly read
//! ```
//!
//! Deliberately absent: any room of the house, and assertions about its behaviour.
#![expect(clippy::expect_used, clippy::panic, reason = "a test kit fails its test by panicking, and says why")]
#![expect(clippy::disallowed_types, reason = "threads of a test share their records under a plain mutex")]

pub mod backend;
pub mod certificates;
pub mod client;
mod deadline;
pub mod grpc;
pub mod http2;
pub mod http2_backend;
pub mod port;
pub mod program;
mod stream;
pub mod strict;
pub mod tls;
mod tools;

pub use backend::{Backend, Reply, script};
pub use certificates::{Leaf, Root};
pub use client::{Answer, Connection, End};
pub use deadline::Deadline;
pub use http2_backend::Http2Backend;
pub use program::House;
pub use stream::Stream;
pub use tls::{ClientTls, ServerTls};
pub use tools::{needs, root, tool, vectors};
