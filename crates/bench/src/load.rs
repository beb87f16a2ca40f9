//! Puts one kind of load on one proxy and reports what a window of it has shown.
//!
//! Steps: serve the origin, start the callers, let them warm up, read all
//! counters, wait for the window, read them again, stop.

mod exchange;
pub(crate) mod fault;
mod http1;
mod http2;
mod idle;
mod paced;
#[cfg(test)]
mod tests;
mod timer;
mod websocket;
pub(crate) mod window;

use crate::arguments::{Load, Protocol, Shape};
use crate::origin::{self, Origin};
use crate::report::Report;
use crate::transport::Dialler;
use crate::websocket::LONGEST as LONGEST_MESSAGE;
use anyhow::{Context, ensure};
use exchange::Exchange;
pub(crate) use paced::Pace;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::{JoinSet, spawn_local};
use tokio::time::timeout;
use window::Window;

/// A load that ends by itself ends before this.
const LONGEST: Duration = Duration::from_secs(300);

/// What every caller of a run shares.
struct Run {
    dialler: Dialler,
    exchange: Exchange,
    window: Window,
}

/// Runs the load to its end.
///
/// # Errors
/// When the files it was told of cannot be read, the origin cannot listen or a
/// process to be measured is gone. Wrong answers are no error but counted.
pub(crate) async fn run(load: &Load) -> anyhow::Result<Report> {
    let short = load.protocol != Protocol::Websocket || load.length <= LONGEST_MESSAGE;
    ensure!(short, "messages on WebSockets are at most {LONGEST_MESSAGE} bytes long here");
    let origin = Origin::default();
    if let Some(address) = load.origin {
        spawn_local(origin::serve(origin::bind(address)?, origin.clone()));
    }
    let run = Rc::new(Run {
        dialler: Dialler::new(load)?,
        exchange: Exchange::new(load)?,
        window: Window::new(&load.processes, origin)?,
    });
    if load.shape == Shape::Idle {
        return idle::run(&run, load).await;
    }
    let mut callers = start_callers(&run, load);
    if load.requests.is_some() {
        run.window.open()?;
        timeout(LONGEST, callers.join_all()).await.context("the proxy answers no more")?;
        return run.window.close(load.connections);
    }
    tokio::time::sleep(load.warm_up()).await;
    run.window.open()?;
    tokio::time::sleep(load.window()).await;
    let report = run.window.close(load.connections);
    callers.abort_all();
    report
}

fn start_callers(run: &Rc<Run>, load: &Load) -> JoinSet<()> {
    let mut callers = JoinSet::new();
    let queue = Rc::new(paced::Queue::default());
    if let Some(pace) = load.pace() {
        let (run, queue) = (Rc::clone(run), Rc::clone(&queue));
        callers.spawn_local(async move {
            if let Err(fault) = paced::clock(&run, &queue, pace).await {
                run.window.fault(&fault);
            }
        });
    }
    for index in 0..load.connections {
        let (run, queue) = (Rc::clone(run), Rc::clone(&queue));
        let (shape, protocol, streams, paced) = (load.shape, load.protocol, load.streams, load.rate.is_some());
        let quota = load.requests.map_or(u64::MAX, |all| share(all, load.connections, index));
        callers.spawn_local(async move {
            let ended = match (shape, protocol, paced) {
                (Shape::Handshakes, _, false) => http1::handshakes(&run).await,
                (Shape::Handshakes, _, true) => paced::handshakes(&run, &queue).await,
                (_, Protocol::Http1, false) => http1::caller(&run, quota).await,
                (_, Protocol::Http1, true) => paced::caller(&run, &queue).await,
                (_, Protocol::Http2 | Protocol::Grpc, false) => http2::caller(&run, streams, quota).await,
                (_, Protocol::Http2 | Protocol::Grpc, true) => http2::paced(&run, &queue, streams).await,
                (_, Protocol::Websocket, false) => websocket::caller(&run, quota).await,
                (_, Protocol::Websocket, true) => websocket::paced(&run, &queue).await,
            };
            if let Err(fault) = ended {
                run.window.fault(&fault);
            }
        });
    }
    callers
}

/// How many of `all` requests connection `index` of `connections` sends.
fn share(all: u64, connections: usize, index: usize) -> u64 {
    let connections = connections.max(1) as u64;
    all / connections + u64::from((index as u64) < all % connections)
}
