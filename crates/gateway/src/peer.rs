//! Who is at the other end of a connection: fixed by its handshake, and looked up again when the configuration changes.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use auth::certificate::PeerCertificate;
use auth::{AuthError, Directory};
use model::{Code, Problem, Workload};
use wire::{RequestHead, encode, forwarded};

use crate::settings::{ClientCertificates, DoorSettings, Proxies, Speak};
use crate::stages::Refusal;

/// The other end of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// Its address; behind a proxy, what that says.
    pub(crate) address: SocketAddr,
    /// The proxy in between.
    pub(crate) via: Option<Via>,
    /// The forwarding fields that say where it is and how it came; written once, not for each request.
    pub(crate) forwarding: Box<[u8]>,
    /// Whether there is TLS in between.
    pub(crate) secure: bool,
    /// The server name of its handshake, lower case, where it sent one.
    pub(crate) server_name: Option<Box<str>>,
    /// What its certificate says, where it showed one that can be read.
    pub(crate) certificate: Option<Box<PeerCertificate>>,
    /// Who it proved to be by its certificate, or why that is nobody here.
    pub(crate) workload: Result<Option<Arc<Workload>>, AuthError>,
    /// What that proof rested on.
    pub(crate) anchors: ClientCertificates,
    /// When its certificate ends, and the connection with it.
    pub(crate) until: Option<Instant>,
}

/// A proxy between a caller and this house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Via {
    /// Where it is.
    pub(crate) address: IpAddr,
    /// How it says who the caller is.
    pub(crate) speaks: Speak,
}

impl Peer {
    /// The other end of a connection without TLS.
    pub(crate) fn plain(address: SocketAddr) -> Self {
        Self::new(address, false)
    }

    /// The other end of a connection with TLS, without what its handshake says.
    pub(crate) fn over_tls(address: SocketAddr) -> Self {
        Self::new(address, true)
    }

    fn new(address: SocketAddr, secure: bool) -> Self {
        Self {
            address,
            via: None,
            forwarding: forwarding(address, secure),
            secure,
            server_name: None,
            certificate: None,
            workload: Ok(None),
            anchors: ClientCertificates::NotAsked,
            until: None,
        }
    }

    /// Looks up in this directory whom its certificate stands for. Asked again after every reload: the file may have
    /// given the name to another id, taken it away, or changed from where it may call.
    pub(crate) fn recognise(peer: &mut Rc<Self>, directory: &Directory) {
        let Some(certificate) = &peer.certificate else { return };
        let workload = directory.workload(certificate, peer.address.ip()).map(Some);
        // Requests under way keep the peer that they began with.
        if workload != peer.workload {
            Rc::make_mut(peer).workload = workload;
        }
    }

    /// Who sends this request: somebody else for each, where a proxy says so in a field of it. The door's networks are
    /// asked about whom it names, as they are about others before anything of theirs is read.
    ///
    /// # Errors
    /// The proxy does not say, or the door is not for that address.
    pub(crate) fn of_request(
        &self,
        head: &RequestHead,
        door: &DoorSettings,
        directory: &Directory,
    ) -> Result<Cow<'_, Self>, Problem> {
        let Some(Proxies { networks, speak: Speak::Field(field) }) = &door.proxies else {
            return Ok(Cow::Borrowed(self));
        };
        let caller = forwarded::caller(head.fields(), *field, |ip| networks.admits(ip))
            .map_err(|error| Problem::new(Code::MalformedRequest, error.to_string()))?;
        if !door.networks.admits(caller) {
            let detail = format!("`{caller}` is outside the networks of the door");
            return Err(Refusal::Network(detail.into()).seen_at(door.door.kind));
        }
        let mut peer = self.clone();
        peer.address = SocketAddr::new(caller, 0);
        peer.forwarding = forwarding(peer.address, peer.secure);
        if let Some(certificate) = &peer.certificate {
            peer.workload = directory.workload(certificate, caller).map(Some);
        }
        Ok(Cow::Owned(peer))
    }

    /// A deadline, but not beyond the end of the certificate.
    pub(crate) fn at_most_until(&self, deadline: Instant) -> Instant {
        self.until.map_or(deadline, |until| until.min(deadline))
    }
}

fn forwarding(address: SocketAddr, secure: bool) -> Box<[u8]> {
    let mut lines = Vec::new();
    encode::field(&mut lines, "x-forwarded-for", address.ip().to_canonical().to_string().as_bytes());
    encode::field(&mut lines, "x-forwarded-proto", if secure { b"https" } else { b"http" });
    lines.into_boxed_slice()
}
