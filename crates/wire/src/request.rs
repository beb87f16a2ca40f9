//! The one canonical request head that every stage reads, whichever HTTP version it came in.
//!
//! A head is made in two ways, `parse` from the octets of HTTP/1.1 and `assemble`
//! from the fields of HTTP/2, and both end in the same checks. What passes is kept
//! as it came; the only things derived are the host in lower case and how the body
//! is framed.
//!
//! Deliberately absent: setters. Nothing changes a request after it was judged.

mod http2;
mod line;
mod meaning;

use crate::authority::Authority;
use crate::fields::{Fields, KEPT_BYTES, Name};
use crate::head::{Part, Progress};
use crate::{Framing, HeadError, HeadLimits, Method, Version};

pub use http2::Http2Request;
pub(crate) use http2::{AROUND_FIELD, check_http2_field};
pub(crate) use line::version;

/// A request head, made to be used again and again: `clear` keeps its memory.
#[derive(Clone, Debug)]
pub struct RequestHead {
    progress: Progress,
    method: Method,
    version: Version,
    /// The texts that the parts lie in.
    text: String,
    /// The method, where it is `Other`.
    method_text: Part,
    /// Path and query, or `*`.
    target: Part,
    path_len: u32,
    /// As received, from an absolute target or `:authority`, else from Host.
    authority: Authority,
    has_target_authority: bool,
    names_http: bool,
    fields: Fields,
    /// Where an HTTP/2 caller's cookie is put together.
    cookie: Vec<u8>,
    framing: Framing,
    keep_alive: bool,
    expects_continue: bool,
    is_upgrade: bool,
}

impl Default for RequestHead {
    fn default() -> Self {
        Self::new()
    }
}

impl RequestHead {
    /// An empty head without memory.
    #[must_use]
    pub fn new() -> Self {
        Self {
            progress: Progress::new(),
            method: Method::Get,
            version: Version::Http11,
            text: String::new(),
            method_text: Part::default(),
            target: Part::default(),
            path_len: 0,
            authority: Authority::new(),
            has_target_authority: false,
            names_http: false,
            fields: Fields::new(),
            cookie: Vec::new(),
            framing: Framing::None,
            keep_alive: false,
            expects_continue: false,
            is_upgrade: false,
        }
    }

    /// Forgets the request and keeps a moderate amount of memory for the next.
    pub fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(KEPT_BYTES);
        self.fields.clear();
        self.cookie.clear();
        self.cookie.shrink_to(KEPT_BYTES);
        self.progress = Progress::new();
        self.method = Method::Get;
        self.version = Version::Http11;
        self.method_text = Part::default();
        self.target = Part::default();
        self.path_len = 0;
        self.authority.clear();
        self.has_target_authority = false;
        self.names_http = false;
        self.framing = Framing::None;
        self.keep_alive = false;
        self.expects_continue = false;
        self.is_upgrade = false;
    }

    /// Reads one HTTP/1 head at the front of `input`.
    ///
    /// `Ok(Some(n))`: the head is whole and was the first `n` octets. `Ok(None)`: more
    /// is needed; call again with the same octets and those that came after. The next
    /// head after a whole one needs no `clear` before it.
    ///
    /// # Errors
    /// The first fault that the head has; `clear` before reading another.
    pub fn parse(&mut self, input: &[u8], limits: &HeadLimits) -> Result<Option<usize>, HeadError> {
        if self.progress.is_whole() {
            self.clear();
        }
        let window = limits.window(input);
        if self.progress.has_news(window) {
            if !self.progress.has_start_line() {
                self.read_request_line(window, limits)?;
            }
            if self.progress.has_start_line()
                && let Some(consumed) = self.progress.fields(window, &mut self.fields, limits.fields)?
            {
                self.settle()?;
                return Ok(Some(consumed));
            }
            self.progress.wait(window);
        }
        if self.progress.has_start_line() {
            if limits.is_full(window) { Err(HeadError::TooLarge) } else { Ok(None) }
        } else {
            line::may_grow(window, limits).map(|()| None)
        }
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The method as it was written.
    #[must_use]
    pub fn method_str(&self) -> &str {
        self.method.as_str().unwrap_or_else(|| self.method_text.of(&self.text))
    }

    /// The version of the request.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The path as received: it has one reading, begins with `/` and has no query. `*` for `OPTIONS *`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.path_and_query().get(..self.path_len as usize).unwrap_or_default()
    }

    /// What stands after the first `?`, as received.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.path_and_query().get(self.path_len as usize..)?.strip_prefix('?')
    }

    /// Path and query as received.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        self.target.of(&self.text)
    }

    /// The host in lower case, without port; an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.authority.host()
    }

    /// Host and port as received.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.authority.text()
    }

    /// The port, where the authority has one.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.authority.port()
    }

    /// Whether the request itself names the scheme `http`, by `:scheme` or an absolute target.
    #[must_use]
    pub const fn names_http(&self) -> bool {
        self.names_http
    }

    /// The fields, Host among them even if HTTP/2 sent `:authority` only.
    #[must_use]
    pub const fn fields(&self) -> &Fields {
        &self.fields
    }

    /// How the body is framed.
    #[must_use]
    pub const fn framing(&self) -> Framing {
        self.framing
    }

    /// Whether the caller wants to go on with this connection afterwards.
    #[must_use]
    pub const fn keep_alive(&self) -> bool {
        self.keep_alive
    }

    /// Whether the caller waits for `100 Continue` before it sends the body.
    #[must_use]
    pub const fn expects_continue(&self) -> bool {
        self.expects_continue
    }

    /// The protocol that the caller offers to change to: one, named by `Upgrade` and `Connection` both, in a request
    /// without body. Other offers are ignored (RFC 9110 §7.8 allows that always), and `h2c` is.
    #[must_use]
    pub fn upgrade(&self) -> Option<&str> {
        if !self.is_upgrade {
            return None;
        }
        std::str::from_utf8(self.fields.get(Name::Upgrade)?).ok()
    }

    /// Whether this is `OPTIONS *`, which asks about the server and not about a path.
    #[must_use]
    pub fn is_options_asterisk(&self) -> bool {
        self.path_and_query() == "*"
    }
}

#[cfg(test)]
mod tests;
