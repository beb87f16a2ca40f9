//! The account page and what lies below it: everything that a person sees and changes of the own account.

use http::StatusCode;
use http::header::{CONTENT_DISPOSITION, HeaderValue};

use super::Provider;
use super::failure::Failure;
use super::links::too_long;
use super::reception::{Chosen, Confirmed, Whose};
use super::sign_in::status_of;
use super::visit::{Signed, Visit};
use crate::pages::{
    AccountPage, AppRow, AuthenticatorPage, Fault, Notice, PasswordPage, SignInRow, account, address_change,
    authenticator, delete_account, new_recovery_codes, notice, password_change, recovery_codes, remove_second_factor,
    short_agent,
};
use crate::reply::{FormTargets, Reply, json, page, push_cookie, see_other};
use crate::{Cookie, Endpoint, GrantId, SecondFactor, SignInId};

const WRONG_PASSWORD: &str = "That is not your password.";
const WRONG_CODE: &str = "That is not the code of now. Wait for the next one.";
const WRONG_BOTH: &str = "That is not your password, or not the code of now.";
const NO_ADDRESS: &str = "That is not an e-mail address that can be yours.";
/// How long ago somebody must have proved who they are, to see everything or to end it.
const FRESH: std::time::Duration = std::time::Duration::from_secs(15 * 60);

impl Provider {
    /// The account page, and what is below it.
    pub(super) async fn account(&self, visit: &mut Visit) -> Result<Reply, Failure> {
        if &*visit.below == "authenticator" {
            return self.authenticator(visit).await;
        }
        let (visit, below) = (&*visit, &*visit.below);
        let Some(signed) = &visit.signed else {
            let goal = self.look.at(Endpoint::Account);
            // What was to be sent is not sent after a sign-in.
            return Ok(
                self.to_sign_in(&if visit.sends || below.is_empty() { goal } else { self.look.account(below) }, None)
            );
        };
        match (below, visit.sends) {
            ("", false) => self.overview(visit, signed, done(visit.text("done")?), None).await,
            ("name", true) => self.rename(visit, signed).await,
            ("password", _) => self.change_password(visit, signed).await,
            ("address", _) => self.change_address(visit, signed).await,
            ("second-factor", _) => self.remove_second_factor(visit, signed).await,
            ("recovery", _) => self.new_recovery_codes(visit, signed).await,
            ("sign-ins/end", true) => self.end_sign_in(visit, signed).await,
            ("sign-ins/end-others", true) => self.end_other_sign_ins(signed).await,
            ("apps/end", true) => self.end_app(visit, signed).await,
            ("keys/revoke", true) => self.revoke_key(visit, signed).await,
            ("elsewhere/link", true) => self.begin_link(visit, signed).await,
            ("elsewhere/unlink", true) => self.unlink(visit, signed).await,
            ("export", false) => self.export(signed).await,
            ("delete", _) => self.delete(visit, signed).await,
            _ => Err(Failure::Nothing),
        }
    }

    pub(super) async fn overview(
        &self,
        visit: &Visit,
        signed: &Signed,
        done: Option<&str>,
        fault: Option<&Fault>,
    ) -> Result<Reply, Failure> {
        let known = &signed.account;
        let sign_ins: Vec<SignInRow> = self
            .ground
            .sign_ins
            .of(known.id)
            .await?
            .into_iter()
            .map(|row| SignInRow {
                id: row.id.to_string().into(),
                agent: short_agent(&row.agent).into(),
                address: row.address.to_string().into(),
                started: row.started,
                seen: row.seen,
                here: row.id == signed.sign_in.id,
            })
            .collect();
        let grants = self.ground.protocol.of_user(known.id).await?;
        let apps: Vec<AppRow> = grants
            .into_iter()
            .map(|grant| AppRow {
                id: grant.id.to_string().into(),
                title: self.apps.named(&grant.app).map_or_else(|| (*grant.app).into(), |app| app.title.clone()),
                scopes: grant.scopes.to_string().into(),
                since: grant.begun,
            })
            .collect();
        let keys = self.key_rows(known.id).await?;
        let (elsewhere, linkable) = self.elsewhere(signed).await?;
        let has_factor = known.authenticator.is_some();
        let shown = AccountPage {
            token: &visit.token(),
            address: known.address.as_str(),
            name: known.name.as_deref().unwrap_or_default(),
            has_password: known.password.is_some(),
            second_factor: (has_factor || self.settings.second_factor != SecondFactor::None).then_some(has_factor),
            recovery_left: known.recovery.len(),
            sign_ins: &sign_ins,
            apps: &apps,
            keys: &keys,
            elsewhere: &elsewhere,
            linkable: &linkable,
            done,
            fault,
        };
        Ok(page(status_of(fault), account(&self.look, &shown), &FormTargets::default()))
    }

    /// Back to the account page, which says what was done.
    pub(super) fn done(&self, what: &str) -> Reply {
        see_other(&format!("{}?done={what}", self.look.at(Endpoint::Account)))
    }

    async fn rename(&self, visit: &Visit, signed: &Signed) -> Result<Reply, Failure> {
        let name = visit.text("name")?.trim();
        if let Some(fault) = too_long(name) {
            return self.overview(visit, signed, None, Some(&fault)).await;
        }
        self.reception.rename(signed.account.id, name.into()).await?;
        Ok(self.done("name"))
    }

    async fn change_password(&self, visit: &Visit, signed: &Signed) -> Result<Reply, Failure> {
        let mut fault = None;
        if visit.sends {
            let (present, next) = (visit.secret("password")?, visit.secret("new_password")?);
            let (user, keep) = (signed.account.id, signed.sign_in.id);
            match self.reception.change_password(user, keep, present, next).await? {
                Chosen::Done(()) => return Ok(self.done("password")),
                Chosen::Weak(why) => fault = Some(Fault::of("new_password", &why)),
                _ => fault = Some(Fault::of("password", WRONG_PASSWORD)),
            }
        }
        let (token, fault) = (visit.token(), fault.as_ref());
        let shown = PasswordPage { token: &token, address: signed.account.address.as_str(), fault };
        Ok(page(status_of(fault), password_change(&self.look, &shown), &FormTargets::default()))
    }

    async fn change_address(&self, visit: &Visit, signed: &Signed) -> Result<Reply, Failure> {
        let typed = visit.text("address")?;
        let mut fault = None;
        if visit.sends {
            let password = visit.secret("password")?;
            match self.reception.change_address(signed.account.id, typed.into(), password).await? {
                Chosen::Done(()) => return Ok(self.mailed("Your address changes when you follow it.")),
                Chosen::Wrong => fault = Some(Fault::of("password", WRONG_PASSWORD)),
                _ => fault = Some(Fault::of("address", NO_ADDRESS)),
            }
        }
        let fault = fault.as_ref();
        Ok(page(status_of(fault), address_change(&self.look, &visit.token(), typed, fault), &FormTargets::default()))
    }

    /// Sets the second factor up: of somebody who is signed in, or who has to before the sign-in is whole.
    async fn authenticator(&self, visit: &mut Visit) -> Result<Reply, Failure> {
        let step = Cookie::Step.of(&visit.fields).map(|ticket| Whose::Step(ticket.into()));
        let Some(whose) = visit.signed.as_ref().map(|signed| Whose::Signed(signed.account.id)).or(step) else {
            return Ok(self.to_sign_in(&self.look.account("authenticator"), None));
        };
        let goal = self.goal(visit)?;
        let mut fault = None;
        if visit.sends {
            let code = visit.text("code")?;
            match self.reception.confirm(whose.clone(), code.into(), visit.guest()).await? {
                Chosen::Done(Confirmed { codes, entry }) => {
                    let onward = goal.as_ref().map_or_else(|| self.look.at(Endpoint::Account), |it| it.as_str().into());
                    let mut reply = self.show_codes(&codes, &onward);
                    if let Some(entry) = entry {
                        self.let_in(visit, entry, &mut reply)?;
                    }
                    return Ok(reply);
                }
                Chosen::Wrong => fault = Some(Fault::of("code", WRONG_CODE)),
                _ => return Ok(self.to_sign_in(&self.look.account("authenticator"), None)),
            }
        }
        let offered = self.reception.offer(whose, fault.is_some()).await?;
        let Some(offered) = offered else { return Ok(self.done("none")) };
        let (token, fault) = (visit.token(), fault.as_ref());
        let shown = AuthenticatorPage {
            token: &token,
            svg: offered.svg.expose(),
            secret: offered.text.expose(),
            return_to: goal.as_ref().map(crate::ReturnTo::as_str),
            fault,
        };
        Ok(page(status_of(fault), authenticator(&self.look, &shown), &FormTargets::default()))
    }

    fn show_codes(&self, codes: &[model::Secret<String>], onward: &str) -> Reply {
        let codes: Vec<&str> = codes.iter().map(|code| code.expose().as_str()).collect();
        self.page(recovery_codes(&self.look, &codes, onward))
    }

    async fn new_recovery_codes(&self, visit: &Visit, signed: &Signed) -> Result<Reply, Failure> {
        let mut fault = None;
        if visit.sends {
            let (password, code) = (visit.secret("password")?, visit.text("code")?);
            match self.reception.new_recovery_codes(signed.account.id, password, code.into()).await? {
                Chosen::Done(codes) => return Ok(self.show_codes(&codes, &self.look.at(Endpoint::Account))),
                _ => fault = Some(Fault::whole(WRONG_BOTH)),
            }
        }
        let fault = fault.as_ref();
        Ok(page(status_of(fault), new_recovery_codes(&self.look, &visit.token(), fault), &FormTargets::default()))
    }

    async fn remove_second_factor(&self, visit: &Visit, signed: &Signed) -> Result<Reply, Failure> {
        let mut fault = None;
        if visit.sends {
            let (password, code) = (visit.secret("password")?, visit.text("code")?);
            let user = signed.account.id;
            match self.reception.remove_second_factor(user, password, code.into()).await? {
                Chosen::Done(()) => return Ok(self.done("second-factor")),
                _ => fault = Some(Fault::whole(WRONG_BOTH)),
            }
        }
        let fault = fault.as_ref();
        Ok(page(status_of(fault), remove_second_factor(&self.look, &visit.token(), fault), &FormTargets::default()))
    }

    async fn end_sign_in(&self, visit: &Visit, signed: &Signed) -> Result<Reply, Failure> {
        let id = SignInId::parse(visit.text("id")?).map_err(|_| Failure::Nothing)?;
        if self.ground.sign_ins.of(signed.account.id).await?.iter().any(|own| own.id == id) {
            self.end_sign_in_of(signed.account.id, id).await?;
        }
        Ok(self.done("sign-in"))
    }

    async fn end_other_sign_ins(&self, signed: &Signed) -> Result<Reply, Failure> {
        for other in self.ground.sign_ins.of(signed.account.id).await? {
            if other.id != signed.sign_in.id {
                self.end_sign_in_of(signed.account.id, other.id).await?;
            }
        }
        Ok(self.done("sign-ins"))
    }

    async fn end_app(&self, visit: &Visit, signed: &Signed) -> Result<Reply, Failure> {
        let id = GrantId::parse(visit.text("id")?).map_err(|_| Failure::Nothing)?;
        let grants = self.ground.protocol.of_user(signed.account.id).await?;
        let Some(grant) = grants.into_iter().find(|grant| grant.id == id) else { return Ok(self.done("none")) };
        // All grants of the app and the consents that they were given by: it has to ask again.
        self.server.take_back_from(signed.account.id, Some(grant.app)).await?;
        Ok(self.done("app"))
    }

    async fn export(&self, signed: &Signed) -> Result<Reply, Failure> {
        if !self.is_fresh(signed) {
            return Ok(self.to_sign_in(&self.look.account("export"), Some(signed.account.address.as_str())));
        }
        let mut reply = json(StatusCode::OK, &self.reception.export(signed.account.id).await?);
        let name = HeaderValue::from_static("attachment; filename=\"account.json\"");
        reply.headers_mut().insert(CONTENT_DISPOSITION, name);
        Ok(reply)
    }

    /// Whether somebody proved just now who they are.
    pub(super) fn is_fresh(&self, signed: &Signed) -> bool {
        self.ground.clock.wall() < signed.sign_in.started + FRESH
    }

    async fn delete(&self, visit: &Visit, signed: &Signed) -> Result<Reply, Failure> {
        let with_code = signed.account.authenticator.is_some();
        let mut fault = None;
        if visit.sends {
            let (password, code) = (visit.secret("password")?, visit.text("code")?);
            match self.reception.delete(signed.account.id, password, code.into()).await? {
                Chosen::Done(()) => return Ok(self.deleted()),
                _ if with_code => fault = Some(Fault::whole(WRONG_BOTH)),
                _ => fault = Some(Fault::of("password", WRONG_PASSWORD)),
            }
        }
        let (address, fault) = (signed.account.address.as_str(), fault.as_ref());
        let markup = delete_account(&self.look, &visit.token(), address, with_code, fault);
        Ok(page(status_of(fault), markup, &FormTargets::default()))
    }

    fn deleted(&self) -> Reply {
        let said = Notice {
            title: "Your account is deleted",
            paragraphs: &["Nothing of it is left but a record that somebody left, without a name."],
            ..Notice::default()
        };
        let mut reply = self.page(notice(&self.look, &said));
        for cookie in [Cookie::SignIn, Cookie::Browser, Cookie::Device] {
            push_cookie(&mut reply, cookie.clear());
        }
        reply
    }
}

/// What is said of what was done, by a word of ours in the address.
fn done(what: &str) -> Option<&'static str> {
    Some(match what {
        "name" => "Your name is saved.",
        "password" => "Your password is saved. You are signed out everywhere else.",
        "second-factor" => "Two-step sign-in is off.",
        "sign-in" => "That browser is signed out.",
        "sign-ins" => "All other browsers are signed out.",
        "linked" => "The account elsewhere is linked.",
        "unlinked" => "The account elsewhere is no longer linked.",
        "app" => "The app has no access any more.",
        "key" => "The API key is revoked.",
        _ => return None,
    })
}
