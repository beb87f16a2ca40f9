//! What this room tells of its connections; the trait is its own, who counts is wired from above.

use std::any::Any;
use std::time::Duration;

use model::ServiceId;

/// Learns of connections to services; on the thread that has them, so it must not wait.
pub trait Watch {
    /// A connection was opened and how long that took. What is returned is dropped when the connection ends.
    fn connected(&self, service: ServiceId, took: Duration) -> Box<dyn Any>;
    /// A connection could not be opened.
    fn connect_failed(&self, service: ServiceId);
    /// A request goes over a connection that carried another before.
    fn reused(&self, service: ServiceId);
}

/// Counts nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn connected(&self, _: ServiceId, _: Duration) -> Box<dyn Any> {
        Box::new(())
    }

    fn connect_failed(&self, _: ServiceId) {}

    fn reused(&self, _: ServiceId) {}
}
