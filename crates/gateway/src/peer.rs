//! Who is at the other end of a connection: fixed by its handshake, and looked up again when the configuration changes.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use auth::certificate::PeerCertificate;
use auth::{AuthError, Directory};
use model::Workload;

use crate::settings::ClientCertificates;

/// The other end of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// Its address.
    pub(crate) address: SocketAddr,
    /// The address alone, as forwarding fields spell it; written once, not for each request.
    pub(crate) address_text: Box<str>,
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

impl Peer {
    /// The other end of a connection without TLS.
    pub(crate) fn plain(address: SocketAddr) -> Self {
        Self {
            address,
            address_text: address.ip().to_canonical().to_string().into_boxed_str(),
            secure: false,
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

    /// A deadline, but not beyond the end of the certificate.
    pub(crate) fn at_most_until(&self, deadline: Instant) -> Instant {
        self.until.map_or(deadline, |until| until.min(deadline))
    }
}
