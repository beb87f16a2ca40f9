//! The local CA: it signs the doors of whoever develops here, and nothing that others own.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use rcgen::{ExtendedKeyUsagePurpose, SanType};
use rustls_pki_types::CertificateDer;

use crate::authority::{self, Authority, Issued, RootProfile};
use crate::{CaError, constraints};

/// An authority for the certificates of doors.
pub struct LocalAuthority(Authority);

impl LocalAuthority {
    /// How long a certificate of a door lives that this CA signs.
    pub const DOOR_LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

    /// Makes a new one, in memory.
    ///
    /// # Errors
    /// [`CaError::NoRandomness`] or [`CaError::Make`].
    pub fn create() -> Result<Self, CaError> {
        Authority::create(RootProfile {
            name: "Vestibule local CA",
            path_length: 0,
            usages: vec![ExtendedKeyUsagePurpose::ServerAuth],
            names: Vec::new(),
            constraints: Some(constraints::extension()),
        })
        .map(Self)
    }

    /// Opens one from its two files.
    ///
    /// # Errors
    /// [`CaError`], where a file cannot be read, is not what it should be, or the two do not belong together.
    pub fn open(certificate: &Path, key: &Path) -> Result<Self, CaError> {
        Authority::open(certificate, key).map(Self)
    }

    /// Opens `DIRECTORY/STEM.pem` with `DIRECTORY/STEM-key.pem`, or makes both.
    ///
    /// # Errors
    /// [`CaError`]; [`CaError::Half`] where one of the files is there and the other is not.
    pub fn open_or_create(directory: &Path, stem: &str) -> Result<Self, CaError> {
        authority::open_or_create(&authority::files(directory, stem), Self::open, |certificate, key| {
            let made = Self::create()?;
            made.save(certificate, key).map(|()| made)
        })
    }

    /// Whether [`Self::open_or_create`] would open `DIRECTORY/STEM.pem`, or find nothing that keeps it from making it.
    ///
    /// # Errors
    /// As [`Self::open_or_create`]; nothing is written.
    pub fn check(directory: &Path, stem: &str) -> Result<(), CaError> {
        let open = |certificate: &Path, key: &Path| Self::open(certificate, key).map(drop);
        authority::open_or_create(&authority::files(directory, stem), open, |_, _| Ok(()))
    }

    /// Writes its two files, which must not be there yet; the key first.
    ///
    /// # Errors
    /// [`CaError::Exists`] or [`CaError::Write`].
    pub fn save(&self, certificate: &Path, key: &Path) -> Result<(), CaError> {
        self.0.save(certificate, key)
    }

    /// Signs a certificate for a door: DNS names (in lower case, a wildcard as first label allowed) and addresses.
    ///
    /// It ends with the CA itself, where `life` is longer.
    ///
    /// # Errors
    /// [`CaError::NotLocal`] for a name or address outside the constraints of the CA,
    /// [`CaError::Name`] for what is neither, [`CaError::Nameless`] for no names.
    pub fn issue_server(&self, names: &[String], life: Duration) -> Result<Issued, CaError> {
        if names.is_empty() {
            return Err(CaError::Nameless);
        }
        let names = names.iter().map(|name| server_name(name)).collect::<Result<_, _>>()?;
        self.0.issue("Vestibule door", names, vec![ExtendedKeyUsagePurpose::ServerAuth], life)
    }

    /// Whether any local CA signs this name or address, so that a file can be refused before it runs.
    #[must_use]
    pub fn signs(name: &str) -> bool {
        server_name(name).is_ok()
    }

    /// Its certificate: what callers are given as CA file.
    #[must_use]
    pub const fn certificate_der(&self) -> &CertificateDer<'static> {
        self.0.certificate_der()
    }

    /// The same as PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        self.0.certificate_pem()
    }
}

fn server_name(name: &str) -> Result<SanType, CaError> {
    let not_local = || CaError::NotLocal { name: name.into() };
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return if constraints::permits_address(address) { Ok(SanType::IpAddress(address)) } else { Err(not_local()) };
    }
    let dns = authority::dns_name(name)?;
    if constraints::permits_name(name) { Ok(dns) } else { Err(not_local()) }
}

#[cfg(test)]
mod tests;
