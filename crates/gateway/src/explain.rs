//! What would become of a request, by the very functions that decide about real ones; nothing is sent.
//!
//! An explanation makes up what a connection would bring: an address, a
//! certificate, the bytes of a head. From there on it is [`decide`] that
//! answers, as it does for every request. Not looked at is what changes from
//! moment to moment: how many are connected, and whether the service is well.

mod trial;

use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::SystemTime;

use auth::Holding;
use auth::certificate::PeerCertificate;
use auth::jose::Object;
use model::{Caller, Code, DoorKind, OperationId, Problem, ServiceId, Stage};
use wire::{HeadLimits, RequestHead};

use crate::assertion;
use crate::forward;
use crate::http1;
use crate::identification::Identification;
use crate::peer::Peer;
use crate::request::decide;
use crate::settings::{ClientCertificates, DoorSettings, Settings};
use crate::stages::{self, Decision, Follower, Question, Refusal};
use crate::tls::DoorNames;
pub use trial::Trial;

/// A request that somebody asks about.
#[derive(Clone, Debug)]
pub struct Inquiry<'a> {
    /// The index of the door that it comes to.
    pub door: usize,
    /// From where.
    pub address: IpAddr,
    /// The server name of the handshake, where one would be sent.
    pub server_name: Option<&'a str>,
    /// The certificate that the caller holds. That it leads to an anchor of the door is taken for granted.
    pub certificate: Option<PeerCertificate>,
    /// The key that the caller holds.
    pub holding: Holding,
    /// The head of the request, as HTTP/1.1 writes it.
    pub head: &'a [u8],
}

/// What would become of it.
#[derive(Debug)]
pub struct Explanation {
    /// The stage that it came to.
    pub reached: Stage,
    /// Host and path as all stages read them; `None` where the head is not readable.
    pub canonical: Option<(String, String)>,
    /// The operation that it asks for.
    pub operation: Option<OperationId>,
    /// Who sent it; `None` where that was never found out.
    pub caller: Option<Caller>,
    /// The end of it.
    pub verdict: Verdict,
}

/// How it would end.
#[derive(Debug)]
pub enum Verdict {
    /// It would go on to the service.
    Forwarded {
        /// Which service.
        service: ServiceId,
        /// The request line that the service would see.
        request_line: String,
        /// What the service would be told of who called; nothing of nobody, and where it is told nothing.
        identity: Option<Object>,
    },
    /// The house would answer itself.
    Answered {
        /// With what, in words.
        with: String,
    },
    /// It would be refused.
    Refused {
        /// Why, as an operator is told.
        truth: Problem,
        /// What the caller is told at this kind of door.
        seen: Problem,
    },
    /// There would be no connection to send it over.
    Closed {
        /// Why.
        why: &'static str,
    },
}

/// Says what would become of a request; `None` where there is no such door.
#[must_use]
pub fn explain(settings: &Settings, inquiry: &Inquiry<'_>) -> Option<Explanation> {
    let door = settings.doors.get(inquiry.door)?;
    let mut explanation = Explanation {
        reached: Stage::Intake,
        canonical: None,
        operation: None,
        caller: None,
        verdict: Verdict::Closed { why: "" },
    };
    explanation.verdict = match connect(settings, door, inquiry) {
        Err(why) => Verdict::Closed { why },
        Ok(peer) => match ask(settings, door, inquiry, &peer, &mut explanation) {
            Ok(forwarded) => forwarded,
            Err(refusal) => refusal.told_at(door),
        },
    };
    Some(explanation)
}

/// Whether there would be a connection, and who would be known to be at its other end.
fn connect(settings: &Settings, door: &DoorSettings, inquiry: &Inquiry<'_>) -> Result<Rc<Peer>, &'static str> {
    if !door.networks.admits(inquiry.address) {
        return Err("the address is outside the networks of the door: the connection is closed without a word");
    }
    let mut peer = Peer::plain(SocketAddr::new(inquiry.address, 0));
    if let Some(tls) = &door.tls {
        peer.secure = true;
        peer.server_name = inquiry.server_name.map(|name| name.to_ascii_lowercase().into_boxed_str());
        peer.anchors = tls.clients.clone();
        // A door that does not ask for certificates is not shown any.
        peer.certificate = match (&tls.clients, &inquiry.certificate) {
            (ClientCertificates::NotAsked, _) | (ClientCertificates::Optional { .. }, None) => None,
            (ClientCertificates::Required { .. }, None) => {
                return Err("the door demands a certificate of a workload: without one the handshake fails");
            }
            (_, Some(certificate)) => Some(Box::new(certificate.clone())),
        };
    }
    let mut peer = Rc::new(peer);
    Peer::recognise(&mut peer, &settings.directory);
    Ok(peer)
}

/// The request itself.
fn ask(
    settings: &Settings,
    door: &DoorSettings,
    inquiry: &Inquiry<'_>,
    peer: &Peer,
    explanation: &mut Explanation,
) -> Result<Verdict, Refusal> {
    let head = read_head(door, inquiry.head)?;
    explanation.canonical = Some((head.host().to_owned(), head.path().to_owned()));
    let names = DoorNames::among(settings, inquiry.door);
    let question = Question {
        at: SystemTime::now(),
        settings,
        door,
        names: &names,
        peer,
        head: &head,
        holding: &inquiry.holding,
        identification: &Identification::default(),
        told: None,
    };
    let decided = match decide(&question, explanation)? {
        Decision::Goes(decided) => decided,
        Decision::Allowed => return Ok(Verdict::Answered { with: "that the page may send it".to_owned() }),
        Decision::Ask(_) => {
            return Err(
                Problem::new(Code::IssuerUnavailable, "an explanation asks nobody whose a credential is").into()
            );
        }
    };
    explanation.reached = Stage::Forward;
    let service = match (&decided.operation.house, decided.permit.service()) {
        (Some(own), _) => return Ok(Verdict::Answered { with: own.words() }),
        (None, Some(service)) => service,
        (None, None) => return Err(stages::unknown_operation().into()),
    };
    let mut line = Vec::new();
    forward::write_request_line(&mut line, &head, &decided.operation.prefix);
    let line = String::from_utf8_lossy(&line).trim_end().trim_end_matches(" HTTP/1.1").to_owned();
    let told = |audience: &Arc<str>| assertion::said_of(explanation.caller.as_ref()?, audience);
    let identity = decided.operation.audience.as_ref().and_then(told);
    Ok(Verdict::Forwarded { service, request_line: line, identity })
}

fn read_head(door: &DoorSettings, bytes: &[u8]) -> Result<RequestHead, Refusal> {
    let bounds = &door.heads;
    let limits = HeadLimits { head_bytes: bounds.bytes, target_bytes: bounds.target_bytes, fields: bounds.fields };
    let mut head = RequestHead::new();
    match head.parse(bytes, &limits).map_err(Problem::from)? {
        Some(_) => {}
        // What is not whole is never answered: the caller's own mistake, and it is told as the head that it is not.
        None => return Err(Problem::new(Code::MalformedRequest, "the head does not end").into()),
    }
    http1::refuse_upgrade(&head)?;
    Ok(head)
}

impl Refusal {
    /// As an operator is told, and as a caller at this door is.
    fn told_at(self, door: &DoorSettings) -> Verdict {
        let seen = self.copy().seen_at(door.door.kind);
        Verdict::Refused { truth: self.seen_at(DoorKind::Server), seen }
    }
}

impl Follower for Explanation {
    fn reach(&mut self, stage: Stage) {
        self.reached = stage;
    }

    fn operation(&mut self, id: OperationId) {
        self.operation = Some(id);
    }

    fn caller(&mut self, caller: &Caller) {
        self.caller = Some(caller.clone());
    }
}
