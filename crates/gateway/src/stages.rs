//! The single decisions about a request, each a function of the configuration and the request alone.
//!
//! [`crate::request::decide`] asks them in their order. A refusal is told in full here; what of it a caller sees
//! depends on the kind of the door, and is decided in [`Refusal::seen_at`] alone.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

use auth::{Asked, AuthError, Holding, Identified, Showing, Told, Verified};
use model::{Caller, Code, DoorKind, OperationId, Problem, Stage, Workload};
use policy::{DeniedError, Permit};
use routing::Choice;
use wire::{Framing, RequestHead};

use crate::identification::Identification;
use crate::peer::Peer;
use crate::settings::{DoorSettings, OperationSettings, Settings};
use crate::tls::DoorNames;
use crate::websocket::handshake;

/// What is decided about: a request as the stages see it, come in on a connection or made up for an explanation.
#[derive(Clone, Copy)]
pub(crate) struct Question<'a> {
    /// When it was asked, by the clock on the wall.
    pub(crate) at: SystemTime,
    pub(crate) settings: &'a Settings,
    pub(crate) door: &'a DoorSettings,
    pub(crate) names: &'a DoorNames,
    pub(crate) peer: &'a Peer,
    pub(crate) head: &'a RequestHead,
    /// Where the credential is, if there is one: in the request, or assumed by an explanation.
    pub(crate) holding: &'a Holding,
    pub(crate) identification: &'a Identification,
    /// What was told, where somebody had to be asked about the credential.
    pub(crate) told: Option<&'a Told>,
}

/// What was decided.
pub(crate) enum Decision<'a> {
    /// The request may go on.
    Goes(Decided<'a>),
    /// It must be asked first who sent it.
    Ask(Asked),
    /// A browser asks whether a page may send it, and the page may.
    Allowed,
}

impl Question<'_> {
    /// Who sent it, as far as can be known without asking anybody.
    pub(crate) fn identify(
        &self,
        operation: &OperationSettings,
        workload: Option<&Arc<Workload>>,
    ) -> Result<Identified, AuthError> {
        let showing = Showing {
            door: self.door.door.kind,
            head: self.head,
            address: self.peer.address.ip(),
            secure: self.peer.secure || self.door.proxies.is_some(),
            peer: workload,
            certificate: self.peer.certificate.as_deref(),
            resource: operation.resource.as_ref().map(|resource| &*resource.id),
            directory: &self.settings.directory,
            verifier: self.identification.verifier(),
            told: self.told,
        };
        self.holding.find(&showing)
    }

    /// Who is at the other end, where the credentials of the request are not the door's to judge. At a server door that
    /// is no browser, whatever it asks for.
    pub(crate) fn of_connection(&self, workload: Option<&Arc<Workload>>) -> Result<Caller, AuthError> {
        match (self.door.door.kind, workload) {
            (DoorKind::Client, _) => return Ok(Caller::Anonymous),
            (DoorKind::Server, _) => auth::check_surroundings(DoorKind::Server, self.head)?,
        }
        Ok(workload.map_or(Caller::Anonymous, |workload| Caller::Workload(Arc::clone(workload))))
    }
}

/// A request that may go on.
pub(crate) struct Decided<'a> {
    pub(crate) operation: &'a OperationSettings,
    pub(crate) permit: Permit,
}

/// Whoever follows a request from stage to stage: its record, or its explanation.
pub(crate) trait Follower {
    /// The request has come to this stage.
    fn reach(&mut self, stage: Stage);
    /// It asks for this operation.
    fn operation(&mut self, id: OperationId);
    /// This is who sent it, as far as is known now.
    fn caller(&mut self, caller: &Caller);
    /// This is what its token or session stands on.
    fn verified(&mut self, verified: &Arc<Verified>) {
        let _ = verified;
    }
}

/// Why a request does not go on.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The same to everyone.
    Same(Problem),
    /// The path is published, with these methods only.
    Methods(Box<str>),
    /// The address is outside the networks of the operation.
    Network(Box<str>),
    /// The policy has no permit for this caller.
    Denied(DeniedError),
}

impl Refusal {
    /// What a caller at this kind of door is told. At a client door what is not published, not published with this
    /// method, or not meant for this caller is one and the same; a back end is told which.
    pub(crate) fn seen_at(self, kind: DoorKind) -> Problem {
        let or_unknown = |code| if kind == DoorKind::Client { Code::NotFound } else { code };
        match self {
            Self::Same(problem) => problem,
            Self::Denied(denied) => denied.problem_for(kind),
            Self::Network(detail) => Problem::new(or_unknown(Code::NetworkNotAllowed), String::from(detail)),
            Self::Methods(allow) if kind == DoorKind::Client => {
                Problem::new(Code::NotFound, format!("the path is published, but only with {allow}"))
            }
            Self::Methods(allow) => {
                let mut problem = Problem::new(Code::MethodNotAllowed, format!("published here: {allow}"));
                problem.allow = Some(allow);
                problem
            }
        }
    }
}

impl Refusal {
    /// The same once more, to be told in another way; causes for the log alone are left behind.
    pub(crate) fn copy(&self) -> Self {
        match self {
            Self::Same(problem) => Self::Same(Problem {
                allow: problem.allow.clone(),
                challenge: problem.challenge.clone(),
                retry_after_seconds: problem.retry_after_seconds,
                ..Problem::new(problem.code, problem.detail.clone())
            }),
            Self::Methods(allow) => Self::Methods(allow.clone()),
            Self::Network(detail) => Self::Network(detail.clone()),
            Self::Denied(denied) => Self::Denied(denied.clone()),
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Same(problem)
    }
}

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        Self::Same(error.into())
    }
}

impl From<DeniedError> for Refusal {
    fn from(denied: DeniedError) -> Self {
        Self::Denied(denied)
    }
}

/// Scheme, SNI and authority, as far as they were sent, belong to this door (RFC 9110 §7.4). In cleartext either scheme
/// is right: what ends TLS in front writes the one or the other.
pub(crate) fn belongs_here(question: &Question<'_>) -> Result<(), Problem> {
    let names = question.names;
    let misdirected = if question.peer.secure && question.head.names_http() {
        "the request names the scheme `http` and came over TLS"
    } else if !names.admit(question.head.host()) {
        "the host is not one of this door's names"
    } else if question.peer.server_name.as_deref().is_some_and(|name| !names.admit(name)) {
        "the server name of the handshake is not one of this door's names"
    } else {
        return Ok(());
    };
    Err(Problem::new(Code::MisdirectedRequest, misdirected))
}

/// Host, path and method to one operation.
pub(crate) fn route(door: &DoorSettings, head: &RequestHead) -> Result<OperationId, Refusal> {
    match door.routes.choose(head) {
        Choice::Operation(id) => Ok(id),
        Choice::OtherMethods(allow) => Err(Refusal::Methods(allow.into())),
        Choice::Nothing => Err(Problem::new(Code::NotFound, nothing_at(head.path())).into()),
    }
}

/// Why nothing is there: a `;` needs words (decision 0008), because `/**` seems to take it.
fn nothing_at(path: &str) -> &'static str {
    let is_encoded = |at: &[u8]| at.eq_ignore_ascii_case(b"%3b");
    if path.contains(';') || path.as_bytes().windows(3).any(is_encoded) {
        "no operation is published at this host and path: a segment with `;` is neither `{name}` nor in `/**`, and is \
         written out where it is meant"
    } else {
        "no operation is published at this host and path"
    }
}

/// All networks of the operation admit the address.
pub(crate) fn admit_address(operation: &OperationSettings, address: IpAddr) -> Result<(), Refusal> {
    let Some(rule) = operation.networks.iter().find(|rule| !rule.networks.admits(address)) else { return Ok(()) };
    let (api, name, place) = (&operation.api, &operation.name, &rule.place);
    let detail = format!("`{address}` is outside the networks of `{api}.{name}` ({place})");
    Err(Refusal::Network(detail.into()))
}

/// The body's announced length against the operation's bound; what is not announced is bounded while it is read.
pub(crate) fn admit_announced_body(head: &RequestHead, operation: &OperationSettings) -> Result<(), Problem> {
    let at_most = operation.body_bytes;
    match head.framing() {
        Framing::Length(length) if length > at_most => {
            Err(Problem::new(Code::BodyTooLarge, format!("the body may have {at_most} bytes, not {length}")))
        }
        _ => Ok(()),
    }
}

/// An upgrade where the operation is a WebSocket, and only there.
pub(crate) fn admit_upgrade(head: &RequestHead, operation: &OperationSettings) -> Result<(), Problem> {
    if operation.websocket {
        handshake::check(head)
    } else if handshake::is_offered(head) {
        Err(Problem::new(Code::NotImplemented, "this operation is not a WebSocket"))
    } else {
        Ok(())
    }
}

/// The routes and the operations are not of one configuration: a fault of ours.
pub(crate) fn unknown_operation() -> Problem {
    Problem::new(Code::InternalError, "the route names an operation that this configuration does not have")
}
