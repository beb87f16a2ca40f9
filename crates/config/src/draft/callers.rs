//! Callers that the file names: keys, workloads, and whose certificates are believed.

use std::path::PathBuf;

use auth::keys::{KeyHash, Origin};
use model::{KeyKind, SpiffeId};

use super::read::{Reader, key_kind};
use super::{NetworkText, Said};
use crate::node::Node;
use crate::value::{self, Day, WorkloadText, Wrong};

/// An API key, known by its hash.
#[derive(Clone, Debug)]
pub(crate) struct PinnedKey {
    /// Its name.
    pub(crate) name: Said<String>,
    /// Its kind.
    pub(crate) kind: Option<Said<KeyKind>>,
    /// Its hash.
    pub(crate) hash: Option<Said<KeyHash>>,
    /// What it opens.
    pub(crate) apis: Vec<Said<String>>,
    /// What it carries.
    pub(crate) scopes: Vec<Said<String>>,
    /// From pages of which origins.
    pub(crate) origins: Vec<Said<Origin>>,
    /// Whether `origins` stands there, perhaps with values that have their own faults.
    pub(crate) origins_unclear: bool,
    /// From where.
    pub(crate) networks: Option<Vec<Said<NetworkText>>>,
    /// Its last day.
    pub(crate) expires: Option<Said<Day>>,
}

/// A declared workload.
#[derive(Clone, Debug)]
pub(crate) struct Workload {
    /// Its name.
    pub(crate) name: Said<String>,
    /// Its SPIFFE id.
    pub(crate) id: Option<Said<SpiffeId>>,
    /// Names in its certificate.
    pub(crate) dns: Vec<Said<String>>,
    /// From where it calls.
    pub(crate) networks: Option<Vec<Said<NetworkText>>>,
}

/// Whose certificates are believed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trust {
    /// The trust domain.
    pub(crate) domain: Option<Said<String>>,
    /// The root's certificate.
    pub(crate) certificate: Option<Said<PathBuf>>,
    /// The root's key.
    pub(crate) key: Option<Said<PathBuf>>,
}

impl Reader {
    pub(super) fn key(&mut self, name: Said<String>, node: &Node) -> PinnedKey {
        PinnedKey {
            name,
            kind: self.one(node.get("kind"), key_kind),
            hash: self.one(node.get("hash"), value::hash),
            apis: self.list(node.get("apis"), |text| Ok(text.to_owned())),
            scopes: self.scopes(node.get("scopes")),
            origins: self.list(node.get("origins"), value::page_origin),
            origins_unclear: node.get("origins").is_some(),
            networks: self.networks(node.get("networks")),
            expires: self.one(node.get("expires"), value::day),
        }
    }

    pub(super) fn workload(&mut self, name: Said<String>, node: &Node) -> Workload {
        let id = |text: &str| match value::workload_pattern(text)? {
            WorkloadText::Id(id) => Ok::<SpiffeId, Wrong>(id),
            _ => Err(Wrong::new("", "")),
        };
        Workload {
            name,
            id: self.one(node.get("id"), id),
            dns: self.list(node.get("dns"), |text| value::host(text).map(str::to_owned)),
            networks: self.networks(node.get("networks")),
        }
    }

    pub(super) fn trust(&mut self, node: Option<&Node>) -> Trust {
        let get = |key| node.and_then(|node| node.get(key));
        let root = get("root");
        Trust {
            domain: self.one(get("domain"), |text| value::trust_domain(text).map(str::to_owned)),
            certificate: self.path(root.and_then(|root| root.get("certificate"))),
            key: self.path(root.and_then(|root| root.get("key"))),
        }
    }
}
