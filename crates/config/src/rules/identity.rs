//! Rules of the provider in the box: where it stands, how it reaches people, how long what it gives lives.

use std::time::Duration;

use super::Rules;
use super::index::unknown;
use crate::draft::{Door, Identity, Mail, Said};
use crate::fault::{Collector, Fault, FaultCode};
use crate::value::write_duration;

/// Ways in that are no issuers: the one that is always there, and one that is refused where it is read.
const OWN_WAYS: [&str; 2] = ["password", "passkey"];
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const YEAR: Duration = Duration::from_secs(366 * 24 * 60 * 60);

impl Rules<'_> {
    pub(super) fn identity(&self, faults: &mut Collector) {
        let Some(identity) = &self.draft.identity else { return };
        if let Some(path) = identity.path.as_ref().filter(|path| path.value == "/") {
            let fault = Fault::new(FaultCode::BadValue, path.span, "the provider cannot be the whole host");
            faults.push(fault.label("write a path of its own, as in `/auth`"));
        }
        self.machines(identity, faults);
        self.ways_in(identity, faults);
        lives(identity, faults);
        account(identity, faults);
        if let Some(door) = self.door_of_issuer(identity, faults) {
            self.reach(identity, door, faults);
        }
    }

    /// Every way in that is named is one.
    fn ways_in(&self, identity: &Identity, faults: &mut Collector) {
        let is_own = |said: &Said<String>| OWN_WAYS.contains(&said.value.as_str());
        let issuers = || self.draft.issuers.iter().map(|issuer| issuer.name.value.as_str());
        for said in identity.sign_in.iter().filter(|said| !is_own(said)) {
            match self.draft.issuers.iter().find(|issuer| issuer.name.value == said.value) {
                None => unknown("issuer", "issuers", said, issuers(), faults),
                Some(issuer) if !issuer.signs_in => {
                    let message = format!("people do not sign in at `{}`", said.value);
                    let fault = Fault::new(FaultCode::BadValue, said.span, message).label("leave it out");
                    faults.push(fault.related(issuer.name.span, "or write `use: [tokens, sign-in]` here"));
                }
                Some(_) => {}
            }
        }
        if let Some(first) = identity.sign_in.first().filter(|_| !identity.sign_in.iter().any(is_own)) {
            let message = "the sign-in page has a password always";
            let fault = Fault::new(FaultCode::NotBuilt, first.span, message);
            faults.push(fault.label(format!("write `[password, {}]`", first.value)));
        }
    }

    /// The one door that has the issuer's host.
    fn door_of_issuer(&self, identity: &Identity, faults: &mut Collector) -> Option<&Door> {
        let issuer = identity.issuer.as_ref()?;
        let candidates: Vec<_> = self.draft.doors.iter().filter(|door| identity.may_stand_at(door)).collect();
        match candidates.as_slice() {
            [door] => Some(door),
            [] => {
                let message = format!("no client door has the host `{}`", issuer.value.host());
                let fault = Fault::new(FaultCode::UnknownName, issuer.span, message);
                faults.push(fault.label(format!("write `hosts: {}` at the door", issuer.value.host())));
                None
            }
            [first, second, ..] => {
                let message = format!("the host `{}` belongs to two doors", issuer.value.host());
                let fault = Fault::new(FaultCode::HostNeeded, issuer.span, message).label("it must belong to one");
                let fault = fault.related(first.name.span, "this one").related(second.name.span, "and this one");
                faults.push(fault);
                None
            }
        }
    }

    /// Links that are printed reach nobody but whoever sits at the machine.
    fn reach(&self, identity: &Identity, door: &Door, faults: &mut Collector) {
        let kind = door.kind.map(|kind| self.defaults.of(kind).listen);
        let listens = door.listen.iter().map(|said| said.value).chain(kind.filter(|_| door.listen.is_empty()));
        let local = listens.into_iter().all(|address| address.ip().is_loopback());
        match &identity.mail {
            Some(mail) if matches!(mail.value, Mail::Print) && !local => {
                let message = format!("printed links do not reach people at the door `{}`", door.name.value);
                let fault = Fault::new(FaultCode::BadValue, mail.span, message);
                faults.push(fault.label("write `mail: { smtp: …, from: … }`; `print` is for loopback"));
            }
            None if !local => {
                let message = "people could not be sent a link to verify an address or to reset a password";
                let fault = Fault::new(FaultCode::MissingKey, identity.span, message);
                faults.push(fault.label("write `mail: { smtp: …, from: … }`"));
            }
            _ => {}
        }
    }
}

/// An account at the mail server is a name and a password.
fn account(identity: &Identity, faults: &mut Collector) {
    let Some(Mail::Smtp { user, password, .. }) = identity.mail.as_ref().map(|mail| &mail.value) else { return };
    let (span, missing) = match (user, password) {
        (Some(user), None) => (user.span, "password"),
        (None, Some(password)) => (password.span, "user"),
        _ => return,
    };
    let fault = Fault::new(FaultCode::MissingKey, span, "an account at a mail server is a name and a password");
    faults.push(fault.label(format!("write `{missing}` as well")));
}

fn lives(identity: &Identity, faults: &mut Collector) {
    let lives = &identity.lives;
    within(lives.access.as_ref(), MINUTE, HOUR, "an access token", faults);
    within(lives.refresh.as_ref(), HOUR, YEAR, "a refresh token", faults);
    within(lives.refresh_grace.as_ref(), Duration::from_secs(1), 5 * MINUTE, "the grace of a refresh token", faults);
    within(lives.idle.as_ref(), MINUTE, YEAR, "a session without a request", faults);
    within(lives.at_most.as_ref(), MINUTE, YEAR, "a session", faults);
    within(identity.keys_rotate.as_ref(), 2 * HOUR, YEAR, "a signing key", faults);
    if let (Some(idle), Some(at_most)) = (&lives.idle, &lives.at_most)
        && idle.value > at_most.value
    {
        let message = "a session would end before it has been unused for so long";
        let fault = Fault::new(FaultCode::BadValue, idle.span, message);
        faults.push(fault.label("write less than `at_most`").related(at_most.span, "its end"));
    }
}

fn within(said: Option<&Said<Duration>>, least: Duration, most: Duration, what: &str, faults: &mut Collector) {
    let Some(said) = said.filter(|said| !(least..=most).contains(&said.value)) else { return };
    let message = format!("{what} cannot live for {}", write_duration(said.value));
    let fault = Fault::new(FaultCode::BadValue, said.span, message);
    faults.push(fault.label(format!("write between {} and {}", write_duration(least), write_duration(most))));
}
