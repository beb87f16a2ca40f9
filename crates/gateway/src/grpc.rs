//! gRPC calls: requests as others, but told of refusals and deadlines in gRPC's way (gRPC over HTTP/2).
//!
//! A refusal is an answer of trailers only: status 200, and `grpc-status` where a body would be. The access log, the
//! metrics and the problem code are the same as for any other request.

use std::time::Duration;

use model::{Code, Problem};
use wire::fields::{Fields, Name};
use wire::{Method, RequestHead, ResponseHead, Version, grpc};

use crate::settings::{Errors, OperationSettings, UpstreamErrors};

/// The field that a caller's deadline stands in.
pub(crate) const TIMEOUT: &str = "grpc-timeout";
const STATUS: &str = "grpc-status";
const MESSAGE: &str = "grpc-message";

/// What gRPC calls the ways in which a call can end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Status {
    Unknown = 2,
    DeadlineExceeded = 4,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    Unauthenticated = 16,
}

/// Whether a request is a call. It is one over HTTP/2 only: HTTP/1.1 has no gRPC.
pub(crate) fn is_call(head: &RequestHead) -> bool {
    head.version() == Version::Http2
        && head.method() == Method::Post
        && head.fields().get(Name::ContentType).is_some_and(grpc::is_media_type)
}

/// How long the caller of a call waits, where it says so.
///
/// # Errors
/// What is not a timeout, or more than one: nobody would know what holds.
pub(crate) fn timeout(head: &RequestHead) -> Result<Option<Duration>, Problem> {
    if !is_call(head) {
        return Ok(None);
    }
    let mut said = head.fields().iter().filter(|field| field.name == TIMEOUT);
    let (first, second) = (said.next(), said.next());
    let Some(first) = first else { return Ok(None) };
    match grpc::read_timeout(first.value) {
        Some(timeout) if second.is_none() => Ok(Some(timeout)),
        _ => Err(Problem::new(Code::MalformedRequest, "`grpc-timeout` is not one number and unit")),
    }
}

/// Makes the answer for a problem: it has no body.
pub(crate) fn refuse(head: &mut ResponseHead, problem: &Problem, errors: Errors) {
    head.make(200);
    say(head, Name::ContentType.as_str(), "application/grpc");
    say(head, STATUS, &number(problem));
    say(head, MESSAGE, &grpc::write_message(&message(problem, errors)));
}

/// The end of an answer that has begun and cannot go on.
pub(crate) fn trailers(problem: &Problem, errors: Errors) -> Fields {
    let mut fields = Fields::new();
    for (name, value) in [(STATUS, number(problem)), (MESSAGE, grpc::write_message(&message(problem, errors)))] {
        let said = fields.push(name.as_bytes(), value.as_bytes());
        debug_assert!(said.is_ok(), "the house writes only fields that it would read");
    }
    fields
}

/// Whether an answer says by its head how the call ended, so that nothing follows it.
pub(crate) fn is_trailers_only(head: &ResponseHead) -> bool {
    head.fields().by_name(STATUS).is_some()
}

/// Whether callers of this operation are not told what went wrong within the service, as of its 5xx.
pub(crate) fn hides_faults(head: &RequestHead, operation: &OperationSettings) -> bool {
    operation.upstream_errors == UpstreamErrors::Replace && is_call(head)
}

/// The problem in place of the end of a call that says that the service failed at what it does itself: what it says
/// of that is anything that an exception held.
pub(crate) fn fault(ending: &Fields) -> Option<Problem> {
    let status = ending.iter().filter(|field| field.name == STATUS).find_map(|field| own_fault(field.value))?;
    let detail = format!("the service ended the call with grpc-status {status}");
    let mut problem = Problem::new(Code::UpstreamFailed, detail).maybe_sent();
    problem.grpc_status = Some(status);
    Some(problem)
}

/// UNKNOWN, INTERNAL and DATA_LOSS; what is no status is UNKNOWN to clients.
const fn own_fault(status: &[u8]) -> Option<u8> {
    match status {
        b"13" => Some(13),
        b"15" => Some(15),
        b"10" | b"11" | b"12" | b"14" | b"16" => None,
        [b'0' | b'1' | b'3'..=b'9'] => None,
        _ => Some(2),
    }
}

fn say(head: &mut ResponseHead, name: &str, value: &str) {
    let said = head.push(name, value.as_bytes());
    debug_assert!(said.is_ok(), "the house writes only fields that it would read");
}

fn number(problem: &Problem) -> String {
    problem.grpc_status.unwrap_or(status(problem.code) as u8).to_string()
}

/// The problem's code, so that it can be looked up, and as much more as other callers are told.
fn message(problem: &Problem, errors: Errors) -> String {
    match errors {
        Errors::Detailed => format!("{}: {}", problem.code.as_str(), problem.detail),
        Errors::Terse => format!("{}: {}", problem.code.as_str(), problem.code.title()),
    }
}

/// How gRPC calls a problem. Where the service may have acted, callers are not told that it was unavailable unless
/// gRPC itself says so of a connection that broke.
const fn status(code: Code) -> Status {
    match code {
        Code::MalformedRequest
        | Code::AmbiguousLength
        | Code::MalformedBody
        | Code::AmbiguousPath
        | Code::AmbiguousHost
        | Code::InternalError
        | Code::UpstreamMalformed => Status::Internal,
        Code::CredentialInQuery
        | Code::CredentialRequired
        | Code::CredentialInvalid
        | Code::CredentialMisplaced
        | Code::SignInTooOld
        | Code::DpopNonceRequired => Status::Unauthenticated,
        Code::InsufficientScope
        | Code::NotAllowed
        | Code::AuthorizationRefused
        | Code::NetworkNotAllowed
        | Code::BrowserNotAllowed
        | Code::ExternalSignInOver
        | Code::ExternalSignInRefused
        | Code::ExternalAccountTaken
        | Code::ExternalAccountUnknown
        | Code::CrossSiteRequest => Status::PermissionDenied,
        Code::NotFound
        | Code::MethodNotAllowed
        | Code::Retired
        | Code::ExpectationFailed
        | Code::MisdirectedRequest
        | Code::UpgradeRequired
        | Code::NotImplemented
        | Code::NotStored
        | Code::VersionNotSupported => Status::Unimplemented,
        Code::RequestTimeout | Code::UpstreamTimeout => Status::DeadlineExceeded,
        Code::BodyTooLarge | Code::TargetTooLong | Code::HeadersTooLarge => Status::ResourceExhausted,
        Code::UpstreamFailed => Status::Unknown,
        Code::UpstreamUnreachable
        | Code::UpstreamTls
        | Code::UpstreamBroken
        | Code::UpstreamUnavailable
        | Code::AuthorizationUnavailable
        | Code::ExternalSignInUnproven
        | Code::IssuerUnavailable
        | Code::Overloaded => Status::Unavailable,
    }
}

#[cfg(test)]
mod tests;
