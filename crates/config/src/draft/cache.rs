//! What is kept of an API's answers: node to draft.

use std::time::Duration;

use super::Said;
use super::read::{Reader, word};
use crate::node::Node;
use crate::source::Span;
use crate::value;

/// A store for the answers of an API.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    /// Where it stands.
    pub(crate) span: Span,
    /// Where `none` stands.
    pub(crate) none: Option<Said<()>>,
    /// For all that is kept, in bytes.
    pub(crate) size: Option<Said<u64>>,
    /// For one answer.
    pub(crate) at_most: Option<Said<Duration>>,
}

/// Reads it, where it is written.
pub(super) fn read(reader: &mut Reader, node: Option<&Node>) -> Option<Cache> {
    let node = node?;
    Some(Cache {
        span: node.span,
        none: node.text().and_then(|_| reader.one(Some(node), |text| word(text, &[("none", ())]))),
        size: reader.one(node.get("size"), value::size),
        at_most: reader.one(node.get("at_most"), value::duration),
    })
}
