//! The doors' own certificates, where the local CA signs them: one for each set of names, for as long as the process lives.
//!
//! A door that keeps its names keeps its certificate over a reload, and with it
//! its sessions and tickets, until two thirds of its life are over. A process
//! that runs looks at them once a day, and loads its file again where one is due.

use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use ca::{CaError, Issued, LocalAuthority};
use config::{LOCAL_CA, Plan};
use gateway::CertificateAndKey;
use thiserror::Error;

/// How many are kept; more sets of names than that come only from many edits.
const KEPT: usize = 64;
/// How often the certificates are looked at.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Certificates issued since the start.
#[derive(Default)]
pub(crate) struct DoorCertificates {
    issued: Vec<ForNames>,
    /// The sets of names that the doors have now.
    in_use: Vec<Vec<String>>,
    looked: Option<SystemTime>,
}

struct ForNames {
    names: Vec<String>,
    issued: Issued,
}

/// Why a door has no certificate.
#[derive(Debug, Error)]
pub(crate) enum DoorCertificateError {
    /// The data directory cannot be made.
    #[error("the directory `{path}` for the local CA cannot be made: {source}")]
    Directory {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The local CA cannot be used, or may not sign a name.
    #[error("no certificate of the local CA for the door `{door}`: {source}")]
    Authority {
        /// The door's name.
        door: String,
        /// Why.
        source: CaError,
    },
}

impl DoorCertificates {
    /// Puts certificates into the doors of a plan that want one of the local CA, which is made if it is not there.
    ///
    /// # Errors
    /// The local CA cannot be read or made, or does not sign such a name.
    pub(crate) fn complete(&mut self, plan: &mut Plan, now: SystemTime) -> Result<(), DoorCertificateError> {
        let mut new = Vec::new();
        for wanted in &plan.local_certificates {
            let Some(door) = plan.gateway.doors.get_mut(wanted.door) else { continue };
            let Some(tls) = door.tls.as_mut() else { continue };
            let failed = |source| DoorCertificateError::Authority { door: door.door.name.to_string(), source };
            let kept = self.issued.iter().find(|kept| kept.names == wanted.names && kept.is_young(now));
            if let Some(kept) = kept {
                tls.certificates = vec![kept.certificate()];
                continue;
            }
            let issued = issue(&authority(&plan.data_directory, failed)?, &wanted.names).map_err(failed)?;
            tls.certificates = vec![issued.certificate()];
            new.push(issued);
        }
        self.issued.extend(new);
        // The oldest go first: those that no door has asked for since.
        let surplus = self.issued.len().saturating_sub(KEPT.max(plan.local_certificates.len()));
        self.issued.drain(..surplus);
        self.in_use = plan.local_certificates.iter().map(|wanted| wanted.names.clone()).collect();
        Ok(())
    }

    /// The sets of names that the doors have now, to be set again where what runs goes back.
    pub(crate) fn names(&self) -> Vec<Vec<String>> {
        self.in_use.clone()
    }

    /// The doors have these sets of names again.
    pub(crate) fn restore(&mut self, names: Vec<Vec<String>>) {
        self.in_use = names;
    }

    /// Whether a door's certificate is due to be made anew: the next [`Self::complete`] does it.
    pub(crate) fn are_due(&self, now: SystemTime) -> bool {
        let young = |names: &Vec<String>| self.issued.iter().any(|kept| kept.names == *names && kept.is_young(now));
        !self.in_use.iter().all(young)
    }

    /// The same, looked at once a day and `false` in between: what cannot be renewed is tried again tomorrow.
    pub(crate) fn look(&mut self, now: SystemTime) -> bool {
        // A clock that was put back is no reason to wait.
        let rested = |last: SystemTime| now.duration_since(last).map_or(true, |since| since >= DAY);
        if !self.looked.is_none_or(rested) {
            return false;
        }
        self.looked = Some(now);
        self.are_due(now)
    }
}

impl ForNames {
    fn certificate(&self) -> CertificateAndKey {
        CertificateAndKey { chain: self.issued.chain_der.clone(), key: self.issued.key_der.clone_key() }
    }

    /// Whether more than a third of its life is left.
    fn is_young(&self, now: SystemTime) -> bool {
        self.issued.not_after.duration_since(now).is_ok_and(|left| left > LocalAuthority::DOOR_LIFE / 3)
    }
}

fn authority(
    data: &Path,
    failed: impl Fn(CaError) -> DoorCertificateError,
) -> Result<LocalAuthority, DoorCertificateError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .map_err(|source| DoorCertificateError::Directory { path: data.display().to_string(), source })?;
    LocalAuthority::open_or_create(data, LOCAL_CA.trim_end_matches(".pem")).map_err(failed)
}

fn issue(authority: &LocalAuthority, names: &[String]) -> Result<ForNames, CaError> {
    let issued = authority.issue_server(names, LocalAuthority::DOOR_LIFE)?;
    Ok(ForNames { names: names.to_vec(), issued })
}

#[cfg(test)]
mod tests;
