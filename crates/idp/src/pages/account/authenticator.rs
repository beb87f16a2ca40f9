//! The pages of the second factor: setting it up, its recovery codes, and turning it off.

use maud::{Markup, PreEscaped, html};

use crate::Endpoint;
use crate::pages::layout::{Look, Width};
use crate::pages::parts::{Fault, code_field, field, heading, hidden, password_field, submit, summary, token};
use crate::same_origin::FormToken;

const OF_EITHER: &str = "Of your authenticator app, or a recovery code.";

/// What the page shows that sets an authenticator app up.
#[derive(Clone, Copy)]
pub struct AuthenticatorPage<'a> {
    /// The token of its form.
    pub token: &'a FormToken,
    /// The code to be scanned, as an `svg` element of our own making.
    pub svg: &'a str,
    /// The same as text, in groups.
    pub secret: &'a str,
    /// Where the person goes on, where this stands between a password and a sign-in.
    pub return_to: Option<&'a str>,
    /// What is wrong.
    pub fault: Option<&'a Fault>,
}

/// Shows the secret and asks for a first code.
#[must_use]
pub fn authenticator(look: &Look, page: &AuthenticatorPage<'_>) -> Markup {
    let hint = "Then type the six digits that the app shows.";
    let main = html! {
        (heading("Set up two-step sign-in"))
        p { "Scan this with an authenticator app on your phone." }
        figure class="qr" {
            // INVARIANT: drawn by this room from a secret that it made; nothing of it comes from a request.
            (PreEscaped(page.svg))
            figcaption {
                "No camera? Type this key into the app instead: "
                code class="key" { (page.secret) }
            }
        }
        (summary(page.fault))
        form method="post" action=(look.account("authenticator")) {
            (token(page.token))
            @if let Some(goal) = page.return_to { (hidden("return_to", goal)) }
            (field(&code_field(Some(hint), false), page.fault))
            (submit("Turn on"))
        }
        p class="under" { a href=(look.at(Endpoint::Account)) { "Not now" } }
    };
    look.page(Width::Card, "Set up two-step sign-in", page.fault, &main)
}

/// Shows recovery codes, this once.
#[must_use]
pub fn recovery_codes(look: &Look, codes: &[&str], onward: &str) -> Markup {
    let main = html! {
        h1 { "Your recovery codes" }
        p class="lead" {
            "Each opens your account once, when you do not have your phone. Print them or keep them in your password manager: "
            strong { "they are not shown again." }
        }
        ul class="codes" { @for code in codes { li { code { (code) } } } }
        p { a class="button" href=(onward) { "I have kept them" } }
    };
    look.page(Width::Card, "Your recovery codes", None, &main)
}

/// Asks for password and code before new recovery codes are made.
#[must_use]
pub fn new_recovery_codes(look: &Look, form: &FormToken, fault: Option<&Fault>) -> Markup {
    let main = html! {
        h1 { "Make new recovery codes" }
        p class="lead" { "Those that you have work no more then." }
        (summary(fault))
        form method="post" action=(look.account("recovery")) {
            (token(form))
            (field(&password_field(true), fault))
            (field(&code_field(Some(OF_EITHER), false), fault))
            (submit("Make new codes"))
        }
        p class="under" { a href=(look.at(Endpoint::Account)) { "Keep those that I have" } }
    };
    look.page(Width::Card, "Make new recovery codes", fault, &main)
}

/// Asks for password and code before the second factor is turned off.
#[must_use]
pub fn remove_second_factor(look: &Look, form: &FormToken, fault: Option<&Fault>) -> Markup {
    let main = html! {
        (heading("Turn off two-step sign-in"))
        p class="lead" { "Your password alone opens your account then." }
        (summary(fault))
        form method="post" action=(look.account("second-factor")) {
            (token(form))
            (field(&password_field(true), fault))
            (field(&code_field(Some(OF_EITHER), false), fault))
            (submit("Turn off"))
        }
        p class="under" { a href=(look.at(Endpoint::Account)) { "Leave it on" } }
    };
    look.page(Width::Card, "Turn off two-step sign-in", fault, &main)
}
