//! The endpoints of the provider for programs that come for themselves, as an API at the server door that the file names.

use idp::Endpoint;
use model::DoorKind;
use wire::coding::Codings;

use super::identity::BODY;
use super::{Access, Addresses, Api, Bounds, Door, Draft, Identity, Own, OwnAnswer, Said};

/// The API that these endpoints are. No name of the file has a dot.
pub(crate) const MACHINES_API: &str = "vestibule.machines";

impl Draft {
    /// Adds them, where the file names a door of the right kind for them; where it is another, the rules tell.
    pub(super) fn add_machines(&mut self) {
        let Some(identity) = &self.identity else { return };
        let Some(named) = &identity.machines else { return };
        let server = DoorKind::Server;
        if named.value == server.as_str() && !self.doors.iter().any(|door| door.name.value == named.value) {
            self.doors.push(Door::standing(named.clone(), server));
        }
        let door = self.doors.iter().find(|door| door.name.value == named.value && door.kind == Some(server));
        let api = door.map(|door| identity.api_for_machines(door, named));
        self.apis.extend(api);
    }
}

impl Identity {
    /// At the first host of the door that is one: its address stands in what apps sign.
    fn api_for_machines(&self, door: &Door, named: &Said<String>) -> Api {
        let span = named.span;
        let endpoints = Endpoint::ALL.into_iter().filter(|endpoint| endpoint.is_for_machines());
        Api {
            name: Said { value: MACHINES_API.to_owned(), span },
            door: Some(named.clone()),
            host: door.hosts.iter().find(|host| !host.value.starts_with('*')).cloned(),
            path: None,
            service: None,
            own: vec![Own { span, answer: OwnAnswer::Machines }],
            // Whoever comes through the door; which app it is, the endpoints themselves find out.
            access: Access { callers: None, public: Some(span), unclear: false },
            operations: endpoints.flat_map(|endpoint| self.operations(endpoint)).collect(),
            addresses: Addresses::default(),
            bounds: Bounds { body: Some(Said { value: BODY, span }), ..Bounds::default() },
            errors: None,
            compress: Some(Said { value: Codings::NONE, span }),
            upstream_errors: None,
            contract: None,
            retire: None,
            ask: None,
            cache: None,
            loosen: self.loosen.clone(),
        }
    }
}
