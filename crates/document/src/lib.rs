//! Texts that people write: where something stands in them, what stands there, and what is wrong with it.
//!
//! - [`source`]: files that were read, and places in them;
//! - [`node`]: such a file as a tree of spanned nodes, before anybody asks what it means;
//! - [`fault`]: what is wrong, where, and what to write instead; collected and told all at once.
//!
//! The file and the contracts that it names are read by the same reader, in two dialects of one strictness.

pub mod fault;
pub mod node;
pub mod source;

pub use fault::{Collector, Fault, FaultCode, Faults, Severity};
pub use node::{Dialect, Entry, Node, Text, Tree, Value};
pub use source::{FileId, Place, Source, Sources, Span};
