//! The pages of what cannot be taken back lightly: another address, and the end of the account.

use maud::{Markup, html};

use crate::Endpoint;
use crate::pages::layout::{Look, Width};
use crate::pages::parts::{Fault, address_field, code_field, field, heading, password_field, submit, summary, token};
use crate::same_origin::FormToken;

/// Asks for another address, and for the password.
#[must_use]
pub fn address_change(look: &Look, form: &FormToken, typed: &str, fault: Option<&Fault>) -> Markup {
    let hint = "We send a link there; your address changes when you follow it.";
    let address = crate::pages::parts::Field {
        label: "New e-mail address",
        autocomplete: "email",
        ..address_field(typed, Some(hint))
    };
    let main = html! {
        (heading("Change your e-mail address"))
        (summary(fault))
        form method="post" action=(look.account("address")) {
            (token(form))
            (field(&address, fault))
            (field(&password_field(false), fault))
            (submit("Send me the link"))
        }
        p class="under" { a href=(look.at(Endpoint::Account)) { "Back to your account" } }
    };
    look.page(Width::Card, "Change your e-mail address", fault, &main)
}

/// Asks for the password, and for a code where there is a second factor, before the account is deleted.
#[must_use]
pub fn delete_account(look: &Look, form: &FormToken, address: &str, with_code: bool, fault: Option<&Fault>) -> Markup {
    let main = html! {
        h1 { "Delete your account?" }
        p class="lead" {
            "Everything that " (look.name()) " keeps of " strong class="whole" { (address) }
            " is deleted, and all apps lose their access. This cannot be taken back."
        }
        (summary(fault))
        form method="post" action=(look.account("delete")) {
            (token(form))
            (field(&password_field(true), fault))
            @if with_code { (field(&code_field(None, false), fault)) }
            button type="submit" class="danger" { "Delete for good" }
        }
        p class="under" { a href=(look.at(Endpoint::Account)) { "Keep the account" } }
    };
    look.page(Width::Card, "Delete your account?", fault, &main)
}
