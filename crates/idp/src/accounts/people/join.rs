//! Coming in: an address is named, a link is mailed, and behind the link the account is made.

use std::sync::Arc;

use super::{Lane, People, PeopleError, Purpose, Step, Visitor, link_lifetime, name};
use crate::accounts::mail::{Letter, Notice};
use crate::accounts::{Address, Password, known_about, source};
use crate::store::accounts::Account;
use crate::store::links::{Joined, Moved};
use crate::store::sign_ins::Methods;
use crate::{AccountsMode, Bearer, Digest, Endpoint, UserId};
use model::Secret;

/// What a link that still works is for, so that the page behind it can ask for the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// A name and a password, for [`People::join`].
    Join(Address),
    /// A password, for [`People::reset`].
    Reset,
    /// A press of a button, for [`People::confirm_address`].
    Confirm(Address),
}

impl People {
    /// Asks for an account with that address. The answer is the same whether or not there is one, and comes before
    /// anything is looked up; what happens then is told by mail.
    ///
    /// # Errors
    /// [`PeopleError::NotOffered`] where not everybody may, [`PeopleError::Address`], [`PeopleError::TooMany`],
    /// [`PeopleError::Busy`].
    pub fn register(&self, address: &str, visitor: &Visitor) -> Result<(), PeopleError> {
        if self.mode != AccountsMode::Open {
            return Err(PeopleError::NotOffered);
        }
        let people = self.clone();
        self.ask_by_mail(address, visitor, move |address| async move {
            if people.lasting.accounts.by_address(&address).await.ok()?.is_some() {
                return Some(people.letters.already(&address));
            }
            let purpose = Purpose::Join { address: address.clone(), invited: false };
            let link = people.put_link(purpose, link_lifetime::DAY).await.ok()?;
            Some(people.letters.join(&address, &link))
        })
    }

    /// Does `work` after the answer, unless too many mails went to that address already; which is not told either.
    pub(super) fn ask_by_mail<Work>(
        &self,
        address: &str,
        visitor: &Visitor,
        work: impl FnOnce(Address) -> Work,
    ) -> Result<(), PeopleError>
    where
        Work: Future<Output = Option<Letter>> + Send + 'static,
    {
        let address = Address::parse(address.trim())?;
        let _ = self.lasting.throttle.take(Lane::MailFrom, &source(visitor.address))?;
        if self.lasting.throttle.take(Lane::MailTo, &address.normal()).is_err() {
            return Ok(());
        }
        Ok(self.lasting.post.accept(Arc::clone(&self.mailer), work(address))?)
    }

    /// Invites somebody. Gives the URL too, for whoever asked to hand it over another way.
    ///
    /// # Errors
    /// [`PeopleError::AddressTaken`], [`PeopleError::NotOffered`] where accounts are closed, [`PeopleError::Address`].
    pub async fn invite(&self, address: &str) -> Result<Secret<String>, PeopleError> {
        if self.mode == AccountsMode::Closed {
            return Err(PeopleError::NotOffered);
        }
        let address = Address::parse(address)?;
        if self.lasting.accounts.by_address(&address).await?.is_some() {
            return Err(PeopleError::AddressTaken);
        }
        let purpose = Purpose::Join { address: address.clone(), invited: true };
        let link = self.put_link(purpose, link_lifetime::INVITATION).await?;
        self.mail(self.letters.invite(&address, &link))?;
        Ok(self.letters.url(Endpoint::Verify, &link))
    }

    /// What a link is for, if it still works. It stays: programs that look at mails follow links too.
    ///
    /// # Errors
    /// [`PeopleError::NoLink`], or the store's.
    pub async fn open(&self, link: &str) -> Result<Opened, PeopleError> {
        let found = self.lasting.links.find(Digest::of(link), self.now()).await?;
        match found.ok_or(PeopleError::NoLink)?.purpose {
            Purpose::Join { address, invited } if self.may_join(invited) => Ok(Opened::Join(address)),
            Purpose::Join { .. } => Err(PeopleError::NoLink),
            Purpose::Reset { .. } => Ok(Opened::Reset),
            Purpose::Verify { address, .. } | Purpose::Move { address, .. } => Ok(Opened::Confirm(address)),
        }
    }

    fn may_join(&self, invited: bool) -> bool {
        match self.mode {
            AccountsMode::Open => true,
            AccountsMode::Invite => invited,
            AccountsMode::Closed => false,
        }
    }

    /// Makes the account behind a link, and enters.
    ///
    /// # Errors
    /// [`PeopleError::NoLink`], [`PeopleError::Weak`], [`PeopleError::Name`], [`PeopleError::AddressTaken`],
    /// [`PeopleError::Busy`], or the store's.
    pub async fn join(
        &self,
        link: &str,
        typed_name: &str,
        password: &str,
        visitor: &Visitor,
    ) -> Result<Step, PeopleError> {
        let Opened::Join(address) = self.open(link).await? else { return Err(PeopleError::NoLink) };
        let name = name(typed_name)?;
        let about = known_about(Some(&address), name.as_deref(), self.letters.brand());
        let hash = self.lasting.passwords.make(Password::chosen(password)?, about).await??;
        let account = Account { name, password: Some(hash), ..self.blank(address)? };
        match self.lasting.links.join(Digest::of(link), account.clone(), self.now()).await? {
            Joined::NoLink => Err(PeopleError::NoLink),
            Joined::AddressTaken => Err(PeopleError::AddressTaken),
            Joined::Made => {
                let methods = Methods { password: true, ..Methods::default() };
                self.after_first(Account { verified: true, ..account }, methods, visitor).await
            }
        }
    }

    pub(super) fn blank(&self, address: Address) -> Result<Account, PeopleError> {
        let now = self.now();
        Ok(Account {
            id: UserId::generate()?,
            address,
            name: None,
            verified: false,
            password: None,
            authenticator: None,
            offered: None,
            recovery: Vec::new(),
            locked: false,
            generation: 0,
            created: now,
            changed: now,
        })
    }

    /// Mails a link to verify the address of an account.
    ///
    /// # Errors
    /// [`PeopleError::TooMany`], [`PeopleError::Busy`], or the store's.
    pub async fn ask_to_verify(&self, account: &Account) -> Result<(), PeopleError> {
        let _ = self.lasting.throttle.take(Lane::MailTo, &account.address.normal())?;
        let purpose = Purpose::Verify { user: account.id, address: account.address.clone() };
        let link = self.put_link(purpose, link_lifetime::DAY).await?;
        Ok(self.mail(self.letters.verify(&account.address, &link))?)
    }

    /// Mails a link to the address that the account is to have, against the password.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`], [`PeopleError::Address`], [`PeopleError::TooMany`], or the store's. Not that the address
    /// is another account's: who follows the link reads its mail, and is told then.
    pub async fn ask_to_move(&self, user: UserId, password: &str, to: &str) -> Result<(), PeopleError> {
        let account = self.account(user).await?;
        let to = Address::parse(to.trim())?;
        self.prove(&account, password, None).await?;
        let _ = self.lasting.throttle.take(Lane::MailTo, &to.normal())?;
        let link = self.put_link(Purpose::Move { user, address: to.clone() }, link_lifetime::DAY).await?;
        Ok(self.mail(self.letters.verify(&to, &link))?)
    }

    /// Follows a link to verify or to move. The person need not be signed in: they read the mail.
    ///
    /// # Errors
    /// [`PeopleError::NoLink`], [`PeopleError::AddressTaken`], or the store's.
    pub async fn confirm_address(&self, link: &str) -> Result<(), PeopleError> {
        let (digest, now) = (Digest::of(link), self.now());
        let purpose = self.lasting.links.find(digest, now).await?.ok_or(PeopleError::NoLink)?.purpose;
        match purpose {
            Purpose::Verify { .. } => {
                self.lasting.links.verify(digest, now).await?.map(|_| ()).ok_or(PeopleError::NoLink)
            }
            Purpose::Move { .. } => match self.lasting.links.move_address(digest, now).await? {
                Moved::NoLink => Err(PeopleError::NoLink),
                Moved::AddressTaken => Err(PeopleError::AddressTaken),
                Moved::Moved { from, .. } => {
                    self.notify(self.letters.notice(&from, Notice::Address));
                    Ok(())
                }
            },
            Purpose::Join { .. } | Purpose::Reset { .. } => Err(PeopleError::NoLink),
        }
    }

    /// A link to choose a password, to be handed over by whoever runs the house.
    pub(super) async fn link_to_reset(&self, user: UserId) -> Result<(Bearer, Secret<String>), PeopleError> {
        let link = self.put_link(Purpose::Reset { user }, link_lifetime::DAY).await?;
        let url = self.letters.url(Endpoint::Reset, &link);
        Ok((link, url))
    }
}
