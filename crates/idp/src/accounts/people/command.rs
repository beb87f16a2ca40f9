//! What whoever runs the house does with accounts (`vestibule users …`).

use super::{People, PeopleError, name};
use crate::UserId;
use crate::accounts::Address;
use crate::store::accounts::{Account, Change, Changed, Creation};
use model::Secret;

/// Whom a command names: by id or by address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// By the id that never changes.
    Id(UserId),
    /// By the address of today.
    Address(Address),
}

impl Who {
    /// Reads what was typed: with an `@` it is an address, else an id. None where it is neither.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        if typed.contains('@') {
            Address::parse(typed).ok().map(Self::Address)
        } else {
            UserId::parse(typed).ok().map(Self::Id)
        }
    }
}

impl People {
    /// Accounts by their ids, those after `after`.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn list(&self, after: Option<UserId>, at_most: usize) -> Result<Vec<Account>, PeopleError> {
        Ok(self.lasting.accounts.list(after, at_most).await?)
    }

    /// The one that is named.
    ///
    /// # Errors
    /// [`PeopleError::Nobody`], or the store's.
    pub async fn find(&self, who: &Who) -> Result<Account, PeopleError> {
        let found = match who {
            Who::Id(id) => self.lasting.accounts.by_id(*id).await?,
            Who::Address(address) => self.lasting.accounts.by_address(address).await?,
        };
        found.ok_or(PeopleError::Nobody)
    }

    /// Makes an account without a password, and a link to choose one, for whoever runs the house to hand over.
    ///
    /// # Errors
    /// [`PeopleError::Address`], [`PeopleError::Name`], [`PeopleError::AddressTaken`], or the store's.
    pub async fn create(&self, address: &str, typed: &str) -> Result<(Account, Secret<String>), PeopleError> {
        let account = Account { name: name(typed)?, ..self.blank(Address::parse(address)?)? };
        match self.lasting.accounts.create(account.clone()).await? {
            Creation::AddressTaken => Err(PeopleError::AddressTaken),
            Creation::Made => {
                let (_, url) = self.link_to_reset(account.id).await?;
                Ok((account, url))
            }
        }
    }

    /// Another address, taken as verified: whoever runs the house says so.
    ///
    /// # Errors
    /// [`PeopleError::Address`], [`PeopleError::AddressTaken`], [`PeopleError::Nobody`], or the store's.
    pub async fn readdress(&self, user: UserId, address: &str) -> Result<(), PeopleError> {
        let change = Change::Address { address: Address::parse(address)?, verified: true };
        match self.lasting.accounts.change(user, change, self.now()).await? {
            Changed::Done => Ok(()),
            Changed::Nobody => Err(PeopleError::Nobody),
            Changed::Refused => Err(PeopleError::AddressTaken),
        }
    }

    /// Locks the account, which ends everything at once, or unlocks it.
    ///
    /// # Errors
    /// [`PeopleError::Nobody`], or the store's.
    pub async fn lock(&self, user: UserId, locked: bool) -> Result<(), PeopleError> {
        let now = self.now();
        if self.lasting.accounts.change(user, Change::Locked(locked), now).await? == Changed::Nobody {
            return Err(PeopleError::Nobody);
        }
        if locked {
            self.lasting.endings.all_of(user, now);
        }
        Ok(())
    }

    /// Takes the second factor from somebody who lost both app and codes.
    ///
    /// # Errors
    /// [`PeopleError::Nobody`], or the store's.
    pub async fn drop_second_factor(&self, user: UserId) -> Result<(), PeopleError> {
        match self.lasting.accounts.change(user, Change::NoSecondFactor, self.now()).await? {
            Changed::Nobody => Err(PeopleError::Nobody),
            Changed::Done | Changed::Refused => Ok(()),
        }
    }

    /// Deletes the account and all that is of it.
    ///
    /// # Errors
    /// [`PeopleError::Nobody`], or the store's.
    pub async fn remove(&self, user: UserId) -> Result<(), PeopleError> {
        self.forget(user).await.map(|_| ())
    }
}
