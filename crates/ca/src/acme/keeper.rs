//! Sees to it that a certificate is there and current: looks, takes over what another node got, or asks the CA.
//!
//! Everything that must not happen twice happens under the lock of the CA's folder:
//! whoever has it looks at the disk again before it asks.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::{mpsc, watch};

use super::schedule::{renew_at, wait_after};
use super::store::Attempts;
use super::{AcmeError, AcmeSettings, Proof, Responder, Store, order};
use crate::Leaf;

/// How often files are looked at.
const PULSE: Duration = Duration::from_secs(1);
/// How long the other nodes have to find the proofs before the CA asks for them.
const SPREADING: Duration = Duration::from_millis(2_500);

/// One certificate that is wanted, and by which door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The name of the door.
    pub door: Arc<str>,
    /// Which certificate.
    pub settings: AcmeSettings,
    /// The data directory that it is kept in.
    pub data: PathBuf,
}

/// What the keeper has to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// Another certificate is on disk than before.
    Changed {
        /// The door's name.
        door: Arc<str>,
        /// What it says.
        leaf: Leaf,
    },
    /// No certificate could be had.
    Failed {
        /// The door's name.
        door: Arc<str>,
        /// The first of the names.
        name: String,
        /// Why, for operators.
        why: String,
        /// When it is tried again.
        again: SystemTime,
    },
}

/// Keeps the certificates of all doors, one after the other.
pub struct Keeper {
    responder: Arc<dyn Responder>,
    reports: mpsc::Sender<Report>,
    tended: Vec<Tended>,
    /// What is shown to a CA now.
    shown: Vec<Proof>,
    salt: u8,
}

struct Tended {
    wanted: Wanted,
    store: Store,
    seen: Option<SystemTime>,
    leaf: Option<Leaf>,
    /// Not before that; from the disk, so that neither a restart nor another node asks sooner.
    again: SystemTime,
    /// A failure of before this process began, not told yet.
    before: Option<Report>,
}

impl Keeper {
    /// Has proofs shown by this responder, and tells what happens.
    #[must_use]
    pub fn new(responder: Arc<dyn Responder>, reports: mpsc::Sender<Report>) -> Self {
        Self { responder, reports, tended: Vec::new(), shown: Vec::new(), salt: fastrand::u8(..) }
    }

    /// Runs until nobody wants anything any more: `wanted` is closed.
    pub async fn run(mut self, mut wanted: watch::Receiver<Vec<Wanted>>) {
        let mut pulse = tokio::time::interval(PULSE);
        pulse.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        self.take(&wanted.borrow_and_update().clone());
        loop {
            tokio::select! {
                changed = wanted.changed() => match changed {
                    Ok(()) => self.take(&wanted.borrow_and_update().clone()),
                    Err(_) => return,
                },
                _ = pulse.tick() => self.look(SystemTime::now()).await,
            }
        }
    }

    /// From now on these; what was wanted before and still is goes on.
    fn take(&mut self, wanted: &[Wanted]) {
        let mut before = std::mem::take(&mut self.tended);
        for wanted in wanted {
            let kept = before.iter().position(|tended| tended.wanted == *wanted);
            self.tended.push(kept.map_or_else(|| Tended::new(wanted), |at| before.swap_remove(at)));
        }
    }

    async fn look(&mut self, now: SystemTime) {
        for at in 0..self.tended.len() {
            let Some(tended) = self.tended.get_mut(at) else { return };
            if let Some(report) = tended.look_at_disk() {
                self.tell(report).await;
            }
            let Some(tended) = self.tended.get_mut(at) else { return };
            if let Some(report) = tended.before.take() {
                self.tell(report).await;
            }
            let Some(tended) = self.tended.get(at) else { return };
            if tended.is_due(now, self.salt) {
                self.ask(at, now).await;
            }
        }
        self.show_those_on_disk(now);
    }

    /// Whatever any node has a CA look for is shown here too: the CA may come to any of them.
    fn show_those_on_disk(&mut self, now: SystemTime) {
        let mut proofs: Vec<Proof> = Vec::new();
        for tended in &self.tended {
            let more = tended.store.proofs(now).into_iter().filter(|proof| !proofs.contains(proof)).collect::<Vec<_>>();
            proofs.extend(more);
        }
        if proofs != self.shown {
            self.responder.show(&proofs);
            self.shown = proofs;
        }
    }

    /// Asks the CA, if nobody else does at this moment and nobody has just done so.
    async fn ask(&mut self, at: usize, now: SystemTime) {
        let Some(tended) = self.tended.get(at) else { return };
        let (store, wanted, salt) = (tended.store.clone(), tended.wanted.clone(), self.salt);
        let asked = match store.lock() {
            Ok(None) => return,
            Ok(Some(lock)) => {
                let Some(tended) = self.tended.get_mut(at) else { return };
                tended.look_at_attempts();
                if let Some(report) = tended.look_at_disk() {
                    self.tell(report).await;
                }
                if self.tended.get(at).is_none_or(|tended| !tended.is_due(now, salt)) {
                    return;
                }
                let asked = self.ask_now(&wanted.settings, &store).await;
                // A file that says too little is written anew, one that cannot be removed runs out by itself.
                let _ = store.keep_proofs(&[], now);
                (asked, Some(lock))
            }
            Err(error) => (Err(error), None),
        };
        let (asked, lock) = asked;
        let report = match asked {
            Ok(()) => self.tended.get_mut(at).and_then(Tended::look_at_disk),
            Err(error) => self.tended.get_mut(at).map(|tended| tended.failed(&error, salt)),
        };
        drop(lock);
        if let Some(report) = report {
            self.tell(report).await;
        }
    }

    async fn ask_now(&mut self, settings: &AcmeSettings, store: &Store) -> Result<(), AcmeError> {
        let account = match order::account(settings, store).await {
            Err(error) if error.is_lost_account() => {
                store.forget_account()?;
                return Err(error);
            }
            account => account?,
        };
        let issued = order::issue(&account, settings, |proofs| self.show(store, proofs)).await;
        if issued.as_ref().is_err_and(AcmeError::is_lost_account) {
            store.forget_account()?;
        }
        let (key, chain) = issued?;
        store.keep(&key, &chain)?;
        store.forget_attempts()
    }

    async fn show(&mut self, store: &Store, proofs: Vec<Proof>) -> Result<(), AcmeError> {
        store.keep_proofs(&proofs, SystemTime::now())?;
        self.responder.show(&proofs);
        self.shown = proofs;
        tokio::time::sleep(SPREADING).await;
        Ok(())
    }

    async fn tell(&self, report: Report) {
        // Nobody listens any more where the house is closing.
        let _ = self.reports.send(report).await;
    }
}

impl Tended {
    fn new(wanted: &Wanted) -> Self {
        let store = Store::new(&wanted.data, &wanted.settings);
        let mut tended =
            Self { wanted: wanted.clone(), store, seen: None, leaf: None, again: SystemTime::UNIX_EPOCH, before: None };
        tended.look_at_attempts();
        if tended.again > SystemTime::now() {
            let why = tended.store.attempts().unwrap_or_default().why;
            tended.before = Some(tended.failure(why));
        }
        tended
    }

    fn failure(&self, why: String) -> Report {
        let name = self.wanted.settings.names.first().cloned().unwrap_or_default();
        Report::Failed { door: Arc::clone(&self.wanted.door), name, why, again: self.again }
    }

    fn look_at_attempts(&mut self) {
        // What cannot be read says nothing; it is written anew with the next failure.
        self.again = self.store.attempts().unwrap_or_default().again();
    }

    /// Reads the certificate where its file is another than last time.
    fn look_at_disk(&mut self) -> Option<Report> {
        let stamp = self.store.stamp();
        if stamp == self.seen {
            return None;
        }
        self.seen = stamp;
        let kept = self.store.certificate().ok().flatten();
        let fits = |leaf: &Leaf| self.wanted.settings.names.iter().all(|name| leaf.is_for(name));
        let leaf = kept.map(|kept| kept.leaf).filter(fits);
        if leaf == self.leaf {
            return None;
        }
        self.leaf.clone_from(&leaf);
        leaf.map(|leaf| Report::Changed { door: Arc::clone(&self.wanted.door), leaf })
    }

    fn is_due(&self, now: SystemTime, salt: u8) -> bool {
        self.again <= now && self.leaf.as_ref().is_none_or(|leaf| renew_at(leaf, salt) <= now)
    }

    fn failed(&mut self, error: &AcmeError, salt: u8) -> Report {
        let failures = self.store.attempts().unwrap_or_default().failures.saturating_add(1);
        let wait = wait_after(failures, error.is_rate_limit(), salt);
        // From now, not from when it began: the CA may have taken its time.
        self.again = SystemTime::now() + wait;
        let why = error.to_string();
        // Where it cannot be written the time in memory holds, for as long as this process lives.
        let _ = self.store.keep_attempts(&Attempts::failed(failures, self.again, why.clone()));
        self.failure(why)
    }
}

#[cfg(test)]
mod tests;
