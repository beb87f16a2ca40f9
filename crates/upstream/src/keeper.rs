//! What is done for services while nobody asks: names are looked up again, replicas are probed. On the control runtime.
//!
//! One task for each name and one for each group that is probed; all end when the [`Keeper`] is dropped, which is
//! when another configuration runs. Nothing here is on the way of a request: a resolver that hangs leaves the last
//! good answer in use.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::group::{ENDPOINTS_AT_MOST, Group};
use crate::probe;
use crate::services::{Services, Shared};
use crate::settings::Origin;

/// How often a name is looked up.
const EVERY: Duration = Duration::from_secs(30);
/// How soon at most after the last time, when connections fail.
const DOUBTED_EVERY: Duration = Duration::from_secs(1);
/// How long a start or reload waits for first answers; names that have none by then get theirs later.
const FIRST_ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// An answer that is under way.
pub type Lookup<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'a>>;

/// Who knows the addresses of names.
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of a name, with this port.
    fn lookup<'a>(&'a self, host: &'a str, port: u16) -> Lookup<'a>;
}

/// The system's resolver: `/etc/hosts`, DNS, and what else the machine is set up for.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn lookup<'a>(&'a self, host: &'a str, port: u16) -> Lookup<'a> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.take(4 * ENDPOINTS_AT_MOST).collect()) })
    }
}

/// The running tasks; dropped, they end.
#[derive(Debug)]
pub struct Keeper {
    _tasks: JoinSet<()>,
}

impl Keeper {
    /// Begins, and returns once every name that has no addresses yet was looked up, or after two seconds.
    pub async fn start(services: &Services, resolver: Arc<dyn Resolve>) -> Self {
        let mut tasks = JoinSet::new();
        let (first, mut firsts) = mpsc::channel::<std::convert::Infallible>(1);
        for shared in services.iter() {
            for of in Of::groups(shared) {
                for (origin, location) in of.group().origins().iter().enumerate() {
                    if let (Origin::Tcp { host, port, .. }, None) = (location, location.literal()) {
                        let name = Name { of: of.clone(), origin, host: host.clone(), port: *port };
                        tasks.spawn(name.follow(Arc::clone(&resolver), first.clone()));
                    }
                }
                if let Some(settings) = &shared.settings.probes {
                    tasks.spawn(probe::watch_over(of.clone(), settings.clone()));
                }
            }
        }
        drop(first);
        // Nothing is ever sent: the channel ends when the last name has dropped its end.
        let _ = timeout(FIRST_ANSWERS_WITHIN, firsts.recv()).await;
        Self { _tasks: tasks }
    }
}

/// One of the groups of a service.
#[derive(Clone)]
pub(crate) struct Of {
    shared: Arc<Shared>,
    canary: bool,
}

impl Of {
    fn groups(shared: &Arc<Shared>) -> impl Iterator<Item = Self> + use<> {
        let canary = shared.canary.is_some().then_some(true);
        let shared = Arc::clone(shared);
        [Some(false), canary].into_iter().flatten().map(move |canary| Self { shared: Arc::clone(&shared), canary })
    }

    pub(crate) fn group(&self) -> &Group {
        self.shared.canary.as_ref().filter(|_| self.canary).unwrap_or(&self.shared.main)
    }
}

/// A name, and the group whose endpoints are behind it.
struct Name {
    of: Of,
    origin: usize,
    host: Box<str>,
    port: u16,
}

impl Name {
    /// Looks the name up for ever.
    async fn follow(self, resolver: Arc<dyn Resolve>, first: mpsc::Sender<std::convert::Infallible>) {
        let mut random = Rng::new();
        let mut doubts = self.of.shared.doubts.subscribe();
        if !self.of.group().is_answered(self.origin) {
            self.look_up(&*resolver).await;
        }
        drop(first);
        loop {
            let asked = Instant::now();
            tokio::select! {
                () = sleep(jittered(EVERY, &mut random)) => {}
                () = doubted(&mut doubts) => {
                    tokio::time::sleep_until(asked + jittered(DOUBTED_EVERY, &mut random)).await;
                    doubts.mark_unchanged();
                }
            }
            self.look_up(&*resolver).await;
        }
    }

    /// An answer that is an error changes nothing.
    async fn look_up(&self, resolver: &dyn Resolve) {
        if let Ok(addresses) = resolver.lookup(&self.host, self.port).await {
            self.of.group().answered(self.origin, &addresses, std::time::Instant::now());
        }
    }
}

async fn doubted(doubts: &mut watch::Receiver<()>) {
    if doubts.changed().await.is_err() {
        // The service is gone, and this task with it any moment.
        std::future::pending::<()>().await;
    }
}

/// That time, a fifth more or less: what began together must not go on together.
pub(crate) fn jittered(every: Duration, random: &mut Rng) -> Duration {
    every.mul_f32(random.f32().mul_add(0.4, 0.8))
}

#[cfg(test)]
mod tests;
