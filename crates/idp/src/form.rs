//! Parameters of a query or a form, read as `application/x-www-form-urlencoded` and in no other way.
//!
//! What two readers could understand differently is refused: a percent sign without two digits, octets that are not
//! UTF-8, control characters, an empty pair. A name may stand more than once as long as nobody asks for it; whether
//! that is an error is for the endpoint to say (RFC 6749 §3.1), and [`Form::one`] says it.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Uri};
use thiserror::Error;

/// The parameters of one query or form, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(Vec<(Box<str>, Box<str>)>);

/// What is wrong with parameters.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FormError {
    /// The body is of another type, or says nothing of it.
    #[error("the body has to be `application/x-www-form-urlencoded`")]
    MediaType,
    /// A percent sign without two hexadecimal digits behind it, or an empty pair.
    #[error("the parameters are not `application/x-www-form-urlencoded`")]
    Encoding,
    /// What is encoded is not UTF-8, or has a control character.
    #[error("a parameter is not plain text in UTF-8")]
    Text,
    /// Beyond [`Form::MAX`], [`Form::NAME_MAX_LEN`] or [`Form::VALUE_MAX_LEN`].
    #[error("there are too many parameters, or one is too long")]
    Bounds,
    /// A parameter that may stand once only stands more often.
    #[error("`{0}` stands more than once")]
    Repeated(Box<str>),
}

impl Form {
    /// The most parameters.
    pub const MAX: usize = 64;
    /// The longest name in octets.
    pub const NAME_MAX_LEN: usize = 128;
    /// The longest value in octets.
    pub const VALUE_MAX_LEN: usize = 16 * 1024;

    /// Reads parameters; of nothing there are none.
    ///
    /// # Errors
    /// The first rule that they break.
    pub fn parse(text: &[u8]) -> Result<Self, FormError> {
        let mut pairs = Vec::new();
        for pair in text.split(|octet| *octet == b'&').filter(|_| !text.is_empty()) {
            if pairs.len() == Self::MAX {
                return Err(FormError::Bounds);
            }
            let mut halves = pair.splitn(2, |octet| *octet == b'=');
            let name = decode(halves.next().unwrap_or_default(), Self::NAME_MAX_LEN)?;
            let value = decode(halves.next().unwrap_or_default(), Self::VALUE_MAX_LEN)?;
            if name.is_empty() {
                return Err(FormError::Encoding);
            }
            pairs.push((name, value));
        }
        Ok(Self(pairs))
    }

    /// The parameters of a query.
    ///
    /// # Errors
    /// As [`Form::parse`].
    pub fn of_query(uri: &Uri) -> Result<Self, FormError> {
        Self::parse(uri.query().unwrap_or_default().as_bytes())
    }

    /// The parameters of a body, which has to say that it is a form.
    ///
    /// # Errors
    /// [`FormError::MediaType`], and as [`Form::parse`].
    pub fn of_body(fields: &HeaderMap, body: &[u8]) -> Result<Self, FormError> {
        let mut types = fields.get_all(CONTENT_TYPE).iter();
        let (Some(media_type), None) = (types.next(), types.next()) else { return Err(FormError::MediaType) };
        if is_form(media_type.as_bytes()) { Self::parse(body) } else { Err(FormError::MediaType) }
    }

    /// The value of a parameter that may stand once; one without a value is as one that is not there (RFC 6749 §3.1).
    ///
    /// # Errors
    /// [`FormError::Repeated`].
    pub fn one(&self, name: &str) -> Result<Option<&str>, FormError> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value.filter(|value| !value.is_empty())),
            (_, Some(_)) => Err(FormError::Repeated(name.into())),
        }
    }

    /// All values of a parameter, in their order.
    pub fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let values: Vec<&str> = self.iter().filter(|(known, _)| *known == name).map(|(_, value)| value).collect();
        values.into_iter()
    }

    /// Names and values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The first name that stands more than once.
    #[must_use]
    pub fn repeated(&self) -> Option<&str> {
        let mut names: Vec<&str> = self.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        names.windows(2).find_map(|pair| match pair {
            [first, second] if first == second => Some(*first),
            _ => None,
        })
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Writes one parameter behind others, encoded so that [`Form::parse`] reads the same.
pub fn push_parameter(out: &mut String, name: &str, value: &str) {
    if !out.is_empty() && !out.ends_with('?') && !out.ends_with('&') {
        out.push('&');
    }
    encode(out, name);
    out.push('=');
    encode(out, value);
}

/// Everything but what RFC 3986 §2.3 calls unreserved is written by its octets.
fn encode(out: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| char::from(DIGITS.get(usize::from(value)).copied().unwrap_or(b'0'));
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(octet));
        } else {
            out.extend(['%', digit(octet >> 4), digit(octet & 0xf)]);
        }
    }
}

fn is_form(media_type: &[u8]) -> bool {
    let mut parts = media_type.split(|octet| *octet == b';').map(<[u8]>::trim_ascii);
    let essence = parts.next().unwrap_or_default().eq_ignore_ascii_case(b"application/x-www-form-urlencoded");
    let is_utf8 = |part: &[u8]| part.eq_ignore_ascii_case(b"charset=utf-8");
    essence && parts.next().is_none_or(is_utf8) && parts.next().is_none()
}

fn decode(text: &[u8], at_most: usize) -> Result<Box<str>, FormError> {
    let mut decoded = Vec::with_capacity(text.len().min(at_most));
    let mut octets = text.iter();
    while let Some(octet) = octets.next() {
        let octet = match octet {
            b'+' => b' ',
            b'%' => {
                let mut digit = || octets.next().and_then(|digit| char::from(*digit).to_digit(16));
                let (high, low) = (digit().ok_or(FormError::Encoding)?, digit().ok_or(FormError::Encoding)?);
                u8::try_from(high * 16 + low).map_err(|_| FormError::Encoding)?
            }
            octet => *octet,
        };
        if decoded.len() == at_most {
            return Err(FormError::Bounds);
        }
        decoded.push(octet);
    }
    let text = String::from_utf8(decoded).map_err(|_| FormError::Text)?;
    if text.chars().any(char::is_control) { Err(FormError::Text) } else { Ok(text.into()) }
}

#[cfg(test)]
mod tests;
