//! People who come from outside: known by the issuer and its name for them, and by nothing else.
//!
//! INVARIANT: an address links nobody. What an issuer elsewhere says of an address makes a new account at most, and
//! none where somebody has that address.

use super::{Lane, People, PeopleError, Step, Visitor, name};
use crate::accounts::mail::Notice;
use crate::accounts::{Address, source};
use crate::external::{FromOutside, Made, Person};
use crate::provider::{Doing, Entered, Guest, ReceptionError};
use crate::store::accounts::Account;
use crate::store::externals::{Admitted, Identity, Linked, Linking, Unlinking};
use crate::store::sign_ins::Methods;
use crate::{AccountsMode, UserId};

use super::reception::{came, entered, failure, visitor};

const FEDERATED: Methods = Methods { password: false, otp: false, federated: true };

impl People {
    /// Goes on as after a password, as whoever is linked to that person. None where nobody is; a locked account is
    /// nobody's.
    ///
    /// # Errors
    /// The store did not answer.
    pub async fn enter_from_outside(
        &self,
        identity: &Identity,
        visitor: &Visitor,
    ) -> Result<Option<Step>, PeopleError> {
        let Some(user) = self.lasting.externals.holder(identity).await? else { return Ok(None) };
        let account = self.lasting.accounts.by_id(user).await?.filter(|account| !account.locked);
        match account {
            Some(account) => Ok(Some(self.after_first(account, FEDERATED, visitor).await?)),
            None => Ok(None),
        }
    }

    async fn admit_from_outside(&self, person: &Person, visitor: &Visitor) -> Result<Made, PeopleError> {
        if self.mode != AccountsMode::Open {
            return Ok(Made::NotOpen);
        }
        let claimed = person.address.as_ref().filter(|claimed| claimed.verified);
        let address = claimed.and_then(|claimed| Address::parse(&claimed.text).ok());
        let Some(address) = address else { return Ok(Made::NoAddress) };
        // What the issuer calls a person is worth a name, where it is one.
        let name = person.name.as_deref().and_then(|text| name(text).ok().flatten());
        let account = Account { name, verified: true, ..self.blank(address)? };
        match self.lasting.externals.admit(account.clone(), self.linked(person)).await? {
            Admitted::AddressTaken => Ok(Made::AddressTaken),
            Admitted::Made => Ok(Made::Entered(entered(self.after_first(account, FEDERATED, visitor).await?))),
            // In another tab, just before.
            Admitted::Known(_) => match self.enter_from_outside(&person.identity, visitor).await? {
                Some(step) => Ok(Made::Entered(entered(step))),
                None => Ok(Made::Entered(Entered::Wrong)),
            },
        }
    }

    fn linked(&self, person: &Person) -> Linked {
        let shown = person.address.as_ref().map(|claimed| &claimed.text).or(person.name.as_ref());
        let shown = shown.map(|text| text.chars().filter(|at| !at.is_control()).collect::<String>().into());
        Linked { identity: person.identity.clone(), shown, since: self.now() }
    }

    async fn tell(&self, user: UserId, what: Notice) -> Result<(), PeopleError> {
        if let Some(account) = self.lasting.accounts.by_id(user).await? {
            self.notify(self.letters.notice(&account.address, what));
        }
        Ok(())
    }

    async fn link_outside(&self, user: UserId, person: &Person) -> Result<Linking, PeopleError> {
        let linking = self.lasting.externals.link(user, self.linked(person)).await?;
        if linking == Linking::Done {
            self.tell(user, Notice::Linked).await?;
        }
        Ok(linking)
    }

    async fn unlink_outside(&self, user: UserId, identity: Identity) -> Result<Unlinking, PeopleError> {
        let unlinking = self.lasting.externals.unlink(user, identity).await?;
        if unlinking == Unlinking::Done {
            self.tell(user, Notice::Unlinked).await?;
        }
        Ok(unlinking)
    }
}

impl FromOutside for People {
    fn may_begin(&self, guest: &Guest) -> Result<(), ReceptionError> {
        let taken = self.lasting.throttle.take(Lane::Outside, &source(guest.address));
        taken.map(drop).map_err(|wait| failure(wait.into()))
    }

    fn enter(&self, identity: Identity, guest: Guest) -> Doing<'_, Option<Entered>> {
        Box::pin(async move {
            match self.enter_from_outside(&identity, &visitor(guest)).await.transpose() {
                Some(step) => came(step).map(Some),
                None => Ok(None),
            }
        })
    }

    fn admit(&self, person: Person, guest: Guest) -> Doing<'_, Made> {
        Box::pin(async move { self.admit_from_outside(&person, &visitor(guest)).await.map_err(failure) })
    }

    fn link(&self, user: UserId, person: Person) -> Doing<'_, Linking> {
        Box::pin(async move { self.link_outside(user, &person).await.map_err(failure) })
    }

    fn unlink(&self, user: UserId, identity: Identity) -> Doing<'_, Unlinking> {
        Box::pin(async move { self.unlink_outside(user, identity).await.map_err(failure) })
    }

    fn linked_to(&self, user: UserId) -> Doing<'_, Vec<Linked>> {
        Box::pin(async move { Ok(self.lasting.externals.linked_to(user).await?) })
    }
}
