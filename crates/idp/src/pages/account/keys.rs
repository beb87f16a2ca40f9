//! The API keys of a person, as far as there are any: most people have none and need not read of them.

use std::time::SystemTime;

use maud::{Markup, html};

use super::super::layout::Look;
use super::super::moment::moment;
use super::super::parts::button_form;
use super::AccountPage;

/// An API key of a person.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Its name.
    pub name: Box<str>,
    /// What it opens.
    pub apis: Box<str>,
    /// What it is for, where that was said.
    pub purpose: Option<Box<str>>,
    /// Since when.
    pub made: SystemTime,
    /// Until when, where there is an end.
    pub expires: Option<SystemTime>,
    /// When it was used last, where it was.
    pub used: Option<SystemTime>,
}

pub(super) fn keys(look: &Look, page: &AccountPage<'_>) -> Markup {
    html! {
        @if !page.keys.is_empty() {
            section aria-labelledby="keys" {
                h2 id="keys" { "Your API keys" }
                p class="hint" { "Programs call with them. A key that you revoke is refused from then on." }
                ul class="rows" {
                    @for row in page.keys {
                        li {
                            div {
                                strong class="whole" { (row.name) }
                                @if let Some(purpose) = &row.purpose { p class="whole" { (purpose) } }
                                p class="hint" {
                                    (row.apis) " · since " (moment(row.made))
                                    @match row.used {
                                        Some(used) => { " · last used " (moment(used)) }
                                        None => { " · never used" }
                                    }
                                    @if let Some(expires) = row.expires { " · until " (moment(expires)) }
                                }
                            }
                            (button_form(&look.account("keys/revoke"), page.token, "Revoke", &[("name", &row.name)], &row.name))
                        }
                    }
                }
            }
        }
    }
}
