//! What the file says of keys and workloads, and which of it contradicts itself.

use std::sync::Arc;
use std::time::SystemTime;

use ipnet::IpNet;
use model::{KeyKind, SpiffeId, SpiffeIdError};
use thiserror::Error;

use crate::certificate::names::is_dns_name;
use crate::keys::{KeyBounds, KeyHash};

/// What the file says of keys and workloads.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The trust domain whose ids are ours; without one no certificate stands for anybody.
    pub trust_domain: Option<Box<str>>,
    /// The keys pinned in the file.
    pub keys: Vec<KeySettings>,
    /// The back ends known by certificate.
    pub workloads: Vec<WorkloadSettings>,
}

/// One key pinned in the file.
#[derive(Clone, Debug)]
pub struct KeySettings {
    /// Its name.
    pub name: Arc<str>,
    /// Its kind, which its text must say too.
    pub kind: KeyKind,
    /// What `keys create --for-file` printed.
    pub hash: KeyHash,
    /// The APIs that it opens, by name.
    pub apis: Vec<Arc<str>>,
    /// The scopes that it carries.
    pub scopes: Vec<Arc<str>>,
    /// The tier that its limits are taken from.
    pub tier: Option<Arc<str>>,
    /// From where it may be used.
    pub bounds: KeyBounds,
    /// From when on it is refused.
    pub expires: Option<SystemTime>,
    /// Where it stands, `file:line:column`.
    pub place: Arc<str>,
}

/// One back end known by certificate.
#[derive(Clone, Debug)]
pub struct WorkloadSettings {
    /// Its name.
    pub name: Arc<str>,
    /// Its SPIFFE id; `None` for `spiffe://TRUST-DOMAIN/NAME`.
    pub id: Option<SpiffeId>,
    /// DNS names by which it is known where its certificate has no SPIFFE id; lower case, no wildcards.
    pub dns: Vec<String>,
    /// From where it may call; `None` for anywhere.
    pub networks: Option<Vec<IpNet>>,
    /// Where these networks stand, `file:line:column`; empty where there are none.
    pub place: Arc<str>,
}

/// What contradicts itself in the settings.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DirectoryError {
    /// Two names for one key.
    #[error("the keys `{first}` and `{second}` have the same id")]
    SameKey {
        /// The one that came first.
        first: Arc<str>,
        /// The one that came later.
        second: Arc<str>,
    },
    /// Two workloads with the same SPIFFE id or DNS name.
    #[error("the workloads `{first}` and `{second}` are both known by `{identity}`")]
    SameWorkload {
        /// The one that came first.
        first: Arc<str>,
        /// The one that came later.
        second: Arc<str>,
        /// What they have in common.
        identity: Box<str>,
    },
    /// Not a trust domain.
    #[error("`{domain}` is not a trust domain: {source}")]
    TrustDomain {
        /// What was given.
        domain: Box<str>,
        /// Why not.
        source: SpiffeIdError,
    },
    /// A workload, and no trust domain that its id could be in.
    #[error("the workload `{name}` needs a trust domain")]
    NoTrustDomain {
        /// Which workload.
        name: Arc<str>,
    },
    /// A SPIFFE id outside our trust domain, or of the domain itself.
    #[error("the id `{id}` of the workload `{name}` is not a path within the trust domain `{domain}`")]
    OutsideTrustDomain {
        /// Which workload.
        name: Arc<str>,
        /// Its id.
        id: SpiffeId,
        /// Ours.
        domain: Box<str>,
    },
    /// A name that makes no SPIFFE id.
    #[error("the workload `{name}` has a name that makes no SPIFFE id: {source}")]
    Name {
        /// Which workload.
        name: Arc<str>,
        /// Why not.
        source: SpiffeIdError,
    },
    /// Not a DNS name in lower case.
    #[error("`{dns}` of the workload `{name}` is not a DNS name in lower case")]
    Dns {
        /// Which workload.
        name: Arc<str>,
        /// What was given.
        dns: Box<str>,
    },
}

impl WorkloadSettings {
    pub(super) fn id_within(&self, trust_domain: Option<&str>) -> Result<SpiffeId, DirectoryError> {
        let name = || Arc::clone(&self.name);
        let domain = trust_domain.ok_or_else(|| DirectoryError::NoTrustDomain { name: name() })?;
        let id = match &self.id {
            Some(id) => id.clone(),
            None => SpiffeId::parse(&format!("spiffe://{domain}/{}", self.name))
                .map_err(|source| DirectoryError::Name { name: name(), source })?,
        };
        if id.trust_domain() != domain || id.path().is_empty() {
            return Err(DirectoryError::OutsideTrustDomain { name: name(), id, domain: domain.into() });
        }
        Ok(id)
    }

    pub(super) fn dns_fault(&self, dns: &str) -> Option<DirectoryError> {
        let fault = || DirectoryError::Dns { name: Arc::clone(&self.name), dns: dns.into() };
        (!is_dns_name(dns)).then(fault)
    }
}
