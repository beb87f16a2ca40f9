//! The pages by which a password becomes another one.

use maud::{Markup, html};

use super::layout::{Look, Width};
use super::parts::{Fault, address_field, field, hidden, new_password_field, password_field, submit, summary, token};
use super::register::LinkPage;
use crate::Endpoint;
use crate::same_origin::FormToken;

/// Asks for the address of an account whose password is forgotten.
#[must_use]
pub fn forgot(look: &Look, page: &LinkPage<'_>) -> Markup {
    let hint = "We send a link to this address, if there is an account of it.";
    let main = html! {
        h1 { "Forgot your password?" }
        (summary(page.fault))
        form method="post" action=(look.at(Endpoint::Forgot)) {
            (token(page.token))
            @if let Some(goal) = page.return_to { (hidden("return_to", goal)) }
            (field(&address_field(page.address, Some(hint)), page.fault))
            (submit("Send me the link"))
        }
        p class="under" { a href=(look.on_the_way(Endpoint::SignIn, page.return_to)) { "Back to sign-in" } }
    };
    look.page(Width::Card, "Forgot your password?", page.fault, &main)
}

/// What a page shows that asks for a new password.
#[derive(Clone, Copy)]
pub struct PasswordPage<'a> {
    /// The token of its form.
    pub token: &'a FormToken,
    /// Whose password, for password managers.
    pub address: &'a str,
    /// What is wrong.
    pub fault: Option<&'a Fault>,
}

/// Asks for a new password, behind a mailed link.
#[must_use]
pub fn reset(look: &Look, form: &FormToken, link: &str, fault: Option<&Fault>) -> Markup {
    let main = html! {
        h1 { "Choose a new password" }
        p class="lead" { "You are signed out everywhere when it is saved." }
        (summary(fault))
        form method="post" action=(look.at(Endpoint::Reset)) {
            (token(form))
            (hidden("link", link))
            (field(&new_password_field("New password"), fault))
            (submit("Save password"))
        }
    };
    look.page(Width::Card, "Choose a new password", fault, &main)
}

/// Asks a person who is signed in for the old and a new password.
#[must_use]
pub fn password_change(look: &Look, page: &PasswordPage<'_>) -> Markup {
    let main = html! {
        h1 { "Change your password" }
        p class="lead" { "You stay signed in here and are signed out everywhere else." }
        (summary(page.fault))
        form method="post" action=(look.account("password")) {
            (token(page.token))
            input type="text" name="username" value=(page.address) autocomplete="username" readonly hidden;
            (field(&password_field(true), page.fault))
            (field(&new_password_field("New password"), page.fault))
            (submit("Save password"))
        }
        p class="under" { a href=(look.at(Endpoint::Account)) { "Back to your account" } }
    };
    look.page(Width::Card, "Change your password", page.fault, &main)
}
