//! Why a stream or a connection was ended (RFC 9113 §7).

use std::fmt;

/// An error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason(pub u32);

impl Reason {
    /// Nothing went wrong.
    pub const NO_ERROR: Self = Self(0x0);
    /// A rule of the protocol was broken, and no other code says which.
    pub const PROTOCOL_ERROR: Self = Self(0x1);
    /// The fault is ours.
    pub const INTERNAL_ERROR: Self = Self(0x2);
    /// More came than the windows let.
    pub const FLOW_CONTROL_ERROR: Self = Self(0x3);
    /// A frame came on a stream that was closed.
    pub const STREAM_CLOSED: Self = Self(0x5);
    /// A frame has a length that it may not have.
    pub const FRAME_SIZE_ERROR: Self = Self(0x6);
    /// The stream was not looked at.
    pub const REFUSED_STREAM: Self = Self(0x7);
    /// The stream is not wanted any more.
    pub const CANCEL: Self = Self(0x8);
    /// The compression of fields is out of step.
    pub const COMPRESSION_ERROR: Self = Self(0x9);
    /// The peer costs more than it may.
    pub const ENHANCE_YOUR_CALM: Self = Self(0xB);
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP/2 error code {}", self.0)
    }
}

impl std::error::Error for Reason {}
