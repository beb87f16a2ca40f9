//! What `Connection` says, and which fields it takes with it (RFC 9110 §7.6.1).

use super::{Fields, Name};
use crate::HeadError;
use crate::octets;

/// More names than any honest sender lists; each one costs a walk over the fields.
const MAX_OPTIONS: usize = 16;

/// The options of `Connection` that mean something to this hop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ConnectionOptions {
    pub(crate) close: bool,
    pub(crate) keep_alive: bool,
    pub(crate) upgrade: bool,
}

impl Fields {
    /// Reads all `Connection` fields and marks the fields that they name as ending here.
    ///
    /// # Errors
    /// [`HeadError::Connection`] for what is not a short list of tokens, and
    /// [`HeadError::ConnectionNames`] if it would take away a field that the
    /// service needs to see: hop-by-hop abuse has emptied identities that way.
    pub(crate) fn settle_connection(&mut self) -> Result<ConnectionOptions, HeadError> {
        let mut options = ConnectionOptions::default();
        let mut left = MAX_OPTIONS;
        if self.count(Name::Connection) == 0 {
            return Ok(options);
        }
        for index in 0..self.spans.len() {
            let Some(span) = self.spans.get(index).filter(|span| span.known == Name::Connection) else { continue };
            let start = span.value_start as usize;
            let mut at = start;
            let end = start + span.value_len as usize;
            while at < end {
                left = left.checked_sub(1).ok_or(HeadError::Connection)?;
                let rest = self.bytes.get(at..end).unwrap_or_default();
                let len = memchr::memchr(b',', rest).unwrap_or(rest.len());
                let option = octets::trim(rest.get(..len).unwrap_or_default());
                at += len + 1;
                if option.eq_ignore_ascii_case(b"close") {
                    options.close = true;
                } else if option.eq_ignore_ascii_case(b"keep-alive") {
                    options.keep_alive = true;
                } else if option.eq_ignore_ascii_case(b"upgrade") {
                    options.upgrade = true;
                } else if !option.is_empty() {
                    end_here(option, &mut self.spans, &self.names)?;
                }
            }
        }
        Ok(options)
    }
}

/// Marks every field of that name as ending at this hop.
fn end_here(option: &[u8], spans: &mut [super::Span], names: &str) -> Result<(), HeadError> {
    if !octets::is_token(option) {
        return Err(HeadError::Connection);
    }
    let known = Name::of(option);
    if known.is_essential() {
        return Err(HeadError::ConnectionNames);
    }
    for span in spans.iter_mut().filter(|span| span.known == known) {
        let start = span.name_start as usize;
        let name = names.get(start..start + usize::from(span.name_len)).unwrap_or_default();
        if known != Name::Other || name.as_bytes().eq_ignore_ascii_case(option) {
            span.hop_by_hop = true;
        }
    }
    Ok(())
}
