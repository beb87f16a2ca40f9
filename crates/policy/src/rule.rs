//! The rule of one operation, as the file's `callers` and `public` say it.

mod tokens;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::SystemTime;

use ipnet::IpNet;
use model::{Caller, Key, KeyKind, ServiceId, Workload};

use crate::WorkloadPattern;
use tokens::carries;
pub use tokens::{AppWay, Binding, UserWay};

/// Who may call one operation, and where a permitted call goes.
#[derive(Clone, Debug)]
pub struct OperationRule {
    /// Name of the API.
    pub api: Arc<str>,
    /// Name of the operation within it.
    pub operation: Arc<str>,
    /// Where a permitted call goes; `None` where the house answers itself.
    pub service: Option<ServiceId>,
    /// Nobody need be known: the file says `public: true`.
    pub public: bool,
    /// The ways in; any one admits.
    pub ways: Vec<Way>,
    /// `file:line:column` of the line that says who may call.
    pub place: Arc<str>,
}

/// One way in; everything in it must hold.
#[derive(Clone, Debug)]
pub enum Way {
    /// By an API key that was made for this API.
    Keys {
        /// The kinds that are taken.
        kinds: Vec<KeyKind>,
        /// The keys that are taken, by name; `None` for every key of these kinds.
        names: Option<Vec<Arc<str>>>,
        /// Scopes that the key must carry, all of them.
        scopes: Vec<Arc<str>>,
    },
    /// By a client certificate.
    Workloads {
        /// The workloads that are taken.
        patterns: Vec<WorkloadPattern>,
        /// From where they may call; `None` for anywhere that the door and API admit.
        networks: Option<Vec<IpNet>>,
    },
    /// By a person's session or token. In a box: its conditions are many.
    Users(Box<UserWay>),
    /// By an application's own token.
    Apps(Box<AppWay>),
}

/// How near a caller came to one way, from farthest to nearest; the nearest is what a refusal tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// Not meant at all.
    Stranger,
    /// Meant, and calling from elsewhere.
    WrongNetwork,
    /// Meant, and with a token that anyone could use who has it.
    NotBound,
    /// Meant, and lacking a scope.
    ScopeMissing,
    /// Meant, and known for too long.
    NotFresh,
    /// Admitted.
    Admitted,
}

impl Way {
    pub(crate) fn fit(&self, api: &str, caller: &Caller, address: IpAddr, at: SystemTime) -> Fit {
        match (self, caller) {
            (Self::Keys { kinds, names, scopes }, Caller::Key(key)) => {
                fit_key(key, api, kinds, names.as_deref(), scopes)
            }
            (Self::Workloads { patterns, networks }, Caller::Workload(workload)) => {
                fit_workload(workload, patterns, networks.as_deref(), address)
            }
            (Self::Users(way), Caller::User(user)) => way.fit(user, at),
            (Self::Apps(way), Caller::App(app)) => way.fit(app),
            // Each kind has its own way in, and none comes in by another's.
            (_, Caller::Anonymous | Caller::Key(_) | Caller::Workload(_) | Caller::User(_) | Caller::App(_)) => {
                Fit::Stranger
            }
        }
    }

    /// The scopes that this way asks for.
    #[must_use]
    pub fn scopes(&self) -> &[Arc<str>] {
        match self {
            Self::Keys { scopes, .. } => scopes,
            Self::Workloads { .. } => &[],
            Self::Users(way) => &way.scopes,
            Self::Apps(way) => &way.scopes,
        }
    }

    /// How long ago a person may have shown who they are, where that is bounded.
    pub(crate) fn fresh_seconds(&self) -> u64 {
        match self {
            Self::Users(way) => way.fresh.map_or(0, |fresh| fresh.as_secs()),
            Self::Keys { .. } | Self::Workloads { .. } | Self::Apps(_) => 0,
        }
    }
}

fn fit_key(key: &Key, api: &str, kinds: &[KeyKind], names: Option<&[Arc<str>]>, scopes: &[Arc<str>]) -> Fit {
    let made_for_api = key.apis.iter().any(|made_for| **made_for == *api);
    let named = names.is_none_or(|names| names.contains(&key.name));
    if !made_for_api || !named || !kinds.contains(&key.kind) {
        return Fit::Stranger;
    }
    if carries(&key.scopes, scopes) { Fit::Admitted } else { Fit::ScopeMissing }
}

fn fit_workload(workload: &Workload, patterns: &[WorkloadPattern], networks: Option<&[IpNet]>, address: IpAddr) -> Fit {
    if !patterns.iter().any(|pattern| pattern.fits(workload)) {
        return Fit::Stranger;
    }
    let address = address.to_canonical();
    let near = networks.is_none_or(|networks| networks.iter().any(|network| network.contains(&address)));
    if near { Fit::Admitted } else { Fit::WrongNetwork }
}
