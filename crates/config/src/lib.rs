//! The file: read, judged, and made into every room's settings.
//!
//! The steps, each of which collects its faults and goes on where it can:
//!
//! 1. `node` (room `document`): the text as a tree of spanned nodes, in the plain part of YAML that is accepted;
//! 2. `reference`: `${env:…}` and `${file:…}` are put in;
//! 3. [`shape`]: the tree against the grammar, which is data;
//! 4. `draft`: typed values that still know their places;
//! 5. `contracts`: contracts that the file names, as operations of the draft;
//! 6. `rules`: what must hold between them;
//! 7. `plan`: the draft with defaults and inheritance, as the rooms' settings.

mod contracts;
pub mod defaults;
mod diff;
mod draft;
mod environment;
mod files;
mod load;
mod plan;
mod reference;
mod report;
mod rules;
pub mod shape;
mod texts;
pub mod value;

pub use defaults::Defaults;
pub use diff::{AccessChange, Difference, Effect, SettingChange, diff};
use document::{fault, node, source};
pub use draft::LogFormat;
pub use environment::Environment;
pub use fault::{Fault, FaultCode, Faults, Severity};
pub use load::{Loaded, Refused, load, load_text, load_texts, read};
pub use plan::{IdentityPlan, LOCAL_CA, LocalCertificate, MachinesPlan, Plan, PublicCertificate, TrustPlan};
pub use report::{LooseningLine, OperationOrigins, Origin, PublishedApi, Report, RouteLine, ShownLine, Summary};
pub use shape::nearest;
pub use source::{Place, Source, Span};
pub use texts::Texts;
