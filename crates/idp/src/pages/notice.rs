//! A page that says one thing: what happened, what is wrong, what to do now.

use maud::{Markup, html};

use super::layout::{Look, Width};

/// What the page says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Notice<'a> {
    /// The heading.
    pub title: &'a str,
    /// What there is to say, one paragraph each.
    pub paragraphs: &'a [&'a str],
    /// Where to go on: path and words.
    pub link: Option<(&'a str, &'a str)>,
    /// The id of the request, where somebody may have to look for it.
    pub id: Option<&'a str>,
    /// The code of what is wrong, where there is one to look up.
    pub code: Option<&'a str>,
}

/// The page.
#[must_use]
pub fn notice(look: &Look, notice: &Notice<'_>) -> Markup {
    let main = html! {
        h1 { (notice.title) }
        @for paragraph in notice.paragraphs { p { (paragraph) } }
        @if let Some((path, words)) = notice.link { p { a class="button" href=(path) { (words) } } }
        @if let Some(code) = notice.code { p class="id" { "Code " code { (code) } } }
        @if let Some(id) = notice.id { p class="id" { "Request " code { (id) } } }
    };
    look.page(Width::Card, notice.title, None, &main)
}
