//! What one window of load has shown; `cargo xtask bench` reads it back.

use serde::Serialize;

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Right answers within the window.
    pub(crate) requests: u64,
    pub(crate) seconds: f64,
    /// CPU of the proxy's processes within the window, in microseconds.
    pub(crate) proxy_cpu_us: f64,
    /// CPU of the busiest thread of the proxy's processes within the window, in microseconds.
    pub(crate) busiest_cpu_us: f64,
    /// Requests, calls and messages that came as far as the origin within the window.
    pub(crate) origin_requests: u64,
    /// CPU of origin and callers within the window, in microseconds.
    pub(crate) load_cpu_us: f64,
    /// CPU of everything else on the machine, in microseconds; exact to some ten milliseconds.
    pub(crate) others_cpu_us: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) p999_us: f64,
    pub(crate) largest_us: f64,
    /// Paced load: how late the generator itself was, 99th percentile.
    pub(crate) lateness_p99_us: f64,
    /// Paced load: requests that were due in the window.
    pub(crate) due: u64,
    /// The proxy's memory before the first connection and at the end, in KiB.
    pub(crate) memory_before_kib: u64,
    pub(crate) memory_after_kib: u64,
    pub(crate) connections: usize,
    /// Answers that were wrong in any way, during warm-up too. One is enough to make the figures worthless.
    pub(crate) faults: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) first_fault: Option<String>,
}
