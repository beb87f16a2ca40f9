//! Rules of pinned keys: each opens APIs that there are, at doors that take its kind.

use model::{DoorKind, KeyKind};

use super::Rules;
use super::doors::is_over;
use super::index::unknown;
use crate::draft::PinnedKey;
use crate::fault::{Collector, Fault, FaultCode};

impl Rules<'_> {
    pub(super) fn keys(&self, faults: &mut Collector) {
        for key in &self.draft.keys {
            for opens in &key.apis {
                match self.index.apis.get(opens.value.as_str()) {
                    None => unknown("API", "apis", opens, self.index.apis.keys().copied(), faults),
                    Some(api) => {
                        let kind = self.index.door_of(api).and_then(|door| door.kind);
                        if let (Some(door), Some(kind)) = (kind, &key.kind) {
                            misplaced_key(key, kind.value, opens, door, faults);
                        }
                    }
                }
            }
            self.bounds(key, faults);
            if let Some(expires) = key.expires.as_ref().filter(|day| is_over(day.value, self.today)) {
                let message = format!("the key `{}` expired on {}", key.name.value, expires.value);
                faults
                    .push(Fault::new(FaultCode::KeyExpired, expires.span, message).warning().label("it opens nothing"));
            }
        }
        self.same_ids(faults);
    }

    /// A publishable key is bound to the origins of its pages; a secret key is never sent by a page.
    fn bounds(&self, key: &PinnedKey, faults: &mut Collector) {
        self.index.check_networks(key.networks.as_deref().unwrap_or_default(), faults);
        let Some(kind) = &key.kind else { return };
        match (kind.value, key.origins.first()) {
            (KeyKind::Publishable, None) if !key.origins_unclear => {
                let message = format!("the publishable key `{}` names no `origins`", key.name.value);
                let fault = Fault::new(FaultCode::MissingKey, kind.span, message);
                faults.push(fault.help("write from which pages it is sent: `origins: https://shop.example`"));
            }
            (KeyKind::Secret, Some(origin)) => {
                let message = format!("the secret key `{}` is bound to pages", key.name.value);
                let fault = Fault::new(FaultCode::CallerNeverFits, origin.span, message);
                faults.push(fault.label("no server door takes what a page sends; leave it out"));
            }
            _ => {}
        }
    }

    fn same_ids(&self, faults: &mut Collector) {
        let mut seen = std::collections::HashMap::new();
        for key in &self.draft.keys {
            let Some(hash) = &key.hash else { continue };
            if let Some(first) = seen.insert(hash.value.id(), hash.span) {
                let fault = Fault::new(FaultCode::DuplicateKey, hash.span, "this key is pinned twice");
                faults.push(fault.label("and again here").related(first, "first here"));
            }
        }
    }
}

fn misplaced_key(
    key: &PinnedKey,
    kind: KeyKind,
    opens: &crate::draft::Said<String>,
    door: DoorKind,
    faults: &mut Collector,
) {
    if (kind == KeyKind::Secret) != (door == DoorKind::Server) {
        let message = format!("the {kind} key `{}` opens `{}`, which is at a {door} door", key.name.value, opens.value);
        let fault = Fault::new(FaultCode::CallerMisplaced, opens.span, message);
        faults.push(fault.label("server doors take `secret` keys, client doors the other kinds"));
    }
}
