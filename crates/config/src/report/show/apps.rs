//! Apps, with every default.

use idp::apps::{Consent, RedirectUri, TokenAlgorithm};

use super::{Lines, list, text};
use crate::draft::{App, Said, Shows};
use crate::value::write_pin;

impl Lines<'_, '_> {
    pub(super) fn apps(&mut self) {
        let draft = self.planner.draft;
        self.below("apps", |lines| {
            for app in &draft.apps {
                lines.below(&app.name.value, |lines| lines.app(app));
            }
        });
    }

    fn app(&mut self, app: &App) {
        if let Some(kind) = &app.kind {
            self.said("type", kind.value.as_str(), kind.span);
        }
        self.told("title", app.title.as_ref(), &text(app.title.as_ref().map_or(&app.name.value, |said| &said.value)));
        self.list_of("redirect_uris", &app.redirect_uris, RedirectUri::as_str);
        self.list_of("origins", &app.origins, idp::apps::Origin::as_str);
        self.texts("scopes", &app.scopes);
        self.told("consent", app.consent.as_ref(), consent(app.consent.as_ref().map(|said| said.value)));
        if let Some(shows) = &app.authenticate {
            let word = match shows.value {
                Shows::Secret => "secret",
                Shows::PrivateKeyJwt => "private_key_jwt",
            };
            self.said("authenticate", word, shows.span);
        }
        if let Some(first) = app.secrets.first() {
            self.said("secrets", &list(app.secrets.iter().map(|said| write_pin(&said.value.0))), first.span);
        }
        if let Some(keys) = &app.public_keys {
            self.said("public_keys", &text(&keys.value.to_string_lossy()), keys.span);
        }
        let algorithm = app.algorithm.as_ref().map_or(TokenAlgorithm::default(), |said| said.value);
        self.told("algorithm", app.algorithm.as_ref(), algorithm.as_str());
        self.texts("resources", &app.resources);
        self.texts("answers_for", &app.answers_for);
        if let Some(bound) = &app.bound {
            self.said("bound", "dpop", bound.span);
        }
        let pushed = app.pushed_only.as_ref().is_some_and(|said| said.value);
        self.told("pushed_only", app.pushed_only.as_ref(), if pushed { "true" } else { "false" });
        self.texts("after_sign_out", &app.after_sign_out);
        self.loosen(&app.loosen);
    }

    fn list_of<T>(&mut self, key: &str, said: &[Said<T>], write: impl Fn(&T) -> &str) {
        if let Some(first) = said.first() {
            self.said(key, &list(said.iter().map(|said| write(&said.value).to_owned())), first.span);
        }
    }
}

const fn consent(consent: Option<Consent>) -> &'static str {
    match consent {
        None | Some(Consent::First) => "first",
        Some(Consent::Never) => "never",
        Some(Consent::Always) => "always",
    }
}
