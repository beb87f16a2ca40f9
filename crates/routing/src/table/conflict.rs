//! Two routes that would win the same request.

use std::fmt::Write as _;

use model::OperationId;
use thiserror::Error;

use crate::Route;

/// Two routes of one door with the same host, method and shape of path.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{route}` is published twice")]
pub struct ConflictError {
    /// The one that came first in the list.
    pub first: OperationId,
    /// The one that came later.
    pub second: OperationId,
    /// The later route, as `METHOD host/path`; the earlier may name its parameters differently.
    pub route: Box<str>,
}

impl ConflictError {
    pub(crate) fn new(first: OperationId, second: &Route) -> Self {
        let mut route = format!("{} ", second.method);
        if let Some(host) = &second.host {
            // Writing to a String cannot fail.
            let _ = write!(route, "{host}");
        }
        route.push_str(second.template.as_str());
        Self { first, second: second.operation, route: route.into() }
    }
}
