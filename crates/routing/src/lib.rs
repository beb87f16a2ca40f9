//! Routing: from the door's own reading of a request head to the one operation that it asks for.
//!
//! A [`Route`] publishes one operation under a host, a path template and a method.
//! Nothing else is reachable. A [`Table`] holds the routes of one door.
//!
//! # Which route wins
//!
//! 1. **The path, host by host.** First among the routes of exactly this host, then
//!    among those of a wildcard that covers it, then among those without a host,
//!    which are published at every host of the door. The first group that has the
//!    path decides.
//! 2. **The most specific path.** Templates are compared segment by segment from
//!    the left: a literal before a `{parameter}` before `**`. So `/notes/new` goes
//!    to `/notes/new`, not to `/notes/{id}`, whatever the order in the file.
//! 3. **Then the method**, among the routes of that one template: the method itself;
//!    for HEAD also GET (RFC 9110 §9.3.2); then `ANY`. There is no way back from
//!    here: with `GET /notes/new` and `DELETE /notes/{id}`, a `DELETE /notes/new` is
//!    refused, because the template that says more about a path says all about it.
//!    Otherwise `ANY /**` would open, to weaker callers, every method that a
//!    stricter operation did not name.
//!
//! Two routes that would win the same request are a [`ConflictError`] at build.
//!
//! # What is compared
//!
//! Percent-decoded segments, octet by octet. A trailing slash is a last, empty
//! segment: `/notes` and `/notes/` are two paths. A `;` is matched by a literal
//! that has it and never by a parameter or `**`: half of the servers cut
//! `;parameters` off a segment, and `/admin;x` must not reach, as a `{page}`, what
//! `/admin` guards.
//!
//! # Cost
//!
//! One hash look-up for the host and one for each segment, however many routes
//! there are. Where literals and parameters compete at the same place, the search
//! may have to come back; it visits each published prefix that fits the path at
//! most once and never goes deeper than the longest template
//! ([`Template::MAX_SEGMENTS`]), however long the path. Nothing is allocated unless
//! the path has a percent-encoding.
//!
//! Deliberately absent: regular expressions, priorities, and any meaning of order.

mod cells;
mod host;
mod method;
mod segments;
mod table;
mod template;

use model::OperationId;

pub use cells::{Cell, cells};
pub use host::{HostPattern, HostPatternError};
pub use method::{MethodError, MethodRule};
pub use table::{Choice, ConflictError, Table};
pub use template::{Template, TemplateError};

/// One operation, published under a host, a path template and a method.
#[derive(Clone, Debug)]
pub struct Route {
    /// Where; `None` is every host of the door.
    pub host: Option<HostPattern>,
    /// Which paths.
    pub template: Template,
    /// Which method.
    pub method: MethodRule,
    /// What it asks for.
    pub operation: OperationId,
}
