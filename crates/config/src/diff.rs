//! What a change means in words of access: who may call what before and after, and what else is different.
//!
//! Access is not compared by comparing texts. Every request has one that stands
//! for it ([`routing::cells`]), every caller (`credentials`) and every address
//! (`addresses`) as well; each combination is put to both configurations, by the
//! decisions that real requests meet ([`gateway::Trial`]).
//!
//! | word | is |
//! | --- | --- |
//! | opens, closes | somebody may call what they might not, or the other way round |
//! | loosens, tightens | a loosening comes or goes, a bound grows or shrinks |
//! | changes | something else holds than before |
//!
//! Certificates are compared by their names; that another root signs them is a
//! change of its own. A certificate of several DNS names is compared by each.

mod access;
mod addresses;
mod credentials;
mod settings;

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::load::Loaded;
use crate::report::LooseningLine;
pub use access::{AccessChange, Effect};
pub use settings::SettingChange;

/// Everything that is different.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// Who may call what.
    pub access: Vec<AccessChange>,
    /// Loosenings that are new, and places of `public: true`.
    pub loosened: Vec<LooseningLine>,
    /// Loosenings that are gone.
    pub tightened: Vec<LooseningLine>,
    /// What else.
    pub changes: Vec<SettingChange>,
    /// Operations of both whose callers are the same.
    pub kept_operations: usize,
    /// Addresses that nothing listens at any more.
    pub listeners_closed: usize,
    /// Whether it needs a restart.
    pub restart_needed: bool,
    /// Whether everything was compared: `false` where the routes are too many and too tangled.
    pub exact: bool,
}

/// Where the admin socket is, in one form: it stands beside a file that may be named from here or from the root.
fn socket(loaded: &Loaded) -> PathBuf {
    let socket = &loaded.plan.admin_socket;
    std::path::absolute(socket).unwrap_or_else(|_| socket.clone())
}

/// Compares two configurations.
#[must_use]
pub fn diff(old: &Loaded, new: &Loaded) -> Difference {
    let compared = access::compare(old, new);
    let named = |line: &LooseningLine, among: &Loaded| {
        among.report.loosenings.iter().any(|other| other.name == line.name && other.on == line.on)
    };
    let only_in = |one: &Loaded, other: &Loaded| -> Vec<LooseningLine> {
        one.report.loosenings.iter().filter(|line| !named(line, other)).cloned().collect()
    };
    let listens = |loaded: &Loaded| -> Vec<_> {
        loaded
            .plan
            .gateway
            .doors
            .iter()
            .flat_map(|door| door.listen.iter().copied().chain(door.redirect_from))
            .collect()
    };
    let still = listens(new);
    let changes = settings::compare(&old.report.shown, &new.report.shown);
    Difference {
        access: compared.changes,
        kept_operations: compared.kept,
        exact: compared.exact,
        loosened: only_in(new, old),
        tightened: only_in(old, new),
        listeners_closed: listens(old).iter().filter(|address| !still.contains(address)).count(),
        restart_needed: socket(old) != socket(new) || old.plan.log_format != new.plan.log_format,
        changes,
    }
}

impl Difference {
    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exact
            && self.access.is_empty()
            && self.loosened.is_empty()
            && self.tightened.is_empty()
            && self.changes.is_empty()
    }

    /// Whether it lets anybody in, or may: what was not compared counts, and every new `public: true`. Where another
    /// public operation took the same requests before, nobody gets in who was out, but they come to something new.
    #[must_use]
    pub fn opens(&self) -> bool {
        !self.exact || self.count(Effect::Opens) > 0 || self.loosened.iter().any(LooseningLine::is_public)
    }

    /// Whether a loosening is new, or may be; `public: true` is one.
    #[must_use]
    pub fn loosens(&self) -> bool {
        !self.exact || !self.loosened.is_empty()
    }

    /// How many changes of access of this kind.
    #[must_use]
    pub fn count(&self, effect: Effect) -> usize {
        self.access.iter().filter(|change| change.effect == effect).count()
    }

    /// Changes of a bound or a value, of this kind.
    pub fn settings(&self, effect: Effect) -> impl Iterator<Item = &SettingChange> {
        self.changes.iter().filter(move |change| change.effect == effect)
    }

    /// The members of `diff --json` that tell of it.
    #[must_use]
    pub fn to_json(&self) -> Map<String, Value> {
        let loosening = |line: &LooseningLine| match line.reason.as_str() {
            "" => json!({ "name": line.name, "on": line.on }),
            reason => json!({ "name": line.name, "on": line.on, "reason": reason }),
        };
        let count = |effect| self.settings(effect).count();
        let members = json!({
            "summary": {
                "opens": self.count(Effect::Opens), "closes": self.count(Effect::Closes),
                "loosens": self.loosened.len() + count(Effect::Loosens),
                "tightens": self.tightened.len() + count(Effect::Tightens),
                "changes": count(Effect::Changes), "kept_operations": self.kept_operations,
                "listeners_closed": self.listeners_closed, "restart_needed": self.restart_needed,
            },
            "access": self.access.iter().map(AccessChange::to_json).collect::<Vec<_>>(),
            "loosenings": {
                "added": self.loosened.iter().map(loosening).collect::<Vec<_>>(),
                "removed": self.tightened.iter().map(loosening).collect::<Vec<_>>(),
            },
            "changes": self.changes.iter().map(SettingChange::to_json).collect::<Vec<_>>(),
            "exact": self.exact,
        });
        match members {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }
}

#[cfg(test)]
mod tests;
