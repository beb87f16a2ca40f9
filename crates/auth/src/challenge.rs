//! What a refused caller is asked for (RFC 9110 §11.6.1): `WWW-Authenticate` by RFC 6750, RFC 9449, RFC 9470 and RFC 9728.

use std::fmt::Write as _;

use model::{Challenge, Code, Problem};

use crate::jose::Algorithm;

const REALM: &str = "realm=\"vestibule\"";

/// An API as a resource that tokens are for (RFC 8707, RFC 9728).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// What names it in `resource` and `aud`: scheme, host and path of the API.
    pub id: Box<str>,
    /// Where it is said who gives out tokens for it; empty where that is not said.
    pub metadata: Box<str>,
}

/// The values of `WWW-Authenticate` for an answer with this problem; none where none belongs.
///
/// RFC 9110 §15.5.2 demands the field in every 401. RFC 6750 §3.1 gives no error code to a request that had no
/// credential at all. `resource` is the API, where it takes tokens.
#[must_use]
pub fn challenges(problem: &Problem, resource: Option<&Resource>) -> Vec<String> {
    let told = problem.challenge.as_deref();
    let with_dpop = told.is_some_and(|told| told.dpop);
    let error = match problem.code {
        // With nothing shown, either may be shown.
        Code::CredentialRequired if resource.is_some() => {
            return vec![written("Bearer", None, told, resource), written("DPoP", None, told, resource)];
        }
        Code::CredentialRequired => None,
        Code::CredentialInvalid if told.is_some_and(|told| told.bad_proof) => Some("invalid_dpop_proof"),
        Code::CredentialInvalid | Code::CredentialMisplaced => Some("invalid_token"),
        Code::SignInTooOld => Some("insufficient_user_authentication"),
        Code::DpopNonceRequired => Some("use_dpop_nonce"),
        Code::InsufficientScope => Some("insufficient_scope"),
        _ => return Vec::new(),
    };
    let scheme = if with_dpop || problem.code == Code::DpopNonceRequired { "DPoP" } else { "Bearer" };
    vec![written(scheme, error, told, resource)]
}

fn written(scheme: &str, error: Option<&str>, told: Option<&Challenge>, resource: Option<&Resource>) -> String {
    let mut value = format!("{scheme} {REALM}");
    // Writing to a String cannot fail.
    let mut say = |name: &str, text: &str| {
        let _ = write!(value, ", {name}=\"{text}\"");
    };
    if let Some(error) = error {
        say("error", error);
    }
    if let Some(scopes) = told.and_then(|told| told.scopes.as_deref()) {
        say("scope", scopes);
    }
    if let Some(seconds) = told.and_then(|told| told.max_age_seconds) {
        say("max_age", &seconds.to_string());
    }
    if scheme == "DPoP" {
        say("algs", &Algorithm::ALL.map(Algorithm::as_str).join(" "));
    }
    if let Some(resource) = resource.filter(|resource| !resource.metadata.is_empty()) {
        say("resource_metadata", &resource.metadata);
    }
    value
}

#[cfg(test)]
mod tests;
