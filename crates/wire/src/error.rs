//! Why a head is refused, and what the caller is told of it.

use model::{Code, Problem};
use thiserror::Error;

use crate::authority::HostError;
use crate::path::PathError;

/// What makes the bytes not one unambiguous head. Nothing is repaired: the first fault ends the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HeadError {
    /// The first octet cannot begin a message: white space, a line end, a TLS handshake at a plain port.
    #[error("the message does not begin with a method or version")]
    Start,
    /// The request line is not `method SP target SP version` with single spaces (RFC 9112 §3).
    #[error("the request line is not a method, a target and a version with one space between each")]
    RequestLine,
    /// The method is not a token of at most 32 upper-case letters, digits, `-` and `_`.
    #[error("the method has other characters than upper-case letters, digits, `-` and `_`, or more than 32")]
    Method,
    /// CONNECT and TRACE have no place at a gateway.
    #[error("the methods CONNECT and TRACE are not implemented")]
    MethodNotImplemented,
    /// An HTTP version other than 1.0 and 1.1 on a connection that speaks HTTP/1.
    #[error("the HTTP version is neither 1.0 nor 1.1")]
    Version,
    /// The target is in none of the forms that are taken, or holds an octet that no target may hold (RFC 9112 §3.2).
    #[error("the request target has a form or a character that is not taken")]
    Target,
    /// The target is longer than [`HeadLimits::target_bytes`](crate::HeadLimits::target_bytes).
    #[error("the request target is longer than the bound")]
    TargetTooLong,
    /// The path could be read in two ways.
    #[error("{0}")]
    Path(#[from] PathError),
    /// The host could be read in two ways, or is missing.
    #[error("{0}")]
    Host(#[from] HostError),
    /// A line that does not end with CR LF, or a CR or LF elsewhere.
    #[error("a line does not end with CR LF, or has a CR, LF or other control within")]
    LineEnd,
    /// A field line that begins with white space (RFC 9112 §5.2).
    #[error("a field line begins with white space")]
    Folded,
    /// A field name that is empty or not a token; white space before the colon is such (RFC 9112 §5.1).
    #[error("a field name is empty or has a character that no name may have")]
    FieldName,
    /// A field value with a control in it (RFC 9110 §5.5).
    #[error("a field value has a control character")]
    FieldValue,
    /// The head has more octets than [`HeadLimits::head_bytes`](crate::HeadLimits::head_bytes).
    #[error("the header section has more bytes than the bound")]
    TooLarge,
    /// The head has more fields than [`HeadLimits::fields`](crate::HeadLimits::fields).
    #[error("the header section has more fields than the bound")]
    TooManyFields,
    /// A field that may stand once stands twice.
    #[error("a field that may be sent once is sent more than once")]
    Repeated,
    /// A known name with underscores for its dashes: to CGI and its heirs both are the same variable, so that a caller
    /// could say what only this house may.
    #[error("a field name has an underscore where a known one has a dash")]
    Disguised,
    /// `Connection` names a field that a hop may not drop.
    #[error("the Connection field names a field that must reach the service")]
    ConnectionNames,
    /// `Connection` is not a short list of tokens.
    #[error("the Connection field is not a list of at most 16 names")]
    Connection,
    /// Content-Length is not a plain decimal number of at most 19 digits.
    #[error("Content-Length is not a plain decimal number")]
    ContentLength,
    /// Content-Length stands more than once, even with equal values.
    #[error("Content-Length is sent more than once")]
    LengthRepeated,
    /// Content-Length and Transfer-Encoding stand in one message (RFC 9112 §6.1).
    #[error("Content-Length and Transfer-Encoding are both present")]
    LengthAndCoding,
    /// Transfer-Encoding is not exactly `chunked`, once.
    #[error("Transfer-Encoding is not exactly `chunked`")]
    TransferCoding,
    /// Transfer-Encoding in a message of HTTP/1.0, which does not know it.
    #[error("Transfer-Encoding in a message of HTTP/1.0")]
    CodingInHttp10,
    /// An expectation other than `100-continue`.
    #[error("the only expectation that is known is `100-continue`")]
    Expectation,
    /// A field that belongs to an HTTP/1 connection came in HTTP/2 (RFC 9113 §8.2.2).
    #[error("a field of HTTP/1 connections was sent in HTTP/2")]
    ConnectionSpecific,
    /// An HTTP/2 field value begins or ends with white space (RFC 9113 §8.2.1).
    #[error("a field value begins or ends with white space")]
    ValueEdges,
    /// The `:scheme` is neither `http` nor `https`.
    #[error("the scheme is neither `http` nor `https`")]
    Scheme,
    /// The stream ended with the head, and Content-Length promises content (RFC 9113 §8.1.1).
    #[error("Content-Length promises content and the stream has ended")]
    LengthWithoutContent,
}

impl HeadError {
    /// The problem code that tells of it.
    #[must_use]
    pub const fn code(self) -> Code {
        match self {
            Self::Start
            | Self::RequestLine
            | Self::Method
            | Self::Target
            | Self::LineEnd
            | Self::Folded
            | Self::FieldName
            | Self::FieldValue
            | Self::Repeated
            | Self::Disguised
            | Self::ConnectionNames
            | Self::Connection
            | Self::ConnectionSpecific
            | Self::ValueEdges
            | Self::Scheme => Code::MalformedRequest,
            Self::MethodNotImplemented => Code::NotImplemented,
            Self::Version => Code::VersionNotSupported,
            Self::TargetTooLong => Code::TargetTooLong,
            Self::Path(_) => Code::AmbiguousPath,
            Self::Host(_) => Code::AmbiguousHost,
            Self::TooLarge | Self::TooManyFields => Code::HeadersTooLarge,
            Self::ContentLength
            | Self::LengthRepeated
            | Self::LengthAndCoding
            | Self::TransferCoding
            | Self::CodingInHttp10
            | Self::LengthWithoutContent => Code::AmbiguousLength,
            Self::Expectation => Code::ExpectationFailed,
        }
    }
}

impl From<HeadError> for Problem {
    fn from(error: HeadError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
