//! The decisions one by one, for whoever compares two configurations; each is the function that real requests ask.

use std::net::IpAddr;
use std::time::SystemTime;

use auth::Holding;
use auth::certificate::PeerCertificate;
use model::{Caller, OperationId};
use routing::Choice;
use wire::RequestHead;

use super::{Inquiry, connect};
use crate::settings::Settings;
use crate::stages;
use crate::tls::DoorNames;

/// The decisions of one configuration at one of its doors.
pub struct Trial<'a> {
    settings: &'a Settings,
    door: usize,
    names: DoorNames,
}

impl<'a> Trial<'a> {
    /// At the door of this name; `None` where there is none.
    #[must_use]
    pub fn at(settings: &'a Settings, door: &str) -> Option<Self> {
        let door = settings.doors.iter().position(|settings| *settings.door.name == *door)?;
        Some(Self { settings, door, names: DoorNames::among(settings, door) })
    }

    /// The operation that a request asks for, where one is published.
    #[must_use]
    pub fn operation(&self, host: &str, path: &str, method: &str) -> Option<OperationId> {
        let door = self.settings.doors.get(self.door).filter(|_| self.names.admit(host))?;
        match door.routes.choose_parts(host, path, method) {
            Choice::Operation(id) => Some(id),
            Choice::OtherMethods(_) | Choice::Nothing => None,
        }
    }

    /// Who somebody with these credentials is; `None` where that ends the request or the connection.
    #[must_use]
    pub fn caller(&self, address: IpAddr, certificate: Option<&PeerCertificate>, holding: &Holding) -> Option<Caller> {
        let door = self.settings.doors.get(self.door)?;
        let inquiry = Inquiry {
            door: self.door,
            address,
            server_name: None,
            certificate: certificate.cloned(),
            holding: holding.clone(),
            head: &[],
        };
        let peer = connect(self.settings, door, &inquiry).ok()?;
        let workload = peer.workload.as_ref().ok()?.as_ref();
        holding.identify(door.door.kind, &RequestHead::new(), address, workload, &self.settings.directory).ok()
    }

    /// Whether this caller may call an operation from there.
    #[must_use]
    pub fn admits(&self, id: OperationId, caller: &Caller, address: IpAddr) -> bool {
        let operation = usize::try_from(id.0).ok().and_then(|at| self.settings.operations.get(at));
        operation.is_some_and(|operation| stages::admit_address(operation, address).is_ok())
            && self.settings.rules.decide(id, caller, address, SystemTime::now()).is_ok()
    }
}
