//! What people do with their accounts: each step of each flow is one function, without pages and without cookies' names.
//!
//! INVARIANT: no answer says whether there is an account. Signing in costs one hash and answers alike for an unknown
//! address, a wrong password and a locked account; registering and forgetting answer before anything is looked up.

mod command;
mod departed;
mod desk;
mod entrance;
mod external;
mod holdings;
mod join;
mod own;
mod reception;
mod reset;
mod second_factor;
mod sign_in;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use model::{Clock, Secret};
use thiserror::Error;

use super::mail::{Letter, Letters, Mailer, Post, PostFull};
use super::{AddressError, Devices, Lane, Passwords, PoolError, Taken, Throttle, Tickets, Wait, Weakness};
use crate::store::accounts::{Account, Accounts};
use crate::store::externals::Externals;
use crate::store::links::{Link, Links, Purpose};
use crate::store::sign_ins::{SignIn, SignIns};
use crate::store::{Answer, StoreError};
use crate::{AccountsMode, Bearer, Lifetimes, NoRandomness, SecondFactor, Settings, SignInId, SignedIn, UserId};

pub use command::Who;
pub use desk::DeskError;
pub use holdings::holdings;
pub use join::Opened;
pub use own::account_as_json;
pub(crate) use own::moment;

/// A person's name has so many characters at most.
pub const MAX_NAME: usize = 100;

/// What outlives a reload of the file.
pub struct Lasting {
    /// Accounts.
    pub accounts: Arc<dyn Accounts>,
    /// Sign-ins.
    pub sign_ins: Arc<dyn SignIns>,
    /// Links.
    pub links: Arc<dyn Links>,
    /// Links to persons elsewhere.
    pub externals: Arc<dyn Externals>,
    /// What else this house has of a person, for the export.
    pub holdings: Vec<(&'static str, Arc<dyn Holdings>)>,
    /// Who is told that something ended.
    pub endings: Arc<dyn Endings>,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// Slows guessing.
    pub throttle: Throttle,
    /// Steps towards the second factor.
    pub tickets: Tickets,
    /// Known browsers.
    pub devices: Devices,
    /// Mails on their way.
    pub post: Arc<Post>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What another part of the house has of a person.
pub trait Holdings: Send + Sync {
    /// Everything, without secrets, for the person to read.
    fn of(&self, user: UserId) -> Answer<'_, serde_json::Value>;
}

/// Is told, after it is durable, that credentials which are out are not to be believed any more.
pub trait Endings: Send + Sync {
    /// Everything that was given out to that person until now.
    fn all_of(&self, user: UserId, now: SystemTime);
    /// What was given out in that sign-in.
    fn sign_in(&self, user: UserId, id: SignInId, now: SystemTime);
}

/// The people of one configuration.
#[derive(Clone)]
pub struct People {
    lasting: Arc<Lasting>,
    mailer: Arc<dyn Mailer>,
    letters: Letters,
    mode: AccountsMode,
    second_factor: SecondFactor,
    lifetimes: Lifetimes,
}

/// Who stands at the door, as far as that matters here.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// From where.
    pub address: IpAddr,
    /// What the browser says it is, shortened.
    pub agent: Box<str>,
    /// The value of the device cookie, where there is one.
    pub device: Option<Box<str>>,
}

/// Where a sign-in has got to.
#[derive(Debug)]
pub enum Step {
    /// In.
    Entered(Box<Entered>),
    /// The second factor is asked for; the ticket goes with the answer.
    SecondFactor(Bearer),
    /// A second factor is required and there is none: it is set up now, with that ticket.
    Enrol(Bearer),
}

/// Somebody who has just signed in.
#[derive(Debug)]
pub struct Entered {
    /// For the sign-in cookie; a new one each time.
    pub cookie: Bearer,
    /// For the device cookie.
    pub device: Secret<String>,
    /// The sign-in.
    pub sign_in: SignIn,
    /// The account.
    pub account: Account,
}

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Known {
    /// Where.
    pub sign_in: SignIn,
    /// Who.
    pub account: Account,
}

impl Known {
    /// In the words of the protocol.
    #[must_use]
    pub fn signed_in(&self) -> SignedIn {
        SignedIn {
            user: self.account.id,
            sign_in: self.sign_in.id,
            authenticated_at: self.sign_in.started,
            methods: self.sign_in.methods.values().map(Into::into).collect(),
        }
    }
}

/// Why a step was not taken. What is said to a person is the page's affair; none of these says whether there is an
/// account.
#[derive(Debug, Error)]
pub enum PeopleError {
    /// Address, password or code are not right.
    #[error("address, password or code are not right")]
    Wrong,
    /// Too many tries were wrong; another may be right after this.
    #[error("too many tries; wait {} s", .0.as_secs().max(1))]
    TooMany(Duration),
    /// More is asked of the house than it does at a time (passwords, mails); a few seconds later there is room.
    #[error("too much to do")]
    Busy,
    /// The chosen password is not taken.
    #[error(transparent)]
    Weak(#[from] Weakness),
    /// What was typed is no address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The name is too long or has control characters.
    #[error("a name has at most {MAX_NAME} characters")]
    Name,
    /// The link is unknown, used up or too old.
    #[error("the link does not work any more")]
    NoLink,
    /// The ticket of the second step is unknown, used up or too old: from the beginning.
    #[error("the sign-in took too long, or too many tries")]
    NoTicket,
    /// An account has that address. Said to whoever followed a link to it, and to commands.
    #[error("an account has that address")]
    AddressTaken,
    /// The file does not have it: nobody makes an account so, or there is no second factor.
    #[error("this house does not do that")]
    NotOffered,
    /// There is no such account. Said to commands alone.
    #[error("there is no such account")]
    Nobody,
    /// The system gave no randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A hash could not be computed.
    #[error(transparent)]
    Hash(super::PasswordHashError),
}

impl From<PoolError> for PeopleError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Busy => Self::Busy,
            PoolError::Hash(error) => Self::Hash(error),
        }
    }
}

impl From<PostFull> for PeopleError {
    fn from(_: PostFull) -> Self {
        Self::Busy
    }
}

impl From<Wait> for PeopleError {
    fn from(Wait(wait): Wait) -> Self {
        Self::TooMany(wait)
    }
}

/// How long links work.
mod link_lifetime {
    use std::time::Duration;

    pub(super) const RESET: Duration = Duration::from_secs(30 * 60);
    pub(super) const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    pub(super) const INVITATION: Duration = Duration::from_secs(7 * 24 * 60 * 60);
}

impl People {
    /// With the settings of one configuration, and what outlives them.
    #[must_use]
    pub fn new(settings: &Settings, mailer: Arc<dyn Mailer>, lasting: Arc<Lasting>) -> Self {
        Self {
            lasting,
            mailer,
            letters: Letters::of(settings),
            mode: settings.accounts,
            second_factor: settings.second_factor,
            lifetimes: settings.lifetimes,
        }
    }

    fn now(&self) -> SystemTime {
        self.lasting.clock.wall()
    }

    fn mail(&self, letter: Letter) -> Result<(), PostFull> {
        self.lasting.post.accept(Arc::clone(&self.mailer), std::future::ready(Some(letter)))
    }

    /// Tells the person; where there is no room for mails, the change stands nevertheless.
    fn notify(&self, letter: Letter) {
        let _ = self.mail(letter);
    }

    fn give_back(&self, taken: &[Taken]) {
        for one in taken {
            self.lasting.throttle.give_back(one);
        }
    }

    async fn put_link(&self, purpose: Purpose, lifetime: Duration) -> Result<Bearer, PeopleError> {
        let bearer = Bearer::generate("link")?;
        let link = Link { digest: bearer.digest(), purpose, expires: self.now() + lifetime };
        self.lasting.links.put(link).await?;
        Ok(bearer)
    }

    /// Ends what is too old to be of use; for a timer. Gives how much that was.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn tidy(&self) -> Result<usize, StoreError> {
        const AT_MOST: usize = 1000;
        let now = self.now();
        let before = |age: Duration| now.checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH);
        let (started, seen) = (before(self.lifetimes.session), before(self.lifetimes.session_idle));
        let ended = self.lasting.sign_ins.end_old(started, seen, AT_MOST).await?;
        Ok(ended + self.lasting.links.drop_old(now, AT_MOST).await?)
    }
}

/// A name as it is kept: without blanks around it, none where nothing is left.
fn name(typed: &str) -> Result<Option<Box<str>>, PeopleError> {
    let typed = typed.trim();
    if typed.chars().count() > MAX_NAME || typed.chars().any(char::is_control) {
        return Err(PeopleError::Name);
    }
    Ok((!typed.is_empty()).then(|| typed.into()))
}

impl std::fmt::Debug for People {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("People").field("mode", &self.mode).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
