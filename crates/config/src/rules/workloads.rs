//! Rules of workloads: each within the trust domain, and none with the identity of another.

use std::collections::HashMap;

use super::Rules;
use crate::draft::Workload;
use crate::fault::{Collector, Fault, FaultCode};
use crate::source::Span;

/// The trust domain of a file that names none.
pub(crate) const TRUST_DOMAIN: &str = "local.vestibule";

impl Rules<'_> {
    /// The trust domain that holds.
    pub(super) fn trust_domain(&self) -> &str {
        self.draft.trust.domain.as_ref().map_or(TRUST_DOMAIN, |domain| domain.value.as_str())
    }

    pub(super) fn workloads(&self, faults: &mut Collector) {
        let mut seen: HashMap<String, Span> = HashMap::new();
        for workload in &self.draft.workloads {
            self.index.check_networks(workload.networks.as_deref().unwrap_or_default(), faults);
            if let Some(id) = workload.id.as_ref().filter(|id| id.value.trust_domain() != self.trust_domain()) {
                let message = format!("`{}` is not in our trust domain", id.value);
                let fault = Fault::new(FaultCode::BadValue, id.span, message);
                faults.push(fault.label(format!("ids begin with `spiffe://{}/`", self.trust_domain())));
            }
            for (identity, span) in self.identities(workload) {
                if let Some(first) = seen.get(&identity) {
                    let message = format!("two workloads are known by `{identity}`");
                    let fault = Fault::new(FaultCode::DuplicateKey, span, message);
                    faults.push(fault.label("and again here").related(*first, "first here"));
                } else {
                    seen.insert(identity, span);
                }
            }
        }
    }

    fn identities(&self, workload: &Workload) -> Vec<(String, Span)> {
        let id = match &workload.id {
            Some(id) => (id.value.to_string(), id.span),
            None => (format!("spiffe://{}/{}", self.trust_domain(), workload.name.value), workload.name.span),
        };
        std::iter::once(id).chain(workload.dns.iter().map(|dns| (dns.value.clone(), dns.span))).collect()
    }
}
