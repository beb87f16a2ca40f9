//! Rules of callers known by sessions and tokens: somebody gives these out, and they fit the door.

use idp::apps::AppKind;
use model::{Bound, DoorKind, OWN_ISSUER, Via};

use super::Rules;
use super::callers::certificate_or_loosened;
use super::index::unknown;
use crate::draft::{Api, App, AppCallers, Door, Said, Tls, UserCallers, loosened};
use crate::fault::{Collector, Fault, FaultCode};
use crate::source::Span;

impl Rules<'_> {
    pub(super) fn user_callers(&self, users: &UserCallers, kind: DoorKind, faults: &mut Collector) {
        if kind == DoorKind::Server {
            let fault = Fault::new(FaultCode::CallerMisplaced, users.span, "people at a server door");
            faults.push(fault.label("a server door is for back ends; people's applications come to a client door"));
            return;
        }
        self.given_out(users.span, users.issuers.as_deref(), faults);
        for name in users.apps.iter().flatten().filter(|_| are_ours(users.issuers.as_deref())) {
            let fits = |kind| kind != AppKind::Machine;
            self.app(name, fits, "it has no person; `callers.apps` is for such", faults);
        }
        let by_session = users.via.is_empty() || users.via.iter().any(|via| via.value == Via::Session);
        let named = users.apps.iter().flatten().filter_map(|name| self.app_named(&name.value));
        let sessions = |app: &App| app.kind.as_ref().is_none_or(|kind| kind.value == AppKind::Session);
        if let (false, Some(via), Some(names)) = (by_session, users.via.first(), &users.apps)
            && !names.is_empty()
            && named.clone().count() == names.len()
            && named.clone().all(sessions)
        {
            let fault = Fault::new(FaultCode::CallerNeverFits, via.span, "these apps are known by sessions alone");
            faults.push(fault.label("write `via: session`, or leave it out"));
        }
    }

    pub(super) fn app_callers(
        &self,
        api: &Api,
        apps: &AppCallers,
        door: &Door,
        kind: DoorKind,
        faults: &mut Collector,
    ) {
        if kind == DoorKind::Client {
            let fault = Fault::new(FaultCode::CallerMisplaced, apps.span, "applications of their own at a client door");
            faults.push(fault.label("they are back ends, for a server door; `users` is for people through apps"));
            return;
        }
        self.given_out(apps.span, apps.issuers.as_deref(), faults);
        for name in apps.names.iter().flatten().filter(|_| are_ours(apps.issuers.as_deref())) {
            self.app(name, |kind| kind == AppKind::Machine, "only apps of `type: machine` call for themselves", faults);
        }
        certificate_or_loosened(api, door, (apps.span, "apps"), faults);
        let certificate = apps.bound.as_ref().filter(|bound| bound.value == Bound::Certificate);
        if let (Some(bound), true) = (certificate, door.tls.as_ref().is_some_and(|tls| tls.value == Tls::None)) {
            let fault = Fault::new(FaultCode::CallerNeverFits, bound.span, "a certificate at a door without TLS");
            faults.push(fault.label("no certificate can be shown there"));
        }
        if let (Some(bound), true) = (&apps.bound, loosened(&api.loosen, "unbound-tokens")) {
            let fault =
                Fault::new(FaultCode::WrongShape, bound.span, "tokens are bound, and the API takes unbound ones");
            faults.push(fault.label("leave `bound` out, or the loosening `unbound-tokens`"));
        }
    }

    /// Whether anybody gives out what is asked for.
    fn given_out(&self, span: Span, issuers: Option<&[Said<String>]>, faults: &mut Collector) {
        let is_own = issuers.is_none_or(|issuers| issuers.iter().any(|issuer| issuer.value == OWN_ISSUER));
        if is_own && self.draft.identity.is_none() {
            let fault = Fault::new(FaultCode::CallerNeverFits, span, "nobody of our own has an account here");
            faults.push(fault.label("write `identity: { issuer: https://… }`"));
        }
        let known = || self.draft.issuers.iter().map(|issuer| issuer.name.value.as_str());
        for issuer in issuers.unwrap_or_default().iter().filter(|issuer| issuer.value != OWN_ISSUER) {
            match self.draft.issuers.iter().find(|known| known.name.value == issuer.value) {
                None => unknown("issuer", "issuers", issuer, known().chain([OWN_ISSUER]), faults),
                Some(named) if !named.gives_tokens => {
                    let message = format!("the tokens of `{}` are not taken", issuer.value);
                    let fault = Fault::new(FaultCode::CallerNeverFits, issuer.span, message);
                    faults.push(fault.label("write `use: tokens` there").related(named.name.span, "the issuer"));
                }
                Some(_) => {}
            }
        }
    }

    fn app_named(&self, name: &str) -> Option<&App> {
        self.draft.apps.iter().find(|app| app.name.value == name)
    }

    fn app(&self, name: &Said<String>, fits: impl Fn(AppKind) -> bool, why: &str, faults: &mut Collector) {
        let Some(app) = self.app_named(&name.value) else {
            return unknown("app", "apps", name, self.draft.apps.iter().map(|app| app.name.value.as_str()), faults);
        };
        if let Some(kind) = app.kind.as_ref().filter(|kind| !fits(kind.value)) {
            let message = format!("the app `{}` could never call", name.value);
            let fault = Fault::new(FaultCode::CallerNeverFits, name.span, message);
            faults.push(fault.label(why).related(kind.span, "its type"));
        }
    }
}

/// Whether all applications of these issuers are in the file. Those of another issuer are known to that one.
fn are_ours(issuers: Option<&[Said<String>]>) -> bool {
    issuers.is_none_or(|issuers| issuers.iter().all(|issuer| issuer.value == OWN_ISSUER))
}
