//! Rules of issuers that are not ours: each can be reached and told apart, and says for whom its tokens are.

use std::collections::HashMap;
use std::time::Duration;

use idp::AccountsMode;
use idp::issuers::discovery_urls;
use upstream::{Target, TargetError};

use super::Rules;
use crate::draft::{Issuer, Opaque, Said};
use crate::fault::{Collector, Fault, FaultCode};

/// A good answer about a token is believed for so long at most: what is revoked meanwhile still opens.
const REMEMBER_AT_MOST: Duration = Duration::from_secs(5 * 60);
/// Names that a token may be for; more is a mistake.
const AUDIENCE_AT_MOST: usize = 16;

impl Rules<'_> {
    pub(super) fn issuers(&self, faults: &mut Collector) {
        let mut asked: Option<&Said<Opaque>> = None;
        let own = self.draft.identity.as_ref().and_then(|identity| identity.issuer.as_ref());
        let mut seen: HashMap<&str, _> = own.map(|own| (own.value.as_str(), own.span)).into_iter().collect();
        for issuer in &self.draft.issuers {
            if let Some(url) = &issuer.issuer
                && let Some(first) = seen.insert(&url.value, url.span)
            {
                let fault = Fault::new(FaultCode::DuplicateKey, url.span, "two issuers have one URL");
                faults.push(fault.label("nobody could say whose a token is").related(first, "the other one"));
            }
            places(issuer, faults);
            if issuer.gives_tokens {
                audience(issuer, faults);
            }
            self.people_of(issuer, faults);
            let Some(opaque) = issuer.introspection() else {
                useless_client(issuer, faults);
                continue;
            };
            introspection(issuer, opaque, faults);
            if let Some(first) = asked {
                let message = "a token that is no JWT does not say whose it is, and is shown to one issuer alone";
                let fault = Fault::new(FaultCode::BadValue, opaque.span, message);
                faults.push(fault.label("take it out of one of the two").related(first.span, "the other one"));
            }
            asked = asked.or(Some(opaque));
        }
    }
}

impl Rules<'_> {
    /// People come to it from our sign-in page, by a client of ours.
    fn people_of(&self, issuer: &Issuer, faults: &mut Collector) {
        let identity = self.draft.identity.as_ref();
        if !issuer.signs_in {
            if let Some(said) = &issuer.creates {
                let fault = Fault::new(FaultCode::BadValue, said.span, "nobody signs in there: this would do nothing");
                faults.push(fault.label("leave it out, or write `sign-in` under `use`"));
            }
            return;
        }
        let name = &issuer.name;
        if !identity.is_some_and(|identity| identity.sign_in.iter().any(|said| said.value == name.value)) {
            let message = format!("nobody is asked to sign in at `{}`", name.value);
            let fault = Fault::new(FaultCode::BadValue, name.span, message);
            faults.push(fault.label(format!("write `sign_in: [password, {}]` under `identity`", name.value)));
        }
        if issuer.client.is_none() {
            let message = format!("who are we to `{}`?", name.value);
            let fault = Fault::new(FaultCode::MissingKey, name.span, message);
            faults.push(fault.label("write `client: { id: …, secret: ${file:…} }`"));
        }
        let open = identity.and_then(|identity| identity.accounts.as_ref());
        let open = open.is_some_and(|said| said.value == AccountsMode::Open);
        if let Some(said) = issuer.creates.as_ref().filter(|said| said.value && !open) {
            let message = "accounts are not open to everybody: none would be made";
            let fault = Fault::new(FaultCode::BadValue, said.span, message);
            faults.push(fault.label("write `accounts: open` under `identity`, or leave this out"));
        }
    }
}

/// Every URL of it is one that is called.
fn places(issuer: &Issuer, faults: &mut Collector) {
    let introspection = match issuer.opaque.as_ref().map(|said| &said.value) {
        Some(Opaque::Introspect { url, .. }) => url.as_ref(),
        Some(Opaque::Refuse) | None => None,
    };
    if let Some(url) = &issuer.issuer
        && let Err(error) = discovery_urls(&url.value)
    {
        faults.push(not_called(url, error));
    }
    for url in issuer.discovery.iter().chain(introspection) {
        if let Err(error) = Target::configured(&url.value) {
            faults.push(not_called(url, error));
        }
    }
}

fn not_called(url: &Said<String>, error: TargetError) -> Fault {
    let fault = Fault::new(FaultCode::BadValue, url.span, format!("`{}` is not called: {error}", url.value));
    match error {
        TargetError::Plain => fault.label("write `https://`; plain `http` is for `localhost` and its addresses"),
        TargetError::Refused(_) => fault.label("this cannot be loosened"),
        _ => fault.label("as in `https://login.shop.example/realms/main`"),
    }
}

fn audience(issuer: &Issuer, faults: &mut Collector) {
    match issuer.audience.as_slice() {
        [] => {
            let message = format!("for whom must the tokens of `{}` be?", issuer.name.value);
            let fault = Fault::new(FaultCode::MissingKey, issuer.name.span, message);
            faults.push(fault.label("write `audience`: what its tokens have in `aud` when they are for us"));
        }
        [.., last] if issuer.audience.len() > AUDIENCE_AT_MOST => {
            let fault = Fault::new(FaultCode::BadValue, last.span, "more than 16 names that a token may be for");
            faults.push(fault.label("leave some out"));
        }
        _ => {}
    }
}

fn introspection(issuer: &Issuer, opaque: &Said<Opaque>, faults: &mut Collector) {
    let Opaque::Introspect { client, remember, .. } = &opaque.value else { return };
    if client.is_none() && issuer.client.is_none() {
        let message = "whoever asks about a token must say who it is";
        let fault = Fault::new(FaultCode::MissingKey, opaque.span, message);
        faults.push(fault.label("write `client: { id: …, secret: ${file:…} }`"));
    }
    if let (Some(client), Some(other)) = (&issuer.client, client) {
        let fault = Fault::new(FaultCode::BadValue, client.span, "this client would do nothing");
        faults.push(fault.label("leave it out").related(other.span, "the one that asks"));
    }
    if let Some(said) =
        remember.as_ref().filter(|said| said.value > REMEMBER_AT_MOST || said.value < Duration::from_secs(1))
    {
        let message = "a token that its issuer has ended would be taken for that long";
        let fault = Fault::new(FaultCode::BadValue, said.span, message);
        faults.push(fault.label("write between `1s` and `5min`"));
    }
}

fn useless_client(issuer: &Issuer, faults: &mut Collector) {
    if let Some(client) = issuer.client.as_ref().filter(|_| !issuer.signs_in) {
        let fault = Fault::new(FaultCode::BadValue, client.span, "this client would do nothing");
        faults.push(fault.label("it is for `opaque: { introspect: … }`; leave it out"));
    }
}
