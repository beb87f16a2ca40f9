//! The file as typed values that still know where they stand; nothing is defaulted or inherited yet.
//!
//! The draft ends where the plan is made: it never reaches run time. What a
//! file leaves out is `None` or empty here; what it writes badly was told as a
//! fault and is left out too.

mod access;
mod apis;
mod apps;
mod cache;
mod callers;
mod doors;
mod hosts;
mod identity;
mod issuers;
mod machines;
mod own;
mod proxies;
mod read;
mod resources;
mod services;

use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use crate::source::Span;
use crate::value::{Day, NetworkText};

pub(crate) use access::{Access, AppCallers, Callers, KeyCallers, UserCallers, WorkloadCallers};
pub(crate) use apis::{Api, Ask, ContractFile, Operation, Retire};
pub(crate) use apps::{App, Shows};
pub(crate) use cache::Cache;
pub(crate) use callers::{PinnedKey, Trust, Workload};
pub(crate) use doors::{AccountBinding, Acme, Door, Protocol, Tls};
pub(crate) use hosts::{has_sessions, host_of, serves};
pub(crate) use identity::{Identity, Mail};
pub(crate) use issuers::{Client, Issuer, Opaque};
pub(crate) use machines::MACHINES_API;
pub(crate) use own::{Own, OwnAnswer};
pub(crate) use proxies::{Proxies, SPEAK};
pub(crate) use read::read;
pub(crate) use resources::{METADATA, takes_tokens};
pub(crate) use services::{Breaker, Canary, Probes, Retries, RetryAfter, Service, ServiceTls};

/// A value, and the words that say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it stands.
    pub(crate) span: Span,
}

/// A whole file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    /// The doors that the file has, and those of the two standing names that an API uses without the file having them.
    pub(crate) doors: Vec<Door>,
    /// The services.
    pub(crate) services: Vec<Service>,
    /// The APIs.
    pub(crate) apis: Vec<Api>,
    /// Names for ranges.
    pub(crate) networks: Vec<NamedNetwork>,
    /// Pinned keys.
    pub(crate) keys: Vec<PinnedKey>,
    /// Declared workloads.
    pub(crate) workloads: Vec<Workload>,
    /// Trust domain and root.
    pub(crate) trust: Trust,
    /// The provider in the box.
    pub(crate) identity: Option<Identity>,
    /// OAuth clients.
    pub(crate) apps: Vec<App>,
    /// Issuers that are not ours.
    pub(crate) issuers: Vec<Issuer>,
    /// The form of the access log.
    pub(crate) log_format: Option<Said<LogFormat>>,
    /// The admin socket.
    pub(crate) admin_listen: Option<Said<PathBuf>>,
    /// The data directory.
    pub(crate) data_directory: Option<Said<PathBuf>>,
    /// The master keys of the store.
    pub(crate) seal: Option<Said<std::sync::Arc<store::SealKeys>>>,
}

impl Draft {
    /// The APIs that stand in the file: all but the endpoints of the provider, and what APIs say of themselves. No name
    /// of the file has a dot.
    pub(crate) fn written_apis(&self) -> impl Iterator<Item = &Api> {
        self.apis.iter().filter(|api| !api.is_of_the_house())
    }

    /// Whether a service may have to be told who called, or the keys for that are published: the file has any way in
    /// which a caller can say who it is.
    pub(crate) fn asserts(&self) -> bool {
        let publishes = |own: &[Own]| own.iter().any(|own| matches!(own.answer, OwnAnswer::IdentityKeys));
        let of_operation = |one: &Operation| one.access.callers.is_some() || publishes(&one.own);
        let of_api =
            |api: &Api| api.access.callers.is_some() || publishes(&api.own) || api.operations.iter().any(of_operation);
        let known = self.identity.is_some() || !self.keys.is_empty() || !self.workloads.is_empty();
        known || self.apis.iter().any(of_api)
    }
}

/// The form of the access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// JSON lines.
    Json,
    /// Columns for people.
    Text,
    /// Nothing is written: `log: none`.
    Off,
}

/// A chain and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CertificateFiles {
    /// The chain.
    pub(crate) certificate: Said<PathBuf>,
    /// The leaf's key.
    pub(crate) key: Said<PathBuf>,
}

/// From where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Addresses {
    /// Only from these.
    pub(crate) networks: Option<Vec<Said<NetworkText>>>,
    /// Not from these.
    pub(crate) deny: Vec<Said<NetworkText>>,
}

/// Times and sizes that a door, an API or an operation may say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// For the whole answer.
    pub(crate) deadline: Option<Said<Duration>>,
    /// For silence.
    pub(crate) idle: Option<Said<Duration>>,
    /// Largest request body, in bytes.
    pub(crate) body: Option<Said<u64>>,
}

/// A name for ranges.
#[derive(Clone, Debug)]
pub(crate) struct NamedNetwork {
    /// The name.
    pub(crate) name: Said<String>,
    /// The ranges.
    pub(crate) ranges: Vec<Said<IpNet>>,
}

/// A loosening that stands somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loosened {
    /// Its name, from the closed list.
    pub(crate) name: Said<&'static str>,
    /// What it opens.
    pub(crate) opens: &'static str,
    /// What it stands on, as a dotted key.
    pub(crate) on: String,
    /// Why.
    pub(crate) reason: String,
    /// Its last day.
    pub(crate) until: Option<Said<Day>>,
}

/// Whether a loosening of this name is among them.
pub(crate) fn loosened(loosen: &[Loosened], name: &str) -> bool {
    loosen.iter().any(|loosening| loosening.name.value == name)
}
