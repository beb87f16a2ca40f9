//! The second step: a code of the authenticator app or a recovery code; or setting the app up, where it is required.

use super::{Entered, Lane, People, PeopleError, SecondFactor, Visitor};
use crate::UserId;
use crate::accounts::mail::Notice;
use crate::accounts::{Enrolment, Stage, TotpSecret, recovery, totp};
use crate::store::accounts::{Account, Change, Changed};
use crate::store::sign_ins::Methods;
use model::Secret;

impl People {
    /// Enters with a code, after the first factor.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`] where the code is not right, [`PeopleError::NoTicket`], [`PeopleError::TooMany`].
    pub async fn second_factor(&self, ticket: &str, code: &str, visitor: &Visitor) -> Result<Entered, PeopleError> {
        let stage = self.lasting.tickets.use_try(ticket).ok_or(PeopleError::NoTicket)?;
        let account = self.at_stage(stage).await?;
        self.prove_code(&account, code).await?;
        self.lasting.tickets.spend(ticket);
        self.enter(account, Methods { otp: true, ..stage.first }, visitor).await
    }

    /// The account that a ticket is of, while it is of the same generation.
    async fn at_stage(&self, stage: Stage) -> Result<Account, PeopleError> {
        let account = self.lasting.accounts.by_id(stage.user).await?;
        let same = account.filter(|account| !account.locked && account.generation == stage.generation);
        same.ok_or(PeopleError::NoTicket)
    }

    /// Uses a code up: of the authenticator app, or a recovery code.
    pub(super) async fn prove_code(&self, account: &Account, typed: &str) -> Result<(), PeopleError> {
        let taken = self.lasting.throttle.take(Lane::Code, &account.id)?;
        let right = match recovery::digest(account.id, typed) {
            Some(digest) => {
                let left = self.lasting.accounts.use_recovery(account.id, digest).await?;
                if left.is_some() {
                    self.notify(self.letters.notice(&account.address, Notice::Recovery));
                }
                left.is_some()
            }
            None => self.prove_totp(account, typed).await?,
        };
        if !right {
            return Err(PeopleError::Wrong);
        }
        self.lasting.throttle.give_back(&taken);
        Ok(())
    }

    async fn prove_totp(&self, account: &Account, typed: &str) -> Result<bool, PeopleError> {
        let step = account.authenticator.as_ref();
        let step = step.and_then(|app| totp::matching_step(&app.secret, typed, self.now()));
        let Some(step) = step else { return Ok(false) };
        // The store decides whether it is the first use: two requests with one code race there.
        Ok(self.lasting.accounts.use_step(account.id, step).await?)
    }

    /// Shows a new secret to somebody who has to set up the app before they are in; or once more the one that was shown
    /// before.
    ///
    /// # Errors
    /// [`PeopleError::NoTicket`], or the store's.
    pub async fn offer_by_ticket(&self, ticket: &str, again: bool) -> Result<Enrolment, PeopleError> {
        let stage = self.lasting.tickets.look(ticket).ok_or(PeopleError::NoTicket)?;
        let account = self.at_stage(stage).await?;
        if account.authenticator.is_some() {
            return Err(PeopleError::NoTicket);
        }
        self.offer(&account, again).await
    }

    /// Enters with the first code of the app that was just set up. Gives the recovery codes, to be shown once.
    ///
    /// # Errors
    /// As [`People::second_factor`].
    pub async fn confirm_by_ticket(
        &self,
        ticket: &str,
        code: &str,
        visitor: &Visitor,
    ) -> Result<(Entered, Vec<Secret<String>>), PeopleError> {
        let stage = self.lasting.tickets.use_try(ticket).ok_or(PeopleError::NoTicket)?;
        let account = self.at_stage(stage).await?;
        if account.authenticator.is_some() {
            return Err(PeopleError::NoTicket);
        }
        let codes = self.confirm(&account, code).await?;
        self.lasting.tickets.spend(ticket);
        let methods = Methods { otp: true, ..stage.first };
        Ok((self.enter(account, methods, visitor).await?, codes))
    }

    /// Shows a new secret to somebody who is signed in, or once more the one that was shown before; it counts once
    /// [`People::confirm_authenticator`] has seen a code of it.
    ///
    /// # Errors
    /// [`PeopleError::NotOffered`] where the house has no second factor, or the person has one: it is removed first,
    /// which asks for password and code. Else whoever sits at somebody's open browser would put their own in its place.
    pub async fn offer_authenticator(&self, user: UserId, again: bool) -> Result<Enrolment, PeopleError> {
        let account = self.without_authenticator(user).await?;
        self.offer(&account, again).await
    }

    async fn without_authenticator(&self, user: UserId) -> Result<Account, PeopleError> {
        let account = self.account(user).await?;
        let wanted = self.second_factor != SecondFactor::None && account.authenticator.is_none();
        if wanted { Ok(account) } else { Err(PeopleError::NotOffered) }
    }

    async fn offer(&self, account: &Account, again: bool) -> Result<Enrolment, PeopleError> {
        if let (true, Some(secret)) = (again, &account.offered) {
            return Ok(Enrolment::of(secret, &account.address, self.letters.brand()));
        }
        let secret = TotpSecret::generate()?;
        let shown = Enrolment::of(&secret, &account.address, self.letters.brand());
        match self.lasting.accounts.change(account.id, Change::Offer(secret), self.now()).await? {
            Changed::Done => Ok(shown),
            Changed::Nobody | Changed::Refused => Err(PeopleError::Nobody),
        }
    }

    /// The code of the offered secret: from now on it is asked for. Gives the recovery codes, to be shown once.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`], [`PeopleError::TooMany`], [`PeopleError::NotOffered`], or the store's.
    pub async fn confirm_authenticator(&self, user: UserId, code: &str) -> Result<Vec<Secret<String>>, PeopleError> {
        let account = self.without_authenticator(user).await?;
        self.confirm(&account, code).await
    }

    async fn confirm(&self, account: &Account, code: &str) -> Result<Vec<Secret<String>>, PeopleError> {
        let account = self.account(account.id).await?;
        let secret = account.offered.clone().ok_or(PeopleError::Wrong)?;
        let taken = self.lasting.throttle.take(Lane::Code, &account.id)?;
        let step = totp::matching_step(&secret, code, self.now()).ok_or(PeopleError::Wrong)?;
        self.lasting.throttle.give_back(&taken);
        let codes = recovery::generate()?;
        let confirm = Change::Confirm { secret, step, recovery: digests(account.id, &codes) };
        match self.lasting.accounts.change(account.id, confirm, self.now()).await? {
            Changed::Done => Ok(codes),
            Changed::Nobody | Changed::Refused => Err(PeopleError::Wrong),
        }
    }

    /// New recovery codes in place of the old ones, against password and code.
    ///
    /// # Errors
    /// As [`People::remove_authenticator`].
    pub async fn renew_recovery(
        &self,
        user: UserId,
        password: &str,
        code: &str,
    ) -> Result<Vec<Secret<String>>, PeopleError> {
        let account = self.account(user).await?;
        self.prove(&account, password, Some(code)).await?;
        let codes = recovery::generate()?;
        let change = Change::Recovery(digests(user, &codes));
        match self.lasting.accounts.change(user, change, self.now()).await? {
            Changed::Done => Ok(codes),
            Changed::Nobody | Changed::Refused => Err(PeopleError::Wrong),
        }
    }

    /// No authenticator app and no recovery codes any more, against password and code.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`], [`PeopleError::TooMany`]; [`PeopleError::NotOffered`] where one is required.
    pub async fn remove_authenticator(&self, user: UserId, password: &str, code: &str) -> Result<(), PeopleError> {
        if self.second_factor == SecondFactor::Required {
            return Err(PeopleError::NotOffered);
        }
        let account = self.account(user).await?;
        self.prove(&account, password, Some(code)).await?;
        self.lasting.accounts.change(user, Change::NoSecondFactor, self.now()).await?;
        self.notify(self.letters.notice(&account.address, Notice::NoSecondFactor));
        Ok(())
    }
}

fn digests(user: UserId, codes: &[Secret<String>]) -> Vec<crate::Digest> {
    codes.iter().filter_map(|code| recovery::digest(user, code.expose())).collect()
}
