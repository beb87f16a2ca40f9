//! The provider in the box, with every default.

use std::time::Duration;

use idp::{AccountsMode, MailServer, MailTls, SecondFactor, Settings};

use super::{Lines, text};
use crate::draft::{Identity, Mail, Said};
use crate::plan::Plan;
use crate::value::write_duration;

impl Lines<'_, '_> {
    pub(super) fn identity(&mut self, plan: &Plan) {
        let (Some(identity), Some(provider)) = (&self.planner.draft.identity, &plan.identity) else { return };
        let settings = &provider.settings;
        self.below("identity", |lines| {
            lines.told("issuer", identity.issuer.as_ref(), &text(settings.issuer.as_str()));
            lines.told("path", identity.path.as_ref(), &text(&settings.path));
            lines.texts("machines", identity.machines.as_slice());
            lines.told("name", identity.name.as_ref(), &text(&settings.brand.name));
            if let Some(logo) = &identity.logo {
                lines.said("logo", &text(&logo.value.to_string_lossy()), logo.span);
            }
            lines.texts("colour", identity.colour.as_slice());
            lines.texts("legal", identity.legal.as_slice());
            lines.told("accounts", identity.accounts.as_ref(), accounts(settings.accounts));
            match identity.sign_in.as_slice() {
                [] => lines.value("sign_in", "password", "default"),
                said => lines.texts("sign_in", said),
            }
            lines.told("second_factor", identity.second_factor.as_ref(), factor(settings.second_factor));
            lines.mail(identity);
            lines.lives(identity, settings);
            lines.told("keys_rotate", identity.keys_rotate.as_ref(), &write_duration(settings.keys_rotate));
            lines.loosen(&identity.loosen);
        });
    }

    /// A value, with its words where the file has it.
    pub(super) fn told<T>(&mut self, key: &str, said: Option<&Said<T>>, value: &str) {
        match said {
            Some(said) => self.said(key, value, said.span),
            None => self.value(key, value, "default"),
        }
    }

    fn mail(&mut self, identity: &Identity) {
        let Some(mail) = &identity.mail else { return self.value("mail", "print", "default on loopback") };
        match &mail.value {
            Mail::Print => self.said("mail", "print", mail.span),
            Mail::Smtp { server, from, user, password } => self.below("mail", |lines| {
                if let Some(server) = server {
                    lines.said("smtp", &text(&written(&server.value)), server.span);
                }
                lines.texts("from", from.as_slice());
                lines.texts("user", user.as_slice());
                if let Some(password) = password {
                    // The reference, never what it leads to.
                    let reference = lines.planner.sources.of(password.span).words(password.span).to_owned();
                    lines.said("password", &reference, password.span);
                }
            }),
        }
    }

    fn lives(&mut self, identity: &Identity, settings: &Settings) {
        let (lives, hold) = (&identity.lives, &settings.lifetimes);
        let one = |lines: &mut Self, key: &str, said: &Option<Said<Duration>>, value| {
            lines.told(key, said.as_ref(), &write_duration(value));
        };
        self.below("tokens", |lines| {
            one(lines, "access", &lives.access, hold.access);
            one(lines, "refresh", &lives.refresh, hold.refresh);
            one(lines, "refresh_grace", &lives.refresh_grace, hold.refresh_grace);
            lines.value("algorithm", "ES256", "default");
        });
        self.below("sessions", |lines| {
            one(lines, "idle", &lives.idle, hold.session_idle);
            one(lines, "at_most", &lives.at_most, hold.session);
        });
    }
}

fn written(server: &MailServer) -> String {
    let scheme = match server.tls {
        MailTls::AtOnce => "smtps",
        MailTls::StartTls => "smtp",
    };
    format!("{scheme}://{}:{}", server.host, server.port)
}

const fn accounts(mode: AccountsMode) -> &'static str {
    match mode {
        AccountsMode::Open => "open",
        AccountsMode::Invite => "invite",
        AccountsMode::Closed => "closed",
    }
}

const fn factor(factor: SecondFactor) -> &'static str {
    match factor {
        SecondFactor::Offered => "offered",
        SecondFactor::Required => "required",
        SecondFactor::None => "none",
    }
}
