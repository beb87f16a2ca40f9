//! Whether a form comes from one of our own pages, in the browser that the page was given to.
//!
//! Two things are asked, and both have to hold. First what the browser itself says: `Sec-Fetch-Site` (Fetch Metadata)
//! and `Origin`; a page elsewhere can neither forge nor leave them out in a browser that knows them. Then the token of
//! the form, which is derived from a cookie that no page can read: also a browser that says nothing is covered so, and
//! so is the signing in of a person under somebody else's account, because the cookie is there before any sign-in.

use aws_lc_rs::{constant_time, hmac};
use data_encoding::BASE64URL_NOPAD;
use http::HeaderMap;
use http::header::{HeaderName, ORIGIN};
use thiserror::Error;

use crate::{Bearer, NoRandomness};

/// The field of a form that holds its token.
pub const TOKEN: &str = "form_token";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// What the token is derived for; another use of the cookie gives another one.
const PURPOSE: &[u8] = b"vestibule form 1";

/// The token of a form, in the page and in what comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormToken(Box<str>);

/// Why a form is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ForeignForm {
    /// The browser says that the form is another page's.
    #[error("the form was sent by a page of another origin")]
    Origin,
    /// It has no token, or that of another browser or time.
    #[error("the form is too old, or of another browser")]
    Token,
}

impl FormToken {
    /// The token of forms in the browser that has this cookie.
    #[must_use]
    pub fn of(browser: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, browser.as_bytes());
        Self(BASE64URL_NOPAD.encode(hmac::sign(&key, PURPOSE).as_ref()).into())
    }

    /// As it stands in the page.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A new value for the cookie that forms are bound to.
///
/// # Errors
/// The system gave no randomness.
pub fn new_browser() -> Result<Bearer, NoRandomness> {
    Bearer::generate("browser")
}

/// Whether what the browser says of itself speaks against `origin`; where it says nothing, that is no word against it.
///
/// # Errors
/// [`ForeignForm::Origin`].
pub fn check_origin(fields: &HeaderMap, origin: &str) -> Result<(), ForeignForm> {
    let mut sites = fields.get_all(SEC_FETCH_SITE).iter().map(|value| value.as_bytes());
    let site = sites.next();
    let mut origins = fields.get_all(ORIGIN).iter().map(|value| value.as_bytes());
    let own = match origins.next() {
        // Of a page that hides where it comes from, what it says of the site has to be enough.
        Some(b"null") => site.is_some(),
        Some(from) => from == origin.as_bytes(),
        None => true,
    };
    let same = site.is_none_or(|site| site == b"same-origin");
    let once = sites.next().is_none() && origins.next().is_none();
    if own && same && once { Ok(()) } else { Err(ForeignForm::Origin) }
}

/// Whether a form comes from one of our own pages.
///
/// # Errors
/// Why not.
pub fn check(fields: &HeaderMap, origin: &str, browser: Option<&str>, token: Option<&str>) -> Result<(), ForeignForm> {
    check_origin(fields, origin)?;
    let (Some(browser), Some(token)) = (browser, token) else { return Err(ForeignForm::Token) };
    let expected = FormToken::of(browser);
    constant_time::verify_slices_are_equal(expected.as_str().as_bytes(), token.as_bytes())
        .map_err(|_| ForeignForm::Token)
}

#[cfg(test)]
mod tests;
