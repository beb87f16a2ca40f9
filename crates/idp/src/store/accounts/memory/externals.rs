//! Links to persons elsewhere, beside the accounts that they are of.

use super::{Account, Answer, MemoryPeople, State, UserId};
use crate::store::externals::{Admitted, Externals, Identity, Linked, Linking, MAX_LINKED, Unlinking};

impl State {
    fn linked_to(&self, user: UserId) -> Vec<Linked> {
        let mut all: Vec<Linked> =
            self.externals.values().filter(|(holder, _)| *holder == user).map(|(_, linked)| linked.clone()).collect();
        all.sort_by_key(|linked| linked.since);
        all
    }

    fn admit(&mut self, account: Account, linked: Linked) -> Admitted {
        if let Some((holder, _)) = self.externals.get(&linked.identity) {
            return Admitted::Known(*holder);
        }
        if self.holder(&account.address).is_some() {
            return Admitted::AddressTaken;
        }
        self.externals.insert(linked.identity.clone(), (account.id, linked));
        self.accounts.insert(account.id, account);
        Admitted::Made
    }

    fn link(&mut self, user: UserId, linked: Linked) -> Linking {
        if !self.accounts.contains_key(&user) {
            return Linking::Nobody;
        }
        match self.externals.get(&linked.identity) {
            Some((holder, _)) if *holder == user => return Linking::Done,
            Some(_) => return Linking::Taken,
            None => {}
        }
        if self.linked_to(user).len() >= MAX_LINKED {
            return Linking::TooMany;
        }
        self.externals.insert(linked.identity.clone(), (user, linked));
        Linking::Done
    }

    fn unlink(&mut self, user: UserId, identity: &Identity) -> Unlinking {
        if self.externals.get(identity).is_none_or(|(holder, _)| *holder != user) {
            return Unlinking::NotThere;
        }
        let has_password = self.accounts.get(&user).is_some_and(|account| account.password.is_some());
        if !has_password && self.linked_to(user).len() == 1 {
            return Unlinking::LastWay;
        }
        self.externals.remove(identity);
        Unlinking::Done
    }
}

impl Externals for MemoryPeople {
    fn holder(&self, identity: &Identity) -> Answer<'_, Option<UserId>> {
        let identity = identity.clone();
        self.answer(move |state| state.externals.get(&identity).map(|(holder, _)| *holder))
    }

    fn admit(&self, account: Account, linked: Linked) -> Answer<'_, Admitted> {
        self.answer(|state| state.admit(account, linked))
    }

    fn link(&self, user: UserId, linked: Linked) -> Answer<'_, Linking> {
        self.answer(|state| state.link(user, linked))
    }

    fn unlink(&self, user: UserId, identity: Identity) -> Answer<'_, Unlinking> {
        self.answer(move |state| state.unlink(user, &identity))
    }

    fn linked_to(&self, user: UserId) -> Answer<'_, Vec<Linked>> {
        self.answer(|state| state.linked_to(user))
    }
}
