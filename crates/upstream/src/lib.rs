//! The exchange with a service: its pool of connections, and one request through it.
//!
//! Everything here belongs to one data thread: each has its own connections, so
//! that taking one costs no lock. A request is sent only by [`Upstreams::call`],
//! which takes a [`policy::Permit`] and goes to the service that the permit names.
//!
//! What the house itself asks others, no caller behind it, goes another way: [`house`] names what for, the [`Dialler`]
//! checks every address of a name and connects to the very one that it checked, and the [`Fetcher`] has one bounded
//! exchange. None of that leads to a service.
//!
//! Deliberately absent: any way to reach a service without a permit, and buffering
//! of whole bodies. Bodies are streamed both ways, and an answer that begins before
//! the request has ended is passed on at once ([`Body`] goes on sending the rest).

mod alarm;
mod attempts;
mod balance;
mod body;
mod breaker;
mod budget;
mod connection;
mod dial;
mod endpoint;
mod error;
mod exchange;
mod fetch;
mod group;
mod house;
mod http1;
mod http2;
mod keeper;
mod latency;
mod patience;
mod pool;
mod probe;
mod retry;
mod services;
mod settings;
mod standing;
mod tls;
mod tunnel;
mod upload;
mod watch;

pub use alarm::{Alarm, Elapsed};
pub use balance::{Affinity, Balance, hash};
pub use body::Body;
pub use breaker::{BreakerSettings, BreakerState};
pub use dial::{
    AddressKind, Destination, DialError, Dialler, Host, Target, TargetError, Trust, is_metadata_name, is_never_called,
};
pub use error::UpstreamError;
pub use exchange::{Answer, Outgoing, Routing};
pub use fetch::{FetchBounds, FetchError, Fetcher, HouseRequest};
pub use house::house;
pub use keeper::{Keeper, Lookup, Resolve, SystemResolver};
pub use pool::{Pools, Upstreams};
pub use retry::{RetryOn, RetrySettings};
pub use services::Services;
pub use settings::{CanarySettings, Http, Origin, ProbeSettings, Purpose, ServiceSettings};
pub use standing::{Replica, ReplicaState, Standing};
pub use tls::{ClientTls, Pin, TlsAnchors, TlsError, TlsSettings};
pub use tunnel::Tunnel;
pub use upload::{Deadline, RequestBody, UploadFraming};
pub use watch::{Unwatched, Watch};
