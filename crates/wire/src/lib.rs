//! HTTP on the wire, strictly: a sans-IO HTTP/1.1 codec for both sides and the one canonical request head.
//!
//! Words: a *head* is a start line and its *fields*; a *target* is what a request line
//! asks for; *framing* is how the end of a body is known; a field is *hop-by-hop* if it
//! is meant for the next hop only.
//!
//! A request: [`RequestHead::parse`] reads it from octets as they arrive (or
//! [`RequestHead::assemble`] from HTTP/2), its [`framing`](RequestHead::framing) makes a
//! [`BodyDecoder`], and [`encode`] writes what goes to the service. An answer goes the
//! same way back through [`ResponseHead`].
//!
//! What two readers could read differently is refused and never repaired, and the result
//! does not depend on how the octets were cut on their way. Nothing here allocates for a
//! request once its heads have been used before, except for trailers.
//!
//! What a request wants of a representation that the house has itself is read here too: [`conditional`], [`range`],
//! [`coding`].
//!
//! How another service is asked about a request by gRPC: [`ext_authz`].
//!
//! Deliberately absent: sockets, clocks, a lenient mode.

mod authority;
mod body;
pub mod coding;
pub mod conditional;
pub mod encode;
mod error;
pub mod ext_authz;
pub mod fields;
pub mod forwarded;
mod framing;
pub mod grpc;
mod head;
mod method;
mod octets;
mod path;
pub mod proxy;
pub mod range;
mod request;
mod response;
pub mod trace;
pub mod websocket;

pub use authority::HostError;
pub use body::{BodyDecoder, BodyError, BodyLimits, Decoded, Misplaced, http2_trailers};
pub use error::HeadError;
pub use fields::{Field, Fields, Name};
pub use framing::Framing;
pub use head::{HeadLimits, Version};
pub use method::Method;
pub use path::{PathError, check_path};
pub use request::{Http2Request, RequestHead};
pub use response::{ResponseError, ResponseHead};
