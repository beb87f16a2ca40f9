//! Accounts elsewhere by which a person signs in.

use std::time::SystemTime;

use maud::{Markup, html};

use super::super::layout::Look;
use super::super::moment::moment;
use super::super::parts::button_form;
use super::AccountPage;

/// An account elsewhere that the account is linked to.
#[derive(Clone, Debug)]
pub struct ElsewhereRow {
    /// The issuer as people know it.
    pub title: Box<str>,
    /// Its URL.
    pub issuer: Box<str>,
    /// Its name for the person.
    pub subject: Box<str>,
    /// What it called the person.
    pub shown: Option<Box<str>>,
    /// Since when.
    pub since: SystemTime,
}

/// What is linked, and what could be; nothing where neither is.
pub(super) fn section(look: &Look, page: &AccountPage<'_>) -> Markup {
    if page.elsewhere.is_empty() && page.linkable.is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="elsewhere" {
            h2 id="elsewhere" { "Accounts elsewhere by which you sign in" }
            @if page.elsewhere.is_empty() {
                p class="hint" { "None." }
            } @else {
                ul class="rows" {
                    @for row in page.elsewhere {
                        li {
                            div {
                                strong { (row.title) }
                                p class="hint" {
                                    @if let Some(shown) = &row.shown { span class="whole" { (shown) } " · " }
                                    "since " (moment(row.since))
                                }
                            }
                            (button_form(
                                &look.account("elsewhere/unlink"),
                                page.token,
                                "Remove",
                                &[("issuer", &row.issuer), ("subject", &row.subject)],
                                &row.title,
                            ))
                        }
                    }
                }
            }
            @for external in page.linkable {
                @let label = format!("Link {}", external.title);
                (button_form(&look.account("elsewhere/link"), page.token, &label, &[("with", &external.name)], ""))
            }
        }
    }
}
