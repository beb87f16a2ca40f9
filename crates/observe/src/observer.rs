//! What one data thread tells: counters that only it writes, and a buffer of lines that it hands over when full.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use model::{Caller, Event, Outcome, RequestId};

use crate::catalogue::{DoorRow, ServiceRow};
use crate::cells::Cells;
use crate::counts::{
    ApiCount, CacheCount, ConnectionBound, DoorCount, EncodedAnswer, HandshakeFailure, HistogramCount, HouseCount,
    LifeCount, OperationCount, ServiceCount, StatusClass, nanoseconds,
};
use crate::log::{Block, Clerk, Log};
use crate::record::Record;
use crate::settings::{LogFormat, LogSettings};

/// One thread's view of the observatory. It may be moved to its thread and is not shared.
pub struct Observer {
    cells: Arc<Cells>,
    log: Arc<Log>,
    format: LogFormat,
    page: RefCell<Page>,
}

/// The lines not yet handed over, and who writes them.
struct Page {
    block: Block,
    clerk: Clerk,
}

impl Observer {
    pub(crate) fn new(cells: Arc<Cells>, log: Arc<Log>, settings: LogSettings) -> Self {
        let page = RefCell::new(Page { block: log.empty_block(), clerk: Clerk::new(settings) });
        Self { cells, log, format: settings.format, page }
    }

    /// A request began; [`Observer::close`] ends it.
    pub fn request_opened(&self, door: DoorRow) {
        self.count_door(door, DoorCount::RequestsOpened, 1);
    }

    /// Whether requests leave lines: texts that only the log has need not be made up otherwise.
    #[must_use]
    pub fn writes_lines(&self) -> bool {
        self.format != LogFormat::Off
    }

    /// One finished request: its counts and its line.
    pub fn close(&self, record: &Record<'_>) {
        self.count_request(record);
        if !self.writes_lines() {
            return;
        }
        let Page { block, clerk } = &mut *self.page.borrow_mut();
        clerk.write(record, block.bytes());
        block.line_ended();
        if block.is_full() {
            self.log.hand_over(block);
        }
        self.count_house(HouseCount::LogLines);
    }

    /// Hands over what is buffered. The data thread calls it about every 100 ms.
    pub fn tick(&self) {
        let mut page = self.page.borrow_mut();
        if !page.block.is_empty() {
            self.log.hand_over(&mut page.block);
        }
    }

    /// A connection was accepted.
    pub fn connection_opened(&self, door: DoorRow) {
        self.count_door(door, DoorCount::ConnectionsOpened, 1);
    }

    /// An accepted connection ended, whatever the reason.
    pub fn connection_closed(&self, door: DoorRow) {
        self.count_door(door, DoorCount::ConnectionsClosed, 1);
    }

    /// A connection was closed unserved, because of a bound.
    pub fn connection_refused(&self, door: DoorRow, bound: ConnectionBound) {
        self.count_door(door, DoorCount::ConnectionRefused(bound), 1);
    }

    /// A TLS handshake succeeded.
    pub fn handshake_completed(&self, door: DoorRow, resumed: bool) {
        self.count_door(door, DoorCount::Handshakes, 1);
        if resumed {
            self.count_door(door, DoorCount::HandshakesResumed, 1);
        }
    }

    /// A TLS handshake failed.
    pub fn handshake_failed(&self, door: DoorRow, reason: HandshakeFailure) {
        self.count_door(door, DoorCount::HandshakeFailed(reason), 1);
    }

    /// An answer in a content coding ended: its bytes before the coding and behind it.
    pub fn encoded(&self, door: DoorRow, coding: EncodedAnswer, from: u64, to: u64) {
        self.count_door(door, DoorCount::Encoded(coding), 1);
        self.count_door(door, DoorCount::EncodedFrom(coding), from);
        self.count_door(door, DoorCount::EncodedTo(coding), to);
    }

    /// An answer went out as it is because too many were being encoded.
    pub fn not_encoded(&self, door: DoorRow) {
        self.count_door(door, DoorCount::NotEncoded, 1);
    }

    /// The handling of a request panicked.
    pub fn panicked(&self, request: RequestId, at: SystemTime) {
        self.count_house(HouseCount::Panics);
        self.event(Event::Panicked { at, request });
    }

    /// A connection to a service was opened, and how long that took.
    pub fn upstream_connected(&self, service: ServiceRow, took: Duration) {
        self.count_service(service, ServiceCount::ConnectionsOpened, 1);
        self.count_service(service, ServiceCount::ConnectNanoseconds, nanoseconds(took));
    }

    /// A connection to a service could not be opened.
    pub fn upstream_connect_failed(&self, service: ServiceRow) {
        self.count_service(service, ServiceCount::ConnectionsFailed, 1);
    }

    /// A request was sent over a connection that had served another before.
    pub fn upstream_reused(&self, service: ServiceRow) {
        self.count_service(service, ServiceCount::ConnectionsReused, 1);
    }

    /// An open connection to a service ended, whatever the reason.
    pub fn upstream_disconnected(&self, service: ServiceRow) {
        self.count_service(service, ServiceCount::ConnectionsClosed, 1);
    }

    /// Writes down a rare thing, as [`crate::Observatory::event`] does; for refused handshakes and connections.
    pub fn event(&self, event: Event) {
        self.log.event(event);
    }

    fn count_request(&self, record: &Record<'_>) {
        let class = StatusClass::of(record.status);
        let took = nanoseconds(record.duration);
        if let Some(row) = self.cells.doors.row(record.door_row.door) {
            row.add(DoorCount::RequestsClosed.slot(), 1);
            row.add(DoorCount::BytesIn.slot(), record.bytes_in);
            row.add(DoorCount::BytesOut.slot(), record.bytes_out);
            row.add(DoorCount::Caller(caller_kind(record.caller)).slot(), 1);
            match record.outcome {
                Outcome::Answered => {}
                Outcome::Refused(code) => row.add(DoorCount::Refused(code).slot(), 1),
                Outcome::Failed(code) => row.add(DoorCount::Failed(code).slot(), 1),
                Outcome::Abandoned => row.add(DoorCount::Abandoned.slot(), 1),
            }
        }
        let api = record.operation.map_or(record.door_row.no_api, |operation| operation.row.api);
        if let Some(row) = self.cells.apis.row(api) {
            row.add(ApiCount(class, HistogramCount::bucket(took)).slot(), 1);
            row.add(ApiCount(class, HistogramCount::Nanoseconds).slot(), took);
            if let Some(cache) = record.cache {
                row.add(CacheCount(cache).slot(), 1);
            }
        }
        if let Some(row) = record.operation.and_then(|operation| self.cells.operations.row(operation.row.operation)) {
            row.add(OperationCount::Requests(class).slot(), 1);
            row.add(OperationCount::Nanoseconds.slot(), took);
        }
        if let (Some(life), Some(operation)) = (record.life, record.operation)
            && let Some(row) = self.cells.deprecated.row(operation.row.deprecated)
        {
            row.add(LifeCount(life).slot(), 1);
        }
        self.count_forwarding(record);
    }

    fn count_forwarding(&self, record: &Record<'_>) {
        let Some(row) = record.service.and_then(|service| self.cells.services.row(service.0)) else { return };
        if record.retries > 0 {
            row.add(ServiceCount::Retries.slot(), u64::from(record.retries));
        }
        if let Some(first_byte) = record.upstream.map(nanoseconds) {
            row.add(ServiceCount::FirstByte(HistogramCount::bucket(first_byte)).slot(), 1);
            row.add(ServiceCount::FirstByte(HistogramCount::Nanoseconds).slot(), first_byte);
        }
    }

    fn count_house(&self, count: HouseCount) {
        self.cells.house.add(count.slot(), 1);
    }

    fn count_door(&self, door: DoorRow, count: DoorCount, amount: u64) {
        if let Some(row) = self.cells.doors.row(door.door) {
            row.add(count.slot(), amount);
        }
    }

    fn count_service(&self, service: ServiceRow, count: ServiceCount, amount: u64) {
        if let Some(row) = self.cells.services.row(service.0) {
            row.add(count.slot(), amount);
        }
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        self.tick();
    }
}

/// The place of a caller's kind in `CALLER_KINDS`.
const fn caller_kind(caller: &Caller) -> usize {
    match caller {
        Caller::Anonymous => 0,
        Caller::Key(_) => 1,
        Caller::Workload(_) => 2,
        Caller::User(_) => 3,
        Caller::App(_) => 4,
    }
}
