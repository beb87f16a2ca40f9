//! The root of workloads: it signs back ends by SPIFFE id, and is the only anchor for callers at server doors.

use std::path::Path;
use std::time::{Duration, SystemTime};

use model::SpiffeId;
use rcgen::{ExtendedKeyUsagePurpose, SanType};
use rustls_pki_types::CertificateDer;

use crate::CaError;
use crate::authority::{self, Authority, Issued, RootCertificate, RootProfile};
use crate::pem::read_chain;

/// An authority for the certificates of workloads of one trust domain.
///
/// Its certificate names the trust domain as its URI and has no constraint on
/// URIs: rustls-webpki refuses every URI beneath one, right or wrong, so the trust
/// domain of a caller is compared by `auth` instead.
pub struct WorkloadAuthority {
    authority: Authority,
    domain: SpiffeId,
}

impl WorkloadAuthority {
    /// Makes a new one, in memory.
    ///
    /// # Errors
    /// [`CaError::TrustDomain`], [`CaError::NoRandomness`] or [`CaError::Make`].
    pub fn create(trust_domain: &str) -> Result<Self, CaError> {
        let domain = domain_of(trust_domain)?;
        let authority = Authority::create(RootProfile {
            name: "Vestibule workload root",
            // One authority may stand between: a root whose key is offline signs those that are not.
            path_length: 1,
            usages: Vec::new(),
            names: vec![uri(&domain)?],
            constraints: None,
        })?;
        Ok(Self { authority, domain })
    }

    /// Opens one from its two files.
    ///
    /// # Errors
    /// [`CaError`], where a file cannot be read, is not what it should be, is of
    /// another trust domain, or the two do not belong together.
    pub fn open(certificate: &Path, key: &Path, trust_domain: &str) -> Result<Self, CaError> {
        let domain = domain_of(trust_domain)?;
        let authority = Authority::open(certificate, key)?;
        check_anchor(certificate, authority.certificate_der(), &domain)?;
        Ok(Self { authority, domain })
    }

    /// Opens `DIRECTORY/STEM.pem` with `DIRECTORY/STEM-key.pem`, or makes both.
    ///
    /// # Errors
    /// [`CaError`]; [`CaError::Half`] where one of the files is there and the other is not.
    pub fn open_or_create(directory: &Path, stem: &str, trust_domain: &str) -> Result<Self, CaError> {
        let open = |certificate: &Path, key: &Path| Self::open(certificate, key, trust_domain);
        authority::open_or_create(&authority::files(directory, stem), open, |certificate, key| {
            let made = Self::create(trust_domain)?;
            made.save(certificate, key).map(|()| made)
        })
    }

    /// Writes its two files, which must not be there yet; the key first.
    ///
    /// # Errors
    /// [`CaError::Exists`] or [`CaError::Write`].
    pub fn save(&self, certificate: &Path, key: &Path) -> Result<(), CaError> {
        self.authority.save(certificate, key)
    }

    /// Signs a certificate (an X.509-SVID) for a workload, for both ends of a connection.
    ///
    /// `dns` are names by which others find it, in lower case. It ends with the root
    /// itself, where `life` is longer.
    ///
    /// # Errors
    /// [`CaError::Foreign`] for an id that is no workload of the trust domain, [`CaError::Name`] for a bad DNS name.
    pub fn issue_workload(&self, id: &SpiffeId, dns: &[String], life: Duration) -> Result<Issued, CaError> {
        if id.trust_domain() != self.trust_domain() || id.path().is_empty() {
            return Err(CaError::Foreign { id: id.clone(), domain: self.trust_domain().into() });
        }
        let names = dns.iter().map(|name| authority::dns_name(name));
        let names = std::iter::once(uri(id)).chain(names).collect::<Result<_, _>>()?;
        let usages = vec![ExtendedKeyUsagePurpose::ClientAuth, ExtendedKeyUsagePurpose::ServerAuth];
        self.authority.issue("Vestibule workload", names, usages, life)
    }

    /// The trust domain, without scheme.
    #[must_use]
    pub fn trust_domain(&self) -> &str {
        self.domain.trust_domain()
    }

    /// Its certificate: the anchor of server doors.
    #[must_use]
    pub const fn certificate_der(&self) -> &CertificateDer<'static> {
        self.authority.certificate_der()
    }

    /// The same as PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        self.authority.certificate_pem()
    }
}

/// Reads the anchors of a server door from a file: the roots of a trust domain, without their keys.
///
/// # Errors
/// [`CaError`], where the file cannot be read or holds anything but authorities that
/// are current, may vouch for clients, and say no other trust domain. A local CA is refused.
pub fn read_workload_anchors(path: &Path, trust_domain: &str) -> Result<Vec<CertificateDer<'static>>, CaError> {
    let domain = domain_of(trust_domain)?;
    let anchors = read_chain(path)?;
    for anchor in &anchors {
        check_anchor(path, anchor, &domain)?;
    }
    Ok(anchors)
}

fn check_anchor(path: &Path, der: &CertificateDer<'_>, domain: &SpiffeId) -> Result<(), CaError> {
    let wrong = |what| CaError::Content { path: path.to_owned(), what };
    let root = RootCertificate::read(path, der)?;
    if !root.for_clients {
        return Err(wrong("holds an authority for servers only (the local CA?), which may not vouch for workloads"));
    }
    if root.not_after <= SystemTime::now() {
        return Err(wrong("holds a certificate that has ended"));
    }
    match root.uris.iter().find(|uri| *uri != domain.as_str()) {
        None => Ok(()),
        Some(found) => Err(CaError::OtherTrustDomain {
            path: path.to_owned(),
            found: found.as_str().into(),
            expected: domain.as_str().into(),
        }),
    }
}

fn domain_of(trust_domain: &str) -> Result<SpiffeId, CaError> {
    let failed = |source| CaError::TrustDomain { domain: trust_domain.into(), source };
    let id = SpiffeId::parse(&format!("spiffe://{trust_domain}")).map_err(failed)?;
    if id.path().is_empty() { Ok(id) } else { Err(failed(model::SpiffeIdError::Domain)) }
}

fn uri(id: &SpiffeId) -> Result<SanType, CaError> {
    Ok(SanType::URI(id.as_str().try_into()?))
}

#[cfg(test)]
mod tests;
