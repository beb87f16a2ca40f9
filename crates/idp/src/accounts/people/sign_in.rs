//! Signing in with a password, being known by the cookie, and signing out.

use std::time::Duration;

use super::{Known, Lane, People, PeopleError, Step, Taken, Visitor};
use crate::Digest;
use crate::accounts::{Address, Password, source};
use crate::store::accounts::{Account, Change};
use crate::store::sign_ins::Methods;

/// A sign-in is noted as seen once in so long at most: each note is a durable change.
const SEEN_EVERY: Duration = Duration::from_secs(60);

impl People {
    /// The first step: address and password.
    ///
    /// One look-up and one hash whatever comes of it, and one answer for an unknown address, a wrong password, an
    /// account without one, and a locked account.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`], [`PeopleError::TooMany`], [`PeopleError::Busy`], or the store's.
    pub async fn sign_in(&self, address: &str, password: &str, visitor: &Visitor) -> Result<Step, PeopleError> {
        let parsed = Address::parse(address).ok();
        let account = match &parsed {
            Some(address) => self.lasting.accounts.by_address(address).await?,
            None => None,
        };
        let taken = self.allowance(parsed.as_ref(), account.as_ref(), visitor)?;
        let typed = Password::shown(password).ok_or(PeopleError::Wrong)?;
        let hash = account.as_ref().and_then(|account| account.password.clone());
        let verdict = self.lasting.passwords.compare(typed, hash.clone()).await?;
        let right = account.filter(|account| verdict.right && !account.locked);
        let account = right.ok_or(PeopleError::Wrong)?;
        self.give_back(&taken);
        if let (Some(from), Some(to)) = (hash, verdict.renewed) {
            // Whatever comes of it: the hash that is there is right, and the next sign-in tries again.
            self.lasting.accounts.change(account.id, Change::Rehash { from, to }, self.now()).await?;
        }
        self.after_first(account, Methods { password: true, ..Methods::default() }, visitor).await
    }

    /// Takes one try: from the browser's own allowance where the person had signed in in it before, else from those of
    /// the source and of all strangers to that address. An unknown address has one as well.
    fn allowance(
        &self,
        address: Option<&Address>,
        account: Option<&Account>,
        visitor: &Visitor,
    ) -> Result<Vec<Taken>, PeopleError> {
        let throttle = &self.lasting.throttle;
        let device = account.zip(visitor.device.as_deref());
        let device = device.and_then(|(account, value)| self.lasting.devices.known(value, account.id, self.now()));
        if let Some(device) = device {
            return Ok(vec![throttle.take(Lane::Device, &device)?]);
        }
        let from = throttle.take(Lane::Source, &source(visitor.address))?;
        let stranger = throttle.take(Lane::Stranger, &address.map(Address::normal))?;
        Ok(vec![from, stranger])
    }

    /// Who the cookie says, if the sign-in goes on.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn who(&self, cookie: &str) -> Result<Option<Known>, PeopleError> {
        let Some(mut sign_in) = self.lasting.sign_ins.by_cookie(Digest::of(cookie)).await? else { return Ok(None) };
        let now = self.now();
        let age = |since| now.duration_since(since).unwrap_or_default();
        if age(sign_in.started) >= self.lifetimes.session || age(sign_in.seen) >= self.lifetimes.session_idle {
            return Ok(None);
        }
        let account = self.lasting.accounts.by_id(sign_in.user).await?.filter(|account| !account.locked);
        let Some(account) = account else { return Ok(None) };
        if age(sign_in.seen) >= SEEN_EVERY {
            if !self.lasting.sign_ins.seen(sign_in.id, now).await? {
                return Ok(None);
            }
            sign_in.seen = now;
        }
        Ok(Some(Known { sign_in, account }))
    }

    /// Ends the sign-in of this cookie. Gives which it was, if there was one.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn sign_out(&self, cookie: &str) -> Result<Option<Known>, PeopleError> {
        let Some(known) = self.who(cookie).await? else { return Ok(None) };
        self.end_sign_in(known.account.id, known.sign_in.id).await?;
        Ok(Some(known))
    }
}
