//! The pages by which a person lets a device in that has no browser (RFC 8628 §3.3).

use maud::{Markup, html};

use super::consent::{ScopeWords, decision};
use super::layout::{Look, Width};
use super::parts::{Fault, Field, field, hidden, submit, summary, token};
use crate::Endpoint;
use crate::same_origin::FormToken;

/// Asks for the code that the device shows.
#[must_use]
pub fn device_code(look: &Look, form: &FormToken, typed: &str, fault: Option<&Fault>) -> Markup {
    let code = Field {
        name: "user_code",
        label: "Code",
        autocomplete: "off",
        hint: Some("The device or program shows it; dashes do not matter."),
        value: typed,
        required: true,
        maxlength: 32,
        first: true,
        ..Field::default()
    };
    let main = html! {
        h1 { "Connect a device" }
        p class="lead" { "Type the code only if you asked for it yourself, on a device in front of you." }
        (summary(fault))
        form method="post" action=(look.at(Endpoint::Device)) {
            (token(form))
            (field(&code, fault))
            (submit("Continue"))
        }
    };
    look.page(Width::Card, "Connect a device", fault, &main)
}

/// What the page shows that asks whether a device may come in.
#[derive(Clone, Copy)]
pub struct DevicePage<'a> {
    /// The token of its form.
    pub token: &'a FormToken,
    /// The app on the device, as people know it.
    pub app: &'a str,
    /// Who is asked.
    pub address: &'a str,
    /// The code, to be compared.
    pub user_code: &'a str,
    /// What it asks for.
    pub scopes: &'a [ScopeWords],
}

/// Asks whether a device may come in.
#[must_use]
pub fn device_decision(look: &Look, page: &DevicePage<'_>) -> Markup {
    let main = html! {
        h1 { "Connect " (page.app) "?" }
        p class="lead" { "Check that your device shows this code. If somebody sent it to you, deny." }
        p class="code" { (page.user_code) }
        @if !page.scopes.is_empty() {
            h2 { (page.app) " will be able to" }
            ul class="scopes" { @for scope in page.scopes { li { (scope.words) } } }
        }
        p { "Your account: " span class="whole" { (page.address) } }
        form method="post" action=(look.at(Endpoint::Device)) {
            (token(page.token))
            (hidden("user_code", page.user_code))
            (decision())
        }
    };
    look.page(Width::Card, &format!("Connect {}?", page.app), None, &main)
}
