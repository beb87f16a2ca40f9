//! What both kinds of authority have in common: a key, a certificate, their files, and signing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use model::Secret;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType, SerialNumber,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

use crate::CaError;
use crate::files::{PRIVATE, PUBLIC, write_new};
use crate::pem::{read_chain_and_text, read_key};

/// Clocks of callers may be behind ours by so much.
const BACKDATED: Duration = Duration::from_secs(10 * 60);
/// Ten years, by the calendar's mean.
const ROOT_LIFE: Duration = Duration::from_secs(3_652 * 24 * 60 * 60);

/// A certificate that was made here, and its key.
#[derive(Debug)]
pub struct Issued {
    /// The certificate, PEM.
    pub chain_pem: String,
    /// Its key, PKCS #8 in PEM.
    pub key_pem: Secret<String>,
    /// The certificate, DER.
    pub chain_der: Vec<CertificateDer<'static>>,
    /// Its key, PKCS #8 in DER.
    pub key_der: PrivateKeyDer<'static>,
    /// When it ends.
    pub not_after: SystemTime,
}

impl Issued {
    /// Writes certificate and key into two new files, the key readable by its owner only.
    ///
    /// # Errors
    /// [`CaError::Exists`] or [`CaError::Write`]. The key is written first: a
    /// certificate that is there has its key.
    pub fn save(&self, certificate: &Path, key: &Path) -> Result<(), CaError> {
        write_new(key, self.key_pem.expose(), PRIVATE)?;
        write_new(certificate, &self.chain_pem, PUBLIC)
    }
}

/// The key and the certificate of an authority.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    pem: String,
    not_after: SystemTime,
}

/// What distinguishes one kind of root from the other.
pub(crate) struct RootProfile {
    pub(crate) name: &'static str,
    /// How many authorities may stand between it and a leaf.
    pub(crate) path_length: u8,
    pub(crate) usages: Vec<ExtendedKeyUsagePurpose>,
    pub(crate) names: Vec<SanType>,
    pub(crate) constraints: Option<rcgen::CustomExtension>,
}

impl Authority {
    pub(crate) fn create(profile: RootProfile) -> Result<Self, CaError> {
        let key = KeyPair::generate()?;
        let serial = serial()?;
        let mut params = CertificateParams::default();
        // Two roots of one name in a trust store could not be told apart.
        let tag: String = serial.iter().take(4).map(|octet| format!("{octet:02x}")).collect();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, format!("{} {tag}", profile.name));
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(profile.path_length));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.extended_key_usages = profile.usages;
        params.subject_alt_names = profile.names;
        params.custom_extensions.extend(profile.constraints);
        let now = SystemTime::now();
        let not_after = now + ROOT_LIFE;
        params.not_before = (now - BACKDATED).into();
        params.not_after = not_after.into();
        let certificate = params.self_signed(&key)?;
        let (pem, certificate) = (certificate.pem(), certificate.der().clone());
        Ok(Self { issuer: Issuer::from_ca_cert_der(&certificate, key)?, certificate, pem, not_after })
    }

    /// Opens an authority whose two files have been read, and checks that they belong together.
    pub(crate) fn open(certificate: &Path, key: &Path) -> Result<Self, CaError> {
        let wrong = |what| CaError::Content { path: certificate.to_owned(), what };
        let (chain, pem) = read_chain_and_text(certificate)?;
        let Ok([der]) = <[_; 1]>::try_from(chain) else { return Err(wrong("holds more than one certificate")) };
        let root = RootCertificate::read(certificate, &der)?;
        let key_der = read_key(key)?;
        let unusable = || CaError::Content { path: key.to_owned(), what: "holds a private key that cannot be used" };
        let pair = KeyPair::try_from(&key_der).map_err(|_| unusable())?;
        if pair.public_key_raw() != root.public_key {
            return Err(CaError::Content { path: key.to_owned(), what: "holds the key of another certificate" });
        }
        let issuer = Issuer::from_ca_cert_der(&der, pair)?;
        Ok(Self { issuer, certificate: der, pem, not_after: root.not_after })
    }

    pub(crate) fn save(&self, certificate: &Path, key: &Path) -> Result<(), CaError> {
        write_new(key, &self.issuer.key().serialize_pem(), PRIVATE)?;
        write_new(certificate, &self.pem, PUBLIC)
    }

    pub(crate) fn issue(
        &self,
        subject: &str,
        names: Vec<SanType>,
        usages: Vec<ExtendedKeyUsagePurpose>,
        life: Duration,
    ) -> Result<Issued, CaError> {
        let now = SystemTime::now();
        if self.not_after <= now {
            return Err(CaError::Ended);
        }
        // Nothing outlives what vouches for it.
        let not_after = now.checked_add(life).map_or(self.not_after, |end| end.min(self.not_after));
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, subject);
        params.serial_number = Some(SerialNumber::from_slice(&serial()?));
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = usages;
        params.subject_alt_names = names;
        params.use_authority_key_identifier_extension = true;
        params.not_before = (now - BACKDATED).into();
        params.not_after = not_after.into();
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Issued {
            chain_pem: certificate.pem(),
            key_pem: Secret::new(key.serialize_pem()),
            chain_der: vec![certificate.der().clone()],
            key_der: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            not_after,
        })
    }

    pub(crate) const fn certificate_der(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    pub(crate) fn certificate_pem(&self) -> &str {
        &self.pem
    }
}

/// The certificate of a root, as far as it matters here.
pub(crate) struct RootCertificate {
    pub(crate) not_after: SystemTime,
    /// Its URIs.
    pub(crate) uris: Vec<String>,
    /// Whether it may vouch for clients; a certificate that does not say may.
    pub(crate) for_clients: bool,
    public_key: Vec<u8>,
}

impl RootCertificate {
    pub(crate) fn read(path: &Path, der: &CertificateDer<'_>) -> Result<Self, CaError> {
        let wrong = |what| CaError::Content { path: path.to_owned(), what };
        let malformed = || wrong("holds a certificate that cannot be read");
        let (_, read) = X509Certificate::from_der(der).map_err(|_| malformed())?;
        let constraints = read.basic_constraints().map_err(|_| malformed())?;
        let usage = read.key_usage().map_err(|_| malformed())?;
        let extended = read.extended_key_usage().map_err(|_| malformed())?;
        let names = read.subject_alternative_name().map_err(|_| malformed())?;
        if !constraints.is_some_and(|constraints| constraints.value.ca) {
            return Err(wrong("holds a certificate that is not an authority's"));
        }
        if usage.is_some_and(|usage| !usage.value.key_cert_sign()) {
            return Err(wrong("holds a certificate whose key may not sign certificates"));
        }
        let for_clients = extended.is_none_or(|usage| usage.value.client_auth || usage.value.any);
        let names = names.map(|names| names.value.general_names.as_slice()).unwrap_or_default();
        let uris = names.iter().filter_map(|name| match name {
            x509_parser::extensions::GeneralName::URI(uri) => Some((*uri).to_owned()),
            _ => None,
        });
        let seconds = u64::try_from(read.validity().not_after.timestamp()).map_err(|_| malformed())?;
        let not_after = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or_else(malformed)?;
        let public_key = read.public_key().subject_public_key.data.to_vec();
        Ok(Self { not_after, uris: uris.collect(), for_clients, public_key })
    }
}

/// The two files of an authority: `DIRECTORY/STEM.pem` and `DIRECTORY/STEM-key.pem`.
pub(crate) fn files(directory: &Path, stem: &str) -> (PathBuf, PathBuf) {
    (directory.join(format!("{stem}.pem")), directory.join(format!("{stem}-key.pem")))
}

/// Opens what is there, makes and saves what is not.
pub(crate) fn open_or_create<T>(
    (certificate, key): &(PathBuf, PathBuf),
    open: impl Fn(&Path, &Path) -> Result<T, CaError>,
    create: impl Fn(&Path, &Path) -> Result<T, CaError>,
) -> Result<T, CaError> {
    refuse_open_directory(key)?;
    let half = |there: &Path, missing: &Path| CaError::Half { there: there.to_owned(), missing: missing.to_owned() };
    match (certificate.exists(), key.exists()) {
        (true, true) => open(certificate, key),
        (true, false) => Err(half(certificate, key)),
        (false, true) => Err(half(key, certificate)),
        (false, false) => create(certificate, key),
    }
}

/// Nobody else may be able to put another key in the place of ours.
fn refuse_open_directory(key: &Path) -> Result<(), CaError> {
    const OTHERS_MAY_WRITE: u32 = 0o022;
    let Some(directory) = key.parent().filter(|directory| directory.exists()) else { return Ok(()) };
    let read = |source| CaError::Read { path: directory.to_owned(), source };
    if fs::metadata(directory).map_err(read)?.permissions().mode() & OTHERS_MAY_WRITE != 0 {
        return Err(CaError::OpenDirectory { path: directory.to_owned() });
    }
    Ok(())
}

/// A DNS name in lower case, or a wildcard before one, as a name of a certificate.
pub(crate) fn dns_name(name: &str) -> Result<SanType, CaError> {
    let byte_ok = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let label_ok = |label: &str| !label.is_empty() && label.len() <= 63 && label.bytes().all(byte_ok);
    if name.len() > 253 || !name.strip_prefix("*.").unwrap_or(name).split('.').all(label_ok) {
        return Err(CaError::Name { name: name.into() });
    }
    Ok(SanType::DnsName(name.try_into()?))
}

/// 16 octets, all but two bits random; positive and never shorter (RFC 5280 §4.1.2.2).
fn serial() -> Result<[u8; 16], CaError> {
    let mut serial = [0_u8; 16];
    aws_lc_rs::rand::fill(&mut serial).map_err(|_| CaError::NoRandomness)?;
    if let Some(first) = serial.first_mut() {
        *first = *first & 0x7F | 0x40;
    }
    Ok(serial)
}

#[cfg(test)]
mod tests;
