//! The pages by which an account is made: the address first, and behind the mailed link the rest.

use maud::{Markup, html};

use super::layout::{Look, Width};
use super::parts::{Fault, Field, address_field, field, heading, hidden, new_password_field, submit, summary, token};
use super::sign_in::{External, ways};
use crate::Endpoint;
use crate::same_origin::FormToken;

/// What a page shows that asks where a link is to be mailed.
#[derive(Clone, Copy)]
pub struct LinkPage<'a> {
    /// The token of its form.
    pub token: &'a FormToken,
    /// What was typed before.
    pub address: &'a str,
    /// Where the person goes on behind the link.
    pub return_to: Option<&'a str>,
    /// What is wrong.
    pub fault: Option<&'a Fault>,
}

/// Asks for the address of a new account; `externals` make one by another way.
#[must_use]
pub fn register(look: &Look, page: &LinkPage<'_>, externals: &[External]) -> Markup {
    let hint = "We send you a link; the account is made when you follow it.";
    let main = html! {
        h1 { "Create an account" }
        (summary(page.fault))
        form method="post" action=(look.at(Endpoint::Register)) {
            (token(page.token))
            @if let Some(goal) = page.return_to { (hidden("return_to", goal)) }
            (field(&address_field(page.address, Some(hint)), page.fault))
            (submit("Send me the link"))
        }
        @if !externals.is_empty() {
            p class="or" { span { "or" } }
            (ways(look, externals, page.return_to))
        }
        p class="under" {
            "Have an account already? "
            a href=(look.on_the_way(Endpoint::SignIn, page.return_to)) { "Sign in" }
        }
    };
    look.page(Width::Card, "Create an account", page.fault, &main)
}

/// What the page behind the link shows.
#[derive(Clone, Copy)]
pub struct JoinPage<'a> {
    /// The token of its form.
    pub token: &'a FormToken,
    /// What the link holds.
    pub link: &'a str,
    /// The address that the link went to.
    pub address: &'a str,
    /// What was typed before.
    pub name: &'a str,
    /// The app that the person goes on to, as people know it.
    pub app: Option<&'a str>,
    /// What is wrong.
    pub fault: Option<&'a Fault>,
}

/// Asks for name and password of a new account, behind its link.
#[must_use]
pub fn join(look: &Look, page: &JoinPage<'_>) -> Markup {
    let name = Field {
        name: "name",
        label: "Your name (optional)",
        autocomplete: "name",
        value: page.name,
        maxlength: 100,
        first: true,
        ..Field::default()
    };
    let main = html! {
        h1 { "Welcome" }
        p class="lead" {
            "Your account at " (look.name()) " will be " strong class="whole" { (page.address) } "."
            @if let Some(app) = page.app { " Then you go on to " strong { (app) } "." }
        }
        (summary(page.fault))
        form method="post" action=(look.at(Endpoint::Verify)) {
            (token(page.token))
            (hidden("link", page.link))
            // Password managers keep the address beside the password.
            input type="text" name="username" value=(page.address) autocomplete="username" readonly hidden;
            (field(&name, page.fault))
            (field(&new_password_field("Choose a password"), page.fault))
            (submit("Create account"))
        }
    };
    look.page(Width::Card, "Create your account", page.fault, &main)
}

/// Asks whether an address is to be confirmed, behind its link: programs that read mail follow links as well.
#[must_use]
pub fn confirm_address(look: &Look, form: &FormToken, link: &str, address: &str) -> Markup {
    let main = html! {
        (heading("Confirm your e-mail address"))
        p class="lead" { "Your account at " (look.name()) " will have " strong class="whole" { (address) } "." }
        form method="post" action=(look.at(Endpoint::Verify)) {
            (token(form))
            (hidden("link", link))
            (submit("Confirm"))
        }
    };
    look.page(Width::Card, "Confirm your e-mail address", None, &main)
}
