//! The account page: what a person sees and changes of the own account; below it the pages that one thing needs.

mod authenticator;
mod elsewhere;
mod keys;
mod person;

use std::time::SystemTime;

use maud::{Markup, html};

use super::External;
use super::layout::{Look, Width};
use super::moment::moment;
use super::parts::{Fault, Field, button_form, field, submit, summary, token};
use crate::Endpoint;
use crate::same_origin::FormToken;

pub use authenticator::{AuthenticatorPage, authenticator, new_recovery_codes, recovery_codes, remove_second_factor};
pub use elsewhere::ElsewhereRow;
pub use keys::KeyRow;
pub use person::{address_change, delete_account};

/// What the page shows.
#[derive(Clone, Copy)]
pub struct AccountPage<'a> {
    /// The token of its forms.
    pub token: &'a FormToken,
    /// The address of the account.
    pub address: &'a str,
    /// The name, where the person gave one.
    pub name: &'a str,
    /// Whether there is a password to change.
    pub has_password: bool,
    /// Whether an authenticator app is asked for; `None` where this house has no second factor.
    pub second_factor: Option<bool>,
    /// How many recovery codes are left.
    pub recovery_left: usize,
    /// The browsers in which the person is signed in.
    pub sign_ins: &'a [SignInRow],
    /// The apps that may do something for the person.
    pub apps: &'a [AppRow],
    /// The API keys that are theirs.
    pub keys: &'a [KeyRow],
    /// The accounts elsewhere that it is linked to.
    pub elsewhere: &'a [ElsewhereRow],
    /// The issuers elsewhere that it could be linked to.
    pub linkable: &'a [External],
    /// What has just been done.
    pub done: Option<&'a str>,
    /// What is wrong.
    pub fault: Option<&'a Fault>,
}

/// A browser in which a person is signed in.
#[derive(Clone, Debug)]
pub struct SignInRow {
    /// Its id.
    pub id: Box<str>,
    /// What it says it is.
    pub agent: Box<str>,
    /// From where.
    pub address: Box<str>,
    /// Since when.
    pub started: SystemTime,
    /// When it was seen last.
    pub seen: SystemTime,
    /// Whether it is the one that asks.
    pub here: bool,
}

/// An app that may do something for a person.
#[derive(Clone, Debug)]
pub struct AppRow {
    /// The id of the grant.
    pub id: Box<str>,
    /// The app as people know it.
    pub title: Box<str>,
    /// What it may do.
    pub scopes: Box<str>,
    /// Since when.
    pub since: SystemTime,
}

/// The page.
#[must_use]
pub fn account(look: &Look, page: &AccountPage<'_>) -> Markup {
    let main = html! {
        div class="top" {
            h1 { "Your account" }
            (button_form(&look.at(Endpoint::SignOut), page.token, "Sign out", &[], ""))
        }
        @if let Some(done) = page.done { p class="done" role="status" { (done) } }
        (summary(page.fault))
        (profile(look, page))
        (security(look, page))
        (elsewhere::section(look, page))
        (sign_ins(look, page))
        (apps(look, page))
        (keys::keys(look, page))
        (data(look, page))
    };
    look.page(Width::Page, "Your account", page.fault, &main)
}

fn profile(look: &Look, page: &AccountPage<'_>) -> Markup {
    let name = Field {
        name: "name",
        label: "Name",
        autocomplete: "name",
        value: page.name,
        maxlength: 100,
        ..Field::default()
    };
    html! {
        section aria-labelledby="profile" {
            h2 id="profile" { "Profile" }
            form method="post" action=(look.account("name")) {
                (token(page.token))
                (field(&name, page.fault))
                (submit("Save name"))
            }
            dl {
                div {
                    dt { "E-mail address" }
                    dd class="whole" { (page.address) }
                    dd { a href=(look.account("address")) { "Change" span class="unseen" { " e-mail address" } } }
                }
            }
        }
    }
}

fn security(look: &Look, page: &AccountPage<'_>) -> Markup {
    html! {
        section aria-labelledby="security" {
            h2 id="security" { "Signing in" }
            dl {
                @if page.has_password {
                    div {
                        dt { "Password" }
                        dd { "Set" }
                        dd { a href=(look.account("password")) { "Change" span class="unseen" { " password" } } }
                    }
                } @else {
                    div {
                        dt { "Password" }
                        dd { "None" }
                        dd { a href=(look.at(Endpoint::Forgot)) { "Choose one" span class="unseen" { " as password" } } }
                    }
                }
                @match page.second_factor {
                    None => {}
                    Some(false) => {
                        div {
                            dt { "Two-step sign-in" }
                            dd { "Off" }
                            dd { a href=(look.account("authenticator")) { "Set up" span class="unseen" { " two-step sign-in" } } }
                        }
                    }
                    Some(true) => {
                        div {
                            dt { "Two-step sign-in" }
                            dd { "On, with an authenticator app" }
                            dd { a href=(look.account("second-factor")) { "Turn off" span class="unseen" { " two-step sign-in" } } }
                        }
                        div {
                            dt { "Recovery codes" }
                            dd { (page.recovery_left) " left" }
                            dd { a href=(look.account("recovery")) { "Make new ones" span class="unseen" { " of the recovery codes" } } }
                        }
                    }
                }
            }
        }
    }
}

fn sign_ins(look: &Look, page: &AccountPage<'_>) -> Markup {
    html! {
        section aria-labelledby="sign-ins" {
            h2 id="sign-ins" { "Where you are signed in" }
            ul class="rows" {
                @for row in page.sign_ins {
                    li {
                        div {
                            strong { (row.agent) }
                            @if row.here { " " span class="tag" { "this browser" } }
                            p class="hint" {
                                (row.address) " · since " (moment(row.started)) " · last seen " (moment(row.seen))
                            }
                        }
                        @if !row.here {
                            (button_form(&look.account("sign-ins/end"), page.token, "Sign out", &[("id", &row.id)], &row.agent))
                        }
                    }
                }
            }
            @if page.sign_ins.len() > 1 {
                (button_form(&look.account("sign-ins/end-others"), page.token, "Sign out everywhere else", &[], ""))
            }
        }
    }
}

fn apps(look: &Look, page: &AccountPage<'_>) -> Markup {
    html! {
        section aria-labelledby="apps" {
            h2 id="apps" { "Apps with access to your account" }
            @if page.apps.is_empty() {
                p class="hint" { "None." }
            } @else {
                ul class="rows" {
                    @for row in page.apps {
                        li {
                            div {
                                strong { (row.title) }
                                p class="hint" { (row.scopes) " · since " (moment(row.since)) }
                            }
                            (button_form(&look.account("apps/end"), page.token, "Remove access", &[("id", &row.id)], &row.title))
                        }
                    }
                }
            }
        }
    }
}

fn data(look: &Look, _: &AccountPage<'_>) -> Markup {
    html! {
        section aria-labelledby="data" {
            h2 id="data" { "Your data" }
            dl {
                div {
                    dt { "Everything that is kept of you" }
                    dd {}
                    dd { a href=(look.account("export")) download="account.json" { "Download" span class="unseen" { " your data" } } }
                }
                div {
                    dt { "Delete the account" }
                    dd {}
                    dd { a class="danger" href=(look.account("delete")) { "Delete" span class="unseen" { " the account" } } }
                }
            }
        }
    }
}
