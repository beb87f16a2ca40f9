//! The request line and the forms of the target (RFC 9112 §3).

use super::RequestHead;
use crate::head::{Part, start_line, without_end};
use crate::method::MAX_METHOD_BYTES;
use crate::path::{PathError, check_path, is_query};
use crate::{HeadError, HeadLimits, Method, Version, octets};

/// Octets of ` HTTP/1.1` and of the space after the method.
const AROUND_TARGET: usize = " ".len() + " HTTP/1.1".len();

/// Refuses what can no longer become a request line within the bounds.
pub(super) fn may_grow(window: &[u8], limits: &HeadLimits) -> Result<(), HeadError> {
    match window.first() {
        Some(&first) if !octets::is_token_octet(first) => Err(HeadError::Start),
        _ if window.len() > longest(limits) || limits.is_full(window) => Err(HeadError::TargetTooLong),
        _ => Ok(()),
    }
}

/// A line with CR LF; an incomplete one may have as many octets before it is hopeless.
fn longest(limits: &HeadLimits) -> usize {
    limits.target_bytes.saturating_add(MAX_METHOD_BYTES + AROUND_TARGET + "\r\n".len())
}

impl RequestHead {
    /// Reads the request line if all of it has come.
    pub(super) fn read_request_line(&mut self, window: &[u8], limits: &HeadLimits) -> Result<(), HeadError> {
        // Before anything else, so that the answer does not depend on how much has come.
        may_grow(window.get(..1).unwrap_or_default(), limits)?;
        let Some(whole) = start_line(window) else { return Ok(()) };
        if whole.len() > longest(limits) {
            return Err(HeadError::TargetTooLong);
        }
        let line = without_end(whole)?;
        let method_len = memchr::memchr(b' ', line).ok_or(HeadError::RequestLine)?;
        let target_end = memchr::memrchr(b' ', line).filter(|&end| end > method_len).ok_or(HeadError::RequestLine)?;
        self.version = version(line.get(target_end + 1..).unwrap_or_default())?;
        let method = line.get(..method_len).unwrap_or_default();
        self.read_method(method)?;
        self.read_target(line.get(method_len + 1..target_end).unwrap_or_default(), limits)?;
        self.progress.pass_start_line(whole.len());
        Ok(())
    }

    pub(super) fn read_method(&mut self, method: &[u8]) -> Result<(), HeadError> {
        self.method = Method::read(method)?;
        if self.method == Method::Other {
            let method = std::str::from_utf8(method).map_err(|_| HeadError::Method)?;
            self.method_text = Part::push(&mut self.text, method);
        }
        Ok(())
    }

    fn read_target(&mut self, target: &[u8], limits: &HeadLimits) -> Result<(), HeadError> {
        if target.len() > limits.target_bytes {
            return Err(HeadError::TargetTooLong);
        }
        match target {
            [b'/', ..] => self.read_path_and_query(target),
            b"*" => self.read_asterisk(),
            [b'a'..=b'z' | b'A'..=b'Z', ..] => self.read_absolute(target),
            _ => Err(HeadError::Target),
        }
    }

    pub(super) fn read_asterisk(&mut self) -> Result<(), HeadError> {
        if self.method != Method::Options {
            return Err(HeadError::Target);
        }
        self.target = Part::push(&mut self.text, "*");
        self.path_len = 1;
        Ok(())
    }

    pub(super) fn read_path_and_query(&mut self, target: &[u8]) -> Result<(), HeadError> {
        let path_len = memchr::memchr(b'?', target).unwrap_or(target.len());
        let (path, query) = target.split_at_checked(path_len).ok_or(HeadError::Target)?;
        match check_path(path) {
            // An octet that no target may hold is malformed; the others in its place are ambiguous.
            Err(PathError::Character) if !path.iter().all(is_target_octet) => return Err(HeadError::Target),
            result => result?,
        }
        if !is_query(query) {
            return Err(HeadError::Target);
        }
        let target = std::str::from_utf8(target).map_err(|_| HeadError::Target)?;
        self.target = Part::push(&mut self.text, target);
        self.path_len = path_len as u32;
        Ok(())
    }

    /// `http://host/path`: a server must take it (RFC 9112 §3.2.2), and Host has to agree with it.
    fn read_absolute(&mut self, target: &[u8]) -> Result<(), HeadError> {
        let rest = after_scheme(target).ok_or(HeadError::Target)?;
        // What is in front of `://` is the one scheme or the other.
        self.names_http = target.get(4) == Some(&b':');
        let authority_len = memchr::memchr2(b'/', b'?', rest).unwrap_or(rest.len());
        let (text, path_and_query) = rest.split_at_checked(authority_len).ok_or(HeadError::Target)?;
        self.authority.read(text)?;
        self.has_target_authority = true;
        match (path_and_query, self.method) {
            // An empty path is `/`, except that for OPTIONS it would be `*` (RFC 9112 §3.2.4): two readings.
            ([], Method::Options) => Err(HeadError::Target),
            ([], _) => self.read_path_and_query(b"/"),
            ([b'/', ..], _) => self.read_path_and_query(path_and_query),
            _ => Err(HeadError::Target),
        }
    }
}

const fn is_target_octet(octet: &u8) -> bool {
    octet.is_ascii_graphic() && !matches!(octet, b'#' | b'\\' | b'"')
}

fn after_scheme(target: &[u8]) -> Option<&[u8]> {
    [b"http://".as_slice(), b"https://"].into_iter().find_map(|scheme| {
        let (front, rest) = target.split_at_checked(scheme.len())?;
        front.eq_ignore_ascii_case(scheme).then_some(rest)
    })
}

/// Reads the version; another one in the right form is told apart from garbage.
pub(crate) fn version(text: &[u8]) -> Result<Version, HeadError> {
    match text {
        b"HTTP/1.1" => Ok(Version::Http11),
        b"HTTP/1.0" => Ok(Version::Http10),
        [b'H', b'T', b'T', b'P', b'/', b'0'..=b'9', b'.', b'0'..=b'9'] => Err(HeadError::Version),
        _ => Err(HeadError::RequestLine),
    }
}
