//! The page where a person lets a device in (RFC 8628 §3.3).

use super::Provider;
use super::authorization::decision;
use super::failure::Failure;
use super::visit::{Signed, Visit};
use super::words::scope_words;
use crate::oauth::{self, Decision, PageFault};
use crate::pages::{DevicePage, Fault, Notice, device_code, device_decision, notice};
use crate::reply::Reply;
use crate::{Endpoint, push_parameter};

impl Provider {
    pub(super) async fn device(&self, visit: &Visit) -> Result<Reply, Failure> {
        let typed = visit.text("user_code")?;
        let Some(signed) = &visit.signed else {
            let mut goal = self.look.at(Endpoint::Device);
            if !typed.is_empty() {
                goal.push('?');
                push_parameter(&mut goal, "user_code", typed);
            }
            return Ok(self.to_sign_in(&goal, None));
        };
        if !visit.sends {
            return Ok(self.page(device_code(&self.look, &visit.token(), typed, None)));
        }
        let person = signed.to_signed_in();
        let shown = match visit.one("decision")? {
            None => self.server.device(typed, &person).await?,
            Some(said) => {
                self.server.decide_device(typed, &person, decision(said).ok_or(PageFault::Malformed)?).await?
            }
        };
        Ok(self.device_page(visit, signed, shown))
    }

    fn device_page(&self, visit: &Visit, signed: &Signed, shown: oauth::DevicePage) -> Reply {
        let again = |text| {
            let fault = Fault::of("user_code", text);
            self.faulty(device_code(&self.look, &visit.token(), "", Some(&fault)))
        };
        match shown {
            oauth::DevicePage::NoSuchCode => {
                again("No device waits with that code. It may be too late: ask the device for a new one.")
            }
            oauth::DevicePage::SlowDown => {
                again("Too many codes were wrong. Wait an hour, and ask the device for a new one.")
            }
            oauth::DevicePage::Ask { app, user_code, scopes, resources } => {
                let (token, scopes) = (visit.token(), scope_words(&scopes, &resources));
                let asked = DevicePage {
                    token: &token,
                    app: &app.title,
                    address: signed.account.address.as_str(),
                    user_code: &user_code,
                    scopes: &scopes,
                };
                self.page(device_decision(&self.look, &asked))
            }
            oauth::DevicePage::Done(decision) => {
                let (title, text) = match decision {
                    Decision::Allow => ("Your device is connected", "Go back to it; this page can be closed."),
                    Decision::Deny => ("Your device was not connected", "Nobody got access. This page can be closed."),
                };
                self.page(notice(&self.look, &Notice { title, paragraphs: &[text], ..Notice::default() }))
            }
        }
    }
}
