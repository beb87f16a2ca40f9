//! A connection that speaks HTTP/2: how many streams it carries, the task that drives it, and whether it is alive.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::client::{Builder, SendRequest};
use h2::{Ping, PingPong};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::spawn_local;

use crate::alarm::Alarm;
use crate::connection::Connection;
use crate::exchange::HEAD;

/// Requests under way on one connection, where the service allows as many.
const STREAMS_AT_MOST: u32 = 128;
/// What a service may send ahead on one stream.
const STREAM_WINDOW: u32 = 128 * 1024;
/// And on all of them together: so much that a caller who does not read its answer holds up nobody else's.
const CONNECTION_WINDOW: u32 = STREAM_WINDOW * STREAMS_AT_MOST;
/// What is taken of a request ahead of what the service has taken.
const SEND_BUFFER: usize = 128 * 1024;
/// A request that has waited for so long while nothing at all was heard makes its connection doubtful.
const DOUBT_AFTER: Duration = Duration::from_secs(1);
/// How long a doubted connection has to answer a PING; then all that is on it has failed.
const PONG_WITHIN: Duration = Duration::from_secs(5);

/// An open connection of a pool. Dropped, it takes no further streams and closes behind the last.
pub(crate) struct Session {
    requests: SendRequest<Bytes>,
    state: Rc<State>,
    scheme: &'static str,
    /// When a sweep found it without streams first.
    idle_since: Option<Instant>,
}

/// The right to one stream.
pub(crate) struct Slot {
    pub(super) requests: SendRequest<Bytes>,
    pub(super) scheme: &'static str,
    state: Rc<State>,
    began: Instant,
    /// How much had been heard when it began.
    heard: u64,
    answered: bool,
}

/// Why a connection is no session.
#[derive(Debug)]
pub(crate) enum SessionError {
    /// Nothing came in time.
    Silent,
    /// The service does not believe us: with TLS 1.3 it says so only after the handshake.
    Untrusted(io::Error),
    /// It ended, or what came is not HTTP/2.
    Other(Option<h2::Error>),
}

/// What the task of a connection and those who use it know of it.
#[derive(Default)]
struct State {
    streams: Cell<u32>,
    ended: Cell<bool>,
    doubted: Cell<bool>,
    /// Bytes read, ever.
    heard: Cell<u64>,
    driver: RefCell<Option<Waker>>,
}

/// Whether a connection that ended so was not believed in. What TLS has to say comes as `InvalidData`, and as nothing
/// else that a connection says; but its last word is lost where our own bytes come after the other side has closed.
const fn says_no(kind: io::ErrorKind, only_agreed: bool) -> bool {
    match kind {
        io::ErrorKind::InvalidData => true,
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => only_agreed,
        _ => false,
    }
}

fn heard_any(state: &State) -> bool {
    state.heard.get() > 0
}

impl Session {
    /// Shakes hands over an open connection. No request goes out before the service has shown by its first frame that
    /// it speaks HTTP/2 (RFC 9113 §3.4): what it cannot read cannot happen either.
    pub(crate) async fn open(connection: Connection, within: Duration) -> Result<Self, SessionError> {
        let agreed = connection.agreed_on_http2() == Some(true);
        let scheme = if connection.agreed_on_http2().is_some() { "https" } else { "http" };
        let state = Rc::new(State::default());
        let heard = Heard { connection, state: Rc::clone(&state) };
        let shaking = async {
            let (requests, mut driven) = builder().handshake::<_, Bytes>(heard).await?;
            poll_fn(|context| match Pin::new(&mut driven).poll(context) {
                Poll::Ready(ended) => Poll::Ready(ended.map(|()| false)),
                // Its settings are there: before them nothing may be sent, by ours.
                Poll::Pending if requests.current_max_send_streams() > 0 => Poll::Ready(Ok(true)),
                Poll::Pending => Poll::Pending,
            })
            .await
            .map(|open| open.then_some((requests, driven)))
        };
        match tokio::time::timeout(within, shaking).await {
            Ok(Ok(Some((requests, driven)))) => {
                spawn_local(drive(driven, Rc::clone(&state)));
                Ok(Self { requests, state, scheme, idle_since: None })
            }
            Ok(Ok(None)) => Err(SessionError::Other(None)),
            Ok(Err(error))
                if error.get_io().is_some_and(|error| says_no(error.kind(), agreed && !heard_any(&state))) =>
            {
                Err(SessionError::Untrusted(error.into_io().unwrap_or_else(|| io::ErrorKind::InvalidData.into())))
            }
            Ok(Err(error)) => Err(SessionError::Other(Some(error))),
            Err(_) => Err(SessionError::Silent),
        }
    }

    /// Whether it takes no further streams, now or ever: it ended, is ending, or has used all its numbers.
    pub(crate) fn is_over(&mut self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        self.state.ended.get() || !matches!(self.requests.poll_ready(&mut context), Poll::Ready(Ok(())))
    }

    /// Whether another request may go out on it now.
    pub(crate) fn has_room(&self) -> bool {
        let allowed = u32::try_from(self.requests.current_max_send_streams()).unwrap_or(u32::MAX);
        self.state.streams.get() < allowed.min(STREAMS_AT_MOST)
    }

    /// Takes one stream of it.
    pub(crate) fn take(&self) -> Slot {
        let state = Rc::clone(&self.state);
        state.streams.set(state.streams.get() + 1);
        let heard = state.heard.get();
        let requests = self.requests.clone();
        Slot { requests, scheme: self.scheme, state, began: Instant::now(), heard, answered: false }
    }

    /// Whether it carries nothing, and has not for so long, counted from the first time this was asked.
    pub(crate) fn was_idle_for(&mut self, idle_for: Duration, now: Instant) -> bool {
        if self.state.streams.get() > 0 {
            self.idle_since = None;
            return false;
        }
        now.duration_since(*self.idle_since.get_or_insert(now)) >= idle_for
    }

    /// Whether it carries nothing.
    pub(crate) fn is_idle(&self) -> bool {
        self.state.streams.get() == 0
    }
}

impl Slot {
    /// The service has answered.
    pub(super) const fn answered(&mut self) {
        self.answered = true;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let state = &self.state;
        state.streams.set(state.streams.get().saturating_sub(1));
        let silent = !self.answered && state.heard.get() == self.heard;
        if silent && self.began.elapsed() >= DOUBT_AFTER && !state.doubted.replace(true) {
            state.driver.borrow().as_ref().map(Waker::wake_by_ref);
        }
    }
}

fn builder() -> Builder {
    let mut builder = Builder::new();
    builder
        .enable_push(false)
        .initial_max_send_streams(0)
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(u32::try_from(HEAD.head_bytes).unwrap_or(u32::MAX))
        .max_send_buffer_size(SEND_BUFFER);
    builder
}

/// Reads and writes for all streams of a connection, until it ends.
async fn drive(mut connection: h2::client::Connection<Heard, Bytes>, state: Rc<State>) {
    let mut pulse = connection.ping_pong().map(Pulse::new);
    poll_fn(|context| {
        state.driver.replace(Some(context.waker().clone()));
        loop {
            // How it ended is known to each stream that was on it.
            if Pin::new(&mut connection).poll(context).is_ready() {
                return Poll::Ready(());
            }
            let Some(pulse) = &mut pulse else { return Poll::Pending };
            match pulse.poll(context, &state) {
                Poll::Ready(Beat::Asked) => {}
                Poll::Ready(Beat::Dead) => return Poll::Ready(()),
                Poll::Pending => return Poll::Pending,
            }
        }
    })
    .await;
    state.ended.set(true);
}

/// Finds out whether a doubted connection is alive.
struct Pulse {
    pings: PingPong,
    alarm: Alarm,
}

/// What there is to do about it.
enum Beat {
    /// A PING is to be sent.
    Asked,
    /// There was no answer to it.
    Dead,
}

impl Pulse {
    const fn new(pings: PingPong) -> Self {
        Self { pings, alarm: Alarm::new() }
    }

    fn poll(&mut self, context: &mut Context<'_>, state: &State) -> Poll<Beat> {
        if !state.doubted.get() {
            return Poll::Pending;
        }
        if self.alarm.deadline().is_none() {
            self.alarm.set(Some(Instant::now() + PONG_WITHIN));
            // Refused only where one is under way already, which does as well.
            let _ = self.pings.send_ping(Ping::opaque());
            return Poll::Ready(Beat::Asked);
        }
        if self.pings.poll_pong(context).is_ready() {
            self.alarm.set(None);
            state.doubted.set(false);
            return Poll::Pending;
        }
        self.alarm.poll_ring(context).map(|()| Beat::Dead)
    }
}

/// A connection that counts what is heard on it.
struct Heard {
    connection: Connection,
    state: Rc<State>,
}

impl AsyncRead for Heard {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        ready!(Pin::new(self.connection.bytes()).poll_read(context, into))?;
        let read = into.filled().len().saturating_sub(before);
        self.state.heard.set(self.state.heard.get() + read as u64);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Heard {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(self.connection.bytes()).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(self.connection.bytes()).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.connection.bytes()).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(self.connection.bytes()).poll_shutdown(context)
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("streams", &self.state.streams).finish_non_exhaustive()
    }
}
