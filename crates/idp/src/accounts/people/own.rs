//! What a person sees and changes of the own account.

use std::time::SystemTime;

use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::{Lane, People, PeopleError, name};
use crate::accounts::mail::Notice;
use crate::accounts::{Commitment, Departure, Password, known_about};
use crate::store::accounts::{Account, Change, Changed};
use crate::store::externals::Linked;
use crate::store::sign_ins::SignIn;
use crate::{SignInId, UserId};

impl People {
    /// The account, as it is now.
    ///
    /// # Errors
    /// [`PeopleError::Nobody`], or the store's.
    pub async fn account(&self, user: UserId) -> Result<Account, PeopleError> {
        self.lasting.accounts.by_id(user).await?.ok_or(PeopleError::Nobody)
    }

    /// Asks once more for what the person knows, before something that cannot be undone; with the code where `code` is
    /// given and the account has an authenticator app.
    pub(super) async fn prove(&self, account: &Account, password: &str, code: Option<&str>) -> Result<(), PeopleError> {
        let taken = self.lasting.throttle.take(Lane::Code, &(account.id, "password"))?;
        let typed = Password::shown(password).ok_or(PeopleError::Wrong)?;
        let verdict = self.lasting.passwords.compare(typed, account.password.clone()).await?;
        if !verdict.right || account.locked {
            return Err(PeopleError::Wrong);
        }
        self.lasting.throttle.give_back(&taken);
        match code {
            Some(code) if account.authenticator.is_some() => self.prove_code(account, code).await,
            _ => Ok(()),
        }
    }

    /// Another name.
    ///
    /// # Errors
    /// [`PeopleError::Name`], or the store's.
    pub async fn rename(&self, user: UserId, typed: &str) -> Result<(), PeopleError> {
        self.lasting.accounts.change(user, Change::Name(name(typed)?), self.now()).await?;
        Ok(())
    }

    /// Another password, against the one before; ends everything but the sign-in in which it was asked.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`], [`PeopleError::Weak`], [`PeopleError::TooMany`], [`PeopleError::Busy`], or the store's.
    pub async fn change_password(
        &self,
        user: UserId,
        here: SignInId,
        before: &str,
        after: &str,
    ) -> Result<(), PeopleError> {
        let account = self.account(user).await?;
        let chosen = Password::chosen(after)?;
        self.prove(&account, before, None).await?;
        let about = known_about(Some(&account.address), account.name.as_deref(), self.letters.brand());
        let hash = self.lasting.passwords.make(chosen, about).await??;
        let now = self.now();
        let change = Change::Password { hash, keep: Some(here) };
        if self.lasting.accounts.change(user, change, now).await? != Changed::Done {
            return Err(PeopleError::Nobody);
        }
        self.lasting.endings.all_of(user, now);
        self.notify(self.letters.notice(&account.address, Notice::Password));
        Ok(())
    }

    /// Where the person is signed in, the last first.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn sign_ins(&self, user: UserId) -> Result<Vec<SignIn>, PeopleError> {
        Ok(self.lasting.sign_ins.of(user).await?)
    }

    /// Ends one sign-in of that person. Whether there was one.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn end_sign_in(&self, user: UserId, id: SignInId) -> Result<bool, PeopleError> {
        let ended = self.lasting.sign_ins.end(user, id).await?;
        if ended {
            self.lasting.endings.sign_in(user, id, self.now());
        }
        Ok(ended)
    }

    /// Ends everything that was given out, but perhaps the sign-in in which that is asked.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn end_all(&self, user: UserId, keep: Option<SignInId>) -> Result<(), PeopleError> {
        let now = self.now();
        if self.lasting.accounts.change(user, Change::End { keep }, now).await? == Changed::Nobody {
            return Err(PeopleError::Nobody);
        }
        self.lasting.endings.all_of(user, now);
        Ok(())
    }

    /// Everything that this house has of a person, but what would let somebody in.
    ///
    /// # Errors
    /// [`PeopleError::Nobody`], or the store's.
    pub async fn export(&self, user: UserId) -> Result<Value, PeopleError> {
        let account = self.account(user).await?;
        let sign_ins = self.lasting.sign_ins.of(user).await?;
        let mut all = Map::new();
        all.insert("account".to_owned(), account_as_json(&account));
        all.insert("sign_ins".to_owned(), sign_ins.iter().map(sign_in_as_json).collect());
        let elsewhere = self.lasting.externals.linked_to(user).await?;
        all.insert("elsewhere".to_owned(), elsewhere.iter().map(linked_as_json).collect());
        for (name, holdings) in &self.lasting.holdings {
            all.insert((*name).to_owned(), holdings.of(user).await?);
        }
        Ok(Value::Object(all))
    }

    /// Deletes the account and all that is of it, against password and code.
    ///
    /// # Errors
    /// [`PeopleError::Wrong`], [`PeopleError::TooMany`], [`PeopleError::Busy`], or the store's.
    pub async fn delete(&self, user: UserId, password: &str, code: &str) -> Result<Departure, PeopleError> {
        let account = self.account(user).await?;
        self.prove(&account, password, Some(code)).await?;
        self.forget(user).await
    }

    /// Deletes without asking the person.
    pub(super) async fn forget(&self, user: UserId) -> Result<Departure, PeopleError> {
        let now = self.now();
        let departure = Departure { commitment: Commitment::to(user)?, at: now };
        if !self.lasting.accounts.delete(user, departure).await? {
            return Err(PeopleError::Nobody);
        }
        self.lasting.endings.all_of(user, now);
        Ok(departure)
    }
}

/// An account without what would let somebody in; what `vestibule users show` prints as well.
#[must_use]
pub fn account_as_json(account: &Account) -> Value {
    json!({
        "id": account.id.to_string(),
        "address": account.address.as_str(),
        "name": account.name,
        "verified": account.verified,
        "password": account.password.is_some(),
        "second_factor": account.authenticator.is_some(),
        "recovery_codes_left": account.recovery.len(),
        "locked": account.locked,
        "created": moment(account.created),
        "changed": moment(account.changed),
    })
}

fn sign_in_as_json(sign_in: &SignIn) -> Value {
    json!({
        "id": sign_in.id.to_string(),
        "started": moment(sign_in.started),
        "seen": moment(sign_in.seen),
        "methods": sign_in.methods.values().collect::<Vec<_>>(),
        "agent": sign_in.agent,
        "address": sign_in.address.to_string(),
    })
}

fn linked_as_json(linked: &Linked) -> Value {
    json!({
        "issuer": linked.identity.issuer,
        "subject": linked.identity.subject,
        "shown": linked.shown,
        "since": moment(linked.since),
    })
}

pub(crate) fn moment(at: SystemTime) -> Option<String> {
    OffsetDateTime::from(at).format(&Rfc3339).ok()
}
