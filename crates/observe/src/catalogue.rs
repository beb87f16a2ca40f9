//! Names to rows: what one loaded configuration calls its doors, operations and services, resolved before any request.
//!
//! A row belongs to a name, not to a configuration: what is called the same
//! after a reload goes on counting where it was. A request keeps the rows of
//! the configuration that it began under, so nothing is counted for the wrong
//! name while a reload is under way.

use std::sync::Arc;

use model::{Door, OperationId, ServiceId};

/// What a configuration calls its things, in the order of their ids.
#[derive(Clone, Debug, Default)]
pub struct Labels {
    /// The doors, by door index.
    pub doors: Vec<Door>,
    /// The operations, by [`OperationId`].
    pub operations: Vec<OperationName>,
    /// Those of them whose end was announced.
    pub deprecated: Vec<OperationId>,
    /// The services, by [`ServiceId`].
    pub services: Vec<Arc<str>>,
}

/// What an operation is called, and at which door it is published.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OperationName {
    /// Name of the door.
    pub door: Arc<str>,
    /// Name of the API.
    pub api: Arc<str>,
    /// Name within the API.
    pub operation: Arc<str>,
}

/// The rows of one configuration. Cheap to clone; belongs beside the configuration that it was made for.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    pub(crate) doors: Arc<[DoorRow]>,
    pub(crate) operations: Arc<[OperationRow]>,
    pub(crate) services: Arc<[ServiceRow]>,
}

impl Catalogue {
    /// The row of a door by its index; an unknown one is counted among the nameless.
    #[must_use]
    pub fn door(&self, index: usize) -> DoorRow {
        self.doors.get(index).copied().unwrap_or_default()
    }

    /// The row of an operation; an unknown one is counted among the nameless.
    #[must_use]
    pub fn operation(&self, id: OperationId) -> OperationRow {
        self.operations.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// The row of a service; an unknown one is counted among the nameless.
    #[must_use]
    pub fn service(&self, id: ServiceId) -> ServiceRow {
        self.services.get(id.0 as usize).copied().unwrap_or_default()
    }
}

/// A door's row; the default is that of the nameless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DoorRow {
    pub(crate) door: u32,
    /// For requests that were routed nowhere.
    pub(crate) no_api: u32,
}

/// An operation's row; the default is that of the nameless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OperationRow {
    pub(crate) api: u32,
    pub(crate) operation: u32,
    /// Where its end was announced.
    pub(crate) deprecated: u32,
}

/// A service's row; the default is that of the nameless.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ServiceRow(pub(crate) u32);
