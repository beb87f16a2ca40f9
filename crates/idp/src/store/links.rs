//! Links that were mailed: each works once, and what it does happens in the same change that uses it up.

use std::time::SystemTime;

use super::Answer;
use super::accounts::Account;
use crate::accounts::{Address, PasswordHash};
use crate::{Digest, UserId};

/// Links for the same thing that are open at a time; with one more, the oldest is dropped. More than one, so that
/// nobody makes a person's link void by asking for another in their name.
pub const MAX_LINKS: usize = 3;

/// A link that was mailed. Times are kept to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Of what the link holds.
    pub digest: Digest,
    /// What it is for.
    pub purpose: Purpose,
    /// From then on it is void.
    pub expires: SystemTime,
}

/// What a link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To make an account of that address; `invited` where the person did not ask for it themselves.
    Join {
        /// Whose.
        address: Address,
        /// Whether the house asked them.
        invited: bool,
    },
    /// To choose another password.
    Reset {
        /// Whose.
        user: UserId,
    },
    /// To say that the address of the account is read by its owner.
    Verify {
        /// Whose.
        user: UserId,
        /// The address that it went to.
        address: Address,
    },
    /// To give the account another address.
    Move {
        /// Whose.
        user: UserId,
        /// The new one, to which the link went.
        address: Address,
    },
}

impl Purpose {
    /// Whose it is, where there is an account already.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::Join { .. } => None,
            Self::Reset { user } | Self::Verify { user, .. } | Self::Move { user, .. } => Some(*user),
        }
    }

    /// Whether both are of one kind, and for one person or one address to join.
    #[must_use]
    pub fn is_about_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Join { address, .. }, Self::Join { address: other, .. }) => address.normal() == other.normal(),
            (Self::Reset { user }, Self::Reset { user: other }) => user == other,
            (Self::Verify { user, .. }, Self::Verify { user: other, .. }) => user == other,
            (Self::Move { user, .. }, Self::Move { user: other, .. }) => user == other,
            _ => false,
        }
    }
}

/// What became of a link to [`Purpose::Join`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// The account was made.
    Made,
    /// Somebody has the address by now; the link is used up.
    AddressTaken,
    /// There is no such link, or no more.
    NoLink,
}

/// What became of a link to [`Purpose::Move`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// The account has the new address, verified.
    Moved {
        /// Whose.
        user: UserId,
        /// The address before, which is told.
        from: Address,
    },
    /// Somebody has the address by now; the link is used up.
    AddressTaken,
    /// There is no such link, or no more.
    NoLink,
}

/// Links, as an engine keeps them.
pub trait Links: Send + Sync {
    /// Keeps a link; beyond [`MAX_LINKS`] for the same thing (the kind, and the person or the address to join) the one
    /// that expires first is dropped.
    fn put(&self, link: Link) -> Answer<'_, ()>;
    /// The link, where it has not expired at `now`; it stays.
    fn find(&self, digest: Digest, now: SystemTime) -> Answer<'_, Option<Link>>;
    /// Uses a link to join up and makes the account, verified, with the address of the link (not the account's). All
    /// links to join with that address are dropped.
    fn join(&self, digest: Digest, account: Account, now: SystemTime) -> Answer<'_, Joined>;
    /// Uses a link to reset up: the password is another, the address is verified, everything given out has ended (a new
    /// generation, no sign-ins), and no link to reset is left. Gives whose it was.
    fn reset(&self, digest: Digest, hash: PasswordHash, now: SystemTime) -> Answer<'_, Option<UserId>>;
    /// Uses a link to verify up; it does nothing where the account has another address by now. Gives whose it was.
    fn verify(&self, digest: Digest, now: SystemTime) -> Answer<'_, Option<UserId>>;
    /// Uses a link to move up. All other links of the person are dropped: they went to the address before.
    fn move_address(&self, digest: Digest, now: SystemTime) -> Answer<'_, Moved>;
    /// Drops links that had expired before `before`, at most `at_most` in one change; gives how many.
    fn drop_old(&self, before: SystemTime, at_most: usize) -> Answer<'_, usize>;
}
