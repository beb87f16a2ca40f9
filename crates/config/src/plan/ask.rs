//! Who else is asked about the requests of an API.

use gateway::AskSettings;
use model::ServiceId;

use super::Planner;
use crate::draft::{Api, Ask};
use crate::value::Url;

impl Planner<'_> {
    /// `None` where it is not said whom to ask, which the grammar has told.
    pub(super) fn ask(&self, api: &Api, ask: &Ask) -> Option<AskSettings> {
        let (url, target) = &ask.http.as_ref()?.value;
        let name = Ask::service_of(&api.name.value);
        let at = self.draft.services.iter().position(|service| service.decides && service.name.value == name)?;
        let deadline = ask.deadline.as_ref().map_or(self.defaults.ask_deadline, |said| said.value);
        Some(AskSettings {
            service: ServiceId(u32::try_from(at).ok()?),
            name: name.into(),
            authority: authority(url),
            target: target.as_str().into(),
            deadline,
            headers: ask.headers.iter().map(|name| name.value.as_str().into()).collect(),
            place: self.place(ask.span),
        })
    }
}

/// What stands in `Host` (RFC 9110 §7.2).
fn authority(url: &Url) -> Box<str> {
    url.to_string().split_once("://").map_or("localhost", |(_, authority)| authority).into()
}
