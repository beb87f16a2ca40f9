//! Who else is asked about the requests of an API.

use gateway::{AskProtocol, AskSettings};
use model::ServiceId;
use wire::ext_authz;

use super::Planner;
use crate::draft::{Api, Ask};
use crate::value::Url;

impl Planner<'_> {
    /// `None` where it is not said whom to ask, which the grammar has told.
    pub(super) fn ask(&self, api: &Api, ask: &Ask) -> Option<AskSettings> {
        let (protocol, url, target) = match (&ask.http, &ask.grpc) {
            (Some(http), _) => (AskProtocol::Http, &http.value.0, http.value.1.as_str()),
            (None, grpc) => (AskProtocol::ExtAuthz, &grpc.as_ref()?.value, ext_authz::TARGET),
        };
        let name = Ask::service_of(&api.name.value);
        let at = self.draft.services.iter().position(|service| service.decides && service.name.value == name)?;
        let deadline = ask.deadline.as_ref().map_or(self.defaults.ask_deadline, |said| said.value);
        Some(AskSettings {
            service: ServiceId(u32::try_from(at).ok()?),
            name: name.into(),
            authority: authority(url),
            protocol,
            target: target.into(),
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
