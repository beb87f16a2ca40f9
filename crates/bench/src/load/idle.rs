//! Many connections that are used once and left alone: what does keeping one cost the proxy?

use super::Run;
use super::http1::Connection;
use crate::arguments::Load;
use crate::report::Report;
use std::time::{Duration, Instant};

/// Long enough for a proxy to give back what it takes for a request only.
const SETTLE: Duration = Duration::from_millis(500);

/// Opens the connections, measures, and asks again on each: one that was closed to save memory is a fault.
pub(crate) async fn run(run: &Run, load: &Load) -> anyhow::Result<Report> {
    run.window.open()?;
    let mut connections = Vec::with_capacity(load.connections);
    for _ in 0..load.connections {
        match run.dialler.dial().await {
            Ok(stream) => connections.push(Connection::new(stream)),
            Err(cause) => run.window.fault(&cause.into()),
        }
        if let Some(newest) = connections.last_mut() {
            ask(run, newest).await;
        }
    }
    tokio::time::sleep(SETTLE).await;
    let mut report = run.window.close(load.connections)?;
    for connection in &mut connections {
        ask(run, connection).await;
    }
    report.faults = run.window.faults();
    Ok(report)
}

async fn ask(run: &Run, connection: &mut Connection) {
    let since = Instant::now();
    match connection.ask(run).await {
        Ok(()) => run.window.answered(since),
        Err(fault) => run.window.fault(&fault),
    }
}
