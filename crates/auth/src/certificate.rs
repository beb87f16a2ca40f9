//! A client certificate, read after rustls has verified that it leads to an anchor and that its key is there.
//!
//! The checks here are those of a leaf X.509-SVID (SPIFFE X509-SVID §2 and §4) that
//! path validation does not make: exactly one URI among the names and that a SPIFFE
//! id with a path, no authority of its own, a key meant for signatures. A
//! certificate without any URI is read for its DNS names instead.

pub(crate) mod names;

use std::time::{Duration, SystemTime};

use model::{SpiffeId, SpiffeIdError};
use thiserror::Error;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

use crate::verified::sha256;
use names::Names;

/// What is known of the caller's certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerCertificate {
    /// Its SPIFFE id, where it has one.
    pub spiffe: Option<SpiffeId>,
    /// Its DNS names, in lower case.
    pub dns: Vec<String>,
    /// The SHA-256 of the whole of it, to which a token may be bound (RFC 8705 §3.1).
    pub sha256: [u8; 32],
    /// Its serial number, in lower-case hexadecimal digits.
    pub serial: String,
    /// Not valid before.
    pub not_before: SystemTime,
    /// Not valid after; a connection ends then.
    pub not_after: SystemTime,
}

/// What makes a certificate not acceptable as a caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CertificateError {
    /// Not one DER certificate, or an extension twice or broken.
    #[error("the certificate cannot be read")]
    Malformed,
    /// A certificate authority's own (X509-SVID §4.1).
    #[error("the certificate is that of an authority")]
    Authority,
    /// No key usage, or one without `digitalSignature`, or with signing of certificates or lists (X509-SVID §4.3).
    #[error("the certificate's key usage must be digital signature, and not the signing of certificates or lists")]
    KeyUsage,
    /// More than one URI among its names (X509-SVID §2).
    #[error("the certificate has more than one URI")]
    SeveralUris,
    /// A URI that is not a SPIFFE id.
    #[error("the certificate's URI is not a SPIFFE id: {0}")]
    Uri(SpiffeIdError),
    /// The id of a trust domain and of no workload in it (X509-SVID §2).
    #[error("the certificate's SPIFFE id has no path")]
    NoPath,
    /// A DNS name that is none, or more names than are looked at.
    #[error("the certificate has a DNS name that is none, or more than {} names", names::AT_MOST)]
    Names,
    /// Neither a URI nor a DNS name.
    #[error("the certificate has neither a SPIFFE id nor a DNS name")]
    Nameless,
    /// Days before 1970 or beyond what a clock can show.
    #[error("the certificate's days are out of range")]
    Days,
}

/// Reads a certificate.
///
/// # Errors
/// The first rule that it breaks.
pub fn read(der: &[u8]) -> Result<PeerCertificate, CertificateError> {
    let (after, certificate) = X509Certificate::from_der(der).map_err(|_| CertificateError::Malformed)?;
    if !after.is_empty() {
        return Err(CertificateError::Malformed);
    }
    let names = Names::read(&certificate)?;
    check_authority(&certificate)?;
    check_key_usage(&certificate, names.spiffe.is_some())?;
    Ok(PeerCertificate {
        sha256: sha256(der),
        spiffe: names.spiffe,
        dns: names.dns,
        serial: certificate.raw_serial().iter().map(|octet| format!("{octet:02x}")).collect(),
        not_before: wall_time(certificate.validity().not_before)?,
        not_after: wall_time(certificate.validity().not_after)?,
    })
}

impl PeerCertificate {
    /// Whether it is valid at this time; asked again whenever a connection outlives its handshake.
    #[must_use]
    pub fn is_current(&self, now: SystemTime) -> bool {
        self.not_before <= now && now <= self.not_after
    }
}

fn check_authority(certificate: &X509Certificate<'_>) -> Result<(), CertificateError> {
    let constraints = certificate.basic_constraints().map_err(|_| CertificateError::Malformed)?;
    if constraints.is_some_and(|constraints| constraints.value.ca) { Err(CertificateError::Authority) } else { Ok(()) }
}

/// An SVID must state its key usage; another certificate is bound only by what it states.
fn check_key_usage(certificate: &X509Certificate<'_>, is_svid: bool) -> Result<(), CertificateError> {
    let usage = certificate.key_usage().map_err(|_| CertificateError::Malformed)?;
    let right = match usage {
        Some(usage) => usage.value.digital_signature() && !usage.value.key_cert_sign() && !usage.value.crl_sign(),
        None => !is_svid,
    };
    if right { Ok(()) } else { Err(CertificateError::KeyUsage) }
}

fn wall_time(time: ASN1Time) -> Result<SystemTime, CertificateError> {
    let seconds = u64::try_from(time.timestamp()).map_err(|_| CertificateError::Days)?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or(CertificateError::Days)
}

#[cfg(test)]
mod tests;
