//! The doors' certificates of a public CA: put in from the data directory, kept current beside everything else.
//!
//! The keeper (`ca::acme`) gets them to disk; from there they come into the doors by a reload, as every change does.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ca::Leaf;
use ca::acme::{Keeper, Kept, Report, Responder, Store, Wanted};
use config::Plan;
use gateway::{CertificateAndKey, Challenges};
use rustls::crypto::aws_lc_rs;
use rustls::sign::CertifiedKey;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::terminal::Terminal;

/// Reports that may wait until the house has time for them.
const WAITING: usize = 16;
/// How long a certificate that could not be put into its door is left alone.
const REST: Duration = Duration::from_secs(60);

/// How the certificate of a door stands that is of a public CA.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The first of the names that it is for.
    pub(crate) name: String,
    /// Why there is no other, where one was asked for; the words follow its name.
    pub(crate) trouble: Option<String>,
}

/// By the name of the door.
pub(crate) type Standings = HashMap<Arc<str>, Standing>;

/// The keeper, and what it has told.
pub(crate) struct PublicCertificates {
    wanted: watch::Sender<Vec<Wanted>>,
    reports: mpsc::Receiver<Report>,
    task: JoinHandle<()>,
    standings: Standings,
    /// What is on disk and not shown yet, by the name of its door.
    fresh: Vec<(Arc<str>, Leaf)>,
    /// When it could last not be put into its door.
    failed: Option<SystemTime>,
}

impl PublicCertificates {
    /// Begins to keep these, on a task of its own.
    pub(crate) fn start(challenges: Arc<Challenges>, first: Vec<Wanted>) -> Self {
        let (reports, told) = mpsc::channel(WAITING);
        let (wanted, wanted_out) = watch::channel(Vec::new());
        let keeper = Keeper::new(challenges as Arc<dyn Responder>, reports);
        let task = tokio::spawn(keeper.run(wanted_out));
        let mut kept = Self { wanted, reports: told, task, standings: HashMap::new(), fresh: Vec::new(), failed: None };
        kept.want(first);
        kept
    }

    /// From now on these.
    pub(crate) fn want(&mut self, wanted: Vec<Wanted>) {
        let mut before = std::mem::take(&mut self.standings);
        for wanted in &wanted {
            let name = wanted.settings.names.first().cloned().unwrap_or_default();
            let kept = before.remove(&wanted.door).filter(|standing| standing.name == name);
            self.standings.insert(Arc::clone(&wanted.door), kept.unwrap_or(Standing { name, trouble: None }));
        }
        self.wanted.send_if_modified(|now| {
            let other = *now != wanted;
            *now = wanted;
            other
        });
    }

    /// Those that are wanted now, to be wanted again where what runs goes back.
    pub(crate) fn wanted(&self) -> Vec<Wanted> {
        self.wanted.borrow().clone()
    }

    /// How they stand.
    pub(crate) const fn standings(&self) -> &Standings {
        &self.standings
    }

    /// The next thing that the keeper tells; never, where it has ended.
    pub(crate) async fn next(&mut self) -> Report {
        match self.reports.recv().await {
            Some(report) => report,
            None => std::future::pending().await,
        }
    }

    /// Notes what was told.
    pub(crate) fn note(&mut self, report: &Report) {
        let (door, trouble) = match report {
            Report::Changed { door, .. } => (door, None),
            Report::Failed { door, why, again, .. } => {
                (door, Some(format!("could not be had: {why}; {}", next(*again))))
            }
        };
        if let Some(standing) = self.standings.get_mut(door) {
            standing.trouble = trouble;
        }
    }

    /// Notes that a door has a certificate on disk that it does not show.
    pub(crate) fn is_fresh(&mut self, door: Arc<str>, leaf: Leaf) {
        self.fresh.retain(|(other, _)| *other != door);
        self.fresh.push((door, leaf));
    }

    /// Whether something is to be put into its door.
    pub(crate) fn are_due(&self, now: SystemTime) -> bool {
        // A clock that was put back is no reason to wait.
        let rested = |last: SystemTime| now.duration_since(last).map_or(true, |since| since >= REST);
        !self.fresh.is_empty() && self.failed.is_none_or(rested)
    }

    /// What was to be put into its door, which has been done.
    pub(crate) fn take_fresh(&mut self) -> Vec<(Arc<str>, Leaf)> {
        self.failed = None;
        std::mem::take(&mut self.fresh)
    }

    /// It could not be done, and is not tried again at once.
    pub(crate) const fn rest(&mut self, now: SystemTime) {
        self.failed = Some(now);
    }

    /// Asks no more; what is under way is left where it is, and its lock with it.
    pub(crate) fn stop(&self) {
        self.task.abort();
    }
}

fn next(again: SystemTime) -> String {
    let wait = again.duration_since(SystemTime::now()).unwrap_or_default().as_secs();
    format!("tried again in {} min", wait.div_ceil(60))
}

/// Puts what is on disk into the doors that want it; where nothing is there yet they refuse every handshake. Tells what
/// is wanted in all.
pub(crate) fn complete(plan: &mut Plan, terminal: &Terminal) -> Vec<Wanted> {
    let mut all = Vec::new();
    for public in &plan.public_certificates {
        let Some(door) = plan.gateway.doors.get_mut(public.door) else { continue };
        let Some(tls) = door.tls.as_mut() else { continue };
        let store = Store::new(&plan.data_directory, &public.settings);
        let kept = store.certificate();
        match kept.map(|kept| kept.filter(|kept| fits(kept, &public.settings.names))) {
            Ok(Some(kept)) => tls.certificates = vec![CertificateAndKey { chain: kept.chain, key: kept.key }],
            Ok(None) => {}
            Err(error) => terminal.warn(format_args!("the door `{}` shows no certificate: {error}", door.door.name)),
        }
        let (name, settings, data) =
            (Arc::clone(&door.door.name), public.settings.clone(), plan.data_directory.clone());
        all.push(Wanted { door: name, settings, data });
    }
    all
}

fn fits(kept: &Kept, names: &[String]) -> bool {
    let pair = CertifiedKey::from_der(kept.chain.clone(), kept.key.clone_key(), &aws_lc_rs::default_provider());
    pair.is_ok() && names.iter().all(|name| kept.leaf.is_for(name))
}

/// Whether a door shows this certificate already.
pub(crate) fn is_shown(settings: &gateway::Settings, door: &str, leaf: &Leaf) -> bool {
    let door = settings.doors.iter().find(|settings| *settings.door.name == *door);
    door.is_some_and(|door| super::shown::by(door).any(|shown| shown == *leaf))
}
