//! The proof that one request was decided about and may go on.

use model::{OperationId, ServiceId};

/// May be had from [`crate::Rules::decide`] only, and is used up by the one answer that it is for.
///
/// INVARIANT: neither `Clone` nor `Copy` nor `Default`, no public field, no
/// constructor outside this crate. Compile-fail tests of the binary try.
#[derive(Debug)]
#[must_use = "a permit that is not used forwards nothing"]
pub struct Permit {
    operation: OperationId,
    service: Option<ServiceId>,
}

impl Permit {
    pub(crate) const fn new(operation: OperationId, service: Option<ServiceId>) -> Self {
        Self { operation, service }
    }

    /// The operation that was decided about.
    #[must_use]
    pub const fn operation(&self) -> OperationId {
        self.operation
    }

    /// The one service that it leads to; `None` where the house answers itself.
    #[must_use]
    pub const fn service(&self) -> Option<ServiceId> {
        self.service
    }
}
