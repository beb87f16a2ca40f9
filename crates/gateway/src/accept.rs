//! From a listening socket to a connection that is served: bounds, handshake, identity, protocol.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant, SystemTime};

use auth::{AuthError, certificate};
use guard::{CountedConnection, GuardError};
use model::{Door, Event};
use observe::{ConnectionBound, DoorRow, HandshakeFailure};
use rustls::ServerConfig;
use rustls::pki_types::CertificateDer;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_local;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::challenge::{self, Shown};
use crate::peer::{Peer, Via};
use crate::settings::{ClientCertificates, DoorSettings, Speak};
use crate::snapshot::{Listening, Snapshot};
use crate::socket::Socket;
use crate::thread::{OpenConnection, Thread};
use crate::{http1, http2, introduction, redirect};

/// How long accepting rests when the process has no file descriptor left.
const OUT_OF_DESCRIPTORS: Duration = Duration::from_millis(100);

/// Accepts connections at one address until the task is ended.
pub(crate) async fn run(thread: Rc<Thread>, listener: Rc<TcpListener>, address: SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => admit(&thread, stream, peer, address),
            Err(error) if is_of_one_connection(&error) => {}
            Err(_) => {
                if let Some((_, _, row)) = door_at(&thread.snapshot(), address) {
                    thread.observer.connection_refused(row, ConnectionBound::Process);
                }
                tokio::time::sleep(OUT_OF_DESCRIPTORS).await;
            }
        }
    }
}

/// Accepts what is in the queue already, without waiting.
pub(crate) fn rest(thread: &Rc<Thread>, listener: &TcpListener, address: SocketAddr) {
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Ok((stream, peer))) = listener.poll_accept(&mut context) {
        admit(thread, stream, peer, address);
    }
}

/// The peer of one connection went away before it was accepted; the listener is well.
fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

fn door_at(snapshot: &Snapshot, address: SocketAddr) -> Option<(usize, Listening, DoorRow)> {
    let (index, listening) = snapshot.configuration.door_at(address)?;
    Some((index, listening, snapshot.configuration.catalogue.door(index)))
}

/// The cheap refusals, before any cryptography; what is refused here is closed without a word.
fn admit(thread: &Rc<Thread>, stream: TcpStream, peer: SocketAddr, address: SocketAddr) {
    let snapshot = thread.snapshot();
    let Some((index, listening, row)) = door_at(&snapshot, address) else { return };
    let Some((settings, state)) = snapshot.door(index) else { return };
    // Behind proxies are many callers: each is judged and counted once it is known.
    let proxies = settings.proxies.as_ref();
    if !proxies.map_or(&settings.networks, |proxies| &proxies.networks).admits(peer.ip()) {
        return refuse(thread, settings, row, peer, ConnectionBound::Network);
    }
    let bounds = settings.connections;
    let per_address = if proxies.is_some() { bounds.at_most } else { bounds.per_address };
    let counted = match state.counts.admit(peer.ip(), bounds.at_most, per_address) {
        Ok(counted) => counted,
        Err(GuardError::AddressFull { .. }) => return refuse(thread, settings, row, peer, ConnectionBound::Address),
        Err(_) => return refuse(thread, settings, row, peer, ConnectionBound::Door),
    };
    let open = thread.enter();
    let door = settings.door.clone();
    let counted = Counted::new(thread, row, counted);
    let arrival = Arrival { stream, address: peer, via: None, counted };
    spawn_local(async move {
        let Some(arrival) = introduced(&open, &snapshot, index, arrival).await else { return };
        let Arrival { stream, address, via, counted } = arrival;
        match listening {
            Listening::Serve => serve(open, &snapshot, index, door, stream, (address, via)).await,
            Listening::Redirect => redirect::serve(open, &snapshot, index, stream).await,
        }
        drop(counted);
    });
}

fn refuse(thread: &Thread, settings: &DoorSettings, row: DoorRow, address: SocketAddr, bound: ConnectionBound) {
    thread.observer.connection_refused(row, bound);
    thread.observer.event(Event::ConnectionRefused {
        at: SystemTime::now(),
        door: settings.door.clone(),
        address: address.ip(),
        bound: bound.as_str(),
    });
}

/// A connection before anything of it is served.
struct Arrival {
    stream: TcpStream,
    /// The caller, as far as it is known.
    address: SocketAddr,
    /// The proxy in between.
    via: Option<Via>,
    counted: Counted,
}

/// Hears what a proxy in front says, where there is one, and judges the caller that it names.
async fn introduced(open: &OpenConnection, snapshot: &Snapshot, index: usize, mut arrival: Arrival) -> Option<Arrival> {
    let (settings, state) = snapshot.door(index)?;
    let Some(proxies) = &settings.proxies else { return Some(arrival) };
    let proxy = arrival.address;
    arrival.via = Some(Via { address: proxy.ip(), speaks: proxies.speak });
    // Who speaks in fields says of each request whose it is.
    let Speak::Header(version) = proxies.speak else { return Some(arrival) };
    let within = settings.patience.handshake;
    let header = match introduction::take_header(&mut arrival.stream, version, within).await {
        Ok(header) => header,
        Err(error) => {
            Failure::of_proxy(&error).tell(open, snapshot, index, &settings.door, proxy);
            return None;
        }
    };
    // A proxy that speaks for itself is one of ours.
    let Some(caller) = header.source else { return Some(arrival) };
    let row = snapshot.configuration.catalogue.door(index);
    let thread = open.thread();
    if !settings.networks.admits(caller.ip()) {
        refuse(thread, settings, row, caller, ConnectionBound::Network);
        return None;
    }
    let bounds = settings.connections;
    arrival.counted.bound = None;
    match state.counts.admit(caller.ip(), bounds.at_most, bounds.per_address) {
        Ok(counted) => arrival.counted.bound = Some(counted),
        Err(GuardError::AddressFull { .. }) => {
            refuse(thread, settings, row, caller, ConnectionBound::Address);
            return None;
        }
        Err(_) => {
            refuse(thread, settings, row, caller, ConnectionBound::Door);
            return None;
        }
    }
    arrival.address = caller;
    Some(arrival)
}

/// Counts a connection as open, here and in the bounds, for as long as it lives.
struct Counted {
    thread: Rc<Thread>,
    row: DoorRow,
    bound: Option<CountedConnection>,
}

impl Counted {
    fn new(thread: &Rc<Thread>, row: DoorRow, counted: CountedConnection) -> Self {
        thread.observer.connection_opened(row);
        Self { thread: Rc::clone(thread), row, bound: Some(counted) }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.thread.observer.connection_closed(self.row);
    }
}

async fn serve(
    open: OpenConnection,
    snapshot: &Rc<Snapshot>,
    index: usize,
    door: Door,
    stream: TcpStream,
    (address, via): (SocketAddr, Option<Via>),
) {
    let Some((settings, state)) = snapshot.door(index) else { return };
    let Some(tls) = &state.tls else {
        let peer = Peer { via, ..Peer::plain(address) };
        if settings.protocols.http2 && introduction::is_http2(&stream, settings.patience.head).await {
            return http2::serve(open, door, Socket::Plain(stream), peer).await;
        }
        if settings.protocols.http1 {
            http1::serve(open, door, Socket::Plain(stream), peer).await;
        }
        return;
    };
    let shown = snapshot.configuration.challenges.shown();
    let handshake = tokio::time::timeout(settings.patience.handshake, shake_hands(stream, tls, shown.as_deref())).await;
    let handshake = handshake.map_err(|_| Failure::timed_out());
    let stream = match handshake.and_then(|accepted| accepted.map_err(|error| Failure::of(&error))) {
        Ok(Some(stream)) => stream,
        // A CA has seen what it came for.
        Ok(None) => return,
        Err(failure) => return failure.tell(&open, snapshot, index, &door, address),
    };
    let peer = Peer { via, ..peer_of(&stream, settings, address) };
    let row = snapshot.configuration.catalogue.door(index);
    let resumed = stream.get_ref().1.handshake_kind() == Some(rustls::HandshakeKind::Resumed);
    open.thread().observer.handshake_completed(row, resumed);
    let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let socket = Socket::Tls(Box::new(stream));
    if http2 {
        http2::serve(open, door, socket, peer).await;
    } else {
        http1::serve(open, door, socket, peer).await;
    }
}

async fn shake_hands(
    stream: TcpStream,
    tls: &Arc<ServerConfig>,
    shown: Option<&Shown>,
) -> io::Result<Option<TlsStream<TcpStream>>> {
    match shown {
        None => TlsAcceptor::from(Arc::clone(tls)).accept(stream).await.map(Some),
        // In a box, so that the rare case does not make every connection larger.
        Some(shown) => Box::pin(challenge::accept(stream, tls, shown)).await,
    }
}

/// What the handshake tells of the peer; the path of its certificate was validated there. A certificate that leads
/// to an anchor and is nobody's here gets an answer that says so, request by request.
fn peer_of(stream: &TlsStream<TcpStream>, settings: &DoorSettings, address: SocketAddr) -> Peer {
    let session = stream.get_ref().1;
    let mut peer = Peer::over_tls(address);
    peer.server_name = session.server_name().map(|name| name.to_ascii_lowercase().into_boxed_str());
    if let Some(tls) = &settings.tls {
        peer.anchors = tls.clients.clone();
    }
    if peer.anchors == ClientCertificates::NotAsked {
        return peer;
    }
    let Some(leaf) = session.peer_certificates().and_then(<[CertificateDer<'_>]>::first) else { return peer };
    match certificate::read(leaf) {
        Ok(read) => {
            let left = read.not_after.duration_since(SystemTime::now()).unwrap_or_default();
            peer.until = Instant::now().checked_add(left);
            peer.certificate = Some(Box::new(read));
        }
        Err(error) => peer.workload = Err(AuthError::from(error)),
    }
    peer
}

/// Why a handshake did not lead to a connection.
struct Failure {
    reason: HandshakeFailure,
    why: String,
}

impl Failure {
    fn timed_out() -> Self {
        Self { reason: HandshakeFailure::TimedOut, why: "the handshake took too long".to_owned() }
    }

    /// The proxy in front did not say whose connection it is, or not in time.
    fn of_proxy(error: &std::io::Error) -> Self {
        let reason = match error.kind() {
            std::io::ErrorKind::TimedOut => HandshakeFailure::TimedOut,
            std::io::ErrorKind::InvalidData => HandshakeFailure::Other,
            _ => HandshakeFailure::Closed,
        };
        Self { reason, why: error.to_string() }
    }

    fn of(error: &std::io::Error) -> Self {
        let reason = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>());
        Self { reason: reason.map_or(HandshakeFailure::Closed, reason_of), why: error.to_string() }
    }

    fn tell(self, open: &OpenConnection, snapshot: &Snapshot, index: usize, door: &Door, address: SocketAddr) {
        let row = snapshot.configuration.catalogue.door(index);
        let observer = &open.thread().observer;
        observer.handshake_failed(row, self.reason);
        observer.event(Event::HandshakeRefused {
            at: SystemTime::now(),
            door: door.clone(),
            address: address.ip(),
            why: self.why,
        });
    }
}

fn reason_of(error: &rustls::Error) -> HandshakeFailure {
    use rustls::{CertificateError, Error};
    match error {
        Error::NoCertificatesPresented => HandshakeFailure::NoCertificate,
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            HandshakeFailure::CertificateExpired
        }
        Error::InvalidCertificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => {
            HandshakeFailure::CertificateExpired
        }
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => HandshakeFailure::CertificateUnknown,
        Error::InvalidCertificate(_) => HandshakeFailure::CertificateInvalid,
        Error::PeerIncompatible(_) | Error::NoApplicationProtocol => HandshakeFailure::NothingInCommon,
        Error::InvalidMessage(_) => HandshakeFailure::NotTls,
        _ => HandshakeFailure::Other,
    }
}
