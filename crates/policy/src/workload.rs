//! Which workloads a rule means: one by name, one by SPIFFE id, or all below a SPIFFE path.

use std::fmt;
use std::sync::Arc;

use model::{SpiffeId, SpiffeIdError, Workload};
use thiserror::Error;

/// What a rule says of workloads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkloadPattern {
    /// The workload of this name in the file.
    Name(Arc<str>),
    /// The workload with exactly this SPIFFE id.
    Id(SpiffeId),
    /// Every id below a path: `spiffe://shop.example/orders/*`, at any depth, and not the path itself.
    IdPrefix(SpiffeIdPrefix),
}

/// The part of a pattern before its `*`, ending in `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpiffeIdPrefix(Box<str>);

/// What makes a text not a pattern for workloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WorkloadPatternError {
    /// Neither a name of the file nor something that begins like a SPIFFE id.
    #[error("a workload is a name of `a-z 0-9 -`, a SPIFFE id, or a SPIFFE id ending in `/*`")]
    Name,
    /// A broken SPIFFE id, or a broken one before `/*`.
    #[error(transparent)]
    Id(#[from] SpiffeIdError),
}

impl WorkloadPattern {
    /// Reads `shop`, `spiffe://shop.example/orders` or `spiffe://shop.example/orders/*`.
    ///
    /// # Errors
    /// [`WorkloadPatternError`], where it is none of the three.
    pub fn parse(text: &str) -> Result<Self, WorkloadPatternError> {
        if let Some(parent) = text.strip_suffix("/*").filter(|_| text.contains(':')) {
            let parent = SpiffeId::parse(parent)?;
            return Ok(Self::IdPrefix(SpiffeIdPrefix(format!("{parent}/").into())));
        }
        if text.contains(':') {
            return Ok(Self::Id(SpiffeId::parse(text)?));
        }
        let byte_ok = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let starts_ok = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if !starts_ok || text.len() > 63 || !text.bytes().all(byte_ok) {
            return Err(WorkloadPatternError::Name);
        }
        Ok(Self::Name(Arc::from(text)))
    }

    /// Whether this workload is meant.
    #[must_use]
    pub fn fits(&self, workload: &Workload) -> bool {
        match self {
            Self::Name(name) => *name == workload.name,
            Self::Id(id) => workload.id.as_ref() == Some(id),
            Self::IdPrefix(prefix) => workload.id.as_ref().is_some_and(|id| id.as_str().starts_with(&*prefix.0)),
        }
    }
}

impl fmt::Display for WorkloadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Id(id) => f.write_str(id.as_str()),
            Self::IdPrefix(prefix) => write!(f, "{}*", prefix.0),
        }
    }
}

#[cfg(test)]
mod tests;
