//! An answer's head: read strictly from a service, or made by the house.

mod error;
mod http2;

use crate::fields::{Fields, Name};
use crate::framing::{Declared, declared};
use crate::head::{Progress, start_line, without_end};
use crate::{Framing, HeadError, HeadLimits, Method, Version, octets, request};

pub use error::ResponseError;

/// An answer's head, made to be used again and again: `clear` keeps its memory.
#[derive(Clone, Debug)]
pub struct ResponseHead {
    progress: Progress,
    status: u16,
    version: Version,
    fields: Fields,
    framing: Framing,
    keep_alive: bool,
}

impl Default for ResponseHead {
    fn default() -> Self {
        Self::new()
    }
}

impl ResponseHead {
    /// An empty head without memory; its status is 200 until it is something else.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            progress: Progress::new(),
            status: 200,
            version: Version::Http11,
            fields: Fields::new(),
            framing: Framing::None,
            keep_alive: true,
        }
    }

    /// Forgets the answer and keeps a moderate amount of memory for the next.
    pub fn clear(&mut self) {
        self.fields.clear();
        self.progress = Progress::new();
        self.status = 200;
        self.version = Version::Http11;
        self.framing = Framing::None;
        self.keep_alive = true;
    }

    /// Reads one HTTP/1 head at the front of `input`: the answer, or an interim one, to a request with this method.
    ///
    /// `Ok(Some(n))`: the head is whole and was the first `n` octets. `Ok(None)`: more
    /// is needed; call again with the same octets and those that came after. The next
    /// head after a whole one needs no `clear` before it.
    ///
    /// # Errors
    /// The first fault that the head has; `clear` before reading another.
    pub fn parse(
        &mut self,
        input: &[u8],
        request_method: Method,
        limits: &HeadLimits,
    ) -> Result<Option<usize>, ResponseError> {
        if self.progress.is_whole() {
            self.clear();
        }
        let window = limits.window(input);
        if self.progress.has_news(window) {
            if !self.progress.has_start_line() {
                self.read_status_line(window)?;
            }
            if self.progress.has_start_line()
                && let Some(consumed) = self.progress.fields(window, &mut self.fields, limits.fields)?
            {
                self.settle(request_method)?;
                return Ok(Some(consumed));
            }
            self.progress.wait(window);
        }
        if limits.is_full(window) { Err(HeadError::TooLarge.into()) } else { Ok(None) }
    }

    /// Begins an answer of the house's own. The framing is set apart, by [`set_framing`](Self::set_framing).
    pub fn make(&mut self, status: u16) {
        self.clear();
        self.status = status;
    }

    /// Becomes a copy of another answer, in the memory that it has already.
    pub fn copy_from(&mut self, other: &Self) {
        self.fields.copy_from(&other.fields);
        self.progress = other.progress;
        self.status = other.status;
        self.version = other.version;
        self.framing = other.framing;
        self.keep_alive = other.keep_alive;
    }

    /// Gives an answer of the house's own another status.
    pub const fn set_status(&mut self, status: u16) {
        self.status = status;
    }

    /// Adds a field to an answer of the house's own.
    ///
    /// # Errors
    /// [`HeadError::FieldName`] and [`HeadError::FieldValue`], so that no line can be smuggled in by a value.
    pub fn push(&mut self, name: &str, value: &[u8]) -> Result<(), HeadError> {
        self.fields.push(name.as_bytes(), value)
    }

    /// Lets fields of this name end here: they go no further. One that is pushed afterwards does.
    pub fn remove(&mut self, name: Name) {
        self.fields.hide(name);
    }

    /// Says how the body of an answer is framed towards the caller.
    pub const fn set_framing(&mut self, framing: Framing) {
        self.framing = framing;
    }

    /// The status, 100 to 599.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The version of the answer.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The fields.
    #[must_use]
    pub const fn fields(&self) -> &Fields {
        &self.fields
    }

    /// How the body is framed, method and status considered.
    #[must_use]
    pub const fn framing(&self) -> Framing {
        self.framing
    }

    /// Whether the connection can carry another request afterwards.
    #[must_use]
    pub const fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// Whether another head follows for the same request: 1xx, but not 101.
    #[must_use]
    pub const fn is_interim(&self) -> bool {
        self.status < 200 && self.status != 101
    }

    /// Whether this is `101 Switching Protocols`: what follows is no HTTP any more.
    #[must_use]
    pub const fn is_upgrade(&self) -> bool {
        self.status == 101
    }

    /// Reads the status line if all of it has come (RFC 9112 §4).
    fn read_status_line(&mut self, window: &[u8]) -> Result<(), ResponseError> {
        if window.first().is_some_and(|&first| first != b'H') {
            return Err(ResponseError::StatusLine);
        }
        let Some(whole) = start_line(window) else { return Ok(()) };
        let line = without_end(whole)?;
        let (version, rest) = line.split_at_checked("HTTP/1.1".len()).ok_or(ResponseError::StatusLine)?;
        self.version = request::version(version).map_err(|error| match error {
            HeadError::Version => ResponseError::Version,
            _ => ResponseError::StatusLine,
        })?;
        // Services that leave the reason out leave the space before it out too, and nothing is ambiguous then.
        let (digits, reason) = match rest {
            [b' ', a, b, c] => ([a, b, c], [].as_slice()),
            [b' ', a, b, c, b' ', reason @ ..] => ([a, b, c], reason),
            _ => return Err(ResponseError::StatusLine),
        };
        if !octets::is_value(reason) {
            return Err(ResponseError::Reason);
        }
        self.status = status(digits).ok_or(ResponseError::Status)?;
        self.progress.pass_start_line(whole.len());
        Ok(())
    }

    /// Settles length and connection once all fields are there (RFC 9112 §6.3, §9.3).
    fn settle(&mut self, request_method: Method) -> Result<(), ResponseError> {
        let connection = self.fields.settle_connection()?;
        let declared = declared(&self.fields, self.version)?;
        let is_http11 = self.version == Version::Http11;
        self.keep_alive = !connection.close && (is_http11 || connection.keep_alive);
        self.framing = match (self.status, declared) {
            (100..=199 | 204, Declared::Nothing) => Framing::None,
            // Many services write `Content-Length: 0` here. Harmless, and not passed on (RFC 9110 §8.6).
            (100..=199 | 204, Declared::Length(0)) => {
                self.fields.hide(Name::ContentLength);
                Framing::None
            }
            (100..=199 | 204, _) => return Err(ResponseError::BodyNotAllowed),
            (304, _) => Framing::None,
            _ if request_method == Method::Head => Framing::None,
            (_, Declared::Length(length)) => Framing::Length(length),
            (_, Declared::Chunked) => Framing::Chunked,
            (_, Declared::Nothing) => {
                self.keep_alive = false;
                Framing::UntilClose
            }
        };
        Ok(())
    }
}

/// Three digits, 100 to 599 (RFC 9110 §15).
fn status(digits: [&u8; 3]) -> Option<u16> {
    let [hundreds, tens, ones] = digits.map(|digit| char::from(*digit).to_digit(10));
    let status = hundreds? * 100 + tens? * 10 + ones?;
    u16::try_from(status).ok().filter(|status| (100..600).contains(status))
}

#[cfg(test)]
mod tests;
