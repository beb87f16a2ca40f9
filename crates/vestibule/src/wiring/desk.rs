//! What the admin socket is told: how things stand, and where to ask for a reload.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use admin::{
    Ask, CertificateStatus, ChangeAnswer, Configuration, DoorStatus, Noun, Refusal, ReloadOutcome, ServiceStatus,
    Settled, Status, Upgrade, UpgradeOutcome, Waiting,
};
use tokio::sync::{mpsc, oneshot, watch};

use super::public::{Standing, Standings};
use super::shown;

/// Reloads that may wait for their turn; more are refused.
const WAITING: usize = 8;

/// The house as the admin socket sees it.
#[derive(Debug)]
pub(crate) struct Desk {
    status: watch::Sender<Status>,
    reloads: mpsc::Sender<oneshot::Sender<ReloadOutcome>>,
    changes: mpsc::Sender<(Ask, oneshot::Sender<ChangeAnswer>)>,
    upgrades: mpsc::Sender<(Upgrade, oneshot::Sender<UpgradeOutcome>)>,
    nouns: Nouns,
}

/// The things that can be made, seen and changed while the house runs, by their names.
#[derive(Default)]
pub(crate) struct Nouns(BTreeMap<&'static str, Arc<dyn Noun>>);

impl Nouns {
    /// With these as well.
    pub(crate) fn with(mut self, name: &'static str, noun: Arc<dyn Noun>) -> Self {
        self.0.insert(name, noun);
        self
    }
}

impl fmt::Debug for Nouns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Where what was asked for at the desk comes out.
#[derive(Debug)]
pub(crate) struct Asks {
    pub(crate) reloads: mpsc::Receiver<oneshot::Sender<ReloadOutcome>>,
    pub(crate) changes: mpsc::Receiver<(Ask, oneshot::Sender<ChangeAnswer>)>,
    pub(crate) upgrades: mpsc::Receiver<(Upgrade, oneshot::Sender<UpgradeOutcome>)>,
}

impl Desk {
    /// A desk that is not open yet, and the end where its requests come out.
    pub(crate) fn new(file: &Path, loaded: &config::Loaded, nouns: Nouns) -> (Arc<Self>, Asks) {
        let (reloads, reloads_out) = mpsc::channel(WAITING);
        let (changes, changes_out) = mpsc::channel(WAITING);
        let (upgrades, upgrades_out) = mpsc::channel(1);
        let now = timestamp(SystemTime::now());
        let status = Status {
            ready: false,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            started_at: now.clone(),
            configuration: Configuration {
                hash: loaded.hash.clone(),
                file: file.display().to_string(),
                loaded_at: now,
                last_refused: None,
                waits: None,
                settled: None,
            },
            doors: doors(&loaded.plan.gateway, &Standings::new(), SystemTime::now()),
            services: Vec::new(),
        };
        let desk = Self { status: watch::Sender::new(status), reloads, changes, upgrades, nouns };
        (Arc::new(desk), Asks { reloads: reloads_out, changes: changes_out, upgrades: upgrades_out })
    }

    /// Whether requests should be sent here.
    pub(crate) fn open(&self, open: bool) {
        self.status.send_modify(|status| status.ready = open);
    }

    /// The hash of what runs.
    pub(crate) fn hash(&self) -> String {
        self.status.borrow().configuration.hash.clone()
    }

    /// Another configuration runs now.
    pub(crate) fn loaded(&self, hash: String, doors: Vec<DoorStatus>, services: Vec<ServiceStatus>) {
        self.status.send_modify(|status| {
            status.configuration.hash = hash;
            status.configuration.loaded_at = timestamp(SystemTime::now());
            status.configuration.last_refused = None;
            status.doors = doors;
            status.services = services;
        });
    }

    /// Since when it runs.
    pub(crate) fn loaded_at(&self) -> String {
        self.status.borrow().configuration.loaded_at.clone()
    }

    /// What runs goes back to another one after this time.
    pub(crate) fn waits(&self, was: String, within: Duration) {
        let until = timestamp(SystemTime::now() + within);
        self.status.send_modify(|status| status.configuration.waits = Some(Waiting { was, until }));
    }

    /// What waited is kept, or was taken back.
    pub(crate) fn settled(&self, hash: String, outcome: &str) {
        let settled = Settled { hash, outcome: outcome.to_owned(), at: timestamp(SystemTime::now()) };
        self.status.send_modify(|status| {
            status.configuration.waits = None;
            status.configuration.last_refused = None;
            status.configuration.settled = Some(settled);
        });
    }

    /// How the services stand now.
    pub(crate) fn stand(&self, services: Vec<ServiceStatus>) {
        self.status.send_if_modified(|status| {
            let changed = status.services != services;
            status.services = services;
            changed
        });
    }

    /// How the doors stand now.
    pub(crate) fn show(&self, doors: Vec<DoorStatus>) {
        self.status.send_if_modified(|status| {
            let changed = status.doors != doors;
            status.doors = doors;
            changed
        });
    }

    /// What the file says runs, whatever was refused before.
    pub(crate) fn agrees(&self) {
        self.status.send_if_modified(|status| status.configuration.last_refused.take().is_some());
    }

    /// A configuration was refused.
    pub(crate) fn refused(&self, faults: usize) {
        let refusal = Refusal { at: timestamp(SystemTime::now()), faults };
        self.status.send_modify(|status| status.configuration.last_refused = Some(refusal));
    }
}

impl admin::House for Desk {
    fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    fn ready(&self) -> bool {
        self.status.borrow().ready
    }

    fn reload(&self) -> Pin<Box<dyn Future<Output = ReloadOutcome> + Send>> {
        let asks = self.reloads.clone();
        let running = self.hash();
        Box::pin(async move {
            let refused = |why: &str| ReloadOutcome::Refused {
                running: running.clone(),
                faults: Vec::new(),
                rendered: why.to_owned(),
            };
            let (answer, answered) = oneshot::channel();
            match asks.try_send(answer) {
                Ok(()) => answered.await.unwrap_or_else(|_| refused("the gateway is closing")),
                Err(mpsc::error::TrySendError::Full(_)) => refused("too many reloads are waiting already"),
                Err(mpsc::error::TrySendError::Closed(_)) => refused("the gateway is closing"),
            }
        })
    }

    fn change(&self, ask: Ask) -> Pin<Box<dyn Future<Output = ChangeAnswer> + Send>> {
        let (asks, running, command) = (self.changes.clone(), self.hash(), ask.command());
        Box::pin(async move {
            let refused = |code: &str, why: &str| ChangeAnswer::refused(command, running.clone(), code, why.to_owned());
            let (answer, answered) = oneshot::channel();
            match asks.try_send((ask, answer)) {
                Ok(()) => answered.await.unwrap_or_else(|_| refused("closing", "the gateway is closing")),
                Err(mpsc::error::TrySendError::Full(_)) => refused("busy", "too many changes are waiting already"),
                Err(mpsc::error::TrySendError::Closed(_)) => refused("closing", "the gateway is closing"),
            }
        })
    }

    fn noun(&self, name: &str) -> Option<Arc<dyn Noun>> {
        self.nouns.0.get(name).cloned()
    }

    fn upgrade(&self, wanted: Upgrade) -> Pin<Box<dyn Future<Output = UpgradeOutcome> + Send>> {
        let asks = self.upgrades.clone();
        Box::pin(async move {
            let refused = |why: &str| UpgradeOutcome::Refused { why: why.to_owned() };
            let (answer, answered) = oneshot::channel();
            match asks.try_send((wanted, answer)) {
                Ok(()) => answered.await.unwrap_or_else(|_| refused("the gateway is closing")),
                Err(mpsc::error::TrySendError::Full(_)) => refused("another upgrade is under way"),
                Err(mpsc::error::TrySendError::Closed(_)) => refused("the gateway is closing"),
            }
        })
    }
}

/// The doors of a configuration and what they show, for `status`.
pub(crate) fn doors(settings: &gateway::Settings, public: &Standings, now: SystemTime) -> Vec<DoorStatus> {
    let doors = settings.doors.iter();
    doors
        .map(|door| DoorStatus {
            name: door.door.name.to_string(),
            kind: door.door.kind.as_str().to_owned(),
            listen: door.listen.iter().map(ToString::to_string).collect(),
            certificates: certificates(door, public.get(&door.door.name), now),
        })
        .collect()
}

/// What a door shows, and what is wanted of a public CA and not there.
fn certificates(door: &gateway::DoorSettings, public: Option<&Standing>, now: SystemTime) -> Vec<CertificateStatus> {
    let mut certificates: Vec<_> = shown::by(door).map(|leaf| certificate(&leaf, now)).collect();
    let Some(standing) = public else { return certificates };
    match certificates.first_mut() {
        Some(first) => first.note = standing.trouble.clone().or_else(|| first.note.take()),
        None => {
            let note = standing.trouble.clone().unwrap_or_else(|| "is not there yet".to_owned());
            certificates.push(CertificateStatus { name: standing.name.clone(), until: None, note: Some(note) });
        }
    }
    certificates
}

fn certificate(leaf: &ca::Leaf, now: SystemTime) -> CertificateStatus {
    let note = shown::note(leaf, now).map(str::to_owned);
    CertificateStatus { name: leaf.name(), until: Some(timestamp(leaf.not_after)), note }
}

/// RFC 3339 in UTC, to the second.
pub(crate) fn timestamp(at: SystemTime) -> String {
    time::OffsetDateTime::from(at)
        .replace_nanosecond(0)
        .ok()
        .and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok())
        .unwrap_or_default()
}
