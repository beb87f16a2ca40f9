//! People, as the pages ask for them: the narrow trait of the provider, answered here.

use std::time::Duration;

use model::Secret;

use super::{Opened, People, PeopleError, Step, Visitor};
use crate::accounts::Enrolment;
use crate::provider::{
    Chosen, Confirmed, Doing, Entered, Entry, Guest, LinkKind, Mailed, Offered, Reception, ReceptionError, Whose,
};
use crate::{SignInId, UserId};

/// Seconds after which there is room again for passwords and mails.
const SOON: u32 = 5;

impl Reception for People {
    fn sign_in(&self, address: Box<str>, password: Secret<String>, guest: Guest) -> Doing<'_, Entered> {
        Box::pin(async move { came(self.sign_in(&address, password.expose(), &visitor(guest)).await) })
    }

    fn second_factor(&self, ticket: Box<str>, code: Box<str>, guest: Guest) -> Doing<'_, Entered> {
        Box::pin(async move {
            let entered = self.second_factor(&ticket, &code, &visitor(guest)).await;
            came(entered.map(|entered| Step::Entered(Box::new(entered))))
        })
    }

    fn register(&self, address: Box<str>, guest: Guest) -> Doing<'_, Mailed> {
        Box::pin(async move { mailed(self.register(&address, &visitor(guest))) })
    }

    fn forgot(&self, address: Box<str>, guest: Guest) -> Doing<'_, Mailed> {
        Box::pin(async move { mailed(self.forgot(&address, &visitor(guest))) })
    }

    fn link(&self, link: Box<str>) -> Doing<'_, Option<LinkKind>> {
        Box::pin(async move {
            match self.open(&link).await {
                Ok(Opened::Join(address)) => Ok(Some(LinkKind::Join(address.as_str().into()))),
                Ok(Opened::Reset) => Ok(Some(LinkKind::Reset)),
                Ok(Opened::Confirm(address)) => Ok(Some(LinkKind::Confirm(address.as_str().into()))),
                Err(PeopleError::NoLink) => Ok(None),
                Err(error) => Err(failure(error)),
            }
        })
    }

    fn join(
        &self,
        link: Box<str>,
        name: Box<str>,
        password: Secret<String>,
        guest: Guest,
    ) -> Doing<'_, Chosen<Entered>> {
        Box::pin(async move {
            let step = self.join(&link, &name, password.expose(), &visitor(guest)).await;
            Ok(chosen(step)?.map(entered))
        })
    }

    fn reset(&self, link: Box<str>, password: Secret<String>, guest: Guest) -> Doing<'_, Chosen<Entered>> {
        Box::pin(async move {
            let step = self.reset(&link, password.expose(), &visitor(guest)).await;
            Ok(chosen(step)?.map(entered))
        })
    }

    fn follow(&self, link: Box<str>) -> Doing<'_, bool> {
        Box::pin(async move {
            match self.confirm_address(&link).await {
                Ok(()) => Ok(true),
                Err(PeopleError::NoLink | PeopleError::AddressTaken) => Ok(false),
                Err(error) => Err(failure(error)),
            }
        })
    }

    fn rename(&self, user: UserId, name: Box<str>) -> Doing<'_, ()> {
        Box::pin(async move { self.rename(user, &name).await.map_err(failure) })
    }

    fn change_password(
        &self,
        user: UserId,
        keep: SignInId,
        present: Secret<String>,
        next: Secret<String>,
    ) -> Doing<'_, Chosen<()>> {
        Box::pin(async move { chosen(self.change_password(user, keep, present.expose(), next.expose()).await) })
    }

    fn change_address(&self, user: UserId, address: Box<str>, password: Secret<String>) -> Doing<'_, Chosen<()>> {
        Box::pin(async move { chosen(self.ask_to_move(user, password.expose(), &address).await) })
    }

    fn offer(&self, whose: Whose, again: bool) -> Doing<'_, Option<Offered>> {
        Box::pin(async move {
            let enrolment = match whose {
                Whose::Signed(user) => self.offer_authenticator(user, again).await,
                Whose::Step(ticket) => self.offer_by_ticket(&ticket, again).await,
            };
            match enrolment {
                Ok(Enrolment { svg, text, .. }) => Ok(Some(Offered { svg, text })),
                Err(PeopleError::NoTicket | PeopleError::NotOffered | PeopleError::Nobody) => Ok(None),
                Err(error) => Err(failure(error)),
            }
        })
    }

    fn confirm(&self, whose: Whose, code: Box<str>, guest: Guest) -> Doing<'_, Chosen<Confirmed>> {
        Box::pin(async move {
            let confirmed = match whose {
                Whose::Signed(user) => {
                    let codes = self.confirm_authenticator(user, &code).await;
                    codes.map(|codes| Confirmed { codes, entry: None })
                }
                Whose::Step(ticket) => {
                    let entered = self.confirm_by_ticket(&ticket, &code, &visitor(guest)).await;
                    entered.map(|(entered, codes)| Confirmed { codes, entry: Some(entry(entered)) })
                }
            };
            chosen(confirmed)
        })
    }

    fn new_recovery_codes(
        &self,
        user: UserId,
        password: Secret<String>,
        code: Box<str>,
    ) -> Doing<'_, Chosen<Vec<Secret<String>>>> {
        Box::pin(async move { chosen(self.renew_recovery(user, password.expose(), &code).await) })
    }

    fn remove_second_factor(&self, user: UserId, password: Secret<String>, code: Box<str>) -> Doing<'_, Chosen<()>> {
        Box::pin(async move { chosen(self.remove_authenticator(user, password.expose(), &code).await) })
    }

    fn export(&self, user: UserId) -> Doing<'_, serde_json::Value> {
        Box::pin(async move { self.export(user).await.map_err(failure) })
    }

    fn delete(&self, user: UserId, password: Secret<String>, code: Box<str>) -> Doing<'_, Chosen<()>> {
        Box::pin(async move { chosen(self.delete(user, password.expose(), &code).await.map(|_| ())) })
    }
}

pub(super) fn visitor(guest: Guest) -> Visitor {
    Visitor { address: guest.address, agent: guest.agent, device: guest.device }
}

fn entry(entered: super::Entered) -> Entry {
    Entry { cookie: entered.cookie, device: Some(entered.device) }
}

pub(super) fn entered(step: Step) -> Entered {
    match step {
        Step::Entered(entered) => Entered::In(entry(*entered)),
        Step::SecondFactor(ticket) => Entered::Code(ticket),
        Step::Enrol(ticket) => Entered::SetUp(ticket),
    }
}

pub(super) fn came(step: Result<Step, PeopleError>) -> Result<Entered, ReceptionError> {
    match step {
        Ok(step) => Ok(entered(step)),
        Err(PeopleError::Wrong) => Ok(Entered::Wrong),
        Err(PeopleError::NoTicket | PeopleError::NoLink) => Ok(Entered::TooLate),
        Err(error) => Err(failure(error)),
    }
}

fn mailed(asked: Result<(), PeopleError>) -> Result<Mailed, ReceptionError> {
    match asked {
        Ok(()) => Ok(Mailed::Maybe),
        Err(PeopleError::Address(_)) => Ok(Mailed::NotAnAddress),
        Err(error) => Err(failure(error)),
    }
}

fn chosen<T>(done: Result<T, PeopleError>) -> Result<Chosen<T>, ReceptionError> {
    match done {
        Ok(done) => Ok(Chosen::Done(done)),
        Err(PeopleError::Weak(why)) => Ok(Chosen::Weak(why.to_string().into())),
        Err(PeopleError::Wrong) => Ok(Chosen::Wrong),
        Err(PeopleError::Address(_)) => Ok(Chosen::NotAnAddress),
        Err(PeopleError::NoLink | PeopleError::NoTicket | PeopleError::AddressTaken) => Ok(Chosen::TooLate),
        Err(PeopleError::NotOffered | PeopleError::Nobody) => Ok(Chosen::TooLate),
        Err(error) => Err(failure(error)),
    }
}

pub(super) fn failure(error: PeopleError) -> ReceptionError {
    let seconds = |wait: Duration| u32::try_from(wait.as_secs().saturating_add(1)).unwrap_or(u32::MAX);
    match error {
        PeopleError::TooMany(wait) => ReceptionError::Wait(seconds(wait)),
        PeopleError::Busy => ReceptionError::Busy(SOON),
        PeopleError::Store(error) => ReceptionError::Store(error),
        PeopleError::Randomness(error) => ReceptionError::Random(error),
        other => ReceptionError::Failed(other.to_string().into()),
    }
}
