//! The exchange with a service: its pool of connections, and one request through it.

mod settings;

pub use settings::{Endpoint, ServiceSettings};
