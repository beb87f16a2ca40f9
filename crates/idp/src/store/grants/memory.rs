//! Grants, codes, devices, pushed requests and consents in memory: what engines are compared with.

use std::collections::{BTreeMap, HashMap};
use std::future::ready;
use std::sync::Arc;
#[expect(clippy::disallowed_types, reason = "a store for tests; no request waits for it")]
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, SystemTime};

use super::{Endings, Grant, Grants, MAX_SIBLINGS, Rotate, Rotation, Standing};
use crate::store::codes::{Code, Codes, Redeem, Redemption};
use crate::store::consents::{Consents, Given};
use crate::store::devices::{Device, Devices, MAX_WAITING, Poll, Polled, SLOWER_BY, Waiting};
use crate::store::pushed::{MAX_PUSHED, Pushed, PushedRequests};
use crate::store::{Answer, StoreError};
use crate::{Digest, GrantId, Scopes, SignInId, UserId};

/// Everything of the protocol in memory, lost with the process.
#[derive(Debug, Default)]
#[expect(clippy::disallowed_types, reason = "see the import")]
pub struct MemoryGrants(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    grants: BTreeMap<GrantId, Family>,
    tokens: HashMap<Digest, (GrantId, u64)>,
    codes: HashMap<Digest, (Code, bool)>,
    devices: HashMap<Digest, Waiter>,
    pushed: HashMap<Digest, Pushed>,
    consents: BTreeMap<(UserId, Arc<str>), Given>,
    void: HashMap<Box<str>, SystemTime>,
}

#[derive(Debug)]
struct Family {
    grant: Grant,
    /// Whether its code was redeemed.
    begun: bool,
    turn: u64,
    turned: SystemTime,
    siblings: usize,
}

#[derive(Debug)]
struct Waiter {
    device: Device,
    /// Yes with a grant, no without.
    decided: Option<Option<GrantId>>,
    redeemed: bool,
    asked: Option<SystemTime>,
}

impl MemoryGrants {
    fn change<T: Send + 'static>(&self, change: impl FnOnce(&mut State) -> T) -> Answer<'_, T> {
        let changed = change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        Box::pin(ready(Ok::<T, StoreError>(changed)))
    }
}

impl State {
    fn begin(
        &mut self,
        id: GrantId,
        refresh: Option<Digest>,
        bound: Option<Box<str>>,
        now: SystemTime,
    ) -> Option<Grant> {
        let family = self.grants.get_mut(&id).filter(|family| family.grant.ended.is_none())?;
        family.begun = true;
        family.grant.bound_to = bound;
        family.grant.used = now;
        family.turned = now;
        if let Some(refresh) = refresh {
            family.siblings = 1;
            self.tokens.insert(refresh, (id, 0));
        }
        Some(family.grant.clone())
    }

    fn keep(&mut self, grant: Grant) {
        let turned = grant.begun;
        self.grants.insert(grant.id, Family { grant, begun: false, turn: 0, turned, siblings: 0 });
    }

    fn end(&mut self, id: GrantId, now: SystemTime) -> bool {
        let Some(family) = self.grants.get_mut(&id).filter(|family| family.grant.ended.is_none()) else { return false };
        family.grant.ended = Some(now);
        true
    }

    fn end_where(&mut self, now: SystemTime, which: impl Fn(&Grant) -> bool) -> Vec<GrantId> {
        let live = self.grants.values().filter(|family| family.grant.ended.is_none());
        let ids: Vec<GrantId> =
            live.map(|family| &family.grant).filter(|grant| which(grant)).map(|grant| grant.id).collect();
        for id in &ids {
            self.end(*id, now);
        }
        ids
    }

    fn rotate(&mut self, asked: Rotate) -> Rotation {
        let Some(&(id, turn)) = self.tokens.get(&asked.shown) else { return Rotation::Unknown };
        let Some(family) = self.grants.get_mut(&id) else { return Rotation::Unknown };
        let bound = family.grant.bound_to.is_some() && family.grant.bound_to != asked.key;
        if family.grant.app != asked.app || bound {
            return Rotation::NotTheirs;
        }
        if family.grant.ended.is_some() {
            return Rotation::Ended;
        }
        if since(family.grant.used, asked.now) > asked.idle {
            self.end(id, asked.now);
            return Rotation::Expired;
        }
        let racing = turn.checked_add(1) == Some(family.turn) && since(family.turned, asked.now) <= asked.grace;
        if turn != family.turn && !racing {
            family.grant.ended = Some(asked.now);
            return Rotation::Replayed(family.grant.clone());
        }
        if racing && family.siblings >= MAX_SIBLINGS {
            return Rotation::Crowded;
        }
        family.grant.used = asked.now;
        if racing {
            family.siblings = family.siblings.saturating_add(1);
        } else {
            (family.turn, family.turned, family.siblings) = (family.turn.saturating_add(1), asked.now, 1);
        }
        self.tokens.insert(asked.next, (id, family.turn));
        let grant = family.grant.clone();
        if racing { Rotation::Again(grant) } else { Rotation::Rotated(grant) }
    }

    fn redeem(&mut self, shown: Redeem) -> Redemption {
        let Some((code, used)) = self.codes.get_mut(&shown.shown) else { return Redemption::Unknown };
        let id = code.grant.id;
        let before = std::mem::replace(used, true);
        let (mismatch, expires, nonce) = (code.mismatch(&shown), code.expires, code.nonce.clone());
        if before {
            self.end(id, shown.now);
            return Redemption::Replayed(id);
        }
        if mismatch.is_some() || expires <= shown.now {
            self.end(id, shown.now);
            return mismatch.map_or(Redemption::Expired, Redemption::Mismatch);
        }
        match self.begin(id, shown.refresh, shown.bound_to, shown.now) {
            Some(grant) => Redemption::Redeemed { grant: Box::new(grant), nonce },
            None => Redemption::Ended,
        }
    }

    fn poll(&mut self, poll: Poll) -> Polled {
        let found = self.devices.get_mut(&poll.shown).filter(|waiter| waiter.device.app == poll.app);
        let Some(waiter) = found else { return Polled::Unknown };
        if waiter.redeemed {
            let id = waiter.decided.flatten();
            let Some(id) = id else { return Polled::Unknown };
            self.end(id, poll.now);
            return Polled::Replayed(id);
        }
        if waiter.device.expires <= poll.now {
            return Polled::Expired;
        }
        let soon = waiter.asked.is_some_and(|asked| since(asked, poll.now) < waiter.device.interval);
        waiter.asked = Some(poll.now);
        if soon {
            waiter.device.interval = waiter.device.interval.saturating_add(SLOWER_BY);
            return Polled::SlowDown;
        }
        match waiter.decided {
            None => Polled::Pending,
            Some(None) => Polled::Denied,
            Some(Some(id)) => {
                waiter.redeemed = true;
                let begun = self.begin(id, poll.refresh, poll.bound_to, poll.now);
                begun.map_or(Polled::Denied, Polled::Redeemed)
            }
        }
    }

    fn waiter(&mut self, user_code: Digest, now: SystemTime) -> Option<&mut Waiter> {
        let open = |waiter: &&mut Waiter| waiter.decided.is_none() && waiter.device.expires > now;
        self.devices.values_mut().filter(open).find(|waiter| waiter.device.user_code == user_code)
    }

    fn drop_old(&mut self, before: SystemTime, unused: SystemTime) -> usize {
        let count = |state: &Self| {
            state.codes.len() + state.devices.len() + state.pushed.len() + state.grants.len() + state.void.len()
        };
        let had = count(self);
        self.grants.retain(|_, family| family.grant.ended.unwrap_or(family.grant.used) >= unused);
        let grants = &self.grants;
        self.tokens.retain(|_, (id, _)| grants.contains_key(id));
        self.codes.retain(|_, (code, used)| (*used && grants.contains_key(&code.grant.id)) || code.expires >= before);
        self.devices.retain(|_, waiter| waiter.device.expires >= before);
        self.pushed.retain(|_, pushed| pushed.expires >= before);
        self.void.retain(|_, until| *until >= before);
        had.saturating_sub(count(self))
    }
}

fn since(then: SystemTime, now: SystemTime) -> Duration {
    now.duration_since(then).unwrap_or_default()
}

impl Grants for MemoryGrants {
    fn rotate(&self, asked: Rotate) -> Answer<'_, Rotation> {
        self.change(|state| state.rotate(asked))
    }

    fn of_token(&self, token: Digest) -> Answer<'_, Option<(Grant, Standing)>> {
        self.change(|state| {
            let (id, turn) = *state.tokens.get(&token)?;
            let family = state.grants.get(&id)?;
            let standing = if family.turn == turn { Standing::Present } else { Standing::Past };
            Some((family.grant.clone(), standing))
        })
    }

    fn by_id(&self, id: GrantId) -> Answer<'_, Option<Grant>> {
        self.change(|state| {
            let begun = state.grants.get(&id).filter(|family| family.begun);
            begun.map(|family| family.grant.clone())
        })
    }

    fn of_user(&self, user: UserId) -> Answer<'_, Vec<Grant>> {
        self.change(|state| {
            let live = state.grants.values().filter(|family| family.begun && family.grant.ended.is_none());
            let mut grants: Vec<Grant> =
                live.map(|family| family.grant.clone()).filter(|grant| grant.user == user).collect();
            grants.sort_by_key(|grant| (std::cmp::Reverse(grant.begun), grant.id));
            grants
        })
    }

    fn end(&self, id: GrantId, now: SystemTime) -> Answer<'_, bool> {
        self.change(|state| state.end(id, now))
    }

    fn end_of_user(&self, user: UserId, app: Option<Arc<str>>, now: SystemTime) -> Answer<'_, Vec<GrantId>> {
        self.change(move |state| {
            let named = |other: &Arc<str>| app.as_ref().is_none_or(|app| app == other);
            state.consents.retain(|(whose, other), _| *whose != user || !named(other));
            state.end_where(now, |grant| grant.user == user && named(&grant.app))
        })
    }

    fn end_of_sign_in(&self, sign_in: SignInId, now: SystemTime) -> Answer<'_, Vec<GrantId>> {
        self.change(|state| state.end_where(now, |grant| grant.sign_in == Some(sign_in) && !grant.is_offline()))
    }

    fn revoke_token(&self, id: Box<str>, until: SystemTime) -> Answer<'_, ()> {
        self.change(move |state| {
            state.void.insert(id, until);
        })
    }

    fn is_token_revoked(&self, id: Box<str>) -> Answer<'_, bool> {
        self.change(|state| state.void.contains_key(&id))
    }

    fn ended_since(&self, since: SystemTime) -> Answer<'_, Endings> {
        self.change(|state| {
            let ended = state.grants.values().filter_map(|family| Some((family.grant.id, family.grant.ended?)));
            let grants = ended.filter(|(_, ended)| *ended >= since).collect();
            let mut tokens: Vec<_> = state.void.iter().map(|(id, until)| (id.clone(), *until)).collect();
            tokens.sort();
            Endings { grants, tokens }
        })
    }

    fn drop_old(&self, before: SystemTime, unused: SystemTime, _at_most: usize) -> Answer<'_, usize> {
        self.change(|state| state.drop_old(before, unused))
    }
}

impl Codes for MemoryGrants {
    fn issue(&self, code: Code) -> Answer<'_, ()> {
        self.change(|state| {
            state.keep(code.grant.clone());
            state.codes.insert(code.digest, (code, false));
        })
    }

    fn redeem(&self, shown: Redeem) -> Answer<'_, Redemption> {
        self.change(|state| state.redeem(shown))
    }
}

impl Devices for MemoryGrants {
    fn wait(&self, device: Device, now: SystemTime) -> Answer<'_, Waiting> {
        self.change(|state| {
            let mut waiting = state.devices.values().filter(|waiter| waiter.device.expires > now);
            if waiting.clone().any(|waiter| waiter.device.user_code == device.user_code) {
                return Waiting::Taken;
            }
            if waiting.by_ref().filter(|waiter| waiter.device.app == device.app).count() >= MAX_WAITING {
                return Waiting::Crowded;
            }
            let waiter = Waiter { device, decided: None, redeemed: false, asked: None };
            state.devices.insert(waiter.device.device, waiter);
            Waiting::Begun
        })
    }

    fn by_user_code(&self, user_code: Digest, now: SystemTime) -> Answer<'_, Option<Device>> {
        self.change(|state| state.waiter(user_code, now).map(|waiter| waiter.device.clone()))
    }

    fn decide(&self, user_code: Digest, grant: Option<Grant>, now: SystemTime) -> Answer<'_, bool> {
        self.change(|state| {
            let Some(waiter) = state.waiter(user_code, now) else { return false };
            waiter.decided = Some(grant.as_ref().map(|grant| grant.id));
            grant.into_iter().for_each(|grant| state.keep(grant));
            true
        })
    }

    fn poll(&self, poll: Poll) -> Answer<'_, Polled> {
        self.change(|state| state.poll(poll))
    }
}

impl PushedRequests for MemoryGrants {
    fn push(&self, pushed: Pushed, now: SystemTime) -> Answer<'_, bool> {
        self.change(|state| {
            let waiting = state.pushed.values().filter(|other| other.app == pushed.app && other.expires > now).count();
            if waiting >= MAX_PUSHED {
                return false;
            }
            state.pushed.insert(pushed.digest, pushed);
            true
        })
    }

    fn read(&self, digest: Digest, app: Arc<str>, now: SystemTime) -> Answer<'_, Option<Pushed>> {
        self.change(move |state| {
            state.pushed.get(&digest).filter(|pushed| pushed.app == app && pushed.expires > now).cloned()
        })
    }

    fn take(&self, digest: Digest, app: Arc<str>, now: SystemTime) -> Answer<'_, Option<Pushed>> {
        self.change(move |state| {
            let theirs = state.pushed.get(&digest).is_some_and(|pushed| pushed.app == app);
            let taken = theirs.then(|| state.pushed.remove(&digest)).flatten();
            taken.filter(|pushed| pushed.expires > now)
        })
    }
}

impl Consents for MemoryGrants {
    fn given(&self, user: UserId, app: Arc<str>) -> Answer<'_, Scopes> {
        self.change(move |state| state.consents.get(&(user, app)).map(|given| given.scopes.clone()).unwrap_or_default())
    }

    fn remember(&self, user: UserId, app: Arc<str>, scopes: Scopes, now: SystemTime) -> Answer<'_, ()> {
        self.change(move |state| {
            let given = Given { app: Arc::clone(&app), scopes: Scopes::default(), changed: now };
            let given = state.consents.entry((user, app)).or_insert(given);
            (given.scopes, given.changed) = (given.scopes.union(&scopes), now);
        })
    }

    fn given_by(&self, user: UserId) -> Answer<'_, Vec<Given>> {
        self.change(move |state| {
            let theirs = state.consents.iter().filter(|((whose, _), _)| *whose == user);
            theirs.map(|(_, given)| given.clone()).collect()
        })
    }
}
