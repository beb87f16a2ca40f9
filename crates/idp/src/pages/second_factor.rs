//! The page that asks for the second factor.

use maud::{Markup, html};

use super::layout::{Look, Width};
use super::parts::{Fault, code_field, field, heading, hidden, submit, summary, token};
use crate::Endpoint;
use crate::same_origin::FormToken;

/// What the page shows.
#[derive(Clone, Copy)]
pub struct SecondFactorPage<'a> {
    /// The token of its form.
    pub token: &'a FormToken,
    /// Where the person goes on.
    pub return_to: Option<&'a str>,
    /// What is wrong.
    pub fault: Option<&'a Fault>,
}

/// The page.
#[must_use]
pub fn second_factor(look: &Look, page: &SecondFactorPage<'_>) -> Markup {
    let hint = "Open your authenticator app and type the six digits that it shows for this account.";
    let main = html! {
        (heading("Two-step sign-in"))
        (summary(page.fault))
        form method="post" action=(look.at(Endpoint::SecondFactor)) {
            (token(page.token))
            @if let Some(goal) = page.return_to { (hidden("return_to", goal)) }
            (field(&code_field(Some(hint), true), page.fault))
            (submit("Continue"))
        }
        p class="under" { "Lost your phone? Type one of your recovery codes instead." }
        p class="under" { a href=(look.at(Endpoint::SignIn)) { "Sign in as somebody else" } }
    };
    look.page(Width::Card, "Two-step sign-in", page.fault, &main)
}
