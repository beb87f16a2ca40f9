//! Errors of the protocol: the registered codes, and what they look like in an answer.

use std::borrow::Cow;

use auth::jose::SigningError;
use http::StatusCode;
use thiserror::Error;

use crate::form::FormError;
use crate::store::StoreError;
use crate::{NoRandomness, ScopesError};

/// The codes that are used, each with where it is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidRequest,
    /// RFC 6749 §5.2.
    InvalidClient,
    /// RFC 6749 §5.2.
    InvalidGrant,
    /// RFC 6749 §4.1.2.1, §5.2.
    UnauthorizedClient,
    /// RFC 6749 §5.2.
    UnsupportedGrantType,
    /// RFC 6749 §4.1.2.1.
    UnsupportedResponseType,
    /// RFC 6749 §4.1.2.1, §5.2.
    InvalidScope,
    /// RFC 6749 §4.1.2.1, RFC 8628 §3.5.
    AccessDenied,
    /// RFC 6749 §4.1.2.1.
    ServerError,
    /// RFC 6749 §4.1.2.1.
    TemporarilyUnavailable,
    /// RFC 8707 §2.
    InvalidTarget,
    /// OpenID Connect Core §3.1.2.6.
    LoginRequired,
    /// OpenID Connect Core §3.1.2.6.
    ConsentRequired,
    /// OpenID Connect Core §3.1.2.6.
    RequestNotSupported,
    /// OpenID Connect Core §3.1.2.6.
    RequestUriNotSupported,
    /// OpenID Connect Core §3.1.2.6.
    RegistrationNotSupported,
    /// RFC 8628 §3.5.
    AuthorizationPending,
    /// RFC 8628 §3.5.
    SlowDown,
    /// RFC 8628 §3.5.
    ExpiredToken,
    /// RFC 9449 §5.
    InvalidDpopProof,
    /// RFC 9449 §8.
    UseDpopNonce,
    /// RFC 6750 §3.1.
    InvalidToken,
    /// RFC 6750 §3.1.
    InsufficientScope,
}

impl ErrorCode {
    /// As it is registered.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::AccessDenied => "access_denied",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::InvalidTarget => "invalid_target",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::RegistrationNotSupported => "registration_not_supported",
            Self::AuthorizationPending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::ExpiredToken => "expired_token",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
        }
    }

    /// The status where it is told in a body.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::InvalidClient | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::InsufficientScope => StatusCode::FORBIDDEN,
            Self::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// An error with a sentence for whoever writes the app; it names nobody and repeats nothing that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}: {description}", code.as_str())]
pub struct OAuthError {
    /// The code.
    pub code: ErrorCode,
    /// The sentence, in the characters that RFC 6749 §5.2 allows.
    pub description: Cow<'static, str>,
}

impl OAuthError {
    /// An error with a fixed sentence.
    #[must_use]
    pub const fn new(code: ErrorCode, description: &'static str) -> Self {
        Self { code, description: Cow::Borrowed(description) }
    }

    pub(crate) const fn invalid_request(description: &'static str) -> Self {
        Self::new(ErrorCode::InvalidRequest, description)
    }

    pub(crate) const fn invalid_grant() -> Self {
        // One sentence for all of them: which part did not fit helps only whoever found it somewhere.
        Self::new(ErrorCode::InvalidGrant, "it is not known, has ended, or was given to another app")
    }
}

impl From<StoreError> for OAuthError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy | StoreError::Away(_) => {
                Self::new(ErrorCode::TemporarilyUnavailable, "the store cannot answer just now; try again")
            }
            StoreError::Unreadable(_) | StoreError::Unknown(_) => Self::new(ErrorCode::ServerError, "the store failed"),
        }
    }
}

impl From<NoRandomness> for OAuthError {
    fn from(_: NoRandomness) -> Self {
        Self::new(ErrorCode::ServerError, "no random numbers can be had")
    }
}

impl From<SigningError> for OAuthError {
    fn from(_: SigningError) -> Self {
        Self::new(ErrorCode::ServerError, "the token could not be signed")
    }
}

impl From<FormError> for OAuthError {
    fn from(error: FormError) -> Self {
        Self::invalid_request(match error {
            FormError::MediaType => "the body has to be application/x-www-form-urlencoded",
            FormError::Encoding => "the parameters are not application/x-www-form-urlencoded",
            FormError::Text => "a parameter is not plain text in UTF-8",
            FormError::Bounds => "there are too many parameters, or one is too long",
            FormError::Repeated(_) => "a parameter stands more than once",
        })
    }
}

impl From<ScopesError> for OAuthError {
    fn from(error: ScopesError) -> Self {
        Self::new(
            ErrorCode::InvalidScope,
            match error {
                ScopesError::Character => "scope is a list of scopes with one space between them",
                ScopesError::Long => "a scope is too long",
                ScopesError::Many => "there are too many scopes",
            },
        )
    }
}
