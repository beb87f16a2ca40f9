//! What the connections of one data thread share: the configuration of now, connections to services, buffers, and the way to be woken.
//!
//! Nothing here is seen by another thread, so nothing here is locked.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant, SystemTime};

use bytes::BytesMut;
use model::{RequestId, ServiceId, SpanId, TraceId};
use observe::{Catalogue, Observer, ServiceRow};
use upstream::{Alarm, Pools, Watch};
use wire::{RequestHead, ResponseHead};

use crate::answer::AnswerHead;
use crate::assertion::Asserted;
use crate::compress::Places;
use crate::snapshot::Snapshot;

/// How often log lines are handed over and the clock on the wall is read.
pub(crate) const TICK: Duration = Duration::from_millis(100);
/// Buffers and heads kept for reuse; what comes back beyond that is freed.
const KEPT_AT_MOST: usize = 64;
/// A buffer that grew beyond this is not kept.
const KEPT_BYTES: usize = 64 * 1024;

/// One data thread.
pub(crate) struct Thread {
    snapshot: RefCell<Rc<Snapshot>>,
    pub(crate) pools: Pools,
    pub(crate) observer: Rc<Observer>,
    /// For the answers that are encoded now.
    pub(crate) coding_places: Places,
    watched: Rc<Services>,
    random: RefCell<fastrand::Rng>,
    #[expect(clippy::vec_box, reason = "they are large, and are moved in and out as pointers")]
    heads: RefCell<Vec<Box<RequestHead>>>,
    #[expect(clippy::vec_box, reason = "likewise")]
    answers: RefCell<Vec<Box<ResponseHead>>>,
    buffers: RefCell<Vec<Vec<u8>>>,
    read_buffers: RefCell<Vec<BytesMut>>,
    alarms: RefCell<Vec<Alarm>>,
    clock: RefCell<WallClock>,
    connections: RefCell<Connections>,
    /// What services were told of who called, and may be told again.
    pub(crate) asserted: RefCell<Asserted>,
    /// Counts up with every load and when draining begins; a connection that sees another number looks again.
    version: Cell<u64>,
    draining: Cell<bool>,
}

/// Counts connections to services under the names of now.
struct Services {
    observer: Rc<Observer>,
    catalogue: RefCell<Catalogue>,
}

impl Services {
    fn follow(&self, snapshot: &Snapshot) {
        self.catalogue.replace(snapshot.configuration.catalogue.clone());
    }

    fn row(&self, service: ServiceId) -> ServiceRow {
        self.catalogue.borrow().service(service)
    }
}

impl Watch for Services {
    fn connected(&self, service: ServiceId, took: Duration) -> Box<dyn Any> {
        let row = self.row(service);
        self.observer.upstream_connected(row, took);
        Box::new(Connected { observer: Rc::clone(&self.observer), row })
    }

    fn connect_failed(&self, service: ServiceId) {
        self.observer.upstream_connect_failed(self.row(service));
    }

    fn reused(&self, service: ServiceId) {
        self.observer.upstream_reused(self.row(service));
    }
}

/// One open connection to a service; its end is counted where its beginning was.
struct Connected {
    observer: Rc<Observer>,
    row: ServiceRow,
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.observer.upstream_disconnected(self.row);
    }
}

/// What the clock on the wall said at the last tick. Between ticks the steady clock, which a request reads anyway,
/// tells how much later it is.
struct WallClock {
    read: Instant,
    wall: SystemTime,
    /// As in a `Date` field.
    date: String,
}

impl WallClock {
    fn new() -> Self {
        let wall = SystemTime::now();
        Self { read: Instant::now(), wall, date: httpdate::fmt_http_date(wall) }
    }

    fn move_on(&mut self) {
        let wall = SystemTime::now();
        if seconds(wall) != seconds(self.wall) {
            self.date = httpdate::fmt_http_date(wall);
        }
        (self.read, self.wall) = (Instant::now(), wall);
    }

    fn at(&self, instant: Instant) -> SystemTime {
        let at = match instant.checked_duration_since(self.read) {
            Some(later) => self.wall.checked_add(later),
            None => self.wall.checked_sub(self.read.saturating_duration_since(instant)),
        };
        at.unwrap_or(self.wall)
    }
}

/// Whole seconds since 1970.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// The wakers of all open connections of the thread.
#[derive(Default)]
struct Connections {
    wakers: Vec<Option<Waker>>,
    free: Vec<usize>,
    open: usize,
    when_empty: Option<Waker>,
}

impl Thread {
    pub(crate) fn new(snapshot: impl FnOnce(&Pools) -> Rc<Snapshot>, observer: Observer) -> Rc<Self> {
        let observer = Rc::new(observer);
        let watched = Rc::new(Services { observer: Rc::clone(&observer), catalogue: RefCell::default() });
        let pools = Pools::new(Rc::clone(&watched) as Rc<dyn Watch>);
        let snapshot = snapshot(&pools);
        watched.follow(&snapshot);
        let snapshot = RefCell::new(snapshot);
        Rc::new(Self {
            snapshot,
            pools,
            observer,
            coding_places: Places::default(),
            watched,
            random: RefCell::new(fastrand::Rng::new()),
            heads: RefCell::default(),
            answers: RefCell::default(),
            buffers: RefCell::default(),
            read_buffers: RefCell::default(),
            alarms: RefCell::default(),
            clock: RefCell::new(WallClock::new()),
            connections: RefCell::default(),
            asserted: RefCell::default(),
            version: Cell::new(0),
            draining: Cell::new(false),
        })
    }

    /// The configuration of now; a request keeps the one that it began with.
    pub(crate) fn snapshot(&self) -> Rc<Snapshot> {
        Rc::clone(&self.snapshot.borrow())
    }

    /// Swaps the configuration and lets idle connections look whether it concerns them.
    pub(crate) fn load(&self, snapshot: impl FnOnce(&Pools) -> Rc<Snapshot>) {
        let snapshot = snapshot(&self.pools);
        self.watched.follow(&snapshot);
        *self.snapshot.borrow_mut() = snapshot;
        self.version.set(self.version.get() + 1);
        self.wake_all();
    }

    /// From now on connections end as soon as they have nothing under way.
    pub(crate) fn drain(&self) {
        self.draining.set(true);
        self.version.set(self.version.get() + 1);
        self.wake_all();
    }

    pub(crate) const fn is_draining(&self) -> bool {
        self.draining.get()
    }

    pub(crate) const fn version(&self) -> u64 {
        self.version.get()
    }

    pub(crate) fn request_id(&self, at: SystemTime) -> RequestId {
        let ms = at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis());
        RequestId::new(u64::try_from(ms).unwrap_or(u64::MAX), self.random.borrow_mut().u128(..))
    }

    pub(crate) fn trace_id(&self) -> TraceId {
        TraceId(self.random.borrow_mut().u128(1..).to_be_bytes())
    }

    pub(crate) fn span_id(&self) -> SpanId {
        SpanId(self.random.borrow_mut().u64(1..).to_be_bytes())
    }

    pub(crate) fn take_head(&self) -> Box<RequestHead> {
        self.heads.borrow_mut().pop().unwrap_or_else(|| Box::new(RequestHead::new()))
    }

    pub(crate) fn give_head(&self, mut head: Box<RequestHead>) {
        let mut heads = self.heads.borrow_mut();
        if heads.len() < KEPT_AT_MOST {
            head.clear();
            heads.push(head);
        }
    }

    pub(crate) fn take_answer(&self) -> Box<ResponseHead> {
        self.answers.borrow_mut().pop().unwrap_or_else(|| Box::new(ResponseHead::new()))
    }

    /// Takes the head of an answer back, where it was this answer's alone.
    pub(crate) fn give_answer(&self, answer: impl Into<AnswerHead>) {
        let Some(mut answer) = answer.into().reclaim() else { return };
        let mut answers = self.answers.borrow_mut();
        if answers.len() < KEPT_AT_MOST {
            answer.clear();
            answers.push(answer);
        }
    }

    /// An alarm that is not set; its timer may be armed from its last use, which costs less than a new one.
    pub(crate) fn take_alarm(&self) -> Alarm {
        self.alarms.borrow_mut().pop().unwrap_or_default()
    }

    pub(crate) fn give_alarm(&self, mut alarm: Alarm) {
        let mut alarms = self.alarms.borrow_mut();
        if alarms.len() < KEPT_AT_MOST {
            alarm.set(None);
            alarms.push(alarm);
        }
    }

    pub(crate) fn take_read_buffer(&self) -> BytesMut {
        self.read_buffers.borrow_mut().pop().unwrap_or_default()
    }

    pub(crate) fn give_read_buffer(&self, mut buffer: BytesMut) {
        let mut buffers = self.read_buffers.borrow_mut();
        if buffers.len() < KEPT_AT_MOST && (1..=KEPT_BYTES).contains(&buffer.capacity()) {
            buffer.clear();
            buffers.push(buffer);
        }
    }

    /// Calls `write` with the `Date` of the last tick (RFC 9110 §5.6.7).
    pub(crate) fn with_date(&self, write: impl FnOnce(&[u8])) {
        write(self.clock.borrow().date.as_bytes());
    }

    /// What the clock on the wall said at this instant.
    pub(crate) fn wall_clock(&self, instant: Instant) -> SystemTime {
        self.clock.borrow().at(instant)
    }

    /// A moment that has just been, or will be within a tenth of a second: for patience of seconds, and costs no look at
    /// the clock.
    pub(crate) fn about_now(&self) -> Instant {
        self.clock.borrow().read + TICK
    }

    /// The chores of every tenth of a second: lines of the log are handed over, and the clock on the wall is read.
    pub(crate) fn tick(&self) {
        self.observer.tick();
        self.clock.borrow_mut().move_on();
    }

    pub(crate) fn take_buffer(&self) -> Vec<u8> {
        self.buffers.borrow_mut().pop().unwrap_or_else(|| Vec::with_capacity(2048))
    }

    pub(crate) fn give_buffer(&self, mut buffer: Vec<u8>) {
        let mut buffers = self.buffers.borrow_mut();
        if buffers.len() < KEPT_AT_MOST && buffer.capacity() <= KEPT_BYTES {
            buffer.clear();
            buffers.push(buffer);
        }
    }

    /// Enters a connection into the list of those to be woken; it leaves when the guard is dropped.
    pub(crate) fn enter(self: &Rc<Self>) -> OpenConnection {
        let mut connections = self.connections.borrow_mut();
        let place = connections.free.pop().unwrap_or(connections.wakers.len());
        if place == connections.wakers.len() {
            connections.wakers.push(None);
        }
        connections.open += 1;
        OpenConnection { thread: Rc::clone(self), place, registered: Cell::new(false) }
    }

    pub(crate) fn open_connections(&self) -> usize {
        self.connections.borrow().open
    }

    /// Ready once no connection is open.
    pub(crate) async fn emptied(&self) {
        std::future::poll_fn(|context| {
            let mut connections = self.connections.borrow_mut();
            if connections.open == 0 {
                return std::task::Poll::Ready(());
            }
            connections.when_empty = Some(context.waker().clone());
            std::task::Poll::Pending
        })
        .await;
    }

    /// The once-a-second chores.
    pub(crate) fn sweep(&self) {
        self.pools.sweep(Instant::now());
    }

    fn wake_all(&self) {
        for waker in self.connections.borrow().wakers.iter().flatten() {
            waker.wake_by_ref();
        }
    }
}

/// A connection's place in its thread's list.
pub(crate) struct OpenConnection {
    thread: Rc<Thread>,
    place: usize,
    registered: Cell<bool>,
}

impl OpenConnection {
    pub(crate) const fn thread(&self) -> &Rc<Thread> {
        &self.thread
    }

    /// Makes the thread able to wake this connection's task. The task is the same for the life of the connection,
    /// so once is enough.
    pub(crate) fn register(&self, context: &Context<'_>) {
        if !self.registered.replace(true)
            && let Some(place) = self.thread.connections.borrow_mut().wakers.get_mut(self.place)
        {
            *place = Some(context.waker().clone());
        }
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        let mut connections = self.thread.connections.borrow_mut();
        if let Some(place) = connections.wakers.get_mut(self.place) {
            *place = None;
        }
        connections.free.push(self.place);
        connections.open = connections.open.saturating_sub(1);
        if connections.open == 0
            && let Some(waker) = connections.when_empty.take()
        {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests;
