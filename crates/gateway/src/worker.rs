//! One data thread: its runtime, its listening sockets, and the commands that it takes from the control side.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use observe::Observer;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::{Instant, MissedTickBehavior};

use crate::accept;
use crate::snapshot::{Configuration, Snapshot};
use crate::thread::{TICK, Thread};

/// How many ticks lie between two sweeps of idle connections.
const TICKS_PER_SWEEP: u32 = 10;

/// How many threads may wait for disks and names beside one data thread.
const WAITING_AT_MOST: usize = 16;

/// What the control side asks of a data thread.
pub(crate) enum Command {
    /// Run this configuration; listen at these addresses, besides those that are listened at already.
    Load { configuration: Arc<Configuration>, sockets: Sockets, done: oneshot::Sender<io::Result<()>> },
    /// Give copies of the listening sockets, for another process to accept from as well.
    Share { done: oneshot::Sender<io::Result<Vec<(SocketAddr, OwnedFd)>>> },
    /// Take no more connections, finish what is under way until then, and end.
    Drain { within: Duration, done: oneshot::Sender<usize> },
}

/// Bound sockets by their address in the configuration.
pub(crate) type Sockets = Vec<(SocketAddr, std::net::TcpListener)>;

/// Runs a data thread until it has drained.
pub(crate) fn run(
    configuration: Arc<Configuration>,
    observer: Observer,
    sockets: Sockets,
    ready: oneshot::Sender<io::Result<()>>,
    commands: mpsc::UnboundedReceiver<Command>,
) {
    let options = tokio::runtime::LocalOptions::default();
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().max_blocking_threads(WAITING_AT_MOST).build_local(options);
    match runtime {
        // A control side that does not wait for the answer any more has given up starting.
        Err(error) => drop(ready.send(Err(error))),
        Ok(runtime) => runtime.block_on(async move {
            let thread = Thread::new(|pools| Snapshot::new(configuration, pools), observer);
            let mut worker = Worker { thread, accepting: HashMap::new() };
            let listening = worker.listen(sockets);
            let failed = listening.is_err();
            if ready.send(listening).is_ok() && !failed {
                // A task of its own: what wakes the future that the runtime was started with always costs a system
                // call, also from this thread. Its end, also by a panic, ends the thread, and that is noticed.
                let _ = spawn_local(async move { worker.work(commands).await }).await;
            }
        }),
    }
}

/// One listening socket and the task that accepts from it.
struct Accepting {
    listener: Rc<TcpListener>,
    task: JoinHandle<()>,
}

struct Worker {
    thread: Rc<Thread>,
    accepting: HashMap<SocketAddr, Accepting>,
}

impl Worker {
    async fn work(&mut self, mut commands: mpsc::UnboundedReceiver<Command>) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut ticks: u32 = 0;
        loop {
            tokio::select! {
                command = commands.recv() => match command {
                    Some(Command::Load { configuration, sockets, done }) => {
                        // Nobody waits for it at a shutdown.
                        let _ = done.send(self.load(configuration, sockets));
                    }
                    Some(Command::Share { done }) => {
                        let _ = done.send(self.share());
                    }
                    Some(Command::Drain { within, done }) => {
                        let left = self.drain(within).await;
                        let _ = done.send(left);
                        return;
                    }
                    None => return,
                },
                _ = tick.tick() => {
                    self.thread.tick();
                    ticks = ticks.wrapping_add(1);
                    if ticks.is_multiple_of(TICKS_PER_SWEEP) {
                        self.thread.sweep();
                    }
                }
            }
        }
    }

    fn load(&mut self, configuration: Arc<Configuration>, sockets: Sockets) -> io::Result<()> {
        let still: Vec<_> = configuration.addresses().collect();
        self.thread.load(|pools| Snapshot::new(configuration, pools));
        self.accepting.retain(|address, accepting| {
            let keep = still.contains(address);
            if !keep {
                accepting.task.abort();
            }
            keep
        });
        self.listen(sockets)
    }

    fn listen(&mut self, sockets: Sockets) -> io::Result<()> {
        for (address, socket) in sockets {
            let listener = Rc::new(TcpListener::from_std(socket)?);
            let task = spawn_local(accept::run(Rc::clone(&self.thread), Rc::clone(&listener), address));
            self.accepting.insert(address, Accepting { listener, task });
        }
        Ok(())
    }

    /// Copies of the listening sockets. They are the same sockets with the same queues: whoever is in one of them is
    /// taken by the first that accepts, and no queue is lost as long as one process holds it.
    fn share(&self) -> io::Result<Vec<(SocketAddr, OwnedFd)>> {
        let copy = |(address, accepting): (&SocketAddr, &Accepting)| {
            Ok((*address, accepting.listener.as_fd().try_clone_to_owned()?))
        };
        self.accepting.iter().map(copy).collect()
    }

    /// Ends accepting and waits for open connections; returns how many had to be cut off.
    async fn drain(&mut self, within: Duration) -> usize {
        for (address, Accepting { listener, task }) in self.accepting.drain() {
            task.abort();
            // Whoever is in the queue already was told that the connection stands.
            accept::rest(&self.thread, &listener, address);
        }
        self.thread.drain();
        let deadline = Instant::now() + within;
        let mut tick = tokio::time::interval(TICK);
        loop {
            tokio::select! {
                () = self.thread.emptied() => break,
                () = tokio::time::sleep_until(deadline) => break,
                _ = tick.tick() => self.thread.tick(),
            }
        }
        self.thread.tick();
        self.thread.open_connections()
    }
}
