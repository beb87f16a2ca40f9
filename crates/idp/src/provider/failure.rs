//! Why a visit ends without what was asked for, and what the person is told of it.

use http::StatusCode;
use http::header::RETRY_AFTER;
use serde_json::json;
use thiserror::Error;

use super::reception::ReceptionError;
use crate::external::ExternalError;
use crate::oauth::{OAuthError, PageFault};
use crate::pages::{Look, Notice, notice};
use crate::reply::{FormTargets, Reply, json as json_reply, page};
use crate::same_origin::ForeignForm;
use crate::sessions::SessionError;
use crate::store::StoreError;
use crate::{Arrival, Endpoint, FormError, NoRandomness};

/// Why a visit ends without what was asked for.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// The parameters cannot be read.
    #[error(transparent)]
    Form(#[from] FormError),
    /// The form is not of our own page.
    #[error(transparent)]
    Foreign(#[from] ForeignForm),
    /// The protocol says no, where no app may be told.
    #[error(transparent)]
    Page(#[from] PageFault),
    /// The protocol cannot say.
    #[error(transparent)]
    Protocol(#[from] OAuthError),
    /// A session does not begin or end.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No randomness can be had.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// The accounts do not answer.
    #[error(transparent)]
    Reception(#[from] ReceptionError),
    /// Nobody came in by a provider elsewhere, which people know by that name.
    #[error("{title}: {error}")]
    External {
        /// Which one.
        title: Box<str>,
        /// Why not.
        error: Box<ExternalError>,
    },
    /// Nothing is at this path.
    #[error("there is no such page")]
    Nothing,
}

const MALFORMED: (&str, &str) = ("This link is damaged", "Go back to where you came from and try again.");
const AWAY: (&str, &str) = ("This cannot be answered just now", "Try again in a moment.");

impl Failure {
    fn status(&self) -> StatusCode {
        match self {
            Self::Foreign(_) | Self::Session(SessionError::Foreign) => StatusCode::FORBIDDEN,
            Self::Reception(ReceptionError::Wait(_)) => StatusCode::TOO_MANY_REQUESTS,
            Self::Reception(ReceptionError::Random(_) | ReceptionError::Failed(_)) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Store(_) | Self::Reception(_) | Self::Protocol(_) | Self::Page(PageFault::Unavailable) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Session(SessionError::Store(_)) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Random(_) | Self::Session(SessionError::Random(_)) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Nothing => StatusCode::NOT_FOUND,
            Self::External { error, .. } => {
                StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::Form(_) | Self::Page(_) | Self::Session(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// Heading and text.
    fn words(&self) -> (&'static str, String) {
        let owned = |(title, text): (&'static str, &str)| (title, text.to_owned());
        match self {
            Self::Form(_) | Self::Session(SessionError::Form(_) | SessionError::ReturnTo | SessionError::MaxAge) => {
                owned(MALFORMED)
            }
            Self::Foreign(_) | Self::Session(SessionError::Foreign) => {
                let text = "This page was open for too long, or in another browser. Go back, load it again, and try once more.";
                owned(("That did not come from our page", text))
            }
            Self::Page(fault) => ("This does not work", fault.to_string()),
            Self::Session(SessionError::NotBegun) => {
                let text = "This sign-in was begun in another browser, or too long ago. Go back to the application and try again.";
                owned(("Sign in once more", text))
            }
            Self::Session(SessionError::Refused(_)) => owned((
                "You are not signed in",
                "The sign-in was not completed. Go back to the application and try again.",
            )),
            Self::Session(SessionError::NoApp) => {
                owned(("This does not work", "No application has its pages at this address."))
            }
            Self::Reception(ReceptionError::Wait(_)) => {
                owned(("Too many tries", "Wait a little before you try again."))
            }
            Self::Nothing => owned(("There is nothing here", "The page that you asked for does not exist.")),
            _ => owned(AWAY),
        }
    }

    /// What the person, or the script, is told.
    pub(super) fn told(&self, look: &Look, endpoint: Endpoint, arrival: &Arrival) -> Reply {
        let status = self.status();
        let id = arrival.id.to_string();
        let mut reply = if matches!(endpoint, Endpoint::Session | Endpoint::SessionEnd) {
            json_reply(status, &json!({ "error": self.to_string(), "id": id }))
        } else {
            let (title, text) = self.words();
            let said = Notice { title, paragraphs: &[&text], id: Some(&id), ..Notice::default() };
            page(status, notice(look, &said), &FormTargets::default())
        };
        match self {
            Self::Reception(ReceptionError::Wait(seconds) | ReceptionError::Busy(seconds)) => {
                reply.headers_mut().insert(RETRY_AFTER, (*seconds).into());
            }
            _ if status == StatusCode::SERVICE_UNAVAILABLE => {
                reply.headers_mut().insert(RETRY_AFTER, 1.into());
            }
            _ => {}
        }
        reply
    }
}
