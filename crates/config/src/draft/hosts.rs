//! Sessions at other hosts than the issuer's: a cookie belongs to one host, so that each host of an app's pages has the
//! endpoints of sessions itself.

use std::collections::BTreeMap;

use idp::Endpoint;
use idp::apps::AppKind;
use model::DoorKind;

use super::{Api, App, Door, Draft, Said};

/// The API of these endpoints at the first such host; further ones have a number behind it. No name of the file has a
/// dot.
const SESSIONS_API: &str = "vestibule.sessions";
/// What a browser asks at a host of an app: the four endpoints of sessions, and what an error page looks like.
const ENDPOINTS: [Endpoint; 6] = [
    Endpoint::SessionStart,
    Endpoint::SessionCallback,
    Endpoint::Session,
    Endpoint::SessionEnd,
    Endpoint::Style,
    Endpoint::Logo,
];

/// The host of an origin.
pub(crate) fn host_of(origin: &str) -> &str {
    let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
    authority.split_once(':').map_or(authority, |(host, _)| host)
}

/// Whether the pages of an app have sessions.
pub(crate) fn has_sessions(app: &App) -> bool {
    app.kind.as_ref().is_some_and(|kind| kind.value == AppKind::Session)
}

/// Whether people's browsers come to this door for this host.
pub(crate) fn serves(door: &Door, host: &str) -> bool {
    door.kind == Some(DoorKind::Client) && door.hosts.iter().any(|served| crate::rules::covers(&served.value, host))
}

impl Draft {
    /// Adds the endpoints at every host of an app that is not the issuer's and has one door; of others the rules tell.
    pub(super) fn add_sessions(&mut self) {
        let Some(identity) = &self.identity else { return };
        let Some(issuer) = &identity.issuer else { return };
        let origins = self.apps.iter().filter(|app| has_sessions(app)).flat_map(|app| &app.origins);
        let hosts: BTreeMap<&str, _> = origins
            .map(|origin| (host_of(origin.value.as_str()), origin.span))
            .filter(|(host, _)| *host != issuer.value.host())
            .collect();
        let mut added: Vec<Api> = Vec::new();
        for (host, span) in hosts {
            let mut doors = self.doors.iter().filter(|door| serves(door, host));
            let (Some(door), None) = (doors.next(), doors.next()) else { continue };
            let Some(whole) = identity.api(door) else { continue };
            let number = added.len() + 1;
            let name = if number == 1 { SESSIONS_API.to_owned() } else { format!("{SESSIONS_API}.{number}") };
            added.push(Api {
                name: Said { value: name, span },
                host: Some(Said { value: host.to_owned(), span }),
                operations: ENDPOINTS.into_iter().flat_map(|endpoint| identity.operations(endpoint)).collect(),
                ..whole
            });
        }
        self.apis.extend(added);
    }
}
