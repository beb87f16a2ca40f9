//! Who came from outside, and what the accounts here make of it.

use crate::UserId;
use crate::provider::{Doing, Entered, Guest, ReceptionError};
use crate::store::externals::{Identity, Linked, Linking, Unlinking};

/// A person, by the word of a provider whose ID token holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who, for good.
    pub identity: Identity,
    /// The provider as people know it.
    pub title: Box<str>,
    /// The address that the provider knows.
    pub address: Option<Claimed>,
    /// What the provider calls the person.
    pub name: Option<Box<str>>,
}

/// An address, by a provider's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The address, of whatever form.
    pub text: Box<str>,
    /// Whether the provider says that the person reads it.
    pub verified: bool,
}

/// What came of an account that was to be made.
#[derive(Debug)]
pub enum Made {
    /// It was, or there was one by now, and the person goes on.
    Entered(Entered),
    /// Accounts are not open to everybody.
    NotOpen,
    /// The provider knows no address that is the person's for sure, or none that is one.
    NoAddress,
    /// The address is that of another account.
    AddressTaken,
}

/// What the accounts do for people from outside.
pub trait FromOutside: Send + Sync {
    /// Whether whoever sits there may begin once more; each time is kept for a while.
    ///
    /// # Errors
    /// [`ReceptionError::Wait`].
    fn may_begin(&self, guest: &Guest) -> Result<(), ReceptionError>;
    /// Goes on as after a password, as whoever is linked to that person; none where nobody is.
    fn enter(&self, identity: Identity, guest: Guest) -> Doing<'_, Option<Entered>>;
    /// Makes an account for somebody to whom nobody is linked, and goes on.
    fn admit(&self, person: Person, guest: Guest) -> Doing<'_, Made>;
    /// Links the account of somebody who is signed in.
    fn link(&self, user: UserId, person: Person) -> Doing<'_, Linking>;
    /// Takes a link away.
    fn unlink(&self, user: UserId, identity: Identity) -> Doing<'_, Unlinking>;
    /// What an account is linked to.
    fn linked_to(&self, user: UserId) -> Doing<'_, Vec<Linked>>;
}
