//! The policy: who may call what, and the only place that makes a [`Permit`].
//!
//! The file's `callers` become [`OperationRule`]s, one for each published
//! operation. [`Rules::decide`] reads one rule and answers with a permit for this
//! one request, or says which line of the file stands against it.
//!
//! ```text
//! callers:                       one OperationRule
//!   keys: { kinds: restricted }  ├─ Way::Keys       any way that fits admits;
//!   workloads: [shop, billing]   ├─ Way::Workloads  inside a way everything must hold
//!   users: any                   └─ Way::Users
//! public: true                   public             nobody need be known
//! ```
//!
//! `public` without ways asks nobody: whoever is identified passes as the
//! anonymous do. With ways beside it, it admits the anonymous and those callers
//! that one of the ways admits; a caller who is known and fits none is refused.
//!
//! What the house asks others for itself has a permit of another type, [`HousePermit`], which leads to no service.
//!
//! Deliberately absent: another constructor of `Permit`, `Clone` for it, and a
//! rule that holds where none is written. A rule that is neither public nor has
//! a way admits nobody.

mod denied;
mod house;
mod permit;
mod rule;
mod rules;
mod workload;

pub use denied::DeniedError;
pub use house::{HousePermit, HouseWork};
pub use permit::Permit;
pub use rule::{AppWay, Binding, OperationRule, UserWay, Way};
pub use rules::Rules;
pub use workload::{SpiffeIdPrefix, WorkloadPattern, WorkloadPatternError};
