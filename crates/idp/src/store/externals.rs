//! Which person of an issuer elsewhere is which account here.

use std::time::SystemTime;

use super::Answer;
use super::accounts::Account;
use crate::UserId;

/// Accounts elsewhere that one account has at most.
pub const MAX_LINKED: usize = 10;

/// A person as an issuer elsewhere names them: both parts together never change and are never given again (OpenID
/// Connect Core §5.7). An address is neither.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// The issuer's URL, as it stands in its tokens.
    pub issuer: Box<str>,
    /// The `sub` of its tokens.
    pub subject: Box<str>,
}

/// What a person elsewhere is linked by. Times are kept to the millisecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Linked {
    /// Who it is elsewhere.
    pub identity: Identity,
    /// What that issuer called the person at the time: for their own eyes, and no proof of anything.
    pub shown: Option<Box<str>>,
    /// Since when.
    pub since: SystemTime,
}

/// What became of an account that was to be made for somebody from elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It was made, and linked.
    Made,
    /// Somebody has that address; nothing was made or linked.
    AddressTaken,
    /// That person elsewhere has an account here by now.
    Known(UserId),
}

/// What became of a link that was to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linking {
    /// It was, or was there before.
    Done,
    /// That person elsewhere is another account here.
    Taken,
    /// The account has [`MAX_LINKED`] already.
    TooMany,
    /// There is no such account.
    Nobody,
}

/// What became of a link that was to be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlinking {
    /// It is gone.
    Done,
    /// There was none.
    NotThere,
    /// It stays: the account has no password, and this is the only way in.
    LastWay,
}

/// Links to persons elsewhere, as an engine keeps them. They go with their account.
pub trait Externals: Send + Sync {
    /// Whose account it is.
    fn holder(&self, identity: &Identity) -> Answer<'_, Option<UserId>>;
    /// Makes an account for somebody whom nobody knows here, linked, in one change.
    fn admit(&self, account: Account, linked: Linked) -> Answer<'_, Admitted>;
    /// Links an account that there is.
    fn link(&self, user: UserId, linked: Linked) -> Answer<'_, Linking>;
    /// Takes a link away, where another way in is left.
    fn unlink(&self, user: UserId, identity: Identity) -> Answer<'_, Unlinking>;
    /// All of one account, the oldest first.
    fn linked_to(&self, user: UserId) -> Answer<'_, Vec<Linked>>;
}
