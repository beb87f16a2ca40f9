//! The subject alternative names of a certificate; its common name is never looked at (RFC 9525 §2).

use model::SpiffeId;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;

use super::CertificateError;

/// More names than this are no workload's.
pub(super) const AT_MOST: usize = 64;

pub(super) struct Names {
    pub(super) spiffe: Option<SpiffeId>,
    pub(super) dns: Vec<String>,
}

impl Names {
    pub(super) fn read(certificate: &X509Certificate<'_>) -> Result<Self, CertificateError> {
        let extension = certificate.subject_alternative_name().map_err(|_| CertificateError::Malformed)?;
        let names = extension.map(|extension| extension.value.general_names.as_slice()).unwrap_or_default();
        if names.len() > AT_MOST {
            return Err(CertificateError::Names);
        }
        let mut uri = None;
        let mut dns = Vec::new();
        for name in names {
            match name {
                GeneralName::URI(_) if uri.is_some() => return Err(CertificateError::SeveralUris),
                GeneralName::URI(text) => uri = Some(*text),
                GeneralName::DNSName(text) => dns.push(dns_name(text)?),
                _ => {}
            }
        }
        let spiffe = uri.map(SpiffeId::parse).transpose().map_err(CertificateError::Uri)?;
        if spiffe.as_ref().is_some_and(|id| id.path().is_empty()) {
            return Err(CertificateError::NoPath);
        }
        if spiffe.is_none() && dns.is_empty() {
            return Err(CertificateError::Nameless);
        }
        Ok(Self { spiffe, dns })
    }
}

fn dns_name(text: &str) -> Result<String, CertificateError> {
    let name = text.to_ascii_lowercase();
    if is_dns_name(name.strip_prefix("*.").unwrap_or(&name)) { Ok(name) } else { Err(CertificateError::Names) }
}

/// Labels of 1 to 63 lower-case letters, digits, `-` and `_`, 253 characters at most; not a wildcard.
pub(crate) fn is_dns_name(name: &str) -> bool {
    let byte_ok = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let label_ok = |label: &str| !label.is_empty() && label.len() <= 63 && label.bytes().all(byte_ok);
    name.len() <= 253 && name.split('.').all(label_ok)
}
