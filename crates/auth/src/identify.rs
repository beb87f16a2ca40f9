//! Who sent this request, by its own credentials and those of its connection.

mod query;

use std::net::IpAddr;
use std::sync::Arc;

use model::{Caller, DoorKind, Key, Workload};
use wire::{Fields, Name, RequestHead};

use crate::keys::Shown;
use crate::showing::is_own_cookie;
use crate::verified::Verified;
use crate::{AuthError, Directory};

/// Identifies the caller of a request; see the room's own documentation for the steps.
///
/// `peer` is the workload of the connection, from [`Directory::workload`], and `address` where the request comes from.
///
/// # Errors
/// [`AuthError`], where a credential is presented that is not valid or does not fit the door.
pub fn identify(
    door: DoorKind,
    head: &RequestHead,
    address: IpAddr,
    peer: Option<&Arc<Workload>>,
    directory: &Directory,
) -> Result<Caller, AuthError> {
    match presented(door, head)? {
        Some(text) => Ok(Caller::Key(directory.key(text, Shown { door, head, address })?)),
        None => of_connection(peer, door),
    }
}

/// Where the key of a caller is, if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holding {
    /// In the request, as it came in.
    InTheRequest,
    /// Assumed to be the file's key of this name; for explanations, which have no key to send.
    KeyNamed(Arc<str>),
    /// Assumed to be a valid key like this one; for explanations.
    KeyLike(Arc<Key>),
    /// Assumed to be a valid token or session of this caller; for explanations.
    Of(Caller),
    /// What was verified when the exchange began that is looked at again.
    Again(Arc<Verified>),
}

impl Holding {
    /// [`identify`], with the key that is assumed instead of one in the request.
    ///
    /// # Errors
    /// As [`identify`]; [`AuthError::Several`] where the request has a key beside the assumed one.
    pub fn identify(
        &self,
        door: DoorKind,
        head: &RequestHead,
        address: IpAddr,
        peer: Option<&Arc<Workload>>,
        directory: &Directory,
    ) -> Result<Caller, AuthError> {
        let assumed = match self {
            Self::InTheRequest => return identify(door, head, address, peer, directory),
            Self::KeyNamed(name) => directory.assumed_key(name, Shown { door, head, address }).map(Caller::Key),
            Self::KeyLike(key) => Directory::like_key(key, door).map(Caller::Key),
            Self::Of(caller) => fitting(caller, door).map(|()| caller.clone()),
            Self::Again(verified) => return Ok(verified.caller.clone()),
        };
        match presented(door, head)? {
            Some(_) => Err(AuthError::Several),
            None => assumed,
        }
    }
}

/// A caller known by token or session, where this kind of door takes such: people at client doors, where somebody's
/// application calls for somebody, and applications of their own at server doors.
pub(crate) const fn fitting(caller: &Caller, door: DoorKind) -> Result<(), AuthError> {
    match (caller, door) {
        (Caller::User(_), DoorKind::Server) => Err(AuthError::UserMisplaced),
        (Caller::App(_), DoorKind::Client) => Err(AuthError::AppMisplaced),
        _ => Ok(()),
    }
}

/// Without a key the caller is the workload of the connection, or nobody.
fn of_connection(peer: Option<&Arc<Workload>>, door: DoorKind) -> Result<Caller, AuthError> {
    match (peer, door) {
        (Some(workload), DoorKind::Server) => Ok(Caller::Workload(Arc::clone(workload))),
        (Some(_), DoorKind::Client) => Err(AuthError::CertificateMisplaced),
        (None, _) => Ok(Caller::Anonymous),
    }
}

/// The one key that the request shows, and nothing that stands against reading it.
fn presented(door: DoorKind, head: &RequestHead) -> Result<Option<&str>, AuthError> {
    check_surroundings(door, head)?;
    in_fields(head.fields())
}

/// No browser at a server door, and no credential where logs keep it.
///
/// # Errors
/// [`AuthError`], where there is either.
pub fn check_surroundings(door: DoorKind, head: &RequestHead) -> Result<(), AuthError> {
    if door == DoorKind::Server {
        refuse_browser(head.fields())?;
    }
    if head.query().is_some_and(query::has_credential) {
        return Err(AuthError::InQuery);
    }
    if query::has_key_in_path(head.path()) {
        return Err(AuthError::InPath);
    }
    Ok(())
}

/// Not by `Sec-Fetch-Mode`: Node's own fetch sends it too.
fn refuse_browser(fields: &Fields) -> Result<(), AuthError> {
    for name in [Name::Origin, Name::SecFetchSite] {
        if fields.get(name).is_some() {
            return Err(AuthError::Browser { sign: name.as_str() });
        }
    }
    if fields.all(Name::Cookie).any(has_session) {
        return Err(AuthError::Browser { sign: Name::Cookie.as_str() });
    }
    Ok(())
}

fn has_session(cookies: &[u8]) -> bool {
    cookies.split(|octet| *octet == b';').any(is_own_cookie)
}

/// The one key that was sent, as it was sent.
fn in_fields(fields: &Fields) -> Result<Option<&str>, AuthError> {
    match (fields.get(Name::Authorization), fields.get(Name::XApiKey)) {
        (None, None) => Ok(None),
        (Some(value), None) if fields.count(Name::Authorization) == 1 => bearer(value).map(Some),
        (None, Some(value)) if fields.count(Name::XApiKey) == 1 => {
            std::str::from_utf8(value).map(Some).map_err(|_| AuthError::KeyForm)
        }
        _ => Err(AuthError::Several),
    }
}

/// `Bearer`, in any case, one space, and a token (RFC 6750 §2.1).
fn bearer(value: &[u8]) -> Result<&str, AuthError> {
    let value = std::str::from_utf8(value).map_err(|_| AuthError::Scheme)?;
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token),
        _ => Err(AuthError::Scheme),
    }
}

#[cfg(test)]
mod tests;
