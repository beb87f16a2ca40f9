//! The endpoints behind some URLs of a service, of which one takes a request. Two at most: the service's own, and its canary's.
//!
//! The list is immutable and swapped whole when a name gets other addresses. An endpoint whose address stays, stays
//! the same: what is known of it, and its connections, survive both a new answer of the resolver and a reload.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use fastrand::Rng;

use crate::balance::{Balance, Candidates};
use crate::dial::is_never_called;
use crate::endpoint::{Address, Endpoint};
use crate::settings::Origin;

/// Endpoints that a group has at most; further addresses of a name are not used.
pub(crate) const ENDPOINTS_AT_MOST: usize = 64;

/// The endpoints of now.
pub(crate) type Lineup = Vec<Arc<Endpoint>>;

/// Replicas among which one is chosen.
#[derive(Debug)]
pub(crate) struct Group {
    origins: Vec<Origin>,
    balance: Balance,
    /// The last good answer for each origin, in their order.
    answers: ArcSwap<Vec<Arc<[Address]>>>,
    lineup: ArcSwap<Lineup>,
    turn: AtomicUsize,
}

impl Group {
    /// The endpoints of these origins. What is known of them already, by `earlier` groups of the same service, is kept.
    pub(crate) fn new(origins: &[Origin], balance: &Balance, earlier: &[&Self], now: Instant) -> Self {
        let answer = |origin: &Origin| match origin.literal() {
            Some(address) => Arc::from([address]),
            None => earlier.iter().find_map(|group| group.answer_of(origin)).unwrap_or_default(),
        };
        let answers: Vec<Arc<[Address]>> = origins.iter().map(answer).collect();
        let known: Vec<Arc<Endpoint>> = earlier.iter().flat_map(|group| group.lineup().to_vec()).collect();
        let lineup = line_up(&answers, &known, now);
        Self {
            origins: origins.to_vec(),
            balance: balance.clone(),
            answers: ArcSwap::from_pointee(answers),
            lineup: ArcSwap::from_pointee(lineup),
            turn: AtomicUsize::new(0),
        }
    }

    pub(crate) fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The endpoints of now.
    pub(crate) fn lineup(&self) -> arc_swap::Guard<Arc<Lineup>> {
        self.lineup.load()
    }

    /// Whether anything is known of an origin's addresses.
    pub(crate) fn is_answered(&self, origin: usize) -> bool {
        self.answers.load().get(origin).is_some_and(|answer| !answer.is_empty())
    }

    fn answer_of(&self, origin: &Origin) -> Option<Arc<[Address]>> {
        let at = self.origins.iter().position(|own| own == origin)?;
        self.answers.load().get(at).cloned()
    }

    /// The resolver says that an origin has these addresses now. An answer without any that may be called is no
    /// answer: the last good one stands.
    pub(crate) fn answered(&self, origin: usize, addresses: &[SocketAddr], now: Instant) {
        let mut addresses: Vec<_> = addresses.iter().copied().filter(|to| !is_never_called(to.ip())).collect();
        // Resolvers turn their answers; the list must not change with that.
        addresses.sort_unstable();
        addresses.dedup();
        addresses.truncate(ENDPOINTS_AT_MOST);
        let Some(of) = self.origins.get(origin) else { return };
        let addresses: Arc<[Address]> = addresses.into_iter().map(|address| of.at(address)).collect();
        let mut answers = self.answers.load().to_vec();
        let Some(answer) = answers.get_mut(origin).filter(|before| !addresses.is_empty() && **before != addresses)
        else {
            return;
        };
        *answer = addresses;
        let before = self.lineup.load_full();
        let lineup = line_up(&answers, &before, now);
        replace(&before, &lineup);
        self.answers.store(Arc::new(answers));
        self.lineup.store(Arc::new(lineup));
    }

    /// Which endpoint takes the next attempt; `None` where there is none that was not tried.
    pub(crate) fn choose(
        &self,
        lineup: &Lineup,
        key: Option<u64>,
        tried: &[Arc<Endpoint>],
        now: Instant,
        random: &mut Rng,
    ) -> Option<usize> {
        if lineup.len() == 1 && tried.is_empty() {
            return Some(0);
        }
        let candidates = Candidates::new(lineup, tried, now);
        match (&self.balance, key) {
            (Balance::Hash(_), Some(key)) => candidates.by_key(key),
            (Balance::RoundRobin, _) => candidates.next_in_turn(&self.turn, random),
            (Balance::Ewma | Balance::Hash(_), _) => candidates.less_loaded(random),
        }
    }

    /// An endpoint failed an attempt. It is left alone if that was too often, and at most half of them are; `true`
    /// where that happened.
    pub(crate) fn failed(&self, endpoint: &Endpoint, took: Duration, now: Instant) -> bool {
        if !endpoint.failed(took, now) {
            return false;
        }
        let lineup = self.lineup();
        let ejected = lineup.iter().filter(|other| other.is_ejected(now)).count();
        let ejects = (ejected + 1) * 2 <= lineup.len();
        if ejects {
            endpoint.eject(now);
        }
        ejects
    }
}

/// The endpoints of these answers: those that are known, and new ones, which begin slowly beside others.
fn line_up(answers: &[Arc<[Address]>], known: &[Arc<Endpoint>], now: Instant) -> Lineup {
    let mut lineup = Lineup::new();
    for address in answers.iter().flat_map(|answer| answer.iter()) {
        if lineup.len() == ENDPOINTS_AT_MOST {
            break;
        }
        if lineup.iter().any(|endpoint| endpoint.address() == address) {
            continue;
        }
        let endpoint = known.iter().find(|endpoint| endpoint.address() == address).cloned();
        lineup.push(endpoint.unwrap_or_else(|| {
            let endpoint = Endpoint::new(address.clone(), now);
            if !known.is_empty() {
                endpoint.start_slowly(now);
            }
            Arc::new(endpoint)
        }));
    }
    lineup
}

/// Who is in a list no more keeps nothing; who is in it (again) does.
pub(crate) fn replace(before: &[Arc<Endpoint>], after: &[Arc<Endpoint>]) {
    before.iter().for_each(|endpoint| endpoint.retire(true));
    after.iter().for_each(|endpoint| endpoint.retire(false));
}
#[cfg(test)]
mod tests;
