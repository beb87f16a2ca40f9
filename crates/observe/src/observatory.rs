//! The one place where everything comes together: names, every thread's counters, and the writer of the log.

use std::io::{self, Write};
#[expect(
    clippy::disallowed_types,
    reason = "taken at a reload, a scrape and a thread's start; never by a request"
)]
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use model::{Door, Event};

use crate::catalogue::{Catalogue, DoorRow, Labels, OperationName, OperationRow, ServiceRow};
use crate::cells::{APIS, Cells, DEPRECATED, DOORS, OPERATIONS, SERVICES};
use crate::counts::{AdminRefusal, ApiCount, DoorCount, LifeCount, OperationCount, ServiceCount};
use crate::log::{Log, Writer};
use crate::names::Names;
use crate::observer::Observer;
use crate::settings::Settings;

/// Longest wait for a stalled sink when stopping.
const STOPPING: Duration = Duration::from_secs(2);

/// Everything observed, shared by all threads.
pub struct Observatory {
    pub(crate) settings: Settings,
    pub(crate) started: SystemTime,
    pub(crate) log: Arc<Log>,
    writer: Writer,
    pub(crate) loads: Loads,
    pub(crate) admin_refusals: [AtomicU64; AdminRefusal::ALL.len()],
    #[expect(clippy::disallowed_types, reason = "see the import")]
    registry: Mutex<Registry>,
}

/// What became of configurations.
#[derive(Default)]
pub(crate) struct Loads {
    pub(crate) loaded: AtomicU64,
    pub(crate) refused: AtomicU64,
    /// Seconds since 1970 of the latest load; 0 for none.
    pub(crate) loaded_at: AtomicU64,
}

/// Names, and the counters of every thread there ever was.
pub(crate) struct Registry {
    generation: u64,
    pub(crate) doors: Names<Arc<str>, { DoorCount::SLOTS }>,
    pub(crate) apis: Names<ApiName, { ApiCount::SLOTS }>,
    pub(crate) operations: Names<OperationName, { OperationCount::SLOTS }>,
    pub(crate) deprecated: Names<OperationName, { LifeCount::SLOTS }>,
    pub(crate) services: Names<Arc<str>, { ServiceCount::SLOTS }>,
    pub(crate) threads: Vec<Arc<Cells>>,
    pub(crate) certificates: Vec<DoorCertificate>,
    pub(crate) stores: Vec<WatchedStore>,
}

/// A certificate that a door shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoorCertificate {
    /// The door's name.
    pub door: Arc<str>,
    /// The first of the certificate's names.
    pub name: String,
    /// Until when it is valid.
    pub until: SystemTime,
}

/// A store of kept answers, and how to look at it.
pub struct WatchedStore {
    /// Name of the door.
    pub door: Arc<str>,
    /// Name of the API.
    pub api: Arc<str>,
    /// How it stands when somebody asks.
    pub read: Box<dyn Fn() -> StoreFigures + Send>,
}

/// How a store stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreFigures {
    /// Answers in it.
    pub answers: u64,
    /// Bytes in use.
    pub bytes: u64,
    /// Answers stored since it was made.
    pub stored: u64,
    /// Answers evicted since it was made.
    pub evicted: u64,
}

/// An API at a door; an empty `api` stands for what was routed nowhere.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct ApiName {
    pub(crate) door: Arc<str>,
    pub(crate) api: Arc<str>,
}

impl Observatory {
    /// Starts the one thread that writes the log, and nothing else.
    ///
    /// # Errors
    /// That thread could not be started.
    pub fn start(settings: Settings, sink: Box<dyn Write + Send>) -> io::Result<Arc<Self>> {
        let log = Arc::new(Log::new(settings.log));
        let writer = Writer::start(Arc::clone(&log), sink)?;
        let registry = Registry::new().into();
        let started = SystemTime::now();
        let (loads, admin_refusals) = Default::default();
        Ok(Arc::new(Self { settings, started, log, writer, loads, admin_refusals, registry }))
    }

    /// An observer for one data thread.
    ///
    /// Counters of an observer that is gone are taken over, so that threads may
    /// come and go and nothing counted is lost.
    #[must_use]
    pub fn observer(self: &Arc<Self>) -> Observer {
        let mut registry = self.registry();
        let idle = registry.threads.iter().find(|cells| Arc::strong_count(cells) == 1).cloned();
        let cells = idle.unwrap_or_else(|| {
            let cells = Arc::new(Cells::new());
            registry.threads.push(Arc::clone(&cells));
            cells
        });
        drop(registry);
        Observer::new(cells, Arc::clone(&self.log), self.settings.log)
    }

    /// Resolves the names of a configuration to rows; call it once for each configuration that is loaded.
    #[must_use]
    pub fn catalogue(&self, labels: &Labels) -> Catalogue {
        self.registry().catalogue(labels)
    }

    /// These are the stores from now on.
    pub fn watch_stores(&self, stores: Vec<WatchedStore>) {
        self.registry().stores = stores;
    }

    /// Writes down a rare thing. Never waits: where the queue of events is full, it is dropped and counted.
    pub fn event(&self, event: Event) {
        match &event {
            Event::ConfigurationLoaded { at, .. } => {
                self.loads.loaded.fetch_add(1, Ordering::Relaxed);
                let seconds = at.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
                self.loads.loaded_at.store(seconds, Ordering::Relaxed);
            }
            Event::ConfigurationRefused { .. } => {
                self.loads.refused.fetch_add(1, Ordering::Relaxed);
            }
            Event::Request { .. }
            | Event::HandshakeRefused { .. }
            | Event::ConnectionRefused { .. }
            | Event::ReplicaOut { .. }
            | Event::ReplicaBack { .. }
            | Event::Breaker { .. }
            | Event::CertificateIssued { .. }
            | Event::CertificateEnding { .. }
            | Event::CertificateFailed { .. }
            | Event::Panicked { .. } => {}
        }
        self.log.event(event);
    }

    /// These are the certificates of the doors now; their ends are shown among the metrics.
    pub fn certificates(&self, certificates: Vec<DoorCertificate>) {
        self.registry().certificates = certificates;
    }

    /// A connection to the admin server was closed unserved.
    pub fn admin_refused(&self, reason: AdminRefusal) {
        if let Some(count) = self.admin_refusals.get(reason as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// All metrics in the text format of Prometheus, version 0.0.4; [`crate::CONTENT_TYPE`] names it.
    #[must_use]
    pub fn render_metrics(&self) -> String {
        crate::metrics::render(self)
    }

    /// Lets the writer finish what was handed over, for two seconds at most, and stops it.
    ///
    /// Observers hand over their last lines when they are dropped: drop them first.
    pub fn flush_and_stop(&self) {
        self.writer.stop(STOPPING);
    }

    pub(crate) fn registry(&self) -> MutexGuard<'_, Registry> {
        // A panic while it was held cannot have left more than a missing name.
        self.registry.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry {
    /// The number of the latest configuration.
    pub(crate) const fn generation(&self) -> u64 {
        self.generation
    }

    fn new() -> Self {
        Self {
            generation: 0,
            doors: Names::new(DOORS),
            apis: Names::new(APIS),
            operations: Names::new(OPERATIONS),
            deprecated: Names::new(DEPRECATED),
            services: Names::new(SERVICES),
            threads: Vec::new(),
            certificates: Vec::new(),
            stores: Vec::new(),
        }
    }

    fn catalogue(&mut self, labels: &Labels) -> Catalogue {
        self.generation += 1;
        let doors = labels.doors.iter().map(|door| self.door(door)).collect();
        let mut operations: Vec<_> = labels.operations.iter().map(|name| self.operation(name)).collect();
        for id in labels.deprecated.iter().map(|id| id.0 as usize) {
            if let (Some(row), Some(name)) = (operations.get_mut(id), labels.operations.get(id)) {
                row.deprecated = self.deprecated(name);
            }
        }
        let services = labels.services.iter().map(|name| self.service(name)).collect();
        Catalogue { doors, operations: operations.into(), services }
    }

    fn door(&mut self, door: &Door) -> DoorRow {
        let threads = &self.threads;
        let name = Arc::clone(&door.name);
        let no_api = ApiName { door: Arc::clone(&door.name), api: Arc::from("") };
        DoorRow {
            door: self.doors.row(name, self.generation, |row| sum(threads, |cells, sum| cells.doors.add_to(row, sum))),
            no_api: self
                .apis
                .row(no_api, self.generation, |row| sum(threads, |cells, sum| cells.apis.add_to(row, sum))),
        }
    }

    fn operation(&mut self, name: &OperationName) -> OperationRow {
        let threads = &self.threads;
        let api = ApiName { door: Arc::clone(&name.door), api: Arc::clone(&name.api) };
        OperationRow {
            api: self.apis.row(api, self.generation, |row| sum(threads, |cells, sum| cells.apis.add_to(row, sum))),
            operation: self
                .operations
                .row(name.clone(), self.generation, |row| sum(threads, |cells, sum| cells.operations.add_to(row, sum))),
            deprecated: 0,
        }
    }

    fn deprecated(&mut self, name: &OperationName) -> u32 {
        let threads = &self.threads;
        let counted = |row| sum(threads, |cells: &Cells, sum| cells.deprecated.add_to(row, sum));
        self.deprecated.row(name.clone(), self.generation, counted)
    }

    fn service(&mut self, name: &Arc<str>) -> ServiceRow {
        let threads = &self.threads;
        let counted = |row| sum(threads, |cells: &Cells, sum| cells.services.add_to(row, sum));
        ServiceRow(self.services.row(Arc::clone(name), self.generation, counted))
    }
}

/// One row summed over all threads.
pub(crate) fn sum<const SLOTS: usize>(threads: &[Arc<Cells>], add: impl Fn(&Cells, &mut [u64; SLOTS])) -> [u64; SLOTS] {
    let mut sum = [0; SLOTS];
    for cells in threads {
        add(cells, &mut sum);
    }
    sum
}

#[cfg(test)]
mod tests;
