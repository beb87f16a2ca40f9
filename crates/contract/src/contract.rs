//! What a contract says, whatever format it was written in.

use std::sync::Arc;

use document::{Fault, Span};
use prost_reflect::DescriptorPool;

use crate::documents::{At, Documents};

/// A contract that was read.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Its operations, in its order.
    pub operations: Vec<Operation>,
    /// What its schemas and examples stand in.
    pub schemas: Schemas,
}

/// What the bodies of a contract's operations look like, as far as it says.
#[derive(Clone, Debug)]
pub enum Schemas {
    /// The documents of OpenAPI; [`At`] leads into them.
    Documents(Documents),
    /// The messages of protobuf; [`At`] is the full name of a method.
    Messages(DescriptorPool),
}

/// One method at one path.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name: of `A-Z a-z 0-9 . _ -`, at most 128, and of no other operation of the contract.
    pub name: String,
    /// Where the name stands; where the contract gives none, its method.
    pub span: Span,
    /// The method, in capital letters.
    pub method: String,
    /// The path as a template of ours, without what servers put in front.
    pub template: String,
    /// Where the path stands.
    pub route: Span,
    /// Where callers find it.
    pub servers: Arc<[Server]>,
    /// What it takes beside a body.
    pub parameters: Vec<Parameter>,
    /// What body it takes.
    pub request: Option<RequestBody>,
    /// What it answers.
    pub answers: Vec<Answer>,
    /// Which sides send message after message.
    pub streams: Streams,
    /// What credentials it asks for.
    pub security: Security,
    /// How its author groups it.
    pub tags: Vec<String>,
    /// Where the contract says that it should not be used any more.
    pub deprecated: Option<Span>,
    /// All that the contract says of it.
    pub at: At,
    /// What stands against publishing it.
    pub faults: Vec<Fault>,
}

/// Where callers find an API, by its contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The host, in lower case and without port, where one is said.
    pub host: Option<String>,
    /// The path in front of the contract's own, without a slash at the end; empty for `/`.
    pub base: String,
    /// Where it stands.
    pub span: Span,
}

/// A parameter of an operation.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name; of a header in lower case.
    pub name: String,
    /// Where it is sent.
    pub place: ParameterPlace,
    /// Whether it must be sent.
    pub required: bool,
    /// How several values are written.
    pub style: Style,
    /// Whether each value is written on its own.
    pub explode: bool,
    /// What its values look like.
    pub schema: Option<At>,
    /// The media type that it is written in, where it is a document of its own.
    pub content: Option<String>,
    /// All that the contract says of it.
    pub at: At,
}

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ParameterPlace {
    /// A segment of the path.
    Path,
    /// The query.
    Query,
    /// A header field.
    Header,
    /// A cookie.
    Cookie,
}

impl ParameterPlace {
    /// The word of OpenAPI.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// How values of a parameter are written (OpenAPI 3.1 §4.8.12.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `;color=blue`.
    Matrix,
    /// `.blue`.
    Label,
    /// `blue,black`.
    Simple,
    /// `color=blue`.
    Form,
    /// `blue%20black`.
    SpaceDelimited,
    /// `blue|black`.
    PipeDelimited,
    /// `color[R]=100`.
    DeepObject,
}

/// The body of a request.
#[derive(Clone, Debug)]
pub struct RequestBody {
    /// Whether it must be sent.
    pub required: bool,
    /// In which forms.
    pub contents: Vec<Content>,
}

/// A form of a body.
#[derive(Clone, Debug)]
pub struct Content {
    /// The media type or range, in lower case.
    pub media_type: String,
    /// What it looks like.
    pub schema: Option<At>,
    /// All that the contract says of it, with its examples.
    pub at: At,
}

/// One kind of answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `200`, `4XX` or `default`.
    pub status: String,
    /// In which forms.
    pub contents: Vec<Content>,
}

/// Which sides send message after message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    /// The caller.
    pub client: bool,
    /// The service.
    pub server: bool,
}

/// What credentials a contract asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Security {
    /// It does not say.
    Unsaid,
    /// None: `security: []`, or `{}` among its alternatives.
    Open(Span),
    /// Any one of these.
    Needs(Vec<Alternative>),
}

/// Credentials that must all be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// The names of the security schemes.
    pub schemes: Vec<String>,
    /// The scopes that the credentials must carry, each with where it stands.
    pub scopes: Vec<(String, Span)>,
}
