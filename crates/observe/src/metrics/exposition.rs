//! Sums over threads, written in the text format of Prometheus.
//!
//! A series appears once something was counted in it; gauges of a door and
//! process-wide figures always do. Threads go on counting while they are read:
//! figures of one exposition may differ by what happened meanwhile, and a gauge
//! never shows less than nothing.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use model::Code;

use super::process::Process;
use super::{
    ABANDONED, ACTIVE_REQUESTS, ADMIN_REFUSED, BUILD, CACHE_ANSWERS, CACHE_BYTES, CACHE_EVICTED, CACHE_REQUESTS,
    CACHE_STORED, CALLER_REQUESTS, CERTIFICATE_EXPIRY, CONNECTIONS, CONNECTIONS_ACCEPTED, CONNECTIONS_REFUSED,
    DEPRECATED_REQUESTS, ENCODED, ENCODED_FROM, ENCODED_TO, EVENTS_DROPPED, FAILURES, HANDSHAKES, HANDSHAKES_FAILED,
    LOADED_AT, LOADS, LOG_DROPPED, LOG_FAILURES, LOG_LINES, Metric, NOT_ENCODED, OPERATION_DURATION,
    OPERATION_REQUESTS, PANICS, PROCESS_CPU, PROCESS_FDS, PROCESS_MAX_FDS, PROCESS_RESIDENT, PROCESS_START,
    PROCESS_THREADS, PROCESS_VIRTUAL, RECEIVED_BYTES, REFUSALS, REQUEST_DURATION, SENT_BYTES, UPSTREAM_CONNECT,
    UPSTREAM_CONNECTIONS, UPSTREAM_FAILED, UPSTREAM_FIRST_BYTE, UPSTREAM_OPENED, UPSTREAM_RETRIES, UPSTREAM_REUSED,
};
use crate::cells::Cells;
use crate::counts::{
    AdminRefusal, ApiCount, BUCKETS, CALLER_KINDS, CacheCount, ConnectionBound, DoorCount, EncodedAnswer,
    HandshakeFailure, HistogramCount, HouseCount, LifeCount, OperationCount, ServiceCount, StatusClass,
};
use crate::observatory::{Observatory, Registry, StoreFigures, sum};
use crate::record::{CacheUse, Life};

/// What a row without a name is called: that of more names than are told apart.
const NAMELESS: &str = "(more)";

pub(crate) fn render(observatory: &Observatory) -> String {
    let mut page = Page { text: String::with_capacity(32 * 1024) };
    {
        let registry = observatory.registry();
        page.apis(&registry);
        page.operations(&registry);
        page.deprecated(&registry);
        page.doors(&registry);
        page.certificates(&registry);
        page.services(&registry);
        page.stores(&registry);
        page.threads(&registry);
    }
    page.log_and_configuration(observatory);
    page.process(observatory.started);
    page.text
}

struct Page {
    text: String,
}

/// One row's name and counts, already summed.
type Rows<Name, const SLOTS: usize> = Vec<(Name, [u64; SLOTS])>;

impl Page {
    fn apis(&mut self, registry: &Registry) {
        let add = |row| sum(&registry.threads, |cells: &Cells, sum| cells.apis.add_to(row, sum));
        self.family(&REQUEST_DURATION);
        for (name, counts) in registry.apis.counted(add) {
            let (door, api) = name.map_or((NAMELESS, NAMELESS), |name| (&*name.door, &*name.api));
            for class in StatusClass::ALL {
                let histogram = |count| counted(&counts, ApiCount(class, count).slot());
                self.histogram(&REQUEST_DURATION, &[door, api, class.as_str()], histogram);
            }
        }
    }

    fn operations(&mut self, registry: &Registry) {
        let add = |row| sum(&registry.threads, |cells: &Cells, sum| cells.operations.add_to(row, sum));
        let rows: Rows<_, _> = registry.operations.counted(add).collect();
        let labels = |name: Option<&crate::OperationName>| {
            let name = name.map(|name| (name.door.clone(), name.api.clone(), name.operation.clone()));
            name.unwrap_or_else(|| (NAMELESS.into(), NAMELESS.into(), NAMELESS.into()))
        };
        self.family(&OPERATION_REQUESTS);
        for (name, counts) in &rows {
            let (door, api, operation) = labels(*name);
            for class in StatusClass::ALL {
                let count = counted(counts, OperationCount::Requests(class).slot());
                self.if_any(&OPERATION_REQUESTS, &[&door, &api, &operation, class.as_str()], count);
            }
        }
        self.family(&OPERATION_DURATION);
        for (name, counts) in &rows {
            let nanoseconds = counted(counts, OperationCount::Nanoseconds.slot());
            if nanoseconds > 0 {
                let (door, api, operation) = labels(*name);
                self.sample(&OPERATION_DURATION, "", &[&door, &api, &operation], Seconds(nanoseconds));
            }
        }
    }

    fn deprecated(&mut self, registry: &Registry) {
        let add = |row| sum(&registry.threads, |cells: &Cells, sum| cells.deprecated.add_to(row, sum));
        self.family(&DEPRECATED_REQUESTS);
        for (name, counts) in registry.deprecated.counted(add) {
            let name = name.map(|name| [&*name.door, &*name.api, &*name.operation]);
            let [door, api, operation] = name.unwrap_or([NAMELESS; 3]);
            for (life, retired) in [(Life::Deprecated, "false"), (Life::Retired, "true")] {
                let count = counted(&counts, LifeCount(life).slot());
                self.if_any(&DEPRECATED_REQUESTS, &[door, api, operation, retired], count);
            }
        }
    }

    fn doors(&mut self, registry: &Registry) {
        let add = |row| sum(&registry.threads, |cells: &Cells, sum| cells.doors.add_to(row, sum));
        let rows: Rows<_, _> = registry
            .doors
            .counted(add)
            .filter(|(name, counts)| name.is_some() || counts.iter().any(|count| *count > 0))
            .map(|(name, counts)| (name.map_or(NAMELESS, |name| &**name), counts))
            .collect();
        self.open_now(&ACTIVE_REQUESTS, &rows, DoorCount::RequestsOpened.slot(), DoorCount::RequestsClosed.slot());
        let connections = (DoorCount::ConnectionsOpened.slot(), DoorCount::ConnectionsClosed.slot());
        self.open_now(&CONNECTIONS, &rows, connections.0, connections.1);
        self.each(&CONNECTIONS_ACCEPTED, &rows, connections.0);
        self.each(&ABANDONED, &rows, DoorCount::Abandoned.slot());
        self.each(&RECEIVED_BYTES, &rows, DoorCount::BytesIn.slot());
        self.each(&SENT_BYTES, &rows, DoorCount::BytesOut.slot());
        let codings = |count: fn(EncodedAnswer) -> DoorCount| {
            EncodedAnswer::ALL.iter().map(move |coding| (coding.as_str(), count(*coding).slot()))
        };
        self.words(&ENCODED, &rows, codings(DoorCount::Encoded));
        self.words(&ENCODED_FROM, &rows, codings(DoorCount::EncodedFrom));
        self.words(&ENCODED_TO, &rows, codings(DoorCount::EncodedTo));
        self.each(&NOT_ENCODED, &rows, DoorCount::NotEncoded.slot());
        let kinds = (0..).zip(CALLER_KINDS).map(|(kind, word)| (word, DoorCount::Caller(kind).slot()));
        self.words(&CALLER_REQUESTS, &rows, kinds);
        let codes = Code::ALL.iter().map(|code| (code.as_str(), DoorCount::Refused(*code).slot()));
        self.words(&REFUSALS, &rows, codes);
        let codes = Code::ALL.iter().map(|code| (code.as_str(), DoorCount::Failed(*code).slot()));
        self.words(&FAILURES, &rows, codes);
        let bounds =
            ConnectionBound::ALL.iter().map(|bound| (bound.as_str(), DoorCount::ConnectionRefused(*bound).slot()));
        self.words(&CONNECTIONS_REFUSED, &rows, bounds);
        let reasons =
            HandshakeFailure::ALL.iter().map(|reason| (reason.as_str(), DoorCount::HandshakeFailed(*reason).slot()));
        self.words(&HANDSHAKES_FAILED, &rows, reasons);
        self.handshakes(&rows);
    }

    fn certificates(&mut self, registry: &Registry) {
        self.family(&CERTIFICATE_EXPIRY);
        // Two certificates of one first name would be one series twice, which no scraper takes: the earlier end counts.
        let mut ends = BTreeMap::new();
        for shown in &registry.certificates {
            let until = shown.until.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
            let end = ends.entry((&*shown.door, shown.name.as_str())).or_insert(until);
            *end = until.min(*end);
        }
        for ((door, name), until) in ends {
            self.sample(&CERTIFICATE_EXPIRY, "", &[door, name], until);
        }
    }

    fn handshakes(&mut self, rows: &Rows<&str, { DoorCount::SLOTS }>) {
        self.family(&HANDSHAKES);
        for (door, counts) in rows {
            let resumed = counted(counts, DoorCount::HandshakesResumed.slot());
            let all = counted(counts, DoorCount::Handshakes.slot());
            self.if_any(&HANDSHAKES, &[door, "true"], resumed);
            self.if_any(&HANDSHAKES, &[door, "false"], all.saturating_sub(resumed));
        }
    }

    fn services(&mut self, registry: &Registry) {
        let add = |row| sum(&registry.threads, |cells: &Cells, sum| cells.services.add_to(row, sum));
        let rows: Rows<_, _> = registry
            .services
            .counted(add)
            .filter(|(name, counts)| name.is_some() || counts.iter().any(|count| *count > 0))
            .map(|(name, counts)| (name.map_or(NAMELESS, |name| &**name), counts))
            .collect();
        self.family(&UPSTREAM_FIRST_BYTE);
        for (service, counts) in &rows {
            let histogram = |count| counted(counts, ServiceCount::FirstByte(count).slot());
            self.histogram(&UPSTREAM_FIRST_BYTE, &[service], histogram);
        }
        let connections = (ServiceCount::ConnectionsOpened.slot(), ServiceCount::ConnectionsClosed.slot());
        self.open_now(&UPSTREAM_CONNECTIONS, &rows, connections.0, connections.1);
        self.each(&UPSTREAM_OPENED, &rows, connections.0);
        self.each(&UPSTREAM_FAILED, &rows, ServiceCount::ConnectionsFailed.slot());
        self.each(&UPSTREAM_REUSED, &rows, ServiceCount::ConnectionsReused.slot());
        self.each(&UPSTREAM_RETRIES, &rows, ServiceCount::Retries.slot());
        self.family(&UPSTREAM_CONNECT);
        for (service, counts) in &rows {
            let spent = counted(counts, ServiceCount::ConnectNanoseconds.slot());
            self.sample(&UPSTREAM_CONNECT, "", &[service], Seconds(spent));
        }
    }

    fn stores(&mut self, registry: &Registry) {
        let add = |row| sum(&registry.threads, |cells: &Cells, sum| cells.apis.add_to(row, sum));
        self.family(&CACHE_REQUESTS);
        for (name, counts) in registry.apis.counted(add) {
            let (door, api) = name.map_or((NAMELESS, NAMELESS), |name| (&*name.door, &*name.api));
            for used in CacheUse::ALL {
                let count = counted(&counts, CacheCount(used).slot());
                self.if_any(&CACHE_REQUESTS, &[door, api, used.as_str()], count);
            }
        }
        let figures: Vec<_> = registry.stores.iter().map(|store| (store, (store.read)())).collect();
        let mut each = |metric: &Metric, figure: fn(&StoreFigures) -> u64| {
            self.family(metric);
            for (store, figures) in &figures {
                self.sample(metric, "", &[&store.door, &store.api], figure(figures));
            }
        };
        each(&CACHE_ANSWERS, |store| store.answers);
        each(&CACHE_BYTES, |store| store.bytes);
        each(&CACHE_STORED, |store| store.stored);
        each(&CACHE_EVICTED, |store| store.evicted);
    }

    fn threads(&mut self, registry: &Registry) {
        let counts = sum(&registry.threads, |cells: &Cells, sum| cells.house.add_to(sum));
        self.one(&PANICS, counted(&counts, HouseCount::Panics.slot()));
        self.one(&LOG_LINES, counted(&counts, HouseCount::LogLines.slot()));
    }

    fn log_and_configuration(&mut self, observatory: &Observatory) {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let log = &observatory.log;
        self.one(&LOG_DROPPED, read(&log.lines_dropped));
        self.one(&LOG_FAILURES, read(&log.write_failures));
        self.one(&EVENTS_DROPPED, read(&log.events_dropped));
        let loads = &observatory.loads;
        self.family(&LOADS);
        self.sample(&LOADS, "", &["loaded"], read(&loads.loaded));
        self.sample(&LOADS, "", &["refused"], read(&loads.refused));
        self.one(&LOADED_AT, read(&loads.loaded_at));
        self.family(&ADMIN_REFUSED);
        for (reason, count) in AdminRefusal::ALL.iter().zip(&observatory.admin_refusals) {
            self.sample(&ADMIN_REFUSED, "", &[reason.as_str()], read(count));
        }
        self.family(&BUILD);
        self.sample(&BUILD, "", &[env!("CARGO_PKG_VERSION")], 1);
    }

    fn process(&mut self, started: SystemTime) {
        let process = Process::read();
        let started = started.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.one(&PROCESS_START, Seconds(crate::counts::nanoseconds(started)));
        self.one_if(&PROCESS_CPU, process.cpu_nanoseconds.map(Seconds));
        self.one_if(&PROCESS_RESIDENT, process.resident_bytes);
        self.one_if(&PROCESS_VIRTUAL, process.virtual_bytes);
        self.one_if(&PROCESS_FDS, process.open_fds);
        self.one_if(&PROCESS_MAX_FDS, process.max_fds);
        self.one_if(&PROCESS_THREADS, process.threads);
    }

    fn each<const SLOTS: usize>(&mut self, metric: &Metric, rows: &Rows<&str, SLOTS>, slot: usize) {
        self.family(metric);
        for (name, counts) in rows {
            self.sample(metric, "", &[name], counted(counts, slot));
        }
    }

    fn open_now<const SLOTS: usize>(
        &mut self,
        metric: &Metric,
        rows: &Rows<&str, SLOTS>,
        opened: usize,
        closed: usize,
    ) {
        self.family(metric);
        for (name, counts) in rows {
            self.sample(metric, "", &[name], counted(counts, opened).saturating_sub(counted(counts, closed)));
        }
    }

    fn words<const SLOTS: usize>(
        &mut self,
        metric: &Metric,
        rows: &Rows<&str, SLOTS>,
        words: impl Iterator<Item = (&'static str, usize)> + Clone,
    ) {
        self.family(metric);
        for (name, counts) in rows {
            for (word, slot) in words.clone() {
                self.if_any(metric, &[name, word], counted(counts, slot));
            }
        }
    }

    fn if_any(&mut self, metric: &Metric, values: &[&str], count: u64) {
        if count > 0 {
            self.sample(metric, "", values, count);
        }
    }

    fn one(&mut self, metric: &Metric, value: impl Display) {
        self.family(metric);
        self.sample(metric, "", &[], value);
    }

    fn one_if(&mut self, metric: &Metric, value: Option<impl Display>) {
        if let Some(value) = value {
            self.one(metric, value);
        }
    }

    /// A histogram of the exposition is cumulative; `count` gives each bucket alone. Left out where nothing was counted.
    fn histogram(&mut self, metric: &Metric, values: &[&str], count: impl Fn(HistogramCount) -> u64) {
        let total: u64 = (0..=BUCKETS.len()).map(|index| count(HistogramCount::Bucket(index))).sum();
        if total == 0 {
            return;
        }
        let mut below = 0;
        for (index, (_, bound)) in BUCKETS.iter().enumerate() {
            below += count(HistogramCount::Bucket(index));
            self.bucket(metric, values, bound, below);
        }
        self.bucket(metric, values, "+Inf", total);
        self.sample(metric, "_sum", values, Seconds(count(HistogramCount::Nanoseconds)));
        self.sample(metric, "_count", values, total);
    }

    fn bucket(&mut self, metric: &Metric, values: &[&str], bound: &str, below: u64) {
        self.text.push_str(metric.name);
        self.text.push_str("_bucket{");
        self.labels(metric, values);
        let _ = writeln!(self.text, ",le=\"{bound}\"}} {below}");
    }

    fn family(&mut self, metric: &Metric) {
        let Metric { name, kind, help, .. } = metric;
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {}", kind.as_str());
    }

    fn sample(&mut self, metric: &Metric, suffix: &str, values: &[&str], value: impl Display) {
        self.text.push_str(metric.name);
        self.text.push_str(suffix);
        if !values.is_empty() {
            self.text.push('{');
            self.labels(metric, values);
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {value}");
    }

    fn labels(&mut self, metric: &Metric, values: &[&str]) {
        for (index, (label, value)) in metric.labels.iter().zip(values).enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            let _ = write!(self.text, "{label}=\"{}\"", LabelValue(value));
        }
    }
}

fn counted<const SLOTS: usize>(counts: &[u64; SLOTS], slot: usize) -> u64 {
    counts.get(slot).copied().unwrap_or(0)
}

/// Nanoseconds, shown as seconds without the errors of floating point.
struct Seconds(u64);

impl Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let duration = Duration::from_nanos(self.0);
        write!(f, "{}.{:09}", duration.as_secs(), duration.subsec_nanos())
    }
}

/// A label's value with what the format demands escaped.
struct LabelValue<'a>(&'a str);

impl Display for LabelValue<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for character in self.0.chars() {
            match character {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}
