//! Every metric there is, and their exposition in the text format of Prometheus.
//!
//! Cardinality is bounded by the configuration: labels are names of doors, APIs,
//! operations and services, and words of closed lists; nothing that a caller
//! sends becomes a label. Latency is a histogram per API and class of status;
//! per operation there are counts and the sum of durations, so that ten thousand
//! operations stay readable.

mod exposition;
mod process;

pub(crate) use exposition::render;

/// What `Content-Type` to send the metrics with.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What kind of figure a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricKind {
    /// Only grows, until the process ends.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts in buckets, their sum and number.
    Histogram,
}

impl MetricKind {
    /// The word of the exposition format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// A metric, as `docs/reference/metrics.md` lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name, with the unit last.
    pub name: &'static str,
    /// What kind of figure it is.
    pub kind: MetricKind,
    /// Its labels, in the order that they are written in.
    pub labels: &'static [&'static str],
    /// What it says.
    pub help: &'static str,
}

macro_rules! metrics {
    ($( $constant:ident = $kind:ident $name:literal [$($label:literal),*] $help:literal; )+) => {
        $( const $constant: Metric =
            Metric { name: $name, kind: MetricKind::$kind, labels: &[$($label),*], help: $help }; )+
        /// Every metric, in the order of the exposition.
        pub const METRICS: &[Metric] = &[$( $constant ),+];
    };
}

metrics! {
    REQUEST_DURATION = Histogram "http_server_request_duration_seconds" ["door", "api", "status_class"]
        "Duration of requests, from the first byte read to the last byte sent; `api` is empty for what was routed nowhere.";
    ACTIVE_REQUESTS = Gauge "http_server_active_requests" ["door"] "Requests under way.";
    OPERATION_REQUESTS = Counter "vestibule_operation_requests_total" ["door", "api", "operation", "status_class"]
        "Requests by operation.";
    OPERATION_DURATION = Counter "vestibule_operation_duration_seconds_total" ["door", "api", "operation"]
        "Sum of the durations of an operation's requests.";
    DEPRECATED_REQUESTS = Counter "vestibule_deprecated_requests_total" ["door", "api", "operation", "retired"]
        "Requests for operations that should not be used any more, `retired` for those that are gone by now.";
    CALLER_REQUESTS = Counter "vestibule_caller_requests_total" ["door", "caller"] "Requests by kind of caller.";
    REFUSALS = Counter "vestibule_refusals_total" ["door", "problem"] "Requests that the gateway refused, by problem code.";
    FAILURES = Counter "vestibule_failures_total" ["door", "problem"]
        "Requests that the service or the gateway failed, by problem code.";
    ABANDONED = Counter "vestibule_abandoned_requests_total" ["door"] "Requests whose caller went away first.";
    RECEIVED_BYTES = Counter "vestibule_received_body_bytes_total" ["door"] "Bytes of request bodies.";
    SENT_BYTES = Counter "vestibule_sent_body_bytes_total" ["door"] "Bytes of answer bodies.";
    ENCODED = Counter "vestibule_encoded_answers_total" ["door", "coding"] "Answers that were given in a content coding.";
    ENCODED_FROM = Counter "vestibule_encoded_answers_read_bytes_total" ["door", "coding"]
        "Bytes of these answers before they were encoded.";
    ENCODED_TO = Counter "vestibule_encoded_answers_written_bytes_total" ["door", "coding"]
        "Bytes of these answers after they were encoded.";
    NOT_ENCODED = Counter "vestibule_unencoded_answers_total" ["door"]
        "Answers that went out as they are because too many were being encoded.";
    CONNECTIONS = Gauge "vestibule_connections" ["door"] "Open connections.";
    CONNECTIONS_ACCEPTED = Counter "vestibule_connections_accepted_total" ["door"] "Connections accepted.";
    CONNECTIONS_REFUSED = Counter "vestibule_connections_refused_total" ["door", "bound"]
        "Connections closed unserved, by the bound that was reached.";
    HANDSHAKES = Counter "vestibule_handshakes_total" ["door", "resumed"] "TLS handshakes completed.";
    HANDSHAKES_FAILED = Counter "vestibule_handshakes_failed_total" ["door", "reason"] "TLS handshakes that failed.";
    CERTIFICATE_EXPIRY = Gauge "vestibule_certificate_expiry_timestamp_seconds" ["door", "name"]
        "When a door's certificate ends, in seconds since 1970; `name` is the first of its names.";
    UPSTREAM_FIRST_BYTE = Histogram "vestibule_upstream_first_byte_seconds" ["service"]
        "Time from the start of forwarding to the first byte of the service's answer.";
    UPSTREAM_CONNECTIONS = Gauge "vestibule_upstream_connections" ["service"] "Open connections to a service.";
    UPSTREAM_OPENED = Counter "vestibule_upstream_connections_opened_total" ["service"] "Connections opened to a service.";
    UPSTREAM_FAILED = Counter "vestibule_upstream_connections_failed_total" ["service"]
        "Connections to a service that could not be opened.";
    UPSTREAM_REUSED = Counter "vestibule_upstream_connections_reused_total" ["service"]
        "Requests sent over a connection that had served another before.";
    UPSTREAM_CONNECT = Counter "vestibule_upstream_connect_seconds_total" ["service"]
        "Time spent opening connections to a service, handshakes of TLS included.";
    UPSTREAM_RETRIES = Counter "vestibule_upstream_retries_total" ["service"] "Exchanges with a service begun again.";
    CACHE_REQUESTS = Counter "vestibule_cache_requests_total" ["door", "api", "result"]
        "Requests to APIs that keep answers, by what the store did.";
    CACHE_ANSWERS = Gauge "vestibule_cache_answers" ["door", "api"] "Answers that are kept.";
    CACHE_BYTES = Gauge "vestibule_cache_bytes" ["door", "api"]
        "Memory of kept answers, those being filled or still being sent among them.";
    CACHE_STORED = Counter "vestibule_cache_stored_total" ["door", "api"] "Answers that were stored.";
    CACHE_EVICTED = Counter "vestibule_cache_evicted_total" ["door", "api"] "Answers that made room for others.";
    PANICS = Counter "vestibule_panics_total" [] "Requests whose handling panicked.";
    LOG_LINES = Counter "vestibule_log_lines_total" [] "Lines of the access log, written or dropped.";
    LOG_DROPPED = Counter "vestibule_log_dropped_lines_total" []
        "Lines of the access log that were dropped because the sink was too slow or failed.";
    LOG_FAILURES = Counter "vestibule_log_write_failures_total" [] "Writes to the log's sink that failed.";
    EVENTS_DROPPED = Counter "vestibule_events_dropped_total" [] "Events that were dropped because there were too many.";
    LOADS = Counter "vestibule_configuration_loads_total" ["result"] "Configurations loaded or refused.";
    LOADED_AT = Gauge "vestibule_configuration_loaded_timestamp_seconds" []
        "When the running configuration was loaded, in seconds since 1970.";
    ADMIN_REFUSED = Counter "vestibule_admin_connections_refused_total" ["reason"]
        "Connections to the admin server that were closed unserved.";
    BUILD = Gauge "vestibule_build_info" ["version"] "Always 1; the label says what runs.";
    PROCESS_START = Gauge "process_start_time_seconds" [] "When the process began, in seconds since 1970.";
    PROCESS_CPU = Counter "process_cpu_seconds_total" [] "User and system CPU time spent.";
    PROCESS_RESIDENT = Gauge "process_resident_memory_bytes" [] "Resident memory.";
    PROCESS_VIRTUAL = Gauge "process_virtual_memory_bytes" [] "Virtual memory.";
    PROCESS_FDS = Gauge "process_open_fds" [] "Open file descriptors.";
    PROCESS_MAX_FDS = Gauge "process_max_fds" [] "Most file descriptors that may be open.";
    PROCESS_THREADS = Gauge "process_threads" [] "Threads of the process.";
}

#[cfg(test)]
mod tests;
