//! The data plane as the control side sees it: started, reloaded as a whole or not at all, drained.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use observe::{Observatory, Observer};
use thiserror::Error;
use tokio::sync::{mpsc, oneshot};
use upstream::{Keeper, Standing, SystemResolver};

use crate::challenge::Challenges;
use crate::identification::Identification;
use crate::listen;
use crate::settings::Settings;
use crate::snapshot::{Configuration, labels};
use crate::tls::TlsError;
use crate::worker::{self, Command, Sockets};

/// How the data plane is run, apart from the configuration.
#[derive(Clone)]
pub struct Options {
    /// Data threads, at least one.
    pub threads: usize,
    /// Who people and applications are. Whom to ask about that is said before the first door opens: a request that
    /// comes earlier would be nobody's.
    pub identification: Arc<Identification>,
}

impl Default for Options {
    /// A thread for each core that the process may use (its CPU quota counts).
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self { threads, identification: Arc::default() }
    }
}

/// Why the data plane did not start or did not change.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// An address cannot be listened at.
    #[error("cannot listen at {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The TLS of a door cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A data thread could not be started.
    #[error("a data thread could not be started")]
    Thread(#[source] io::Error),
    /// A data thread has ended.
    #[error("a data thread has ended")]
    ThreadEnded,
}

/// Listening sockets of the process before, by their addresses.
#[derive(Debug, Default)]
pub struct Inherited(HashMap<SocketAddr, Vec<TcpListener>>);

impl Inherited {
    /// Takes one more in.
    pub fn push(&mut self, address: SocketAddr, socket: OwnedFd) {
        self.0.entry(address).or_default().push(socket.into());
    }

    /// How many threads the process before had; `None` where nothing was inherited.
    fn threads(&self) -> Option<usize> {
        self.0.values().map(Vec::len).max()
    }

    /// The sockets of one address, one for each thread.
    pub fn take(&mut self, address: SocketAddr) -> Option<Vec<TcpListener>> {
        self.0.remove(&address)
    }
}

/// A configuration that ran.
pub struct Former(Arc<Configuration>);

/// The running data plane.
pub struct Gateway {
    observatory: Arc<Observatory>,
    configuration: Arc<Configuration>,
    workers: Vec<WorkerHandle>,
    /// Follows names and probes replicas of the services that run now.
    keeper: Keeper,
}

struct WorkerHandle {
    commands: mpsc::UnboundedSender<Command>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Gateway {
    /// Binds every address, then starts the data threads. Returns once all of them accept connections.
    ///
    /// # Errors
    /// Nothing is left running when there is one.
    pub async fn start(
        settings: Settings,
        options: Options,
        observatory: Arc<Observatory>,
    ) -> Result<Self, GatewayError> {
        Self::succeed(settings, options, Inherited::default(), observatory).await
    }

    /// The same with sockets that another process listened with before: those are used as they are, one for each
    /// thread, and only what is missing is bound. There are as many threads as sockets of one address.
    ///
    /// # Errors
    /// Nothing is left running when there is one.
    pub async fn succeed(
        settings: Settings,
        options: Options,
        inherited: Inherited,
        observatory: Arc<Observatory>,
    ) -> Result<Self, GatewayError> {
        let threads = inherited.threads().unwrap_or(options.threads).max(1);
        let configuration = Configuration::new(settings, None, &observatory)?;
        let configuration = Arc::new(Configuration { identification: options.identification, ..configuration });
        let sockets = bind_missing(configuration.addresses(), threads, inherited)?;
        let keeper = Keeper::start(&configuration.services, Arc::new(SystemResolver)).await;
        let mut workers = Vec::with_capacity(threads);
        for (number, sockets) in sockets.into_iter().enumerate() {
            workers.push(WorkerHandle::start(number, &configuration, observatory.observer(), sockets).await?);
        }
        observatory.watch_stores(configuration.stores.watched(&configuration.settings));
        Ok(Self { observatory, configuration, workers, keeper })
    }

    /// The settings that run now.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.configuration.settings
    }

    /// Where proofs are shown to a CA that checks the doors' names.
    #[must_use]
    pub fn challenges(&self) -> Arc<Challenges> {
        Arc::clone(&self.configuration.challenges)
    }

    /// Who people and applications are, as far as that goes on over reloads.
    #[must_use]
    pub fn identification(&self) -> Arc<Identification> {
        Arc::clone(&self.configuration.identification)
    }

    /// How many data threads there are.
    #[must_use]
    pub const fn threads(&self) -> usize {
        self.workers.len()
    }

    /// How each service stands now, in the order of the settings.
    #[must_use]
    pub fn standing(&self) -> Vec<Standing> {
        self.configuration.services.standing(Instant::now())
    }

    /// Whether every data thread is alive.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.workers.iter().all(|worker| !worker.commands.is_closed())
    }

    /// Swaps the whole configuration on every thread. Addresses that stay keep their sockets, services that stay
    /// their connections, and requests under way the configuration that they began with.
    ///
    /// # Errors
    /// The new configuration cannot be run; the old one goes on untouched.
    pub async fn reload(&mut self, settings: Settings) -> Result<(), GatewayError> {
        let configuration = Configuration::new(settings, Some(&self.configuration), &self.observatory)?;
        self.swap(Arc::new(configuration)).await
    }

    /// What runs now, to go back to without reading anything.
    #[must_use]
    pub fn hold(&self) -> Former {
        Former(Arc::clone(&self.configuration))
    }

    /// Swaps the whole configuration for one that ran before. One other at most may have run since.
    ///
    /// # Errors
    /// It cannot be run any more; the present one goes on untouched.
    pub async fn go_back(&mut self, former: &Former) -> Result<(), GatewayError> {
        // Its names keep their rows, as long as they are asked for again.
        let _ = self.observatory.catalogue(&labels(&former.0.settings));
        self.swap(Arc::clone(&former.0)).await
    }

    async fn swap(&mut self, configuration: Arc<Configuration>) -> Result<(), GatewayError> {
        let listening: Vec<SocketAddr> = self.configuration.addresses().collect();
        let new = configuration.addresses().filter(|address| !listening.contains(address));
        let sockets = bind_all(new, self.workers.len())?;
        if !self.is_alive() {
            return Err(GatewayError::ThreadEnded);
        }
        let keeper = Keeper::start(&configuration.services, Arc::new(SystemResolver)).await;
        let mut loading = Vec::with_capacity(self.workers.len());
        for (worker, sockets) in self.workers.iter().zip(sockets) {
            let (done, loaded) = oneshot::channel();
            let command = Command::Load { configuration: Arc::clone(&configuration), sockets, done };
            worker.commands.send(command).map_err(|_| GatewayError::ThreadEnded)?;
            loading.push(loaded);
        }
        for loaded in loading {
            loaded.await.map_err(|_| GatewayError::ThreadEnded)?.map_err(GatewayError::Thread)?;
        }
        configuration.services.succeed(&self.configuration.services, Instant::now());
        self.observatory.watch_stores(configuration.stores.watched(&configuration.settings));
        self.configuration = configuration;
        self.keeper = keeper;
        Ok(())
    }

    /// Copies of all listening sockets, for a process that is to follow this one.
    ///
    /// # Errors
    /// A thread has ended, or the process has no descriptors left.
    pub async fn share(&self) -> Result<Vec<(SocketAddr, OwnedFd)>, GatewayError> {
        let mut all = Vec::new();
        for worker in &self.workers {
            let (done, shared) = oneshot::channel();
            worker.commands.send(Command::Share { done }).map_err(|_| GatewayError::ThreadEnded)?;
            all.extend(shared.await.map_err(|_| GatewayError::ThreadEnded)?.map_err(GatewayError::Thread)?);
        }
        Ok(all)
    }

    /// Takes no more connections, finishes what is under way, and ends the threads. Returns how many connections
    /// had to be cut off after `within`.
    pub async fn shutdown(mut self, within: Duration) -> usize {
        let mut draining = Vec::with_capacity(self.workers.len());
        for worker in &self.workers {
            let (done, drained) = oneshot::channel();
            if worker.commands.send(Command::Drain { within, done }).is_ok() {
                draining.push(drained);
            }
        }
        let mut cut_off = 0;
        for drained in draining {
            // A thread that has ended already has nothing to drain.
            cut_off += drained.await.unwrap_or(0);
        }
        for worker in &mut self.workers {
            worker.join();
        }
        cut_off
    }
}

impl WorkerHandle {
    async fn start(
        number: usize,
        configuration: &Arc<Configuration>,
        observer: Observer,
        sockets: Sockets,
    ) -> Result<Self, GatewayError> {
        let (commands, receiver) = mpsc::unbounded_channel();
        let (ready, started) = oneshot::channel();
        let configuration = Arc::clone(configuration);
        let thread = std::thread::Builder::new()
            .name(format!("data-{number}"))
            .spawn(move || worker::run(configuration, observer, sockets, ready, receiver))
            .map_err(GatewayError::Thread)?;
        started.await.map_err(|_| GatewayError::ThreadEnded)?.map_err(GatewayError::Thread)?;
        Ok(Self { commands, thread: Some(thread) })
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // It has said that it is done; a panic of its last moments concerns nobody any more.
            let _ = thread.join();
        }
    }
}

/// A set of sockets for each thread; all addresses are bound, or none.
fn bind_all(addresses: impl Iterator<Item = SocketAddr>, threads: usize) -> Result<Vec<Sockets>, GatewayError> {
    bind_missing(addresses, threads, Inherited::default())
}

/// The same; an address whose sockets were inherited, one for each thread, is not bound again.
fn bind_missing(
    addresses: impl Iterator<Item = SocketAddr>,
    threads: usize,
    mut inherited: Inherited,
) -> Result<Vec<Sockets>, GatewayError> {
    let mut sets: Vec<Sockets> = (0..threads).map(|_| Sockets::new()).collect();
    for address in addresses {
        let failed = |source| GatewayError::Listen { address, source };
        let sockets = match inherited.take(address) {
            Some(sockets) if sockets.len() == threads => sockets,
            // Another number would leave a queue that no thread accepts from, and its callers waiting.
            Some(_) => {
                return Err(failed(io::Error::other("the sockets that were handed over are not one for each thread")));
            }
            None => listen::bind(address, threads).map_err(failed)?,
        };
        for (set, socket) in sets.iter_mut().zip(sockets) {
            set.push((address, socket));
        }
    }
    Ok(sets)
}
