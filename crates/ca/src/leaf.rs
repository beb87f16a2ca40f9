//! What the certificate of a door says: for which names, from when, until when.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use rustls_pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer;
use x509_parser::time::ASN1Time;

/// How long before its end a certificate is told of, at most.
const NOTICE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// The leaf of a chain, as far as it matters to whoever shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its DNS names in lower case; a wildcard as `*.name`. The common name is none (RFC 9525 §2).
    pub names: Vec<String>,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// From when it is valid.
    pub not_before: SystemTime,
    /// Until when it is valid.
    pub not_after: SystemTime,
}

impl Leaf {
    /// Reads the first certificate of a chain; `None` where there is none, or it cannot be read.
    #[must_use]
    pub fn of_chain(chain: &[CertificateDer<'_>]) -> Option<Self> {
        chain.first().and_then(Self::read)
    }

    /// Reads one certificate; `None` where that cannot be done.
    #[must_use]
    pub fn read(der: &CertificateDer<'_>) -> Option<Self> {
        let (_, read) = X509Certificate::from_der(der).ok()?;
        let (mut names, mut addresses) = (Vec::new(), Vec::new());
        let said = read.subject_alternative_name().ok()?;
        for name in said.iter().flat_map(|names| &names.value.general_names) {
            match name {
                GeneralName::DNSName(name) => names.push(name.to_ascii_lowercase()),
                GeneralName::IPAddress(octets) => addresses.extend(address(octets)),
                _ => {}
            }
        }
        let validity = read.validity();
        let (not_before, not_after) = (instant(validity.not_before)?, instant(validity.not_after)?);
        Some(Self { names, addresses, not_before, not_after })
    }

    /// Whether it is for a host: a name, an address, or a wildcard, which only the same wildcard is for (RFC 9525 §6.3).
    #[must_use]
    pub fn is_for(&self, host: &str) -> bool {
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return self.addresses.contains(&address);
        }
        let host = host.to_ascii_lowercase();
        let parent = host.split_once('.').map(|(_, parent)| parent);
        let wildcard = |name: &str| name.strip_prefix("*.").is_some_and(|base| parent == Some(base));
        self.names.iter().any(|name| *name == host || wildcard(name))
    }

    /// Whether it is valid at this time.
    #[must_use]
    pub fn is_valid(&self, now: SystemTime) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// Whether its end is so near that it should be told: within 14 days, or within the last quarter of a shorter life.
    #[must_use]
    pub fn is_ending(&self, now: SystemTime) -> bool {
        let life = self.not_after.duration_since(self.not_before).unwrap_or_default();
        let left = self.not_after.duration_since(now).unwrap_or_default();
        left < NOTICE.min(life / 4)
    }

    /// What to call it: its first name or address.
    #[must_use]
    pub fn name(&self) -> String {
        let address = || self.addresses.first().map(ToString::to_string);
        self.names.first().cloned().or_else(address).unwrap_or_default()
    }
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    match octets.len() {
        4 => <[u8; 4]>::try_from(octets).ok().map(IpAddr::from),
        _ => <[u8; 16]>::try_from(octets).ok().map(IpAddr::from),
    }
}

/// A time before 1970 is none that a certificate of today has.
fn instant(time: ASN1Time) -> Option<SystemTime> {
    let seconds = u64::try_from(time.timestamp()).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests;
