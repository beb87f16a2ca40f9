//! The same head from the fields of an HTTP/2 stream (RFC 9113 §8).

use super::RequestHead;
use crate::authority::HostError;
use crate::fields::Name;
use crate::framing::{Declared, declared};
use crate::{Framing, HeadError, HeadLimits, Version, octets};

/// The pseudo-fields of an HTTP/2 request (RFC 9113 §8.3.1), and whether the stream ended with them.
#[derive(Clone, Copy, Debug)]
pub struct Http2Request<'a> {
    /// `:method`.
    pub method: &'a str,
    /// `:scheme`.
    pub scheme: &'a str,
    /// `:authority`; Host stands in where it is absent.
    pub authority: Option<&'a str>,
    /// `:path`, with its query.
    pub path: &'a str,
    /// There will be no DATA frame.
    pub end_stream: bool,
}

/// Octets that HTTP/1.1 would add around a field, so that one bound means the same for both.
pub(crate) const AROUND_FIELD: usize = ": \r\n".len();

impl RequestHead {
    /// Reads an HTTP/2 request into the same head, by the same rules.
    ///
    /// Several Cookie fields are joined by `; ` as RFC 9113 §8.2.3 demands of whoever
    /// passes them on; a missing Host is made from `:authority`.
    ///
    /// # Errors
    /// The first fault that the head has.
    pub fn assemble<'a>(
        &mut self,
        request: Http2Request<'_>,
        fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
        limits: &HeadLimits,
    ) -> Result<(), HeadError> {
        self.clear();
        self.version = Version::Http2;
        self.read_pseudo_fields(request, limits)?;
        self.read_http2_fields(request, fields, limits)?;
        self.settle_host()?;
        if self.fields.repeats_a_single() {
            return Err(HeadError::Repeated);
        }
        if self.fields.has_disguise() {
            return Err(HeadError::Disguised);
        }
        self.framing = match declared(&self.fields, self.version)? {
            Declared::Nothing | Declared::Length(0) if request.end_stream => Framing::None,
            Declared::Length(_) if request.end_stream => return Err(HeadError::LengthWithoutContent),
            Declared::Length(length) => Framing::Length(length),
            Declared::Nothing | Declared::Chunked => Framing::Stream,
        };
        self.keep_alive = true;
        self.settle_expectation()
    }

    fn read_pseudo_fields(&mut self, request: Http2Request<'_>, limits: &HeadLimits) -> Result<(), HeadError> {
        self.names_http = request.scheme.eq_ignore_ascii_case("http");
        if !self.names_http && !request.scheme.eq_ignore_ascii_case("https") {
            return Err(HeadError::Scheme);
        }
        self.read_method(request.method.as_bytes())?;
        if request.path.len() > limits.target_bytes {
            return Err(HeadError::TargetTooLong);
        }
        if let Some(authority) = request.authority {
            self.authority.read(authority.as_bytes())?;
            self.has_target_authority = true;
        }
        match request.path.as_bytes() {
            [b'/', ..] => self.read_path_and_query(request.path.as_bytes()),
            b"*" => self.read_asterisk(),
            _ => Err(HeadError::Target),
        }
    }

    fn read_http2_fields<'a>(
        &mut self,
        request: Http2Request<'_>,
        fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
        limits: &HeadLimits,
    ) -> Result<(), HeadError> {
        let authority_len = request.authority.map_or(0, str::len);
        let mut left = limits
            .head_bytes
            .checked_sub(request.method.len() + request.path.len() + authority_len)
            .ok_or(HeadError::TooLarge)?;
        let mut count = 0;
        self.cookie.clear();
        for (name, value) in fields {
            count += 1;
            if count > limits.fields {
                return Err(HeadError::TooManyFields);
            }
            left = left.checked_sub(name.len() + value.len() + AROUND_FIELD).ok_or(HeadError::TooLarge)?;
            match check_http2_field(name, value)? {
                Name::Cookie => self.add_crumb(value),
                known => self.fields.push_checked(known, name, value)?,
            }
        }
        if !self.cookie.is_empty() {
            self.fields.push(b"cookie", &self.cookie)?;
        }
        match request.authority {
            Some(authority) if self.fields.count(Name::Host) == 0 => self.fields.push(b"host", authority.as_bytes()),
            None if self.fields.count(Name::Host) == 0 => Err(HostError::Missing.into()),
            _ => Ok(()),
        }
    }

    /// HTTP/2 callers cut cookies into fields of their own to compress them better.
    fn add_crumb(&mut self, crumb: &[u8]) {
        if !self.cookie.is_empty() {
            self.cookie.extend_from_slice(b"; ");
        }
        self.cookie.extend_from_slice(crumb);
    }
}

/// The rules for every field and those that HTTP/2 adds to them (RFC 9113 §8.2); says what the name is.
pub(crate) fn check_http2_field(name: &[u8], value: &[u8]) -> Result<Name, HeadError> {
    if !octets::is_lower_token(name) {
        return Err(HeadError::FieldName);
    }
    if !octets::is_value(value) {
        return Err(HeadError::FieldValue);
    }
    if octets::trim(value).len() != value.len() {
        return Err(HeadError::ValueEdges);
    }
    match Name::of(name) {
        Name::Te if value.eq_ignore_ascii_case(b"trailers") => Ok(Name::Te),
        Name::Connection
        | Name::ProxyConnection
        | Name::KeepAlive
        | Name::TransferEncoding
        | Name::Upgrade
        | Name::Http2Settings
        | Name::Te => Err(HeadError::ConnectionSpecific),
        known => Ok(known),
    }
}
