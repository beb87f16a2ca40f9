//! The page that asks whether an app may do what it asks for.

use maud::{Markup, html};

use super::layout::{Look, Width};
use super::parts::{hidden, token};
use crate::Endpoint;
use crate::same_origin::FormToken;

/// One scope as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScopeWords {
    /// The scope.
    pub scope: Box<str>,
    /// What it lets an app do.
    pub words: Box<str>,
}

/// What the page shows.
#[derive(Clone, Copy)]
pub struct ConsentPage<'a> {
    /// The token of its form.
    pub token: &'a FormToken,
    /// The app as people know it.
    pub app: &'a str,
    /// The host that the person is led to afterwards.
    pub host: Option<&'a str>,
    /// Who is asked.
    pub address: &'a str,
    /// What it asks for.
    pub scopes: &'a [ScopeWords],
    /// The request that is decided about, as it goes along.
    pub request: &'a str,
}

/// The page.
#[must_use]
pub fn consent(look: &Look, page: &ConsentPage<'_>) -> Markup {
    let main = html! {
        h1 { "Allow " (page.app) "?" }
        p class="lead" {
            strong { (page.app) } " asks for access to your account at " (look.name()) ", "
            span class="whole" { (page.address) } "."
        }
        @if page.scopes.is_empty() {
            p { "It asks only to know that it is you." }
        } @else {
            h2 { "It will be able to" }
            ul class="scopes" { @for scope in page.scopes { li { (scope.words) } } }
        }
        form method="post" action=(look.at(Endpoint::Consent)) {
            (token(page.token))
            (hidden("request", page.request))
            (decision())
        }
        p class="under" {
            @if let Some(host) = page.host { "You are taken to " strong { (host) } ". " }
            "You can take this back at any time on your "
            a href=(look.at(Endpoint::Account)) { "account page" } "."
        }
    };
    look.page(Width::Card, &format!("Allow {}?", page.app), None, &main)
}

/// Yes and no, one as easy as the other.
pub(super) fn decision() -> Markup {
    html! {
        div class="choice" {
            button type="submit" name="decision" value="allow" { "Allow" }
            button type="submit" name="decision" value="deny" class="quiet" { "Deny" }
        }
    }
}
