//! Signing in: password, second factor, and the cookies that follow.

use http::StatusCode;
use model::Secret;

use super::Provider;
use super::failure::Failure;
use super::reception::{Entered, Entry, Guest};
use super::visit::Visit;
use crate::pages::{Fault, SecondFactorPage, SignInPage, second_factor, sign_in};
use crate::reply::{Reply, page, push_cookie, see_other};
use crate::{AccountsMode, Bearer, Cookie, Endpoint, ReturnTo, push_parameter};

/// The same whatever is wrong: whether there is such an account is nobody's business.
const WRONG: &str = "That e-mail address and password do not belong together.";
const WRONG_CODE: &str = "That is not the code of now. Wait for the next one, or type a recovery code.";
/// How long the second factor is waited for.
const STEP_SECONDS: u64 = 10 * 60;
/// Browsers keep no cookie for longer than 400 days.
const DEVICE_SECONDS: u64 = 400 * 24 * 60 * 60;

impl Visit {
    /// The browser that somebody sits at.
    pub(super) fn guest(&self) -> Guest {
        Guest {
            address: self.arrival.address,
            agent: self.agent().into(),
            device: Cookie::Device.of(&self.fields).map(Into::into),
        }
    }

    /// A parameter that nobody should see.
    pub(super) fn secret(&self, name: &str) -> Result<Secret<String>, Failure> {
        Ok(Secret::new(self.text(name)?.to_owned()))
    }
}

impl Provider {
    /// Asks who somebody is, and believes a password.
    pub(super) async fn sign_in(&self, visit: &mut Visit) -> Result<Reply, Failure> {
        let goal = self.goal(visit)?;
        if let Some(name) = visit.one("with")?.filter(|_| !visit.sends) {
            return self.begin_elsewhere(visit, name, goal).await;
        }
        if !visit.sends {
            return Ok(self.sign_in_page(visit, goal.as_ref(), visit.text("hint")?, None));
        }
        let (address, password) = (visit.text("address")?, visit.secret("password")?);
        let entered = self.reception.sign_in(address.into(), password, visit.guest()).await?;
        if matches!(entered, Entered::Wrong | Entered::TooLate) {
            return Ok(self.sign_in_page(visit, goal.as_ref(), address, Some(&Fault::whole(WRONG))));
        }
        self.entered(visit, entered, goal.as_ref())
    }

    /// Asks for the second factor of whoever showed a right password.
    pub(super) async fn second_factor(&self, visit: &mut Visit) -> Result<Reply, Failure> {
        let goal = self.goal(visit)?;
        let Some(ticket) = Cookie::Step.of(&visit.fields) else {
            return Ok(see_other(&self.look.at(Endpoint::SignIn)));
        };
        if !visit.sends {
            return Ok(self.second_factor_page(visit, goal.as_ref(), None));
        }
        let code = visit.text("code")?;
        let entered = self.reception.second_factor(ticket.into(), code.into(), visit.guest()).await?;
        if matches!(entered, Entered::Wrong) {
            return Ok(self.second_factor_page(visit, goal.as_ref(), Some(&Fault::of("code", WRONG_CODE))));
        }
        self.entered(visit, entered, goal.as_ref())
    }

    /// Lets somebody go on who came a step further.
    pub(super) fn entered(
        &self,
        visit: &mut Visit,
        entered: Entered,
        goal: Option<&ReturnTo>,
    ) -> Result<Reply, Failure> {
        let step = |path: String, ticket: &Bearer| {
            let mut reply = see_other(&with_goal(path, goal));
            push_cookie(&mut reply, Cookie::Step.set(ticket.text().expose(), Some(STEP_SECONDS)));
            reply
        };
        let entry = match entered {
            Entered::In(entry) => entry,
            Entered::Code(ticket) => return Ok(step(self.look.at(Endpoint::SecondFactor), &ticket)),
            Entered::SetUp(ticket) => return Ok(step(self.look.account("authenticator"), &ticket)),
            Entered::Wrong | Entered::TooLate => {
                let mut reply = see_other(&with_goal(self.look.at(Endpoint::SignIn), goal));
                push_cookie(&mut reply, Cookie::Step.clear());
                return Ok(reply);
            }
        };
        let account = ReturnTo::account(&self.settings.path);
        let mut reply = see_other(goal.unwrap_or(&account).as_str());
        self.let_in(visit, entry, &mut reply)?;
        Ok(reply)
    }

    /// Gives the browser what it needs in which somebody is signed in now. Forms of before are void, and nobody goes on
    /// with a cookie that was there before (session fixation).
    pub(super) fn let_in(&self, visit: &mut Visit, entry: Entry, reply: &mut Reply) -> Result<(), Failure> {
        visit.renew_browser()?;
        let seconds = self.settings.lifetimes.session.as_secs();
        push_cookie(reply, Cookie::SignIn.set(entry.cookie.text().expose(), Some(seconds)));
        push_cookie(reply, Cookie::Step.clear());
        if let Some(device) = entry.device {
            push_cookie(reply, Cookie::Device.set(device.expose(), Some(DEVICE_SECONDS)));
        }
        Ok(())
    }

    pub(super) fn sign_in_page(
        &self,
        visit: &Visit,
        goal: Option<&ReturnTo>,
        address: &str,
        fault: Option<&Fault>,
    ) -> Reply {
        let (app, targets) = self.app_of(goal);
        let markup = sign_in(
            &self.look,
            &SignInPage {
                token: &visit.token(),
                address,
                return_to: goal.map(ReturnTo::as_str),
                app: app.as_deref(),
                fault,
                open: self.settings.accounts == AccountsMode::Open,
                externals: &self.offered,
            },
        );
        page(status_of(fault), markup, &targets)
    }

    fn second_factor_page(&self, visit: &Visit, goal: Option<&ReturnTo>, fault: Option<&Fault>) -> Reply {
        let (_, targets) = self.app_of(goal);
        let token = visit.token();
        let shown = SecondFactorPage { token: &token, return_to: goal.map(ReturnTo::as_str), fault };
        page(status_of(fault), second_factor(&self.look, &shown), &targets)
    }
}

pub(super) const fn status_of(fault: Option<&Fault>) -> StatusCode {
    if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
}

fn with_goal(mut path: String, goal: Option<&ReturnTo>) -> String {
    if let Some(goal) = goal {
        path.push('?');
        push_parameter(&mut path, "return_to", goal.as_str());
    }
    path
}
