//! Mailed links: asking for one, and following it.
//!
//! Following is two steps, a page and a form, because programs that read mail open links as well.

use super::Provider;
use super::failure::Failure;
use super::reception::{Chosen, Entered, LinkKind, Mailed};
use super::sign_in::status_of;
use super::visit::Visit;
use crate::accounts::people::MAX_NAME;
use crate::pages::{Fault, JoinPage, LinkPage, Notice, confirm_address, forgot, join, notice, register, reset};
use crate::reply::{FormTargets, Reply, page};
use crate::{AccountsMode, Endpoint, ReturnTo};

const NO_ADDRESS: &str = "That is not an e-mail address.";

impl Provider {
    /// Asks for the address of a new account.
    pub(super) async fn register(&self, visit: &Visit) -> Result<Reply, Failure> {
        if self.settings.accounts != AccountsMode::Open {
            return Err(Failure::Nothing);
        }
        let address = visit.text("address")?;
        let goal = self.goal(visit)?;
        let shown = |fault: Option<&Fault>| {
            let return_to = goal.as_ref().map(ReturnTo::as_str);
            let asked = LinkPage { token: &visit.token(), address, return_to, fault };
            page(status_of(fault), register(&self.look, &asked, &self.admitting), &FormTargets::default())
        };
        if !visit.sends {
            return Ok(shown(None));
        }
        if self.reception.register(address.into(), visit.guest()).await? == Mailed::NotAnAddress {
            return Ok(shown(Some(&Fault::of("address", NO_ADDRESS))));
        }
        let mut reply = self.mailed("Follow it within a day to make your account.");
        self.keep_goal(visit, goal.as_ref(), &mut reply);
        Ok(reply)
    }

    /// Asks for the address of an account whose password is forgotten.
    pub(super) async fn forgot(&self, visit: &Visit) -> Result<Reply, Failure> {
        let address = visit.text("address")?;
        let goal = self.goal(visit)?;
        let shown = |fault: Option<&Fault>| {
            let return_to = goal.as_ref().map(ReturnTo::as_str);
            let asked = LinkPage { token: &visit.token(), address, return_to, fault };
            page(status_of(fault), forgot(&self.look, &asked), &FormTargets::default())
        };
        if !visit.sends {
            return Ok(shown(None));
        }
        if self.reception.forgot(address.into(), visit.guest()).await? == Mailed::NotAnAddress {
            return Ok(shown(Some(&Fault::of("address", NO_ADDRESS))));
        }
        let mut reply = self.mailed("If there is an account of it, the link lets you choose a new password.");
        self.keep_goal(visit, goal.as_ref(), &mut reply);
        Ok(reply)
    }

    /// Follows a link that makes an account, or says that an address is read.
    pub(super) async fn verify(&self, visit: &mut Visit) -> Result<Reply, Failure> {
        let link = visit.text("link")?.to_owned();
        let Some(kind) = self.reception.link(link.as_str().into()).await? else { return Ok(self.link_is_over()) };
        match kind {
            LinkKind::Join(address) => self.join(visit, &link, &address).await,
            LinkKind::Reset => Ok(self.reset_page(visit, &link, None)),
            LinkKind::Confirm(address) => {
                if !visit.sends {
                    return Ok(self.page(confirm_address(&self.look, &visit.token(), &link, &address)));
                }
                if !self.reception.follow(link.into()).await? {
                    return Ok(self.link_is_over());
                }
                let account = self.look.at(Endpoint::Account);
                let said = Notice {
                    title: "Your e-mail address is confirmed",
                    paragraphs: &[&address],
                    link: Some((&account, "Go to your account")),
                    ..Notice::default()
                };
                Ok(self.page(notice(&self.look, &said)))
            }
        }
    }

    async fn join(&self, visit: &mut Visit, link: &str, address: &str) -> Result<Reply, Failure> {
        let name = visit.text("name")?.trim().to_owned();
        let goal = self.kept_goal(visit);
        let mut fault = too_long(&name);
        if visit.sends && fault.is_none() {
            let password = visit.secret("new_password")?;
            match self.reception.join(link.into(), name.as_str().into(), password, visit.guest()).await? {
                Chosen::Done(entered) => return self.goes_on(visit, entered, goal.as_ref()),
                Chosen::Weak(why) => fault = Some(Fault::of("new_password", &why)),
                Chosen::Wrong | Chosen::NotAnAddress | Chosen::TooLate => return Ok(self.link_is_over()),
            }
        }
        let (token, fault) = (visit.token(), fault.as_ref());
        let (app, targets) = self.app_of(goal.as_ref());
        let shown = JoinPage { token: &token, link, address, name: &name, app: app.as_deref(), fault };
        Ok(page(status_of(fault), join(&self.look, &shown), &targets))
    }

    /// Lets somebody in, and on to where the way over the mail began.
    fn goes_on(&self, visit: &mut Visit, entered: Entered, goal: Option<&ReturnTo>) -> Result<Reply, Failure> {
        let mut reply = self.entered(visit, entered, goal)?;
        self.forget_goal(visit, &mut reply);
        Ok(reply)
    }

    fn reset_page(&self, visit: &Visit, link: &str, fault: Option<&Fault>) -> Reply {
        let (_, targets) = self.app_of(self.kept_goal(visit).as_ref());
        page(status_of(fault), reset(&self.look, &visit.token(), link, fault), &targets)
    }

    /// Follows a link that lets somebody choose another password.
    pub(super) async fn reset(&self, visit: &mut Visit) -> Result<Reply, Failure> {
        let link = visit.text("link")?.to_owned();
        let kind = self.reception.link(link.as_str().into()).await?;
        if kind != Some(LinkKind::Reset) {
            return Ok(self.link_is_over());
        }
        let mut fault = None;
        if visit.sends {
            let password = visit.secret("new_password")?;
            match self.reception.reset(link.as_str().into(), password, visit.guest()).await? {
                Chosen::Done(entered) => {
                    let goal = self.kept_goal(visit);
                    return self.goes_on(visit, entered, goal.as_ref());
                }
                Chosen::Weak(why) => fault = Some(Fault::of("new_password", &why)),
                Chosen::Wrong | Chosen::NotAnAddress | Chosen::TooLate => return Ok(self.link_is_over()),
            }
        }
        Ok(self.reset_page(visit, &link, fault.as_ref()))
    }

    /// The same whoever asks for whatever address.
    pub(super) fn mailed(&self, further: &str) -> Reply {
        let said = Notice {
            title: "Check your mail",
            paragraphs: &["We have sent a link to the address that you typed.", further],
            ..Notice::default()
        };
        self.page(notice(&self.look, &said))
    }

    fn link_is_over(&self) -> Reply {
        let path = self.look.at(Endpoint::SignIn);
        let said = Notice {
            title: "This link works no more",
            paragraphs: &["It was used already, or is too old. Ask for a new one."],
            link: Some((&path, "Sign in")),
            ..Notice::default()
        };
        page(http::StatusCode::GONE, notice(&self.look, &said), &FormTargets::default())
    }
}

/// A name that is none.
pub(super) fn too_long(name: &str) -> Option<Fault> {
    (name.chars().count() > MAX_NAME).then(|| Fault::of("name", "A name has at most 100 characters."))
}
