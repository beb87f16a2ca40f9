//! Who may call, and who those are: callers, networks, keys, workloads.

use model::OWN_ISSUER;

use super::{Lines, list, text};
use crate::draft::{AppCallers, Callers, PinnedKey, Said, UserCallers, Workload};
use crate::plan::Plan;
use crate::report::routes::workload_text;
use crate::source::Span;
use crate::value::write_duration;

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
            if let Some(users) = &callers.users {
                lines.below("users", |lines| lines.users(users));
            }
            if let Some(apps) = &callers.apps {
                lines.below("apps", |lines| lines.apps_of(apps));
            }
        });
    }

    fn users(&mut self, users: &UserCallers) {
        self.issuers(users.issuers.as_deref(), users.span);
        if let Some(first) = users.via.first() {
            self.said("via", &list(users.via.iter().map(|via| via.value.to_string())), first.span);
        }
        self.texts("apps", users.apps.as_deref().unwrap_or_default());
        self.texts("scopes", &users.scopes);
        self.below("claims", |lines| {
            for (name, value) in &users.claims {
                lines.said(&super::quoted(name), &text(&value.value), value.span);
            }
        });
        if let Some(fresh) = &users.fresh {
            self.said("fresh", &write_duration(fresh.value), fresh.span);
        }
        if let Some(bound) = &users.bound {
            self.said("bound", bound.value.as_str(), bound.span);
        }
    }

    fn apps_of(&mut self, apps: &AppCallers) {
        self.texts("names", apps.names.as_deref().unwrap_or_default());
        self.issuers(apps.issuers.as_deref(), apps.span);
        self.texts("scopes", &apps.scopes);
        if let Some(bound) = &apps.bound {
            self.said("bound", bound.value.as_str(), bound.span);
        }
    }

    fn issuers(&mut self, issuers: Option<&[Said<String>]>, span: Span) {
        match issuers {
            Some(issuers) => self.texts("issuers", issuers),
            None => self.said("issuers", &list([OWN_ISSUER.to_owned()].into_iter()), span),
        }
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
