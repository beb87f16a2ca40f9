//! The measured time: counters of answers and latencies, and the CPU of all concerned at both ends.

use super::fault::Fault;
use crate::histogram::Histogram;
use crate::origin::Origin;
use crate::processes::{self, Threads};
use crate::report::Report;
use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

pub(crate) struct Window {
    processes: Vec<u32>,
    origin: Origin,
    memory_before_kib: u64,
    opened: RefCell<Option<Reading>>,
    answers: Cell<u64>,
    due: Cell<u64>,
    latencies: RefCell<Histogram>,
    lateness: RefCell<Histogram>,
    faults: Cell<u64>,
    first_fault: RefCell<Option<String>>,
}

/// All clocks at one moment.
#[derive(Clone)]
struct Reading {
    at: Instant,
    proxy: Threads,
    /// Requests that came as far as the origin.
    origin_requests: u64,
    own_ns: u64,
    machine_ns: u64,
}

impl Window {
    pub(crate) fn new(measured: &[u32], origin: Origin) -> anyhow::Result<Self> {
        Ok(Self {
            processes: measured.to_vec(),
            origin,
            memory_before_kib: processes::memory_kib(measured)?,
            opened: RefCell::new(None),
            answers: Cell::new(0),
            due: Cell::new(0),
            latencies: RefCell::new(Histogram::new()),
            lateness: RefCell::new(Histogram::new()),
            faults: Cell::new(0),
            first_fault: RefCell::new(None),
        })
    }

    /// A right answer came, `since` when it was due.
    pub(crate) fn answered(&self, since: Instant) {
        self.answers.set(self.answers.get() + 1);
        self.latencies.borrow_mut().record(nanoseconds(since.elapsed()));
    }

    /// A paced request was handed out, `late` after its time.
    pub(crate) fn handed_out(&self, late: Duration) {
        self.due.set(self.due.get() + 1);
        self.lateness.borrow_mut().record(nanoseconds(late));
    }

    pub(crate) fn fault(&self, fault: &Fault) {
        self.faults.set(self.faults.get() + 1);
        self.first_fault.borrow_mut().get_or_insert_with(|| match fault {
            Fault::Connection(cause) => format!("{fault}: {cause}"),
            _ => fault.to_string(),
        });
    }

    /// Wrong answers so far.
    pub(crate) fn faults(&self) -> u64 {
        self.faults.get()
    }

    /// Begins to count.
    pub(crate) fn open(&self) -> anyhow::Result<()> {
        self.answers.set(0);
        self.due.set(0);
        self.latencies.borrow_mut().clear();
        self.lateness.borrow_mut().clear();
        self.opened.replace(Some(self.read()?));
        Ok(())
    }

    /// Ends the counting.
    pub(crate) fn close(&self, connections: usize) -> anyhow::Result<Report> {
        let after = self.read()?;
        let before = self.opened.borrow().clone().unwrap_or_else(|| after.clone());
        // A thread that ends takes its figure along; proxies under load end none.
        let (proxy_ns, busiest_ns) = after.proxy.since(&before.proxy);
        let own_ns = after.own_ns.saturating_sub(before.own_ns);
        // The machine's figure is made of samples and may even step back a little.
        let others_ns = after.machine_ns.saturating_sub(before.machine_ns + proxy_ns + own_ns);
        let (latencies, lateness) = (self.latencies.borrow(), self.lateness.borrow());
        Ok(Report {
            requests: self.answers.get(),
            seconds: (after.at - before.at).as_secs_f64(),
            proxy_cpu_us: microseconds(proxy_ns),
            busiest_cpu_us: microseconds(busiest_ns),
            origin_requests: after.origin_requests - before.origin_requests,
            load_cpu_us: microseconds(own_ns),
            others_cpu_us: microseconds(others_ns),
            p50_us: microseconds(latencies.quantile(0.5)),
            p99_us: microseconds(latencies.quantile(0.99)),
            p999_us: microseconds(latencies.quantile(0.999)),
            largest_us: microseconds(latencies.largest()),
            lateness_p99_us: microseconds(lateness.quantile(0.99)),
            due: self.due.get(),
            memory_before_kib: self.memory_before_kib,
            memory_after_kib: processes::memory_kib(&self.processes)?,
            connections,
            faults: self.faults.get(),
            first_fault: self.first_fault.borrow().clone(),
        })
    }

    fn read(&self) -> anyhow::Result<Reading> {
        Ok(Reading {
            machine_ns: processes::machine_busy_ns()?,
            proxy: processes::cpu_ns(&self.processes)?,
            origin_requests: self.origin.requests(),
            own_ns: processes::own_cpu_ns()?,
            at: Instant::now(),
        })
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

fn microseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1_000.0
}
