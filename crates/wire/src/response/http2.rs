//! The same head from the fields of an HTTP/2 stream (RFC 9113 §8.3.2).

use super::{ResponseError, ResponseHead};
use crate::fields::Name;
use crate::framing::{Declared, declared};
use crate::request::{AROUND_FIELD, check_http2_field};
use crate::{Framing, HeadError, HeadLimits, Method, Version};

impl ResponseHead {
    /// Reads the final head of an HTTP/2 answer by the rules of HTTP/1.1's; `end_stream` says that nothing follows it.
    ///
    /// # Errors
    /// The first fault that the head has; `clear` before reading another.
    pub fn assemble<'a>(
        &mut self,
        status: u16,
        end_stream: bool,
        fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
        request_method: Method,
        limits: &HeadLimits,
    ) -> Result<(), ResponseError> {
        self.clear();
        // RFC 9113 §8.6: there is no 101, and what is interim is not the answer.
        if !(200..600).contains(&status) {
            return Err(ResponseError::Status);
        }
        self.status = status;
        self.version = Version::Http2;
        let mut left = limits.head_bytes;
        for (name, value) in fields {
            if self.fields.len() == limits.fields {
                return Err(HeadError::TooManyFields.into());
            }
            left = left.checked_sub(name.len() + value.len() + AROUND_FIELD).ok_or(HeadError::TooLarge)?;
            let known = check_http2_field(name, value)?;
            self.fields.push_checked(known, name, value)?;
        }
        self.framing = self.http2_framing(request_method, end_stream)?;
        Ok(())
    }

    fn http2_framing(&mut self, request_method: Method, end_stream: bool) -> Result<Framing, ResponseError> {
        Ok(match (self.status, declared(&self.fields, self.version)?) {
            (204, Declared::Nothing) => Framing::None,
            (204, Declared::Length(0)) => {
                self.fields.hide(Name::ContentLength);
                Framing::None
            }
            (204, _) => return Err(ResponseError::BodyNotAllowed),
            (304, _) => Framing::None,
            _ if request_method == Method::Head => Framing::None,
            (_, Declared::Length(1..)) if end_stream => return Err(HeadError::LengthWithoutContent.into()),
            _ if end_stream => Framing::Length(0),
            // A reader that stops at the length would never see the trailers that are announced.
            (_, Declared::Length(length)) if self.fields.count(Name::Trailer) == 0 => Framing::Length(length),
            _ => Framing::Stream,
        })
    }
}
