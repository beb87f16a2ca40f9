//! What the pages need of the accounts: the narrow trait behind which people are known.
//!
//! Each method is one thing that a person does at a page. None says whether there is an account of an address, and none
//! takes less work where there is none; that is the other side's to keep, and its tests show it.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use model::Secret;
use thiserror::Error;

use crate::store::StoreError;
use crate::{Bearer, NoRandomness, SignInId, UserId};

/// What a method gives.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, ReceptionError>> + Send + 'a>>;

/// Why there is no answer at all.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReceptionError {
    /// This was tried too often; the seconds after which to come again.
    #[error("this was tried too often; come again in {0} seconds")]
    Wait(u32),
    /// There is too much to do; likewise.
    #[error("there is too much to do; come again in {0} seconds")]
    Busy(u32),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No randomness can be had.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// Something that cannot be, such as a hash that cannot be computed.
    #[error("{0}")]
    Failed(Box<str>),
}

/// The browser that somebody sits at.
#[derive(Clone, Debug)]
pub struct Guest {
    /// Where it is.
    pub address: IpAddr,
    /// What it says that it is.
    pub agent: Box<str>,
    /// Its device cookie.
    pub device: Option<Box<str>>,
}

/// What came of an attempt to come in.
#[derive(Debug)]
pub enum Entered {
    /// The person is in.
    In(Entry),
    /// The second factor is awaited; the ticket goes into the browser's cookie.
    Code(Bearer),
    /// A second factor has to be set up first; likewise.
    SetUp(Bearer),
    /// What was shown is wrong, whatever of it.
    Wrong,
    /// What it was about is over.
    TooLate,
}

/// What a browser gets in which somebody is signed in now.
#[derive(Debug)]
pub struct Entry {
    /// For the cookie of the sign-in.
    pub cookie: Bearer,
    /// For the device cookie, where there is a new one.
    pub device: Option<Secret<String>>,
}

/// What came of asking for a mailed link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mailed {
    /// It may be on its way; the same is said whether it is or not.
    Maybe,
    /// What was typed is no address.
    NotAnAddress,
}

/// What a mailed link is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// To make an account of this address.
    Join(Box<str>),
    /// To choose another password.
    Reset,
    /// To say that this address is read, whether it is the account's already or is to be.
    Confirm(Box<str>),
}

/// What came of a choice that can be refused.
#[derive(Debug)]
pub enum Chosen<T> {
    /// It is done.
    Done(T),
    /// The new password is too weak: why.
    Weak(Box<str>),
    /// The present password, or the code, is wrong.
    Wrong,
    /// What was typed is no address.
    NotAnAddress,
    /// The link, or whatever it was about, is over.
    TooLate,
}

impl<T> Chosen<T> {
    /// The same, with something else made of what is done.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Chosen<U> {
        match self {
            Self::Done(done) => Chosen::Done(make(done)),
            Self::Weak(why) => Chosen::Weak(why),
            Self::Wrong => Chosen::Wrong,
            Self::NotAnAddress => Chosen::NotAnAddress,
            Self::TooLate => Chosen::TooLate,
        }
    }
}

/// A second factor that was set up.
#[derive(Debug)]
pub struct Confirmed {
    /// The recovery codes, to be shown once.
    pub codes: Vec<Secret<String>>,
    /// The sign-in that it completes, where it stood before one.
    pub entry: Option<Entry>,
}

/// Whose second factor is set up.
#[derive(Clone, Debug)]
pub enum Whose {
    /// Of somebody who is signed in.
    Signed(UserId),
    /// Of whoever has this ticket, between password and sign-in.
    Step(Box<str>),
}

/// A secret that is shown once, to be put into an authenticator app.
#[derive(Debug)]
pub struct Offered {
    /// As an `svg` element of our own drawing.
    pub svg: Secret<String>,
    /// As text.
    pub text: Secret<String>,
}

/// People, as the pages need them.
pub trait Reception: Send + Sync {
    /// Believes a password, or not.
    fn sign_in(&self, address: Box<str>, password: Secret<String>, guest: Guest) -> Doing<'_, Entered>;
    /// Believes a code or a recovery code.
    fn second_factor(&self, ticket: Box<str>, code: Box<str>, guest: Guest) -> Doing<'_, Entered>;
    /// Mails a link to make an account.
    fn register(&self, address: Box<str>, guest: Guest) -> Doing<'_, Mailed>;
    /// Mails a link to choose another password.
    fn forgot(&self, address: Box<str>, guest: Guest) -> Doing<'_, Mailed>;
    /// What a link is for; it stays.
    fn link(&self, link: Box<str>) -> Doing<'_, Option<LinkKind>>;
    /// Makes an account by its link, and lets the person in.
    fn join(
        &self,
        link: Box<str>,
        name: Box<str>,
        password: Secret<String>,
        guest: Guest,
    ) -> Doing<'_, Chosen<Entered>>;
    /// Chooses another password by a link, and goes on as after that password.
    fn reset(&self, link: Box<str>, password: Secret<String>, guest: Guest) -> Doing<'_, Chosen<Entered>>;
    /// Follows a link to verify or to move; no where it is over or the address was taken meanwhile.
    fn follow(&self, link: Box<str>) -> Doing<'_, bool>;
    /// Another name; none where it is empty.
    fn rename(&self, user: UserId, name: Box<str>) -> Doing<'_, ()>;
    /// Another password; everything but `keep` ends.
    fn change_password(
        &self,
        user: UserId,
        keep: SignInId,
        present: Secret<String>,
        next: Secret<String>,
    ) -> Doing<'_, Chosen<()>>;
    /// Mails a link to another address.
    fn change_address(&self, user: UserId, address: Box<str>, password: Secret<String>) -> Doing<'_, Chosen<()>>;
    /// Makes up a secret for an authenticator app; `again` shows the one that was made up before, where that can be.
    /// None where a second factor is set up already, or is not to be.
    fn offer(&self, whose: Whose, again: bool) -> Doing<'_, Option<Offered>>;
    /// Confirms it by a code.
    fn confirm(&self, whose: Whose, code: Box<str>, guest: Guest) -> Doing<'_, Chosen<Confirmed>>;
    /// New recovery codes in place of all others.
    fn new_recovery_codes(
        &self,
        user: UserId,
        password: Secret<String>,
        code: Box<str>,
    ) -> Doing<'_, Chosen<Vec<Secret<String>>>>;
    /// Turns the second factor off.
    fn remove_second_factor(&self, user: UserId, password: Secret<String>, code: Box<str>) -> Doing<'_, Chosen<()>>;
    /// Everything that is kept of a person.
    fn export(&self, user: UserId) -> Doing<'_, serde_json::Value>;
    /// Deletes the account; the code counts where there is a second factor.
    fn delete(&self, user: UserId, password: Secret<String>, code: Box<str>) -> Doing<'_, Chosen<()>>;
}
