//! Keys and workloads as the room of identities takes them.

use std::sync::Arc;

use auth::keys::KeyBounds;
use auth::{Directory, KeySettings, Settings, WorkloadSettings};

use super::Planner;
use crate::draft::{PinnedKey, Workload};

impl Planner<'_> {
    pub(super) fn directory(&mut self, trust_domain: &str) -> Option<Directory> {
        let draft = self.draft;
        let settings = Settings {
            trust_domain: Some(trust_domain.into()),
            keys: draft.keys.iter().filter_map(|key| self.key(key)).collect(),
            workloads: draft.workloads.iter().map(|workload| self.workload(workload)).collect(),
        };
        match Directory::new(settings) {
            Ok(directory) => Some(directory),
            // The rules know each of these; what is left is told without its line.
            Err(faults) => {
                let first = draft.keys.first().map(|key| key.name.span);
                let first = first.or_else(|| draft.workloads.first().map(|workload| workload.name.span));
                for fault in faults {
                    self.not_understood(first.unwrap_or_default(), fault.to_string());
                }
                None
            }
        }
    }

    fn key(&self, key: &PinnedKey) -> Option<KeySettings> {
        let text = |said: &crate::draft::Said<String>| Arc::from(said.value.as_str());
        Some(KeySettings {
            name: text(&key.name),
            kind: key.kind.as_ref()?.value,
            hash: key.hash.as_ref()?.value.clone(),
            apis: key.apis.iter().map(text).collect(),
            scopes: key.scopes.iter().map(text).collect(),
            tier: None,
            bounds: KeyBounds {
                origins: key.origins.iter().map(|origin| origin.value.clone()).collect(),
                networks: key.networks.as_deref().map(|networks| self.index.ranges(networks)),
            },
            expires: key.expires.as_ref().map(|day| day.value.end()),
            place: self.place(key.name.span),
        })
    }

    fn workload(&self, workload: &Workload) -> WorkloadSettings {
        WorkloadSettings {
            name: Arc::from(workload.name.value.as_str()),
            id: workload.id.as_ref().map(|id| id.value.clone()),
            dns: workload.dns.iter().map(|dns| dns.value.clone()).collect(),
            networks: workload.networks.as_deref().map(|networks| self.index.ranges(networks)),
            place: match workload.networks.as_deref().and_then(<[_]>::first) {
                Some(network) => self.place(network.span),
                None => Arc::from(""),
            },
        }
    }
}
