//! Sinks that fail, or take a little at a time.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::super::Log;
use super::Writer;
use crate::settings::{LogFormat, LogSettings};
use crate::specimen::Kept;

const PATIENCE: Duration = Duration::from_secs(10);

/// A sink that does what its plan says, one step a write, and then takes everything.
struct Moody {
    kept: Kept,
    plan: Vec<io::Result<usize>>,
}

impl Write for Moody {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let step = if self.plan.is_empty() { Ok(usize::MAX) } else { self.plan.remove(0) };
        let taken = step?.min(bytes.len());
        self.kept.write(bytes.get(..taken).expect("in range"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failure(kind: io::ErrorKind) -> io::Result<usize> {
    Err(kind.into())
}

/// Writes `lines` as one block through a sink with this plan.
fn through(plan: Vec<io::Result<usize>>, lines: &str) -> (Arc<Log>, Vec<String>) {
    let kept = Kept::default();
    let log = Arc::new(Log::new(LogSettings { format: LogFormat::Json, colour: false }));
    let mut block = log.empty_block();
    block.bytes().extend_from_slice(lines.as_bytes());
    block.lines = lines.lines().count() as u64;
    log.hand_over(&mut block);
    let writer = Writer::start(Arc::clone(&log), Box::new(Moody { kept: kept.clone(), plan })).expect("a thread");
    writer.stop(PATIENCE);
    (log, kept.lines())
}

#[test]
fn a_sink_that_takes_little_or_asks_for_patience_gets_everything_once() {
    let plan = vec![
        Ok(1),
        failure(io::ErrorKind::Interrupted),
        failure(io::ErrorKind::WouldBlock),
        Ok(3),
        failure(io::ErrorKind::WouldBlock),
    ];
    let (log, lines) = through(plan, "first\nsecond\n");
    assert_eq!(lines, ["first", "second"]);
    assert_eq!(log.lines_dropped.load(Ordering::Relaxed), 0);
    assert_eq!(log.write_failures.load(Ordering::Relaxed), 0);
}

#[test]
fn a_sink_that_parks_its_thread_does_not_lose_a_wake_up() {
    struct Parking(Kept);
    impl Write for Parking {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // Takes whatever token of `unpark` there is, as a blocking channel would.
            std::thread::park_timeout(Duration::from_millis(1));
            self.0.write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            std::thread::park_timeout(Duration::from_millis(1));
            Ok(())
        }
    }
    for _ in 0..200 {
        let kept = Kept::default();
        let log = Arc::new(Log::new(LogSettings { format: LogFormat::Json, colour: false }));
        let writer = Writer::start(Arc::clone(&log), Box::new(Parking(kept.clone()))).expect("a thread");
        let mut block = log.empty_block();
        block.bytes().extend_from_slice(b"line\n");
        block.lines = 1;
        log.hand_over(&mut block);
        writer.stop(Duration::from_secs(600));
        assert_eq!(kept.lines(), ["line"]);
    }
}

#[test]
fn a_failure_loses_the_rest_of_the_block_and_the_log_owns_up() {
    let plan = vec![Ok("first\nsec".len()), failure(io::ErrorKind::StorageFull)];
    let (log, lines) = through(plan, "first\nsecond\nthird\n");
    assert_eq!(log.lines_dropped.load(Ordering::Relaxed), 2);
    assert_eq!(log.write_failures.load(Ordering::Relaxed), 1);
    let [first, torn, gap] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((first.as_str(), torn.as_str()), ("first", "sec"), "a torn line stands alone");
    assert!(gap.contains("\"event\":\"log-lines-dropped\",\"lines\":2"), "{gap}");
}

#[test]
fn a_sink_that_is_gone_costs_only_its_lines() {
    let plan = (0..100).map(|_| failure(io::ErrorKind::BrokenPipe)).collect();
    let (log, lines) = through(plan, "first\nsecond\n");
    assert_eq!(lines, [""; 0]);
    assert_eq!(log.lines_dropped.load(Ordering::Relaxed), 2);
}
