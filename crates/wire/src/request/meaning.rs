//! What the fields say about the message: its host, its length, its connection; read once, refused if in doubt.

use super::RequestHead;
use crate::authority::HostError;
use crate::fields::Name;
use crate::framing::{Declared, declared};
use crate::{Framing, HeadError, Version, octets};

impl RequestHead {
    /// Settles an HTTP/1 head once all its fields are there.
    pub(super) fn settle(&mut self) -> Result<(), HeadError> {
        self.settle_host()?;
        let connection = self.fields.settle_connection()?;
        if self.fields.repeats_a_single() {
            return Err(HeadError::Repeated);
        }
        if self.fields.has_disguise() {
            return Err(HeadError::Disguised);
        }
        self.framing = match declared(&self.fields, self.version)? {
            Declared::Nothing => Framing::None,
            Declared::Length(length) => Framing::Length(length),
            Declared::Chunked => Framing::Chunked,
        };
        let is_http11 = self.version == Version::Http11;
        self.keep_alive = !connection.close && (is_http11 || connection.keep_alive);
        self.settle_expectation()?;
        self.is_upgrade = is_http11 && connection.upgrade && !self.framing.has_body() && self.offers_one_protocol();
        Ok(())
    }

    /// Host is demanded of HTTP/1.0 too: without it no API could be chosen.
    pub(super) fn settle_host(&mut self) -> Result<(), HeadError> {
        if self.fields.count(Name::Host) > 1 {
            return Err(HostError::Repeated.into());
        }
        let host = self.fields.get(Name::Host).filter(|host| !host.is_empty()).ok_or(HostError::Missing)?;
        if !self.has_target_authority {
            return Ok(self.authority.read(host)?);
        }
        if host.eq_ignore_ascii_case(self.authority.text().as_bytes()) {
            Ok(())
        } else {
            Err(HostError::Disagree.into())
        }
    }

    /// HTTP/1.0 does not know expectations, and one without content to wait for means nothing (RFC 9110 §10.1.1).
    pub(super) fn settle_expectation(&mut self) -> Result<(), HeadError> {
        match self.fields.get(Name::Expect) {
            Some(value) if value.eq_ignore_ascii_case(b"100-continue") => {
                self.expects_continue = self.version != Version::Http10 && self.framing.has_body();
                Ok(())
            }
            Some(_) => Err(HeadError::Expectation),
            None => Ok(()),
        }
    }

    fn offers_one_protocol(&self) -> bool {
        // `h2c` has been withdrawn (RFC 9113 §3.1), and smuggles requests past whoever forwards it.
        self.fields.count(Name::Upgrade) == 1
            && self.fields.get(Name::Upgrade).is_some_and(|protocol| {
                let name = protocol.split(|&octet| octet == b'/').next().unwrap_or_default();
                let rest = protocol.get(name.len()..).unwrap_or_default();
                octets::is_token(name)
                    && (rest.is_empty() || rest.get(1..).is_some_and(octets::is_token))
                    && !name.eq_ignore_ascii_case(b"h2c")
            })
    }
}
