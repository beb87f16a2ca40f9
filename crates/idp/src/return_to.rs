//! Where a person goes on after a sign-in: to one of our own endpoints and nowhere else.
//!
//! INVARIANT: what this type holds is a path that the provider itself answers, so that no link can lead over our
//! sign-in page to a page elsewhere (CWE-601). Where an app's page is the goal, the authorization endpoint leads there,
//! after it has looked the address up.

use thiserror::Error;

use crate::Endpoint;

/// Path and query of an own endpoint that people come to by a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnTo(Box<str>);

/// What is not such a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("it is not one of our own pages")]
pub struct ReturnToError;

/// Where a person may go on.
const GOALS: [Endpoint; 4] = [Endpoint::Authorize, Endpoint::Device, Endpoint::EndSession, Endpoint::Account];

impl ReturnTo {
    /// The longest in octets: an authorization request and what is around it.
    pub const MAX_LEN: usize = 12 * 1024;

    /// The goal that `text` names, where the provider lies at `base`.
    ///
    /// # Errors
    /// It is not one of our own pages, or could be taken for another one.
    pub fn parse(base: &str, text: &str) -> Result<Self, ReturnToError> {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        // The path is one of few texts, or plain below one of them; no normalising can make another of it.
        let plain = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || matches!(octet, b'-' | b'/');
        let own = path.bytes().all(plain) && !path.contains("//");
        let visible = query.bytes().all(|octet| octet.is_ascii_graphic() && !matches!(octet, b'#' | b'\\'));
        let goal = Endpoint::at(base, path).is_some_and(|endpoint| GOALS.contains(&endpoint));
        if own && visible && goal && text.len() <= Self::MAX_LEN { Ok(Self(text.into())) } else { Err(ReturnToError) }
    }

    /// The account page, where nothing else was asked for.
    #[must_use]
    pub fn account(base: &str) -> Self {
        Self(format!("{base}{}", Endpoint::Account.path()).into())
    }

    /// Path and query.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The query, where there is one.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.0.split_once('?').map(|(_, query)| query)
    }
}

#[cfg(test)]
mod tests;
