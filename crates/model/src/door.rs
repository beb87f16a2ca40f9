//! A door: a named listening place whose kind decides the defaults of what is published there.

use std::fmt;
use std::sync::Arc;

/// Who is expected at a door; decides every default of the two-door table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DoorKind {
    /// People's applications: browsers, mobile, desktop.
    Client,
    /// Back ends: workloads, partners, machines.
    Server,
}

impl DoorKind {
    /// The word used in the file, in logs and in metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

impl fmt::Display for DoorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A door by name and kind. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Door {
    /// The name in the file, `client` and `server` in most files.
    pub name: Arc<str>,
    /// Which set of defaults holds here.
    pub kind: DoorKind,
}

impl Door {
    /// A door of this name and kind.
    #[must_use]
    pub fn new(name: &str, kind: DoorKind) -> Self {
        Self { name: Arc::from(name), kind }
    }
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
