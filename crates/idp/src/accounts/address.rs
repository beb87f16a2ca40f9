//! E-mail addresses: which are taken, and when two are the same.

use std::fmt;

use thiserror::Error;

/// An e-mail address of RFC 5321 whose local part is a dot-atom and whose domain is a name, all in ASCII.
///
/// Quoted local parts and address literals are left out: nobody registers with one, and each is a way to smuggle
/// something into a mail. A domain outside ASCII is written in its `xn--` form, as browsers send it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// As it was written, with the domain in lower case; where mail goes.
    written: Box<str>,
    /// In lower case as a whole; what is compared.
    normal: Box<str>,
}

/// What makes a text not an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// More than 254 octets (RFC 5321 §4.5.3.1.3), or more than 64 before the `@`.
    #[error("an address has at most 254 characters, and 64 before the `@`")]
    TooLong,
    /// Not `name@domain`.
    #[error("an address is written `name@domain.example`")]
    Form,
}

impl Address {
    /// Octets that an address has at most.
    pub const MAX_LEN: usize = 254;

    /// Reads an address.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Form)?;
        if text.len() > Self::MAX_LEN || local.len() > 64 {
            return Err(AddressError::TooLong);
        }
        // RFC 5322 §3.2.3: a dot-atom is atoms joined by single dots.
        let local_ok = local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atom_text));
        let labels_ok = domain.split('.').all(is_label);
        // A name without a dot is a machine of one's own network; no mail of strangers goes there.
        if !(local_ok && labels_ok && domain.contains('.')) {
            return Err(AddressError::Form);
        }
        let written = format!("{local}@{}", domain.to_ascii_lowercase());
        Ok(Self { normal: written.to_ascii_lowercase().into(), written: written.into() })
    }

    /// As mail is addressed to it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// What no two accounts share: the local part without regard to case too, because no provider of mail today gives
    /// `Ada@` and `ada@` to different people.
    #[must_use]
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// The part before the `@`.
    #[must_use]
    pub fn local(&self) -> &str {
        self.written.rsplit_once('@').map_or("", |(local, _)| local)
    }
}

const fn is_atom_text(octet: u8) -> bool {
    octet.is_ascii_alphanumeric()
        || matches!(octet, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'/' | b'=' | b'?')
        || matches!(octet, b'^' | b'_' | b'`' | b'{' | b'|' | b'}' | b'~')
}

fn is_label(label: &str) -> bool {
    let edges = label.starts_with('-') || label.ends_with('-');
    let text = label.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
    (1..=63).contains(&label.len()) && text && !edges
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl fmt::Debug for Address {
    /// Its domain only: who somebody is does not belong in a dump.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…@{}", self.written.rsplit_once('@').map_or("", |(_, domain)| domain))
    }
}

#[cfg(test)]
mod tests;
