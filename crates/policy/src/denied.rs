//! Why there is no permit, and what the caller is told of it.

use std::sync::Arc;

use model::{Challenge, Code, DoorKind, Problem};
use thiserror::Error;

/// Why a request got no permit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DeniedError {
    /// Nobody said who they are, and the operation is not public.
    #[error("`{api}.{operation}` needs a credential ({place})")]
    CredentialRequired {
        /// Name of the API.
        api: Arc<str>,
        /// Name of the operation.
        operation: Arc<str>,
        /// `file:line:column` of the line that says who may call.
        place: Arc<str>,
    },
    /// The caller is known and no way in is meant for it.
    #[error("no caller rule of `{api}.{operation}` admits {caller} ({place})")]
    CallerNotAllowed {
        /// Name of the API.
        api: Arc<str>,
        /// Name of the operation.
        operation: Arc<str>,
        /// Kind and name of the caller.
        caller: Box<str>,
        /// `file:line:column` of the line that says who may call.
        place: Arc<str>,
    },
    /// The workload is meant, from other addresses than this one.
    #[error("`{api}.{operation}` admits {caller} from other networks ({place})")]
    NetworkNotAllowed {
        /// Name of the API.
        api: Arc<str>,
        /// Name of the operation.
        operation: Arc<str>,
        /// Kind and name of the caller.
        caller: Box<str>,
        /// `file:line:column` of the line that says who may call.
        place: Arc<str>,
    },
    /// The caller is meant, and its token is bound to nothing that this one has to prove.
    #[error("`{api}.{operation}` takes {caller} with a token bound to a certificate or by DPoP ({place})")]
    NotBound {
        /// Name of the API.
        api: Arc<str>,
        /// Name of the operation.
        operation: Arc<str>,
        /// Kind and name of the caller.
        caller: Box<str>,
        /// `file:line:column` of the line that says who may call.
        place: Arc<str>,
    },
    /// The person showed who they are too long ago.
    #[error("`{api}.{operation}` needs a sign-in within {seconds} s ({place})")]
    NotFresh {
        /// Name of the API.
        api: Arc<str>,
        /// Name of the operation.
        operation: Arc<str>,
        /// How long ago it may be.
        seconds: u64,
        /// `file:line:column` of the line that says who may call.
        place: Arc<str>,
    },
    /// The credential is meant and lacks a scope.
    #[error("`{api}.{operation}` needs the scopes `{scopes}` ({place})")]
    ScopeMissing {
        /// Name of the API.
        api: Arc<str>,
        /// Name of the operation.
        operation: Arc<str>,
        /// The scopes of the nearest way in, separated by spaces as in RFC 6749 §3.3.
        scopes: Box<str>,
        /// `file:line:column` of the line that says who may call.
        place: Arc<str>,
    },
    /// There is no rule with this number: the routes and the rules are not of one configuration.
    #[error("there is no rule for operation {operation}")]
    UnknownOperation {
        /// The number asked for.
        operation: u32,
    },
}

impl DeniedError {
    /// What the caller is told at a door of this kind.
    ///
    /// A missing credential is 401 and a missing scope 403 at both kinds (RFC
    /// 6750 §3.1), and a sign-in that is too old 401 (RFC 9470 §3); any other lack of right is, at a client door, the very answer
    /// of an unknown route.
    #[must_use]
    pub fn problem_for(self, door: DoorKind) -> Problem {
        let code = match (&self, door) {
            (Self::CredentialRequired { .. }, _) => Code::CredentialRequired,
            (Self::ScopeMissing { .. }, _) => Code::InsufficientScope,
            (Self::NotFresh { .. }, _) => Code::SignInTooOld,
            (
                Self::CallerNotAllowed { .. } | Self::NetworkNotAllowed { .. } | Self::NotBound { .. },
                DoorKind::Client,
            ) => Code::NotFound,
            (Self::CallerNotAllowed { .. } | Self::NotBound { .. }, DoorKind::Server) => Code::NotAllowed,
            (Self::NetworkNotAllowed { .. }, DoorKind::Server) => Code::NetworkNotAllowed,
            (Self::UnknownOperation { .. }, _) => Code::InternalError,
        };
        let challenge = match &self {
            Self::ScopeMissing { scopes, .. } => {
                Some(Challenge { scopes: Some(scopes.clone()), ..Challenge::default() })
            }
            Self::NotFresh { seconds, .. } => {
                Some(Challenge { max_age_seconds: Some(*seconds), ..Challenge::default() })
            }
            _ => None,
        };
        let mut problem = Problem::new(code, self.to_string()).because(self);
        problem.challenge = challenge.map(Box::new);
        problem
    }
}
