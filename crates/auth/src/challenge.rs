//! What a refused caller is asked for (RFC 9110 §11.6.1, RFC 6750 §3).

use model::Code;

/// The value of `WWW-Authenticate` for an answer with this code; `None` where none belongs.
///
/// RFC 9110 §15.5.2 demands the field in every 401. RFC 6750 §3.1 gives no error
/// code to a request that had no credential at all.
#[must_use]
pub const fn challenge(code: Code) -> Option<&'static str> {
    match code {
        Code::CredentialRequired => Some("Bearer realm=\"vestibule\""),
        Code::CredentialInvalid | Code::CredentialMisplaced => {
            Some("Bearer realm=\"vestibule\", error=\"invalid_token\"")
        }
        // RFC 9470 §3.
        Code::SignInTooOld => Some("Bearer realm=\"vestibule\", error=\"insufficient_user_authentication\""),
        // RFC 9449 §9.
        Code::DpopNonceRequired => Some("DPoP realm=\"vestibule\", error=\"use_dpop_nonce\""),
        Code::InsufficientScope => Some("Bearer realm=\"vestibule\", error=\"insufficient_scope\""),
        _ => None,
    }
}
