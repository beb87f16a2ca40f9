//! Doors, connections, and the life of one request.
//!
//! Read [`request`](../src/request.rs) first: it is the table of contents. Around it stand the
//! protocols (`http1`, `http2`), what a connection goes through before its first
//! request (`accept`, `tls`), and the threads that all of it runs on (`server`, `thread`).
//!
//! Deliberately absent: locks on the path of a request, and any way around [`policy`]'s permit.

mod accept;
mod answer;
mod ask;
mod assertion;
mod challenge;
mod compress;
mod connection;
mod content;
mod cors;
mod deadlines;
mod ended;
mod ending;
mod explain;
mod forward;
mod grpc;
mod house;
mod http1;
mod http2;
mod identification;
mod introduction;
mod listen;
mod pace;
mod peer;
mod record;
mod redirect;
mod request;
mod server;
mod settings;
mod snapshot;
mod socket;
mod stages;
mod stored;
mod thread;
mod tls;
mod unwind;
mod websocket;
mod worker;

pub use assertion::{AssertionKeys, Assertions};
pub use challenge::Challenges;
pub use cors::Cors;
pub use ending::Ending;
pub use explain::{Explanation, Inquiry, Trial, Verdict, explain};
pub use house::{Answerer, Answering, Builtin, Fixed, Folder, HouseAnswer, Received, Redirect, RedirectError};
pub use identification::Identification;
pub use server::{Former, Gateway, GatewayError, Inherited, Options};
pub use settings::{
    AskProtocol, AskSettings, CertificateAndKey, ClientCertificates, ConnectionBounds, DoorSettings, Errors,
    HeadBounds, NetworkRule, OperationSettings, Patience, Protocols, Proxies, Settings, Speak, Streams, TlsSettings,
    UpstreamErrors,
};
pub use tls::TlsError;
