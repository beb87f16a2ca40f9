//! The page that asks whether a person wants to be signed out.

use maud::{Markup, html};

use super::layout::{Look, Width};
use super::parts::{hidden, submit, token};
use crate::Endpoint;
use crate::same_origin::FormToken;

/// The page; `values` go along with the answer, which goes to `endpoint`.
#[must_use]
pub fn sign_out(look: &Look, form: &FormToken, endpoint: Endpoint, values: &[(&str, &str)]) -> Markup {
    let main = html! {
        h1 { "Sign out?" }
        p class="lead" { "You will be signed out of " (look.name()) " in this browser." }
        form method="post" action=(look.at(endpoint)) {
            (token(form))
            @for (name, value) in values { (hidden(name, value)) }
            (submit("Sign out"))
        }
        p class="under" { a href=(look.at(Endpoint::Account)) { "Stay signed in" } }
    };
    look.page(Width::Card, "Sign out?", None, &main)
}
