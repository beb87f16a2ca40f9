//! Rules of apps: each is whole, and shows who it is in the one way that fits it.

use std::sync::Arc;

use idp::apps::{AppFault, AppKind, AppSettings, Authenticate, Origin, RedirectUri};
use idp::{Digest, Scopes};

use super::{Rules, misplaced};
use crate::draft::{App, Said, Shows, has_sessions, host_of, loosened, serves};
use crate::fault::{Collector, Fault, FaultCode};
use crate::source::Span;

/// What lets tokens lie in a page.
const IN_BROWSER: &str = "tokens-in-browser";

impl Rules<'_> {
    pub(super) fn apps(&self, faults: &mut Collector) {
        if let (Some(first), None) = (self.draft.apps.first(), &self.draft.identity) {
            let message = "apps come to the provider in the box, and the file has none";
            let fault = Fault::new(FaultCode::MissingKey, first.name.span, message);
            faults.push(fault.label("write `identity: { issuer: https://… }`"));
        }
        for app in &self.draft.apps {
            shown(app, faults);
            page(app, faults);
            after_sign_out(app, faults);
            self.session(app, faults);
            let secrets = app.secrets.iter().map(|said| said.value).collect();
            let authenticate = match app.authenticate {
                Some(_) => Authenticate::Secret { digests: secrets },
                None => Authenticate::Nothing,
            };
            let settings = settings(app, authenticate);
            for fault in settings.iter().flat_map(AppSettings::faults) {
                faults.push(told(app, fault));
            }
        }
    }

    /// The cookie of a session belongs to one host, whatever the port: each host of an app's pages is at one client
    /// door, and has one origin.
    fn session(&self, app: &App, faults: &mut Collector) {
        let issuer = self.draft.identity.as_ref().and_then(|identity| identity.issuer.as_ref());
        let Some(issuer) = issuer.filter(|_| has_sessions(app)) else { return };
        for origin in &app.origins {
            let (text, host) = (origin.value.as_str(), host_of(origin.value.as_str()));
            if let Some((other, span)) = self.other_origin(text, host, (issuer.value.as_str(), issuer.span)) {
                let message = format!("cookies know no ports: `{text}` and `{other}` would share theirs");
                let fault = Fault::new(FaultCode::BadValue, origin.span, message);
                faults.push(fault.label("a host has one origin with sessions").related(span, "the other"));
            } else if text != issuer.value.as_str() {
                self.session_door(origin, host, faults);
            }
        }
    }

    /// Another origin of the same host that has sessions.
    fn other_origin<'s>(&'s self, text: &str, host: &str, issuer: (&'s str, Span)) -> Option<(&'s str, Span)> {
        let apps = self.draft.apps.iter().filter(|app| has_sessions(app));
        let origins = apps.flat_map(|app| &app.origins).map(|origin| (origin.value.as_str(), origin.span));
        std::iter::once(issuer).chain(origins).find(|(other, _)| *other != text && host_of(other) == host)
    }

    fn session_door(&self, origin: &Said<Origin>, host: &str, faults: &mut Collector) {
        let doors: Vec<_> = self.draft.doors.iter().filter(|door| serves(door, host)).collect();
        match doors.as_slice() {
            _ if !origin.value.as_str().starts_with("https://") => {
                let fault = Fault::new(FaultCode::BadValue, origin.span, "a session needs TLS");
                faults.push(fault.label("its cookie is sent over `https` alone"));
            }
            [_] => {}
            [] => {
                let message = format!("no client door has the host `{host}`");
                let fault = Fault::new(FaultCode::UnknownName, origin.span, message);
                faults.push(fault.label(format!("write `hosts: {host}` at the door where its pages are")));
            }
            [first, second, ..] => {
                let fault =
                    Fault::new(FaultCode::HostNeeded, origin.span, format!("the host `{host}` belongs to two doors"));
                let fault = fault.label("it must belong to one");
                faults.push(fault.related(first.name.span, "this one").related(second.name.span, "and this one"));
            }
        }
    }
}

/// The app as its room takes it; `None` where a part has its own fault.
pub(crate) fn settings(app: &App, authenticate: Authenticate) -> Option<AppSettings> {
    let texts = |said: &[Said<String>]| said.iter().map(|said| Box::from(said.value.as_str())).collect();
    let name: Arc<str> = Arc::from(app.name.value.as_str());
    Some(AppSettings {
        title: app.title.as_ref().map_or(&*name, |title| title.value.as_str()).into(),
        kind: app.kind.as_ref()?.value,
        redirect_uris: app.redirect_uris.iter().map(|said| said.value.clone()).collect(),
        after_sign_out: app.after_sign_out.iter().filter_map(|said| place(app, &said.value)).collect(),
        origins: app.origins.iter().map(|said| said.value.clone()).collect(),
        scopes: Scopes::of(app.scopes.iter().map(|said| said.value.as_str())).ok()?,
        consent: app.consent.as_ref().map(|said| said.value).unwrap_or_default(),
        authenticate,
        algorithm: app.algorithm.as_ref().map(|said| said.value).unwrap_or_default(),
        resources: texts(&app.resources),
        answers_for: texts(&app.answers_for),
        bound: app.bound.is_some(),
        pushed_only: app.pushed_only.as_ref().is_some_and(|said| said.value),
        name,
    })
}

/// A path is one at the app's first origin.
fn place(app: &App, text: &str) -> Option<RedirectUri> {
    match text.starts_with('/') {
        true => RedirectUri::parse(&format!("{}{text}", app.origins.first()?.value.as_str())).ok(),
        false => RedirectUri::parse(text).ok(),
    }
}

/// The digests that an app is known by.
pub(crate) fn digests(app: &App) -> Box<[Digest]> {
    app.secrets.iter().map(|said| said.value).collect()
}

/// How an app shows who it is, and what that is checked against, go together.
fn shown(app: &App, faults: &mut Collector) {
    let shows = app.authenticate.as_ref().map(|said| said.value);
    let secrets = app.secrets.first().map(|said| said.span);
    let keys = app.public_keys.as_ref().map(|said| said.span);
    let mut one = |wanted: Shows, key: &str, written: Option<Span>, word: &str| match (shows, written) {
        (Some(shows), None) if shows == wanted => {
            let span = app.authenticate.as_ref().map_or(app.name.span, |said| said.span);
            let fault = Fault::new(FaultCode::MissingKey, span, format!("nothing is there to check a {word} against"));
            faults.push(fault.label(format!("write `{key}` as well")));
        }
        (shows, Some(span)) if shows != Some(wanted) => {
            let message = format!("`{}` does not show who it is by a {word}", app.name.value);
            let fault = Fault::new(FaultCode::BadValue, span, message);
            faults.push(fault.label("take it out, or write the `authenticate` that it is for"));
        }
        _ => {}
    };
    one(Shows::Secret, "secrets", secrets, "secret");
    one(Shows::PrivateKeyJwt, "public_keys", keys, "signature");
}

fn page(app: &App, faults: &mut Collector) {
    let Some(kind) = &app.kind else { return };
    let loosening = app.loosen.iter().find(|loosening| loosening.name.value == IN_BROWSER);
    match loosening {
        None if kind.value == AppKind::Page && !loosened(&app.loosen, IN_BROWSER) => {
            let message =
                format!("`{}` would hold its tokens in a page, where any script can take them", app.name.value);
            let fault = Fault::new(FaultCode::LooseningNeeded, kind.span, message);
            faults.push(fault.label("write `type: session`, or `loosen: { tokens-in-browser: WHY }`"));
        }
        Some(loosening) if kind.value != AppKind::Page => {
            faults.push(misplaced(loosening, "only a `page` holds its tokens itself"));
        }
        _ => {}
    }
}

fn after_sign_out(app: &App, faults: &mut Collector) {
    let session = app.kind.as_ref().is_none_or(|kind| kind.value == AppKind::Session);
    for said in app.after_sign_out.iter().filter(|said| !session && said.value.starts_with('/')) {
        let fault = Fault::new(FaultCode::BadValue, said.span, "a path alone has no host here");
        faults.push(fault.label("write a URL; paths are for `session` apps"));
    }
}

/// A fault of an app, at the words that it is about.
fn told(app: &App, fault: AppFault) -> Fault {
    let first = |spans: Option<Span>| spans.unwrap_or(app.name.span);
    let (code, span) = match fault {
        AppFault::NoRedirect | AppFault::NoOrigin | AppFault::NoAuthentication => {
            (FaultCode::MissingKey, app.name.span)
        }
        AppFault::NeedlessRedirect | AppFault::PrivateScheme => {
            (FaultCode::BadValue, first(app.redirect_uris.first().map(|said| said.span)))
        }
        AppFault::NeedlessOrigin => (FaultCode::BadValue, first(app.origins.first().map(|said| said.span))),
        AppFault::NeedlessAuthentication => {
            (FaultCode::BadValue, first(app.authenticate.as_ref().map(|said| said.span)))
        }
        AppFault::NeedlessConsent => (FaultCode::BadValue, first(app.consent.as_ref().map(|said| said.span))),
        AppFault::PersonalScope => (FaultCode::BadValue, first(app.scopes.first().map(|said| said.span))),
    };
    Fault::new(code, span, format!("the app `{}` is not whole", app.name.value)).label(fault.to_string())
}
