//! Accounts, sign-ins and links in memory: for tests, and as the shortest answer to what the traits mean.

mod externals;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::future::ready;
#[expect(clippy::disallowed_types, reason = "in tests alone; nothing waits while it is held")]
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::{Account, Accounts, Authenticator, Change, Changed, Creation};
use crate::accounts::{Address, Departure, PasswordHash};
use crate::store::Answer;
use crate::store::externals::{Identity, Linked};
use crate::store::links::{Joined, Link, Links, MAX_LINKS, Moved, Purpose};
use crate::store::sign_ins::{Begun, MAX_SIGN_INS, SignIn, SignIns};
use crate::{Digest, SignInId, UserId};

/// People in memory.
#[derive(Debug, Default)]
pub struct MemoryPeople {
    #[expect(clippy::disallowed_types, reason = "see the import")]
    state: Mutex<State>,
    calls: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    accounts: BTreeMap<UserId, Account>,
    sign_ins: BTreeMap<SignInId, SignIn>,
    links: BTreeMap<Digest, Link>,
    externals: BTreeMap<Identity, (UserId, Linked)>,
    departures: Vec<Departure>,
}

impl MemoryPeople {
    /// How often it was asked for anything.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    fn answer<T: Send + 'static>(&self, made: impl FnOnce(&mut State) -> T) -> Answer<'_, T> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let made = made(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        Box::pin(ready(Ok(made)))
    }
}

impl State {
    fn holder(&self, address: &Address) -> Option<&Account> {
        self.accounts.values().find(|account| account.address.normal() == address.normal())
    }

    fn end_sign_ins(&mut self, user: UserId, keep: Option<SignInId>) {
        self.sign_ins.retain(|id, sign_in| sign_in.user != user || Some(*id) == keep);
    }

    fn drop_links(&mut self, concerned: impl Fn(&Purpose) -> bool) {
        self.links.retain(|_, link| !concerned(&link.purpose));
    }

    /// Takes the link out where it is open and for what `wanted` says.
    fn take<T>(&mut self, digest: Digest, now: SystemTime, wanted: impl Fn(&Purpose) -> Option<T>) -> Option<T> {
        let link = self.links.get(&digest).filter(|link| now < link.expires)?;
        let found = wanted(&link.purpose)?;
        self.links.remove(&digest);
        Some(found)
    }

    fn set_password(&mut self, id: UserId, hash: PasswordHash, keep: Option<SignInId>) {
        if let Some(account) = self.accounts.get_mut(&id) {
            account.password = Some(hash);
            account.generation += 1;
        }
        self.end_sign_ins(id, keep);
        self.drop_links(|purpose| *purpose == Purpose::Reset { user: id });
    }

    fn change(&mut self, id: UserId, change: Change, now: SystemTime) -> Changed {
        if !self.accounts.contains_key(&id) {
            return Changed::Nobody;
        }
        let changed = self.make(id, change);
        if let (Changed::Done, Some(account)) = (changed, self.accounts.get_mut(&id)) {
            account.changed = now;
        }
        changed
    }

    fn make(&mut self, id: UserId, change: Change) -> Changed {
        let change = match change {
            Change::Address { address, verified } => return self.give_address(id, address, verified),
            Change::Password { hash, keep } => {
                self.set_password(id, hash, keep);
                return Changed::Done;
            }
            other => other,
        };
        match change {
            Change::Locked(true) => self.end_sign_ins(id, None),
            Change::End { keep } => self.end_sign_ins(id, keep),
            _ => {}
        }
        let Some(account) = self.accounts.get_mut(&id) else { return Changed::Nobody };
        match change {
            Change::Name(name) => account.name = name,
            Change::Locked(locked) => {
                account.generation += u64::from(locked);
                account.locked = locked;
            }
            Change::End { .. } => account.generation += 1,
            Change::Rehash { from, to } if account.password.as_ref() == Some(&from) => account.password = Some(to),
            Change::Offer(secret) => account.offered = Some(secret),
            Change::Confirm { secret, step, recovery } if account.offered.as_ref() == Some(&secret) => {
                account.authenticator = Some(Authenticator { secret, used_step: step });
                account.offered = None;
                account.recovery = recovery;
            }
            Change::NoSecondFactor => {
                account.authenticator = None;
                account.recovery = Vec::new();
            }
            Change::Recovery(codes) if account.authenticator.is_some() => account.recovery = codes,
            _ => return Changed::Refused,
        }
        Changed::Done
    }

    fn give_address(&mut self, id: UserId, address: Address, verified: bool) -> Changed {
        if self.holder(&address).is_some_and(|holder| holder.id != id) {
            return Changed::Refused;
        }
        let Some(account) = self.accounts.get_mut(&id) else { return Changed::Nobody };
        account.address = address;
        account.verified = verified;
        self.drop_links(|purpose| purpose.user() == Some(id));
        Changed::Done
    }

    fn begin(&mut self, sign_in: SignIn, generation: u64) -> Begun {
        let user = sign_in.user;
        let fresh = |account: &Account| !account.locked && account.generation == generation;
        if !self.accounts.get(&user).is_some_and(fresh) {
            return Begun::Stale;
        }
        let mut older: Vec<(SystemTime, SignInId)> =
            self.sign_ins.values().filter(|other| other.user == user).map(|other| (other.seen, other.id)).collect();
        older.sort_unstable();
        let many = (older.len() + 1).saturating_sub(MAX_SIGN_INS);
        let ended: Vec<SignInId> = older.into_iter().take(many).map(|(_, id)| id).collect();
        self.sign_ins.retain(|id, _| !ended.contains(id));
        self.sign_ins.insert(sign_in.id, sign_in);
        Begun::Begun(ended)
    }

    fn put(&mut self, link: Link) {
        let same = |other: &Link| other.purpose.is_about_same(&link.purpose);
        let mut older: Vec<(SystemTime, Digest)> =
            self.links.values().filter(|other| same(other)).map(|other| (other.expires, other.digest)).collect();
        older.sort_unstable();
        let many = (older.len() + 1).saturating_sub(MAX_LINKS);
        for (_, digest) in older.into_iter().take(many) {
            self.links.remove(&digest);
        }
        self.links.insert(link.digest, link);
    }

    fn join(&mut self, digest: Digest, account: Account, now: SystemTime) -> Joined {
        let joining = |purpose: &Purpose| match purpose {
            Purpose::Join { address, .. } => Some(address.clone()),
            _ => None,
        };
        let Some(address) = self.take(digest, now, joining) else { return Joined::NoLink };
        self.drop_links(|purpose| joining(purpose).is_some_and(|other| other.normal() == address.normal()));
        if self.holder(&address).is_some() {
            return Joined::AddressTaken;
        }
        self.accounts.insert(account.id, Account { address, verified: true, ..account });
        Joined::Made
    }

    fn reset(&mut self, digest: Digest, hash: PasswordHash, now: SystemTime) -> Option<UserId> {
        let user = self.take(digest, now, |purpose| match purpose {
            Purpose::Reset { user } => Some(*user),
            _ => None,
        })?;
        self.set_password(user, hash, None);
        let account = self.accounts.get_mut(&user)?;
        (account.verified, account.changed) = (true, now);
        Some(user)
    }

    fn verify(&mut self, digest: Digest, now: SystemTime) -> Option<UserId> {
        let (user, address) = self.take(digest, now, |purpose| match purpose {
            Purpose::Verify { user, address } => Some((*user, address.clone())),
            _ => None,
        })?;
        let account = self.accounts.get_mut(&user).filter(|account| account.address == address)?;
        (account.verified, account.changed) = (true, now);
        Some(user)
    }

    fn move_address(&mut self, digest: Digest, now: SystemTime) -> Moved {
        let found = self.take(digest, now, |purpose| match purpose {
            Purpose::Move { user, address } => Some((*user, address.clone())),
            _ => None,
        });
        let Some((user, address)) = found else { return Moved::NoLink };
        let Some(from) = self.accounts.get(&user).map(|account| account.address.clone()) else { return Moved::NoLink };
        match self.change(user, Change::Address { address, verified: true }, now) {
            Changed::Done => Moved::Moved { user, from },
            Changed::Nobody => Moved::NoLink,
            Changed::Refused => Moved::AddressTaken,
        }
    }
}

impl Accounts for MemoryPeople {
    fn create(&self, account: Account) -> Answer<'_, Creation> {
        self.answer(|state| {
            if state.holder(&account.address).is_some() {
                return Creation::AddressTaken;
            }
            state.accounts.insert(account.id, account);
            Creation::Made
        })
    }

    fn by_id(&self, id: UserId) -> Answer<'_, Option<Account>> {
        self.answer(|state| state.accounts.get(&id).cloned())
    }

    fn by_address(&self, address: &Address) -> Answer<'_, Option<Account>> {
        self.answer(|state| state.holder(address).cloned())
    }

    fn list(&self, after: Option<UserId>, at_most: usize) -> Answer<'_, Vec<Account>> {
        let later = |account: &&Account| after.is_none_or(|after| account.id > after);
        self.answer(|state| state.accounts.values().filter(later).take(at_most).cloned().collect())
    }

    fn change(&self, id: UserId, change: Change, now: SystemTime) -> Answer<'_, Changed> {
        self.answer(|state| state.change(id, change, now))
    }

    fn use_step(&self, id: UserId, step: u64) -> Answer<'_, bool> {
        self.answer(|state| {
            let authenticator = state.accounts.get_mut(&id).and_then(|account| account.authenticator.as_mut());
            let Some(authenticator) = authenticator.filter(|authenticator| step > authenticator.used_step) else {
                return false;
            };
            authenticator.used_step = step;
            true
        })
    }

    fn use_recovery(&self, id: UserId, code: Digest) -> Answer<'_, Option<usize>> {
        self.answer(|state| {
            let codes = &mut state.accounts.get_mut(&id)?.recovery;
            let place = codes.iter().position(|other| *other == code)?;
            codes.remove(place);
            Some(codes.len())
        })
    }

    fn delete(&self, id: UserId, departure: Departure) -> Answer<'_, bool> {
        self.answer(|state| {
            if state.accounts.remove(&id).is_none() {
                return false;
            }
            state.end_sign_ins(id, None);
            state.externals.retain(|_, (holder, _)| *holder != id);
            state.drop_links(|purpose| purpose.user() == Some(id));
            state.departures.push(departure);
            true
        })
    }

    fn departures(&self, skip: usize, at_most: usize) -> Answer<'_, Vec<Departure>> {
        self.answer(|state| {
            state.departures.sort_by_key(|departure| departure.at);
            state.departures.iter().skip(skip).take(at_most).copied().collect()
        })
    }
}

impl SignIns for MemoryPeople {
    fn begin(&self, sign_in: SignIn, generation: u64) -> Answer<'_, Begun> {
        self.answer(|state| state.begin(sign_in, generation))
    }

    fn by_cookie(&self, cookie: Digest) -> Answer<'_, Option<SignIn>> {
        self.answer(|state| state.sign_ins.values().find(|sign_in| sign_in.cookie == cookie).cloned())
    }

    fn of(&self, user: UserId) -> Answer<'_, Vec<SignIn>> {
        self.answer(|state| {
            let mut all: Vec<SignIn> = state.sign_ins.values().filter(|other| other.user == user).cloned().collect();
            all.sort_by_key(|sign_in| Reverse(sign_in.started));
            all
        })
    }

    fn seen(&self, id: SignInId, at: SystemTime) -> Answer<'_, bool> {
        self.answer(|state| state.sign_ins.get_mut(&id).map(|sign_in| sign_in.seen = at).is_some())
    }

    fn end(&self, user: UserId, id: SignInId) -> Answer<'_, bool> {
        self.answer(|state| {
            let owned = state.sign_ins.get(&id).is_some_and(|sign_in| sign_in.user == user);
            owned && state.sign_ins.remove(&id).is_some()
        })
    }

    fn end_old(&self, started: SystemTime, seen: SystemTime, at_most: usize) -> Answer<'_, usize> {
        self.answer(|state| {
            let old = |sign_in: &&SignIn| sign_in.started < started || sign_in.seen < seen;
            let old: Vec<SignInId> = state.sign_ins.values().filter(old).map(|one| one.id).take(at_most).collect();
            state.sign_ins.retain(|id, _| !old.contains(id));
            old.len()
        })
    }
}

impl Links for MemoryPeople {
    fn put(&self, link: Link) -> Answer<'_, ()> {
        self.answer(|state| state.put(link))
    }

    fn find(&self, digest: Digest, now: SystemTime) -> Answer<'_, Option<Link>> {
        self.answer(|state| state.links.get(&digest).filter(|link| now < link.expires).cloned())
    }

    fn join(&self, digest: Digest, account: Account, now: SystemTime) -> Answer<'_, Joined> {
        self.answer(|state| state.join(digest, account, now))
    }

    fn reset(&self, digest: Digest, hash: PasswordHash, now: SystemTime) -> Answer<'_, Option<UserId>> {
        self.answer(|state| state.reset(digest, hash, now))
    }

    fn verify(&self, digest: Digest, now: SystemTime) -> Answer<'_, Option<UserId>> {
        self.answer(|state| state.verify(digest, now))
    }

    fn move_address(&self, digest: Digest, now: SystemTime) -> Answer<'_, Moved> {
        self.answer(|state| state.move_address(digest, now))
    }

    fn drop_old(&self, before: SystemTime, at_most: usize) -> Answer<'_, usize> {
        self.answer(|state| {
            let old = |link: &&Link| link.expires < before;
            let old: Vec<Digest> = state.links.values().filter(old).map(|link| link.digest).take(at_most).collect();
            state.links.retain(|digest, _| !old.contains(digest));
            old.len()
        })
    }
}
