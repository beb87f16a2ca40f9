//! What becomes of an authorization request, as a value that a page or a redirect is made of.

use std::sync::Arc;

use thiserror::Error;

use crate::apps::AppSettings;
use crate::{Scopes, UserId};

/// What comes next.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The person has to sign in, and then comes back to `return_to`.
    SignIn {
        /// Path and query of our authorization endpoint.
        return_to: Box<str>,
        /// Whom the app believes it is, to fill in the form with (`login_hint`).
        hint: Option<Box<str>>,
        /// For which app, in the words that people read.
        title: Box<str>,
        /// Whether somebody is signed in already and has to prove it again.
        again: bool,
    },
    /// The person is asked. What they say comes back with `return_to`, to [`Server::decide`](super::Server::decide).
    Consent(Box<ConsentAsked>),
    /// The browser goes to the app, by 303: with a code or with an error.
    Redirect(Box<str>),
    /// Something is wrong that no app may be told by way of the browser.
    Page(PageFault),
}

/// What a person is asked.
#[derive(Clone, Debug)]
pub struct ConsentAsked {
    /// Which app asks.
    pub app: Arc<AppSettings>,
    /// Whom.
    pub user: UserId,
    /// For what; what was allowed before is among it.
    pub scopes: Scopes,
    /// For which resources (RFC 8707); none is the house as a whole.
    pub resources: Box<[Box<str>]>,
    /// Where the answer goes in the end; pages that let forms go there need its origin.
    pub redirect_uri: Box<str>,
    /// Path and query of our authorization endpoint, to be carried through the form.
    pub return_to: Box<str>,
}

/// Why an authorization request gets a page of ours, with status 400 unless said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PageFault {
    /// The parameters cannot be read, or one of the two that are looked at first stands twice.
    #[error("The link that brought you here is damaged.")]
    Malformed,
    /// No app of that name is known.
    #[error("The application that sent you here is not known.")]
    UnknownApp,
    /// The redirect URI is missing, or not one of the app's.
    #[error("The application that sent you here asked to be answered at an address that is not its own.")]
    RedirectUri,
    /// The pushed request is not known, has been used, or is too old.
    #[error("This request has been used already or is too old. Go back to the application and try again.")]
    Expired,
    /// 503: a store cannot answer.
    #[error("This cannot be answered just now. Try again in a moment.")]
    Unavailable,
}
