//! Request methods (RFC 9110 §9).

use crate::HeadError;

/// Longer than any registered method.
pub(crate) const MAX_METHOD_BYTES: usize = 32;

/// A request method. CONNECT and TRACE never get this far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each variant is the method that it spells")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Delete,
    Patch,
    Options,
    Other,
}

impl Method {
    /// The method as it is written; `None` for `Other`, whose text the request head has.
    #[must_use]
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Get => Some("GET"),
            Self::Head => Some("HEAD"),
            Self::Post => Some("POST"),
            Self::Put => Some("PUT"),
            Self::Delete => Some("DELETE"),
            Self::Patch => Some("PATCH"),
            Self::Options => Some("OPTIONS"),
            Self::Other => None,
        }
    }

    /// Reads a method. Lower case is refused: methods are case-sensitive, and not every service knows that.
    pub(crate) fn read(text: &[u8]) -> Result<Self, HeadError> {
        Ok(match text {
            b"GET" => Self::Get,
            b"HEAD" => Self::Head,
            b"POST" => Self::Post,
            b"PUT" => Self::Put,
            b"DELETE" => Self::Delete,
            b"PATCH" => Self::Patch,
            b"OPTIONS" => Self::Options,
            b"CONNECT" | b"TRACE" => return Err(HeadError::MethodNotImplemented),
            [b'A'..=b'Z', ..] if text.len() <= MAX_METHOD_BYTES && text.iter().all(is_method_octet) => Self::Other,
            _ => return Err(HeadError::Method),
        })
    }
}

const fn is_method_octet(octet: &u8) -> bool {
    matches!(octet, b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_')
}
