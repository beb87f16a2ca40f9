//! The end of a sign-in: by the person's own button, or because an app leads here (RP-Initiated Logout).

use super::Provider;
use super::failure::Failure;
use super::visit::{Signed, Visit};
use crate::oidc::Leaving;
use crate::pages::{Notice, notice, sign_out};
use crate::reply::{FormTargets, Reply, page, push_cookie, see_other};
use crate::{Cookie, Endpoint, SignInId, UserId};

/// What an app may say when it leads a person here; it goes along with the question.
const OF_THE_APP: [&str; 4] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];

impl Provider {
    /// OpenID Connect RP-Initiated Logout §2.
    pub(super) async fn end_session(&self, visit: &Visit) -> Result<Reply, Failure> {
        match self.leaving(visit)? {
            Leaving::Leave { to } => self.leave(visit, to.as_deref()).await,
            Leaving::Ask { to } => Ok(self.ask_to_leave(visit, to.as_deref())),
            Leaving::Page(fault) => Err(fault.into()),
        }
    }

    /// The person's own button, and the answer to the question.
    pub(super) async fn sign_out(&self, visit: &Visit) -> Result<Reply, Failure> {
        if !visit.sends {
            return Ok(self.ask_to_leave(visit, None));
        }
        match self.leaving(visit)? {
            Leaving::Leave { to } | Leaving::Ask { to } => self.leave(visit, to.as_deref()).await,
            Leaving::Page(fault) => Err(fault.into()),
        }
    }

    /// Ends a sign-in of this person, with what was given out in it. That goes first: where the house dies in between,
    /// the sign-in is still there, to be ended once more. And again after it, for what a racing request was given.
    pub(super) async fn end_sign_in_of(&self, user: UserId, own: SignInId) -> Result<(), Failure> {
        self.server.sign_in_ended(own).await?;
        if self.ground.sign_ins.end(user, own).await? {
            self.server.sign_in_ended(own).await?;
        }
        Ok(())
    }

    fn leaving(&self, visit: &Visit) -> Result<Leaving, Failure> {
        let signed = visit.signed.as_ref().map(Signed::to_signed_in);
        Ok(self.server.end_session(&visit.form, signed.as_ref()))
    }

    fn ask_to_leave(&self, visit: &Visit, to: Option<&str>) -> Reply {
        let said = |name: &'static str| visit.form.one(name).ok().flatten().map(|value| (name, value));
        let values: Vec<(&str, &str)> = OF_THE_APP.into_iter().filter_map(said).collect();
        let mut targets = FormTargets::default();
        if let Some(to) = to {
            targets.add(to);
        }
        page(http::StatusCode::OK, sign_out(&self.look, &visit.token(), Endpoint::SignOut, &values), &targets)
    }

    async fn leave(&self, visit: &Visit, to: Option<&str>) -> Result<Reply, Failure> {
        if let Some(signed) = &visit.signed {
            self.end_sign_in_of(signed.account.id, signed.sign_in.id).await?;
        }
        let mut reply = match to {
            Some(to) => see_other(to),
            None => {
                let path = self.look.at(Endpoint::SignIn);
                let said = Notice {
                    title: "You are signed out",
                    paragraphs: &["Close the browser as well if others use this computer."],
                    link: Some((&path, "Sign in again")),
                    ..Notice::default()
                };
                self.page(notice(&self.look, &said))
            }
        };
        push_cookie(&mut reply, Cookie::SignIn.clear());
        push_cookie(&mut reply, Cookie::Browser.clear());
        Ok(reply)
    }
}
