//! Authorization as people meet it: sign-in, consent, and on to the app.

use http::StatusCode;

use super::Provider;
use super::failure::Failure;
use super::visit::{Signed, Visit};
use super::words::scope_words;
use crate::oauth::{ConsentAsked, Decision, Outcome, PageFault};
use crate::pages::{ConsentPage, consent};
use crate::reply::{FormTargets, Reply, page, see_other};
use crate::{Endpoint, Form, ReturnTo};

impl Provider {
    /// RFC 6749 §3.1.
    pub(super) async fn authorize(&self, visit: &Visit) -> Result<Reply, Failure> {
        let signed = visit.signed.as_ref().map(Signed::to_signed_in);
        let outcome = self.server.authorize(&visit.form, signed.as_ref()).await;
        self.come_of(visit, outcome)
    }

    /// What a person said to the page that asked.
    pub(super) async fn consent(&self, visit: &Visit) -> Result<Reply, Failure> {
        if !visit.sends {
            return Ok(see_other(&self.look.at(Endpoint::Account)));
        }
        let goal = ReturnTo::parse(&self.settings.path, visit.text("request")?).map_err(|_| PageFault::Malformed)?;
        let Some(signed) = visit.signed.as_ref().map(Signed::to_signed_in) else {
            return Ok(self.to_sign_in(goal.as_str(), None));
        };
        let request = Form::parse(goal.query().unwrap_or_default().as_bytes())?;
        let decision = decision(visit.text("decision")?).ok_or(PageFault::Malformed)?;
        let outcome = self.server.decide(&request, Some(&signed), decision).await;
        self.come_of(visit, outcome)
    }

    fn come_of(&self, visit: &Visit, outcome: Outcome) -> Result<Reply, Failure> {
        match outcome {
            Outcome::SignIn { return_to, hint, .. } => Ok(self.to_sign_in(&return_to, hint.as_deref())),
            Outcome::Consent(asked) => Ok(self.ask(visit, &asked)),
            Outcome::Redirect(to) => Ok(see_other(&to)),
            Outcome::Page(fault) => Err(fault.into()),
        }
    }

    fn ask(&self, visit: &Visit, asked: &ConsentAsked) -> Reply {
        let mut targets = FormTargets::default();
        targets.add(&asked.redirect_uri);
        let host = asked.redirect_uri.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', ':']).next());
        let markup = consent(
            &self.look,
            &ConsentPage {
                token: &visit.token(),
                app: &asked.app.title,
                host,
                address: visit.signed.as_ref().map_or("", |signed| signed.account.address.as_str()),
                scopes: &scope_words(&asked.scopes, &asked.resources),
                request: &asked.return_to,
            },
        );
        page(StatusCode::OK, markup, &targets)
    }
}

/// What a button says.
pub(super) fn decision(text: &str) -> Option<Decision> {
    match text {
        "allow" => Some(Decision::Allow),
        "deny" => Some(Decision::Deny),
        _ => None,
    }
}
