//! Who may call, and who those are: callers, networks, keys, workloads.

use super::{Lines, list, text};
use crate::draft::{Callers, PinnedKey, Said, Workload};
use crate::plan::Plan;
use crate::report::routes::workload_text;

impl Lines<'_, '_> {
    pub(super) fn callers(&mut self, callers: &Callers) {
        self.below("callers", |lines| {
            if let Some(keys) = &callers.keys {
                lines.below("keys", |lines| {
                    lines.said("kinds", &list(keys.kinds.iter().map(|kind| kind.value.to_string())), keys.span);
                    lines.texts("names", keys.names.as_deref().unwrap_or_default());
                    lines.texts("scopes", &keys.scopes);
                });
            }
            if let Some(workloads) = &callers.workloads {
                lines.below("workloads", |lines| {
                    let names = workloads.names.iter().map(|name| workload_text(&name.value));
                    lines.said("names", &list(names), workloads.span);
                    lines.networks("networks", workloads.networks.as_deref().unwrap_or_default());
                });
            }
        });
    }

    pub(super) fn names_of_callers(&mut self, plan: &Plan) {
        let draft = self.planner.draft;
        self.below("networks", |lines| {
            for network in &draft.networks {
                let ranges = list(network.ranges.iter().map(|range| range.value.to_string()));
                lines.said(&network.name.value, &ranges, network.name.span);
            }
        });
        self.below("keys", |lines| {
            for key in &draft.keys {
                lines.below(&key.name.value, |lines| lines.key(key));
            }
        });
        self.below("workloads", |lines| {
            for workload in &draft.workloads {
                lines.below(&workload.name.value, |lines| lines.workload(workload, &plan.trust.domain));
            }
        });
    }

    fn key(&mut self, key: &PinnedKey) {
        if let Some(kind) = &key.kind {
            self.said("kind", kind.value.as_str(), kind.span);
        }
        if let Some(hash) = &key.hash {
            self.said("hash", &text(&hash.value.to_string()), hash.span);
        }
        self.texts("apis", &key.apis);
        self.texts("scopes", &key.scopes);
        let origins = key.origins.iter().map(|said| Said { value: said.value.to_string(), span: said.span });
        self.texts("origins", &origins.collect::<Vec<_>>());
        self.networks("networks", key.networks.as_deref().unwrap_or_default());
        match &key.expires {
            Some(day) => self.said("expires", &day.value.to_string(), day.span),
            None => self.comment("expires", "never", "default"),
        }
    }

    fn workload(&mut self, workload: &Workload, domain: &str) {
        match &workload.id {
            Some(id) => self.said("id", &text(id.value.as_str()), id.span),
            None => {
                let id = format!("spiffe://{domain}/{}", workload.name.value);
                self.value("id", &text(&id), "default: the trust domain and the name");
            }
        }
        self.texts("dns", &workload.dns);
        self.networks("networks", workload.networks.as_deref().unwrap_or_default());
    }
}
