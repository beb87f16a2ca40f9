//! What a file may refer to outside itself: environment variables, files beside it, and the day.

use std::collections::BTreeMap;
use std::fmt;
use std::time::SystemTime;

/// The surroundings that a configuration is read in; given by the caller, so that a test can say what they are.
#[derive(Clone)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    now: SystemTime,
}

impl Environment {
    /// The variables of this process, and the time of now. A variable that is not UTF-8 is as if unset.
    #[must_use]
    pub fn of_process() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self { variables: std::env::vars_os().filter_map(text).collect(), now: SystemTime::now() }
    }

    /// These variables and this time.
    #[must_use]
    pub fn new(variables: BTreeMap<String, String>, now: SystemTime) -> Self {
        Self { variables, now }
    }

    /// The value of a variable, where it is set and not empty.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The time at which the file is judged.
    #[must_use]
    pub const fn now(&self) -> SystemTime {
        self.now
    }
}

/// The values of variables may be secrets: only their number is shown.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("variables", &self.variables.len()).field("now", &self.now).finish()
    }
}
