//! A compact token (RFC 7515 §7.1): its three parts, its header, and whether a key signed it.

use serde_json::Value;

use super::{Algorithm, Claims, Expected, Jwks, Object, TokenError, VerifyingKey, claims, encoding, read_object};

/// Octets that a token may have.
pub const TOKEN_AT_MOST: usize = 16 * 1024;
/// Octets that the header of a token may have, encoded.
const HEADER_AT_MOST: usize = 8 * 1024;

/// What kind of token is expected, by its `typ` (RFC 8725 §3.11); no kind is ever taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenType {
    /// In lower case, without `application/`.
    name: &'static str,
    /// Whether tokens with `JWT` or without any `typ` are of this kind too.
    or_plain: bool,
}

impl TokenType {
    /// An access token (RFC 9068 §2.1).
    pub const ACCESS: Self = Self { name: "at+jwt", or_plain: false };
    /// A token that says nothing or `JWT`: an ID token, and the assertion to services.
    pub const PLAIN: Self = Self { name: "jwt", or_plain: true };
    /// An assertion by which a client authenticates (RFC 7523); older clients write `JWT` or nothing.
    pub const CLIENT_AUTHENTICATION: Self = Self { name: "client-authentication+jwt", or_plain: true };
    /// A request object (RFC 9101 §10.8); older clients write `JWT` or nothing.
    pub const REQUEST_OBJECT: Self = Self { name: "oauth-authz-req+jwt", or_plain: true };
    /// An access token of an issuer that knows RFC 9068 or does not.
    pub const ACCESS_OR_PLAIN: Self = Self { name: "at+jwt", or_plain: true };
    /// A proof of possession (RFC 9449 §4.2).
    pub const DPOP: Self = Self { name: "dpop+jwt", or_plain: false };

    fn is(self, typ: Option<&str>) -> bool {
        let Some(typ) = typ else { return self.or_plain };
        // RFC 7515 §4.1.9: a media type, whose `application/` may be left out; compared without regard to case.
        let begins = typ.get(..12).is_some_and(|begin| begin.eq_ignore_ascii_case("application/"));
        let name = if begins { typ.get(12..).unwrap_or_default() } else { typ };
        name.eq_ignore_ascii_case(self.name) || (self.or_plain && name.eq_ignore_ascii_case("jwt"))
    }
}

/// A token whose form and header have been read, and nothing of which is believed yet.
#[derive(Debug)]
pub struct Token<'a> {
    signed: &'a str,
    payload: &'a str,
    signature: Vec<u8>,
    header: Object,
    algorithm: Algorithm,
}

impl<'a> Token<'a> {
    /// Reads form and header.
    ///
    /// # Errors
    /// [`TokenError`], where it is no token, or one that is never accepted, whatever the key.
    pub fn parse(text: &'a str) -> Result<Self, TokenError> {
        if text.len() > TOKEN_AT_MOST {
            return Err(TokenError::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(TokenError::Parts)?;
        let (header, payload) = signed.split_once('.').ok_or(TokenError::Parts)?;
        if payload.contains('.') || header.is_empty() || signature.is_empty() {
            return Err(TokenError::Parts);
        }
        if header.len() > HEADER_AT_MOST {
            return Err(TokenError::TooLong);
        }
        let header = encoding::decode(header).ok_or(TokenError::Encoding)?;
        let signature = encoding::decode(signature).ok_or(TokenError::Encoding)?;
        let header = read_object(&header).map_err(|_| TokenError::Header)?;
        let algorithm = algorithm(&header)?;
        Ok(Self { signed, payload, signature, header, algorithm })
    }

    /// The id of the key that it says to be signed by.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.text("kid")
    }

    /// What it says to be signed by; only ever compared with the algorithm of a key.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether it says to be of this kind.
    #[must_use]
    pub fn is(&self, kind: TokenType) -> bool {
        kind.is(self.text("typ"))
    }

    /// The issuer that it names, to choose the keys by; nothing shows yet that it is true.
    ///
    /// # Errors
    /// [`TokenError`], where the claims cannot be read or name none.
    pub fn claimed_issuer(&self) -> Result<String, TokenError> {
        match self.claims()?.remove("iss") {
            Some(Value::String(issuer)) => Ok(issuer),
            _ => Err(TokenError::Issuer),
        }
    }

    /// Its claims, after kind, key, signature, issuer, audience and times were checked.
    ///
    /// # Errors
    /// [`TokenError`]: the first thing that is not as expected.
    pub fn verify(&self, keys: &Jwks, expected: &Expected<'_>) -> Result<Claims, TokenError> {
        if !self.is(expected.kind) {
            return Err(TokenError::Type);
        }
        self.verify_signature(keys.find(self.key_id(), self.algorithm)?)?;
        claims::check(self.claims()?, expected)
    }

    /// Whether this key signed it.
    pub(super) fn verify_signature(&self, key: &VerifyingKey) -> Result<(), TokenError> {
        if key.algorithm() != self.algorithm {
            return Err(TokenError::AlgorithmOfKey);
        }
        if key.has_signed(self.signed.as_bytes(), &self.signature) { Ok(()) } else { Err(TokenError::Signature) }
    }

    pub(super) fn claims(&self) -> Result<Object, TokenError> {
        let payload = encoding::decode(self.payload).ok_or(TokenError::Encoding)?;
        read_object(&payload).map_err(|_| TokenError::Claims)
    }

    pub(super) const fn header(&self) -> &Object {
        &self.header
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }
}

/// The algorithm of a header in which nothing stands that we do not understand and must.
fn algorithm(header: &Object) -> Result<Algorithm, TokenError> {
    if ["crit", "b64", "zip"].into_iter().any(|name| header.contains_key(name)) {
        return Err(TokenError::Extension);
    }
    if ["kid", "typ"].into_iter().any(|name| header.get(name).is_some_and(|value| !value.is_string())) {
        return Err(TokenError::Header);
    }
    match header.get("alg") {
        Some(Value::String(name)) => Algorithm::parse(name).ok_or(TokenError::Algorithm),
        _ => Err(TokenError::Header),
    }
}

/// Reads a token and checks it; see the documentation of the module for the steps.
///
/// # Errors
/// [`TokenError`]: the first thing that is not as expected.
pub fn verify(text: &str, keys: &Jwks, expected: &Expected<'_>) -> Result<Claims, TokenError> {
    Token::parse(text)?.verify(keys, expected)
}

/// The octets that one of these keys signed, of whatever kind they are (RFC 7515 §5.2).
///
/// # Errors
/// [`TokenError`], where none of them did.
pub fn open(text: &str, keys: &Jwks) -> Result<Vec<u8>, TokenError> {
    let token = Token::parse(text)?;
    token.verify_signature(keys.find(token.key_id(), token.algorithm)?)?;
    encoding::decode(token.payload).ok_or(TokenError::Encoding)
}

#[cfg(test)]
mod tests;
