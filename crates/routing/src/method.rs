//! Which method a route is published with.

use std::fmt;

use thiserror::Error;

/// Every method, or one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MethodRule {
    /// Every method that no other route of the same template names.
    Any,
    /// This method; GET also answers HEAD, unless HEAD is published itself.
    One(String),
}

/// What makes a text not a method that can be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MethodError {
    /// Methods are case-sensitive (RFC 9110 §9.1), and `get` is none that anybody sends.
    #[error("a method is written in capital letters, as in `GET`, or `ANY` for every method")]
    Name,
    /// CONNECT and TRACE are refused before they are routed.
    #[error("CONNECT and TRACE cannot be published")]
    NeverServed,
}

impl MethodRule {
    /// Reads `GET`, or `ANY`.
    ///
    /// # Errors
    /// [`MethodError`], where the text is no method or one that is never served.
    pub fn parse(text: &str) -> Result<Self, MethodError> {
        let byte_ok = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        let starts_ok = text.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase());
        if !starts_ok || text.len() > 32 || !text.bytes().all(byte_ok) {
            return Err(MethodError::Name);
        }
        match text {
            "ANY" => Ok(Self::Any),
            "CONNECT" | "TRACE" => Err(MethodError::NeverServed),
            _ => Ok(Self::One(text.to_owned())),
        }
    }
}

impl fmt::Display for MethodRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("ANY"),
            Self::One(method) => f.write_str(method),
        }
    }
}
