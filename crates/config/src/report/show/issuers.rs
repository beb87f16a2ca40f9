//! Issuers that are not ours, with every default.

use auth::ClaimNames;

use super::{Lines, list, text};
use crate::draft::{Client, Issuer, Opaque, Said};
use crate::plan::REMEMBER;
use crate::value::write_duration;

impl Lines<'_, '_> {
    pub(super) fn foreign_issuers(&mut self) {
        let draft = self.planner.draft;
        self.below("issuers", |lines| {
            for issuer in &draft.issuers {
                lines.below(&issuer.name.value, |lines| lines.issuer(issuer));
            }
        });
    }

    fn issuer(&mut self, issuer: &Issuer) {
        self.texts("issuer", issuer.issuer.as_slice());
        self.texts("discovery", issuer.discovery.as_slice());
        let uses = [("tokens", issuer.gives_tokens), ("sign-in", issuer.signs_in)];
        let uses = uses.iter().filter(|(_, holds)| *holds).map(|(word, _)| (*word).to_owned());
        self.said("use", &list(uses), issuer.name.span);
        if issuer.signs_in {
            let title = issuer.title.as_ref().unwrap_or(&issuer.name);
            self.told("title", issuer.title.as_ref(), &text(&title.value));
            let creates = issuer.creates.as_ref().is_some_and(|said| said.value);
            self.told("users", issuer.creates.as_ref(), if creates { "create" } else { "link" });
        }
        self.texts("audience", &issuer.audience);
        if let Some(first) = issuer.algorithms.first() {
            let names = issuer.algorithms.iter().map(|said| said.value.as_str().to_owned());
            self.said("algorithms", &list(names), first.span);
        }
        match &issuer.opaque {
            None => self.value("opaque", "refuse", "default"),
            Some(said) => match &said.value {
                Opaque::Refuse => self.said("opaque", "refuse", said.span),
                Opaque::Introspect { url, client, remember } => self.below("opaque", |lines| {
                    lines.texts("introspect", url.as_slice());
                    lines.client(client.as_ref());
                    let holds = remember.as_ref().map_or(REMEMBER, |said| said.value);
                    lines.told("remember", remember.as_ref(), &write_duration(holds));
                }),
            },
        }
        self.client(issuer.client.as_ref());
        let standard = ClaimNames::standard();
        self.below("claims", |lines| {
            for (key, said, usual) in [
                ("subject", &issuer.subject, &standard.subject),
                ("scopes", &issuer.scopes, &standard.scopes),
                ("app", &issuer.app, &standard.app),
            ] {
                lines.told(key, said.as_ref(), &text(said.as_ref().map_or(usual, |said| &said.value)));
            }
        });
        if let Some(ca) = &issuer.ca {
            self.said("ca", &text(&ca.value.to_string_lossy()), ca.span);
        }
    }

    fn client(&mut self, client: Option<&Said<Client>>) {
        let Some(Said { value: Client { id, secret }, .. }) = client else { return };
        self.below("client", |lines| {
            lines.texts("id", id.as_slice());
            if let Some(secret) = secret {
                // The reference, never what it leads to.
                let reference = lines.planner.sources.of(secret.span).words(secret.span).to_owned();
                lines.said("secret", &reference, secret.span);
            }
        });
    }
}
