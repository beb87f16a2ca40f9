//! Why there is no permit, and what the caller is told of it.

use std::sync::Arc;

use model::{Code, DoorKind, Problem};
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
    /// The key is meant and lacks a scope.
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
    /// 6750 §3.1); any other lack of right is, at a client door, the very answer
    /// of an unknown route.
    #[must_use]
    pub fn problem_for(self, door: DoorKind) -> Problem {
        let code = match (&self, door) {
            (Self::CredentialRequired { .. }, _) => Code::CredentialRequired,
            (Self::ScopeMissing { .. }, _) => Code::InsufficientScope,
            (Self::CallerNotAllowed { .. } | Self::NetworkNotAllowed { .. }, DoorKind::Client) => Code::NotFound,
            (Self::CallerNotAllowed { .. }, DoorKind::Server) => Code::NotAllowed,
            (Self::NetworkNotAllowed { .. }, DoorKind::Server) => Code::NetworkNotAllowed,
            (Self::UnknownOperation { .. }, _) => Code::InternalError,
        };
        Problem::new(code, self.to_string()).because(self)
    }
}
