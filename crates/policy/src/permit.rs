//! The proof that one request was decided about and may go on.

use model::{OperationId, ServiceId};

/// May be had from [`crate::Rules::decide`] only, and is used up by the one forward that it is for.
///
/// INVARIANT: neither `Clone` nor `Copy` nor `Default`, no public field, no
/// constructor outside this crate. Compile-fail tests of the binary try.
#[derive(Debug)]
#[must_use = "a permit that is not used forwards nothing"]
pub struct Permit {
    operation: OperationId,
    service: ServiceId,
}

impl Permit {
    pub(crate) const fn new(operation: OperationId, service: ServiceId) -> Self {
        Self { operation, service }
    }

    /// The operation that was decided about.
    #[must_use]
    pub const fn operation(&self) -> OperationId {
        self.operation
    }

    /// The one service that it leads to.
    #[must_use]
    pub const fn service(&self) -> ServiceId {
        self.service
    }
}
