//! Which operations of a contract are published: `publish` and `withhold`.

use super::Publishing;
use crate::draft::Said;
use crate::fault::{Fault, FaultCode};
use crate::shape::nearest;

impl<'a> Publishing<'a> {
    /// All that are named, or all there are; without those that are withheld.
    pub(super) fn chosen(&mut self) -> Vec<&'a contract::Operation> {
        let said = self.said;
        said.publish.iter().flatten().chain(&said.withhold).for_each(|name| self.known(name));
        let any = |names: &[Said<String>], operation: &contract::Operation| {
            names.iter().any(|name| covers(&name.value, operation))
        };
        let all = self.contract.operations.iter();
        let wanted = all.filter(|operation| said.publish.as_ref().is_none_or(|names| any(names, operation)));
        let chosen: Vec<_> = wanted.filter(|operation| !any(&said.withhold, operation)).collect();
        let some = |names: &[Said<String>]| names.iter().all(|name| self.means_some(&name.value));
        // A name that means nothing is told, and is why nothing is left.
        if chosen.is_empty() && some(said.publish.as_deref().unwrap_or_default()) && some(&said.withhold) {
            let fault = Fault::new(FaultCode::BadContract, said.span, "nothing of the contract is published");
            self.faults.push(fault);
        }
        chosen
    }

    fn means_some(&self, name: &str) -> bool {
        self.contract.operations.iter().any(|operation| covers(name, operation))
    }

    /// Tells the name of an operation or tag that the contract does not have.
    fn known(&mut self, name: &Said<String>) {
        let operations = &self.contract.operations;
        if self.means_some(&name.value) {
            return;
        }
        let tag = name.value.strip_prefix("tag:");
        let what = if tag.is_some() { "no operation with the tag" } else { "no operation" };
        let message = format!("the contract has {what} `{}`", tag.unwrap_or(&name.value));
        let fault = Fault::new(FaultCode::UnknownName, name.span, message);
        let near = match tag {
            Some(tag) => {
                let tags = operations.iter().flat_map(|operation| &operation.tags).map(String::as_str);
                nearest(tag, tags).map(|tag| format!("tag:{tag}"))
            }
            None => nearest(&name.value, operations.iter().map(|operation| operation.name.as_str())).map(str::to_owned),
        };
        self.faults.push(match near {
            Some(near) => fault.label(format!("did you mean `{near}`?")).replace(near),
            None => fault,
        });
    }
}

/// Whether `publish` or `withhold` means an operation: by name, by pattern, or by tag.
fn covers(name: &str, operation: &contract::Operation) -> bool {
    match name.strip_prefix("tag:") {
        Some(tag) => operation.tags.iter().any(|own| own == tag),
        None => matches(name, &operation.name),
    }
}

/// Whether a pattern covers a name; `*` stands for any characters, also none.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(name) = name.strip_prefix(first) else { return false };
    let Some((middle, last)) = rest.rsplit_once('*') else { return name.ends_with(rest) };
    // Each part at its first place: what comes after has the most room then.
    let mut name = name;
    for part in middle.split('*') {
        let Some((_, after)) = name.split_once(part) else { return false };
        name = after;
    }
    name.ends_with(last)
}
