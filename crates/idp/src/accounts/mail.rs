//! Mail to people: what goes out, how, and what happens when it does not.

mod letters;
mod post;
mod print;
mod smtp;

use std::future::Future;
use std::pin::Pin;

use model::Secret;
use thiserror::Error;

use super::Address;

pub use letters::{Letters, Notice};
pub use post::{Post, PostFull};
pub use print::Print;
pub use smtp::{Smtp, SmtpSettings};

/// One mail, in plain text. It may hold a link, and is a secret for that.
#[derive(Debug)]
pub struct Letter {
    /// To whom.
    pub to: Address,
    /// One line.
    pub subject: String,
    /// Lines that end with `\n`.
    pub text: Secret<String>,
}

/// Why a mail did not go out; for the log, never for whoever asked for it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MailError {
    /// Another try would end alike.
    #[error("the mail was refused: {0}")]
    Refused(Box<str>),
    /// Worth another try.
    #[error("the mail could not be handed over: {0}")]
    Away(Box<str>),
}

/// What takes mails: a server, or a terminal.
pub trait Mailer: Send + Sync {
    /// Hands one over; it is the server's from then on.
    fn send<'a>(&'a self, letter: &'a Letter) -> Pin<Box<dyn Future<Output = Result<(), MailError>> + Send + 'a>>;
}
