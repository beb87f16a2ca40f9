//! The page that asks who somebody is.

use maud::{Markup, html};

use super::layout::{Look, Width};
use super::parts::{Fault, address_field, field, hidden, password_field, submit, summary, token};
use crate::same_origin::FormToken;
use crate::{Endpoint, push_parameter};

/// What the page shows.
#[derive(Clone, Copy)]
pub struct SignInPage<'a> {
    /// The token of its form.
    pub token: &'a FormToken,
    /// What was typed before.
    pub address: &'a str,
    /// Where the person goes on.
    pub return_to: Option<&'a str>,
    /// The app that sent the person here, as people know it.
    pub app: Option<&'a str>,
    /// What is wrong.
    pub fault: Option<&'a Fault>,
    /// Whether anybody may make an account.
    pub open: bool,
    /// Issuers elsewhere that a person may come in by.
    pub externals: &'a [External],
}

/// An issuer elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// Its name in the file.
    pub name: Box<str>,
    /// Its name for people.
    pub title: Box<str>,
}

/// Ways to issuers elsewhere: links, because a form may lead to our own pages alone.
pub(super) fn ways(look: &Look, externals: &[External], return_to: Option<&str>) -> Markup {
    let way = |external: &External| {
        let mut to = format!("{}?", look.at(Endpoint::SignIn));
        push_parameter(&mut to, "with", &external.name);
        if let Some(goal) = return_to {
            push_parameter(&mut to, "return_to", goal);
        }
        to
    };
    html! {
        @for external in externals {
            p class="way" { a class="button quiet" href=(way(external)) { "Continue with " (external.title) } }
        }
    }
}

/// The page.
#[must_use]
pub fn sign_in(look: &Look, page: &SignInPage<'_>) -> Markup {
    let onward = page.return_to.map(|goal| hidden("return_to", goal));
    let main = html! {
        h1 { "Sign in" }
        @if let Some(app) = page.app { p class="lead" { "to continue to " strong { (app) } } }
        (summary(page.fault))
        form method="post" action=(look.at(Endpoint::SignIn)) {
            (token(page.token))
            @if let Some(onward) = &onward { (onward) }
            (field(&address_field(page.address, None), page.fault))
            (field(&password_field(!page.address.is_empty()), page.fault))
            p class="aside" { a href=(look.on_the_way(Endpoint::Forgot, page.return_to)) { "Forgot your password?" } }
            (submit("Sign in"))
        }
        @if !page.externals.is_empty() {
            p class="or" { span { "or" } }
            (ways(look, page.externals, page.return_to))
        }
        @if page.open {
            p class="under" { "New here? " a href=(look.on_the_way(Endpoint::Register, page.return_to)) { "Create an account" } }
        }
    };
    look.page(Width::Card, "Sign in", page.fault, &main)
}
