//! Sets of scopes: what a token may be used for, in the words of RFC 6749 §3.3.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use thiserror::Error;

/// A set of scopes in the order of their letters; prints as the parameter `scope` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scopes(BTreeSet<Arc<str>>);

/// What makes a text not a set of scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ScopesError {
    /// RFC 6749 §3.3: printable ASCII without space, `"` and `\`.
    #[error("a scope is printable ASCII without space, `\"` and `\\`")]
    Character,
    /// Longer than [`Scopes::MAX_LEN`].
    #[error("a scope has at most 128 characters")]
    Long,
    /// More than [`Scopes::MAX`].
    #[error("there are at most 64 scopes")]
    Many,
}

impl Scopes {
    /// The most scopes in one set.
    pub const MAX: usize = 64;
    /// The most characters in one scope.
    pub const MAX_LEN: usize = 128;

    /// Reads the parameter `scope`: scopes with one space between them; none is an empty set.
    ///
    /// # Errors
    /// The first rule that the text breaks; also a space too many.
    pub fn parse(text: &str) -> Result<Self, ScopesError> {
        if text.is_empty() { Ok(Self::default()) } else { Self::of(text.split(' ')) }
    }

    /// The set of these scopes.
    ///
    /// # Errors
    /// The first rule that one of them breaks.
    pub fn of<'a>(scopes: impl IntoIterator<Item = &'a str>) -> Result<Self, ScopesError> {
        let mut set = BTreeSet::new();
        for scope in scopes {
            if scope.len() > Self::MAX_LEN {
                return Err(ScopesError::Long);
            }
            let octet_ok = |octet: u8| matches!(octet, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
            if scope.is_empty() || !scope.bytes().all(octet_ok) {
                return Err(ScopesError::Character);
            }
            set.insert(Arc::from(scope));
            if set.len() > Self::MAX {
                return Err(ScopesError::Many);
            }
        }
        Ok(Self(set))
    }

    /// Whether `scope` is one of them.
    #[must_use]
    pub fn contains(&self, scope: &str) -> bool {
        self.0.contains(scope)
    }

    /// Whether all of them are in `other` as well.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// Those of either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(self.0.union(&other.0).cloned().collect())
    }

    /// Those that `keep` wants.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|scope| keep(scope)).cloned().collect())
    }

    /// One after another, in the order of their letters.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(AsRef::as_ref)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, scope) in self.iter().enumerate() {
            f.write_str(if place == 0 { "" } else { " " })?;
            f.write_str(scope)?;
        }
        Ok(())
    }
}
