//! Accounts as they are kept: who is known here, and with what they prove it.

use std::time::SystemTime;

use super::Answer;
use crate::accounts::{Address, Departure, PasswordHash, TotpSecret};
use crate::{Digest, SignInId, UserId};

/// A person who is known here. Times are kept to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The `sub` of tokens; never changes.
    pub id: UserId,
    /// No two accounts have one with the same [`normal`](Address::normal) form.
    pub address: Address,
    /// How the person wants to be called.
    pub name: Option<Box<str>>,
    /// Whether somebody who reads that address said so.
    pub verified: bool,
    /// None where the person comes in through an issuer elsewhere only.
    pub password: Option<PasswordHash>,
    /// The authenticator app that is asked for after the password.
    pub authenticator: Option<Authenticator>,
    /// A secret that was shown and not confirmed yet; it counts for nothing.
    pub offered: Option<TotpSecret>,
    /// The recovery codes that are left.
    pub recovery: Vec<Digest>,
    /// Nobody signs in with a locked account, whatever they know.
    pub locked: bool,
    /// Counts up when everything that was given out before is to end. Whatever notes an older one is void: a grant, a
    /// session or a sign-in keeps the generation that it was made under, and compares.
    pub generation: u64,
    /// When it was made.
    pub created: SystemTime,
    /// When anything of it was changed last.
    pub changed: SystemTime,
}

/// An authenticator app that was confirmed by a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticator {
    /// What the app and this house share; an engine seals it.
    pub secret: TotpSecret,
    /// The last time step whose code was used; it and all before it never work again (RFC 6238 §5.2).
    pub used_step: u64,
}

/// What can be changed of an account; each is one change.
#[derive(Clone, Debug)]
pub enum Change {
    /// Another name, or none.
    Name(Option<Box<str>>),
    /// Another address, verified or not; links that were mailed before are dropped.
    Address {
        /// The new one.
        address: Address,
        /// Whether the person is known to read it.
        verified: bool,
    },
    /// Locks, which ends everything (a new generation, no sign-ins), or unlocks.
    Locked(bool),
    /// Another password: a new generation, no sign-ins but `keep`, no links to reset the password.
    Password {
        /// Its hash.
        hash: PasswordHash,
        /// The sign-in in which it was changed.
        keep: Option<SignInId>,
    },
    /// The same password with another hash; refused where `from` is no longer the hash.
    Rehash {
        /// As it was when the password was compared.
        from: PasswordHash,
        /// The same password, with more work.
        to: PasswordHash,
    },
    /// A secret was shown, in place of one that was shown before.
    Offer(TotpSecret),
    /// The offered secret was proven by a code; refused where another one is offered by now.
    Confirm {
        /// The secret that the code was of.
        secret: TotpSecret,
        /// The step of that code.
        step: u64,
        /// The new recovery codes, in place of all older ones.
        recovery: Vec<Digest>,
    },
    /// No second factor any more, and no recovery codes.
    NoSecondFactor,
    /// New recovery codes in place of all older ones; refused without an authenticator.
    Recovery(Vec<Digest>),
    /// Ends everything that was given out: a new generation, no sign-ins but `keep`.
    End {
        /// The sign-in in which that was asked.
        keep: Option<SignInId>,
    },
}

/// How an account was made, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It was.
    Made,
    /// Somebody has that address.
    AddressTaken,
}

/// What became of a [`Change`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It was made.
    Done,
    /// There is no such account.
    Nobody,
    /// What the change says has to hold does not: the address is somebody's, the hash or the offer is another one.
    Refused,
}

/// Accounts, as an engine keeps them.
pub trait Accounts: Send + Sync {
    /// Makes an account.
    fn create(&self, account: Account) -> Answer<'_, Creation>;
    /// The account of that id.
    fn by_id(&self, id: UserId) -> Answer<'_, Option<Account>>;
    /// The account of that address, whatever its case.
    fn by_address(&self, address: &Address) -> Answer<'_, Option<Account>>;
    /// Accounts in the order of their ids, those after `after`, at most `at_most` of them.
    fn list(&self, after: Option<UserId>, at_most: usize) -> Answer<'_, Vec<Account>>;
    /// Makes one change, at the time `now`.
    fn change(&self, id: UserId, change: Change, now: SystemTime) -> Answer<'_, Changed>;
    /// Uses the code of a time step up: yes for one caller alone, and only where it is later than every step used.
    fn use_step(&self, id: UserId, step: u64) -> Answer<'_, bool>;
    /// Uses a recovery code up: how many are left, for one caller alone; none where there is no such code.
    fn use_recovery(&self, id: UserId, code: Digest) -> Answer<'_, Option<usize>>;
    /// Deletes the account and all that this engine has of it (sign-ins, links, grants, sessions, consents, keys), and
    /// keeps the departure. No where there is none.
    fn delete(&self, id: UserId, departure: Departure) -> Answer<'_, bool>;
    /// Departures in the order of their time, at most `at_most`, from the `skip`-th on.
    fn departures(&self, skip: usize, at_most: usize) -> Answer<'_, Vec<Departure>>;
}

#[cfg(any(test, feature = "conformance"))]
mod memory;

#[cfg(any(test, feature = "conformance"))]
pub use memory::MemoryPeople;
