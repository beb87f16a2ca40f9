//! What is around every page: head, brand, main part, foot.

use maud::{DOCTYPE, Markup, html};

use super::parts::Fault;
use super::style::Style;
use crate::{Endpoint, Settings, push_parameter};

/// What every page of one configuration shows in the same way.
#[derive(Clone, Debug)]
pub struct Look {
    /// The name on each page.
    name: Box<str>,
    /// The address of the style sheet.
    style: Box<str>,
    /// The address of the logo, where there is one.
    logo: Option<Box<str>>,
    legal: Option<Box<str>>,
    base: Box<str>,
}

/// How wide the main part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    /// One card in the middle.
    Card,
    /// A page of several cards.
    Page,
}

impl Look {
    /// The look that the settings ask for.
    #[must_use]
    pub fn of(settings: &Settings, style: &Style) -> Self {
        let at = |endpoint: Endpoint| format!("{}{}?v={}", settings.path, endpoint.path(), style.version);
        let name = &settings.brand.name;
        Self {
            name: if name.is_empty() { settings.issuer.host().into() } else { name.clone() },
            style: at(Endpoint::Style).into(),
            logo: settings.brand.logo.as_ref().map(|_| at(Endpoint::Logo).into()),
            legal: settings.brand.legal.clone(),
            base: settings.path.clone(),
        }
    }

    /// The name of the house.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path of an endpoint.
    #[must_use]
    pub fn at(&self, endpoint: Endpoint) -> String {
        format!("{}{}", self.base, endpoint.path())
    }

    /// The path of an endpoint from which a person goes on to a goal, where there is one.
    #[must_use]
    pub fn on_the_way(&self, endpoint: Endpoint, goal: Option<&str>) -> String {
        let mut path = self.at(endpoint);
        if let Some(goal) = goal {
            path.push('?');
            push_parameter(&mut path, "return_to", goal);
        }
        path
    }

    /// A path below the account page.
    #[must_use]
    pub fn account(&self, below: &str) -> String {
        format!("{}/{below}", self.at(Endpoint::Account))
    }

    /// A whole page; the title begins with what is wrong, for whoever hears it read.
    pub(super) fn page(&self, width: Width, title: &str, fault: Option<&Fault>, main: &Markup) -> Markup {
        let prefix = if fault.is_some() { "Error: " } else { "" };
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    title { (prefix) (title) " · " (self.name) }
                    link rel="stylesheet" href=(self.style);
                    @if let Some(logo) = &self.logo { link rel="icon" href=(logo); }
                }
                body class=[(width == Width::Page).then_some("wide")] {
                    a class="skip" href="#main" { "Skip to content" }
                    header class="brand" {
                        @if let Some(logo) = &self.logo { img src=(logo) alt="" width="40" height="40"; }
                        span { (self.name) }
                    }
                    main id="main" { (main) }
                    @if let Some(legal) = &self.legal {
                        footer { a href=(legal) { "Terms and privacy" } }
                    }
                }
            }
        }
    }
}
