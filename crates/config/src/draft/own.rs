//! What the house answers itself: `respond`, `redirect` and `identity_keys`, of an API or of one operation, and `files`
//! of an API.

use std::path::PathBuf;

use super::read::Reader;
use super::{Operation, Said};
use crate::node::{Entry, Node};
use crate::source::Span;
use crate::value::{self, RouteText};

/// An answer of the house's own.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    /// Where its word stands.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) answer: OwnAnswer,
}

/// What the house answers.
#[derive(Clone, Debug)]
pub(crate) enum OwnAnswer {
    /// The same to everybody.
    Respond(Respond),
    /// Where to go instead.
    Redirect(Redirect),
    /// The files of a folder; `None` where it has its own fault.
    Files(Option<Said<PathBuf>>),
    /// What the provider in the box says; no line of the file stands for it.
    Identity,
    /// What it says to programs at a server door; likewise.
    Machines,
    /// Who gives out tokens for the API of this name; likewise.
    Metadata(String),
    /// The keys that assertions to services are checked with.
    IdentityKeys,
}

/// A fixed answer.
#[derive(Clone, Debug)]
pub(crate) struct Respond {
    /// Its status.
    pub(crate) status: Option<Said<u16>>,
    /// Its content.
    pub(crate) body: Option<Said<String>>,
    /// The media type of its content.
    pub(crate) media_type: Option<Said<String>>,
}

/// A redirect.
#[derive(Clone, Debug)]
pub(crate) struct Redirect {
    /// Where to, with the variables of the route.
    pub(crate) to: Option<Said<String>>,
    /// Its status.
    pub(crate) status: Option<Said<u16>>,
}

impl Own {
    /// The word that says it.
    pub(crate) const fn word(&self) -> &'static str {
        match self.answer {
            OwnAnswer::Respond(_) => "respond",
            OwnAnswer::Redirect(_) => "redirect",
            OwnAnswer::Files(_) => "files",
            OwnAnswer::Identity => "identity",
            OwnAnswer::Machines => "machines",
            OwnAnswer::Metadata(_) => "users",
            OwnAnswer::IdentityKeys => "identity_keys",
        }
    }

    /// The one operation of an API that says nothing but what the house answers: it takes all there is below.
    pub(super) fn operation(&self) -> Operation {
        let name = Said { value: self.word().to_owned(), span: self.span };
        let method = if matches!(self.answer, OwnAnswer::Files(_) | OwnAnswer::IdentityKeys) { "GET" } else { "ANY" };
        let route = RouteText { method: method.to_owned(), template: "/**".to_owned() };
        Operation { route: Some(Said { value: route, span: self.span }), ..Operation::named(name) }
    }
}

/// All that a node says of answers of the house's own.
pub(super) fn read(reader: &mut Reader, node: &Node) -> Vec<Own> {
    let respond = node.entry("respond").map(|entry| respond(reader, entry));
    let redirect = node.entry("redirect").map(|entry| redirect(reader, entry));
    let files = node
        .entry("files")
        .map(|entry| Own { span: entry.key_span, answer: OwnAnswer::Files(reader.path(Some(&entry.node))) });
    let keys = node
        .entry("identity_keys")
        .filter(|entry| entry.node.text() == Some("true"))
        .map(|entry| Own { span: entry.key_span, answer: OwnAnswer::IdentityKeys });
    respond.into_iter().chain(redirect).chain(files).chain(keys).collect()
}

fn respond(reader: &mut Reader, entry: &Entry) -> Own {
    let node = &entry.node;
    let text = |text: &str| Ok(text.to_owned());
    let answer = Respond {
        status: reader.one(node.get("status"), value::answer_status),
        body: reader.one(if node.text().is_some() { Some(node) } else { node.get("body") }, text),
        media_type: reader.one(node.get("type"), |text| value::media_type(text).map(str::to_owned)),
    };
    Own { span: entry.key_span, answer: OwnAnswer::Respond(answer) }
}

fn redirect(reader: &mut Reader, entry: &Entry) -> Own {
    let node = &entry.node;
    let to = if node.text().is_some() { Some(node) } else { node.get("to") };
    let answer = Redirect {
        to: reader.one(to, |text| value::location(text).map(str::to_owned)),
        status: reader.one(node.get("status"), value::redirect_status),
    };
    Own { span: entry.key_span, answer: OwnAnswer::Redirect(answer) }
}
