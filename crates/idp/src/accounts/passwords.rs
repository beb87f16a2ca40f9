//! The pool that hashes passwords: few threads behind a bounded queue, below everything else in priority.
//!
//! One hash is tens of milliseconds of a core and 19 MiB of memory. So it is never computed where requests are carried,
//! no more of them at a time than there are threads here, and the threads give way to the data plane (`nice`): a flood
//! of sign-ins makes sign-ins slow, and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
#[expect(clippy::disallowed_types, reason = "held by idle threads of this pool, never by the data plane")]
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use argon2::Block;
use model::Clock;
use thiserror::Error;
use tokio::sync::oneshot;

use super::{Password, PasswordHash, PasswordHashError, Weakness, Work};

/// How the pool works.
#[derive(Clone, Copy, Debug)]
pub struct PoolSettings {
    /// Threads, and with that hashes at a time.
    pub threads: usize,
    /// Jobs that wait at most.
    pub queue: usize,
    /// How long a job may wait; whoever asked is gone by then.
    pub patience: Duration,
    /// How much work a new hash is.
    pub work: Work,
}

/// The pool; its threads end when it is dropped.
pub struct Passwords {
    jobs: SyncSender<Job>,
    hashes: Arc<AtomicU64>,
    nobodys: PasswordHash,
    settings: PoolSettings,
    clock: Arc<dyn Clock>,
}

/// Why the pool gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PoolError {
    /// As many wait as may, or the job waited too long; worth another try in a few seconds.
    #[error("too many passwords are being compared at once")]
    Busy,
    /// The computation could not be made.
    #[error(transparent)]
    Hash(#[from] PasswordHashError),
}

/// What came of comparing a password.
#[derive(Debug)]
pub struct Verdict {
    /// Whether it is the one.
    pub right: bool,
    /// The same password with the work of today, where it is right and its hash had less.
    pub renewed: Option<PasswordHash>,
}

struct Job {
    deadline: Instant,
    work: JobKind,
}

enum JobKind {
    Compare(Password, PasswordHash, oneshot::Sender<Result<Verdict, PoolError>>),
    Make(Password, Vec<Box<str>>, oneshot::Sender<Made>),
}

type Made = Result<Result<PasswordHash, Weakness>, PoolError>;

impl PoolSettings {
    /// Half of the cores, at least one; four jobs a second each, so that the queue is some seconds long.
    #[must_use]
    pub fn standard() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = (cores / 2).max(1);
        Self { threads, queue: threads * 32, patience: Duration::from_secs(5), work: Work::STANDARD }
    }
}

impl Passwords {
    /// Starts the threads.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(settings: PoolSettings, clock: Arc<dyn Clock>) -> std::io::Result<Self> {
        let (jobs, waiting) = sync_channel(settings.queue);
        #[expect(clippy::disallowed_types, reason = "see the import")]
        let waiting = Arc::new(Mutex::new(waiting));
        let hashes = Arc::new(AtomicU64::new(0));
        for number in 0..settings.threads.max(1) {
            let worker = Worker {
                waiting: Arc::clone(&waiting),
                hashes: Arc::clone(&hashes),
                work: settings.work,
                clock: Arc::clone(&clock),
                memory: Vec::new(),
            };
            std::thread::Builder::new().name(format!("passwords-{number}")).spawn(move || worker.run())?;
        }
        Ok(Self { jobs, hashes, nobodys: PasswordHash::nobodys(settings.work), settings, clock })
    }

    /// Compares a password with a hash, or, where there is none, with one that nobody has: the same work either way.
    ///
    /// # Errors
    /// [`PoolError`].
    pub async fn compare(&self, password: Password, hash: Option<PasswordHash>) -> Result<Verdict, PoolError> {
        let (answer, answered) = oneshot::channel();
        let hash = hash.unwrap_or_else(|| self.nobodys.clone());
        self.ask(JobKind::Compare(password, hash, answer))?;
        answered.await.unwrap_or(Err(PoolError::Busy))
    }

    /// Hashes a chosen password, unless it would be guessed by somebody who knows `about` the person.
    ///
    /// # Errors
    /// [`PoolError`]; the inner one is what is wrong with the password.
    pub async fn make(&self, password: Password, about: Vec<Box<str>>) -> Made {
        let (answer, answered) = oneshot::channel();
        self.ask(JobKind::Make(password, about, answer))?;
        answered.await.unwrap_or(Err(PoolError::Busy))
    }

    /// How many hashes were computed since the start.
    #[must_use]
    pub fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::Relaxed)
    }

    fn ask(&self, work: JobKind) -> Result<(), PoolError> {
        let deadline = self.clock.now() + self.settings.patience;
        self.jobs.try_send(Job { deadline, work }).map_err(|_| PoolError::Busy)
    }
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Passwords").field("settings", &self.settings).finish_non_exhaustive()
    }
}

struct Worker {
    #[expect(clippy::disallowed_types, reason = "see the import")]
    waiting: Arc<Mutex<Receiver<Job>>>,
    hashes: Arc<AtomicU64>,
    work: Work,
    clock: Arc<dyn Clock>,
    /// Used again for every hash: 19 MiB are not asked for and given back each time.
    memory: Vec<Block>,
}

impl Worker {
    fn run(mut self) {
        // For the calling thread alone, as Linux has it. Where it is refused the threads are merely less modest.
        let _ = rustix::process::setpriority_process(None, 10);
        loop {
            let job = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(job) = job else { return };
            // A job that waited too long is dropped with its sender, which says so.
            if job.deadline > self.clock.now() {
                // A panic costs its job: the sender is dropped, and the thread goes on.
                let _ = catch_unwind(AssertUnwindSafe(|| self.serve(job.work)));
            }
        }
    }

    fn serve(&mut self, work: JobKind) {
        match work {
            JobKind::Compare(password, hash, answer) if !answer.is_closed() => {
                let verdict = self.compare(&password, &hash);
                let _ = answer.send(verdict);
            }
            JobKind::Make(password, about, answer) if !answer.is_closed() => {
                let made = match password.weakness(&about) {
                    Some(weakness) => Ok(Err(weakness)),
                    None => self.hash(&password).map(Ok),
                };
                let _ = answer.send(made);
            }
            // Whoever asked has gone away.
            JobKind::Compare(..) | JobKind::Make(..) => {}
        }
    }

    fn compare(&mut self, password: &Password, hash: &PasswordHash) -> Result<Verdict, PoolError> {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        let right = hash.is_of(password.expose(), &mut self.memory)?;
        let renewed = if right && hash.work().is_weaker_than(self.work) { Some(self.hash(password)?) } else { None };
        Ok(Verdict { right, renewed })
    }

    fn hash(&mut self, password: &Password) -> Result<PasswordHash, PoolError> {
        self.hashes.fetch_add(1, Ordering::Relaxed);
        Ok(PasswordHash::make(password.expose(), self.work, &mut self.memory)?)
    }
}

#[cfg(test)]
mod tests;
