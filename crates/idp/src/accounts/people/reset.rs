//! Another password, for somebody who reads the mail of the account.

use super::{People, PeopleError, Purpose, Step, Visitor, link_lifetime};
use crate::Digest;
use crate::accounts::mail::Notice;
use crate::accounts::{Password, known_about};
use crate::store::sign_ins::Methods;

impl People {
    /// Asks for a link to choose another password. The answer is the same whether or not there is an account, and comes
    /// before anything is looked up.
    ///
    /// # Errors
    /// [`PeopleError::Address`], [`PeopleError::TooMany`], [`PeopleError::Busy`].
    pub fn forgot(&self, address: &str, visitor: &Visitor) -> Result<(), PeopleError> {
        let people = self.clone();
        self.ask_by_mail(address, visitor, move |address| async move {
            let account = people.lasting.accounts.by_address(&address).await.ok()??;
            if account.locked {
                return None;
            }
            let link = people.put_link(Purpose::Reset { user: account.id }, link_lifetime::RESET).await.ok()?;
            // To the address as the account has it, not as somebody typed it.
            Some(people.letters.reset(&account.address, &link))
        })
    }

    /// Follows that link: the password is another, and everything that was given out has ended. Then goes on as after
    /// a password; a second factor is asked for all the same.
    ///
    /// # Errors
    /// [`PeopleError::NoLink`], [`PeopleError::Weak`], [`PeopleError::Busy`], or the store's.
    pub async fn reset(&self, link: &str, password: &str, visitor: &Visitor) -> Result<Step, PeopleError> {
        let digest = Digest::of(link);
        let found = self.lasting.links.find(digest, self.now()).await?;
        let user = found.and_then(|link| match link.purpose {
            Purpose::Reset { user } => Some(user),
            _ => None,
        });
        let user = user.ok_or(PeopleError::NoLink)?;
        let account = self.lasting.accounts.by_id(user).await?.ok_or(PeopleError::NoLink)?;
        let about = known_about(Some(&account.address), account.name.as_deref(), self.letters.brand());
        let hash = self.lasting.passwords.make(Password::chosen(password)?, about).await??;
        let now = self.now();
        self.lasting.links.reset(digest, hash, now).await?.ok_or(PeopleError::NoLink)?;
        self.lasting.endings.all_of(user, now);
        let account = self.lasting.accounts.by_id(user).await?.filter(|account| !account.locked);
        let account = account.ok_or(PeopleError::NoLink)?;
        self.notify(self.letters.notice(&account.address, Notice::Password));
        self.after_first(account, Methods { password: true, ..Methods::default() }, visitor).await
    }
}
