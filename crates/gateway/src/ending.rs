//! The end of an operation: what its callers are told of it beforehand, and from when it is gone.
//!
//! `Deprecation` (RFC 9745) says since when it should not be used any more, `Sunset` (RFC 8594) when it ends, `Link`
//! where to read about both. What the service says of these itself stands.

use std::time::{SystemTime, UNIX_EPOCH};

use model::{Code, Problem};
use observe::Life;
use wire::fields::Fields;

/// The end of an operation, announced or come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    on: Option<SystemTime>,
    deprecation: Box<str>,
    sunset: Option<Box<str>>,
    link: Option<Box<str>>,
}

impl Ending {
    /// An operation that should not be used since some moment, and is gone from another on.
    #[must_use]
    pub fn new(since: SystemTime, on: Option<SystemTime>, link: Option<&str>) -> Self {
        let seconds = since.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let links = |link: &str| match on {
            Some(_) => format!("<{link}>; rel=\"deprecation\", <{link}>; rel=\"sunset\""),
            None => format!("<{link}>; rel=\"deprecation\""),
        };
        Self {
            on,
            deprecation: format!("@{seconds}").into(),
            sunset: on.map(|on| httpdate::fmt_http_date(on).into()),
            link: link.map(|link| links(link).into()),
        }
    }

    /// How the operation stands at a moment.
    pub(crate) fn life(&self, at: SystemTime) -> Life {
        if self.on.is_some_and(|on| on <= at) { Life::Retired } else { Life::Deprecated }
    }

    /// Refuses what comes when the operation is gone.
    pub(crate) fn admit(&self, at: SystemTime) -> Result<(), Problem> {
        match (self.life(at), &self.sunset) {
            (Life::Retired, Some(sunset)) => {
                Err(Problem::new(Code::Retired, format!("the operation ended on {sunset}")))
            }
            _ => Ok(()),
        }
    }

    /// Calls `write` with each field that announces it.
    pub(crate) fn each_field(&self, said: &Fields, mut write: impl FnMut(&str, &[u8])) {
        if said.by_name("deprecation").is_none() {
            write("deprecation", self.deprecation.as_bytes());
        }
        if let Some(sunset) = self.sunset.as_ref().filter(|_| said.by_name("sunset").is_none()) {
            write("sunset", sunset.as_bytes());
        }
        // A list, to which another member may be added (RFC 8288 §3).
        if let Some(link) = &self.link {
            write("link", link.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests;
