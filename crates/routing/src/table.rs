//! All routes of one door, built once and asked for every request.

mod conflict;
mod tree;

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use model::OperationId;
use wire::RequestHead;

pub use conflict::ConflictError;

use crate::host::after_first_label;
use crate::segments::{SegmentHasher, decoded};
use crate::{HostPattern, Route};
use tree::Tree;

pub(crate) type BySegment<T> = HashMap<Box<str>, T, BuildHasherDefault<SegmentHasher>>;

/// The routes of one door.
#[derive(Debug, Default)]
pub struct Table {
    exact: BySegment<Tree>,
    /// By the name after the first label.
    wildcard: BySegment<Tree>,
    anywhere: Tree,
    len: usize,
}

/// What a host, path and method lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice<'table> {
    /// This operation.
    Operation(OperationId),
    /// The path is published with other methods; the value of `Allow` (RFC 9110 §10.2.1).
    OtherMethods(&'table str),
    /// Nothing is published there.
    Nothing,
}

impl Table {
    /// Builds the table of one door.
    ///
    /// # Errors
    /// Every pair of routes that would win the same request, in the order of the routes.
    pub fn build(routes: Vec<Route>) -> Result<Self, Vec<ConflictError>> {
        let mut table = Self { len: routes.len(), ..Self::default() };
        let mut conflicts = Vec::new();
        for route in routes {
            if let Err(first) = table.tree_mut(route.host.as_ref()).insert(&route) {
                conflicts.push(ConflictError::new(first, &route));
            }
        }
        if conflicts.is_empty() { Ok(table) } else { Err(conflicts) }
    }

    /// What a request asks for.
    #[must_use]
    pub fn choose(&self, head: &RequestHead) -> Choice<'_> {
        self.choose_parts(head.host(), head.path(), head.method_str())
    }

    /// The same for a host (lower case, without port), a path (without query) and a method, for explanations and tests.
    #[must_use]
    pub fn choose_parts(&self, host: &str, path: &str, method: &str) -> Choice<'_> {
        if !path.contains('%') {
            return self.choose_decoded(host, path, method);
        }
        match decoded(path) {
            Some(path) => self.choose_decoded(host, &path, method),
            None => Choice::Nothing,
        }
    }

    /// How many routes there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing is published.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn choose_decoded(&self, host: &str, path: &str, method: &str) -> Choice<'_> {
        let Some(path) = path.strip_prefix('/') else { return Choice::Nothing };
        let wildcard = || {
            // Most doors have none, and the host need not be searched then.
            let name = if self.wildcard.is_empty() { None } else { after_first_label(host) };
            name.and_then(|name| self.wildcard.get(name))
        };
        let found = (self.exact.get(host).and_then(|tree| tree.find(path)))
            .or_else(|| wildcard()?.find(path))
            .or_else(|| self.anywhere.find(path));
        found.map_or(Choice::Nothing, |methods| methods.choose(method))
    }

    fn tree_mut(&mut self, host: Option<&HostPattern>) -> &mut Tree {
        match host {
            Some(HostPattern::Exact(name)) => self.exact.entry(name.as_str().into()).or_default(),
            Some(HostPattern::Wildcard(name)) => self.wildcard.entry(name.as_str().into()).or_default(),
            None => &mut self.anywhere,
        }
    }
}

#[cfg(test)]
mod tests;
