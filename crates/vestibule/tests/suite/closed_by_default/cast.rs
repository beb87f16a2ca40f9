//! What a drawn file is about, decided first so that its parts fit together: doors, APIs, keys and their names.
//!
//! The grammar says what may be written; what must hold between the parts (a
//! key opens APIs of its own kind of door, a loosening stands where it loosens)
//! is decided here, or most drawn files would not load.

use std::net::SocketAddr;

use auth::keys::{self, NewKey};
use fastrand::Rng;
use model::KeyKind;

use crate::two_doors::free_address;

/// The trust domains that a file may choose; none is the default.
const DOMAINS: [Option<&str>; 2] = [None, Some("drawn.test")];
/// Names for address ranges.
pub(super) const NETWORKS: [&str; 2] = ["home", "depot"];
/// Workloads of the file.
pub(super) const WORKLOADS: [&str; 3] = ["orders", "billing", "stock-2"];
/// Services: two that count, and one that no API uses.
pub(super) const SERVICES: [&str; 4] = ["shop", "ledger", "elsewhere", "vault"];

/// Who may have an account.
const ACCOUNTS: [&str; 3] = ["open", "invite", "closed"];

/// What the house answers itself; an operation of its own only the first three.
pub(super) const OWN: [&str; 4] = ["redirect", "respond", "identity_keys", "files"];

/// A kind of door, as the file writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Client,
    Server,
}

/// What a door says of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    Unsaid,
    Local,
    Files,
    /// Of a CA that nobody can reach: whatever else is in the file, no handshake there succeeds.
    Acme,
    None,
}

#[derive(Debug)]
pub(super) struct Door {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) listen: Vec<SocketAddr>,
    pub(super) redirect: SocketAddr,
    pub(super) tls: Tls,
    pub(super) hosts: Vec<&'static str>,
    pub(super) protocols: Option<&'static [&'static str]>,
    pub(super) loosen: Vec<&'static str>,
}

/// Who may call, as it is written in one place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Access {
    pub(super) public: bool,
    pub(super) keys: bool,
    pub(super) workloads: bool,
    /// People at a client door, applications at a server door.
    pub(super) tokens: bool,
}

#[derive(Debug)]
pub(super) struct Operation {
    pub(super) name: String,
    /// Of which no two operations of a file are the same: it tells them apart wherever a request ends up.
    pub(super) segment: String,
    /// What the operation says itself.
    pub(super) access: Option<Access>,
    /// Whether it may ask for scopes.
    pub(super) scopes: bool,
    /// What the house answers to it.
    pub(super) own: Option<&'static str>,
}

#[derive(Debug)]
pub(super) struct Api {
    pub(super) name: &'static str,
    pub(super) door: usize,
    pub(super) access: Access,
    /// What the house answers in the place of a service.
    pub(super) own: Option<&'static str>,
    pub(super) operations: Vec<Operation>,
    pub(super) loosen: Vec<&'static str>,
}

#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) kind: KeyKind,
    pub(super) hash: String,
    pub(super) apis: Vec<&'static str>,
}

/// Everything that is decided before a file is drawn.
#[derive(Debug)]
pub(super) struct Cast {
    pub(super) doors: Vec<Door>,
    pub(super) apis: Vec<Api>,
    pub(super) keys: Vec<Key>,
    pub(super) domain: Option<&'static str>,
    /// Who may have an account, where there is a provider.
    pub(super) accounts: &'static str,
}

impl Door {
    fn draw(random: &mut Rng, name: &'static str, kind: Kind) -> Self {
        let tls = match random.u8(0..10) {
            0..2 => Tls::Unsaid,
            2..4 => Tls::Local,
            4..7 => Tls::Files,
            7 => Tls::Acme,
            _ => Tls::None,
        };
        let plain = tls == Tls::None;
        let optional = kind == Kind::Server && (plain || random.u8(0..3) == 0);
        let mut loosen = Vec::new();
        let mut loosened = |name: &'static str, is: bool| loosen.extend(is.then_some(name));
        loosened("certificate-optional", optional);
        loosened("plaintext", plain && (kind == Kind::Server || random.bool()));
        loosened("public-address", kind == Kind::Server && random.u8(0..4) == 0);
        loosened("tls-1.2", kind == Kind::Server && !plain && random.u8(0..4) == 0);
        loosened("detailed-errors", kind == Kind::Client && random.u8(0..4) == 0);
        let hosts = match random.u8(0..6) {
            // Its certificate is for names, one by one.
            _ if tls == Tls::Acme => vec!["localhost"],
            0..3 => Vec::new(),
            3 => vec!["localhost"],
            4 => vec!["*.drawn.test"],
            _ => vec!["localhost", "*.drawn.test"],
        };
        let protocols: Option<&[&str]> = match random.u8(0..5) {
            0 => Some(&["http1"]),
            1 => Some(&["http1", "http2"]),
            2 if !plain => Some(&["http2"]),
            _ => None,
        };
        let listen = (0..random.usize(1..=2)).map(|_| free_address()).collect();
        Self { name, kind, listen, redirect: free_address(), tls, hosts, protocols, loosen }
    }

    pub(super) fn is_loosened(&self, name: &str) -> bool {
        self.loosen.contains(&name)
    }

    pub(super) fn is_plain(&self) -> bool {
        self.tls == Tls::None
    }
}

impl Access {
    /// Who may call at this door; at least one way in.
    fn draw(random: &mut Rng, door: &Door, may_take_keys: bool, gives_tokens: bool) -> Self {
        // Both are kept from an API that must not be called without a certificate.
        let tokens = gives_tokens && (door.kind == Kind::Client || may_take_keys) && random.u8(0..3) == 0;
        Self { tokens, ..Self::without_tokens(random, door, may_take_keys) }
    }

    fn without_tokens(random: &mut Rng, door: &Door, may_take_keys: bool) -> Self {
        match door.kind {
            Kind::Client => match random.u8(0..4) {
                0 => Self { public: true, ..Self::default() },
                1 => Self { public: true, keys: true, ..Self::default() },
                _ => Self { keys: true, ..Self::default() },
            },
            Kind::Server if !may_take_keys => Self { workloads: true, ..Self::default() },
            Kind::Server if door.is_plain() => Self { keys: true, ..Self::default() },
            Kind::Server => match random.u8(0..3) {
                0 => Self { keys: true, ..Self::default() },
                1 => Self { workloads: true, ..Self::default() },
                _ => Self { keys: true, workloads: true, ..Self::default() },
            },
        }
    }
}

impl Api {
    fn draw(random: &mut Rng, name: &'static str, at: usize, door: &Door, gives_tokens: bool) -> Self {
        let optional = door.is_loosened("certificate-optional");
        // Without TLS there are only keys; with an optional certificate an API takes them or not.
        let takes_keys = !optional || door.is_plain() || random.bool();
        let mut access = Access::draw(random, door, takes_keys, gives_tokens);
        let mut loosen = Vec::new();
        if optional && takes_keys {
            loosen.push("no-certificate");
            access.keys = true;
        }
        if door.kind == Kind::Server && random.u8(0..4) == 0 {
            loosen.push("any-network");
        }
        if door.kind == Kind::Server && access.tokens && random.bool() {
            loosen.push("unbound-tokens");
        }
        // Twice would be once too often.
        if door.kind == Kind::Client && !door.is_loosened("detailed-errors") && random.u8(0..5) == 0 {
            loosen.push("detailed-errors");
        }
        let operations = (0..random.usize(1..=4)).map(|number| {
            let own = (random.u8(0..5) < 2).then(|| Access::draw(random, door, takes_keys, gives_tokens));
            let holds = own.unwrap_or(access);
            let scopes = !holds.public && !holds.workloads && random.u8(0..3) == 0;
            let (name, segment) = (format!("{name}.Op-{number}"), format!("{name}-{number}"));
            Operation { name, segment, access: own, scopes, own: own_answer(random, 10, &OWN[..3]) }
        });
        let operations = operations.collect();
        Self { name, door: at, access, own: own_answer(random, 6, &OWN), operations, loosen }
    }
}

/// One of so many is answered by the house.
fn own_answer(random: &mut Rng, one_in: u8, among: &[&'static str]) -> Option<&'static str> {
    (random.u8(0..one_in) == 0).then(|| among[random.usize(0..among.len())])
}

impl Cast {
    pub(super) fn draw(random: &mut Rng) -> Self {
        let all = [
            ("client", Kind::Client),
            ("server", Kind::Server),
            ("shopfront", Kind::Client),
            ("partners", Kind::Server),
        ];
        let doors: Vec<Door> = all.into_iter().map(|(name, kind)| Door::draw(random, name, kind)).collect();
        let gives_tokens = issuer(&doors).is_some();
        let apis: Vec<Api> = ["alpha", "beta", "gamma", "delta-4", "epsilon"]
            .into_iter()
            .map(|name| {
                let at = random.usize(0..doors.len());
                Api::draw(random, name, at, &doors[at], gives_tokens)
            })
            .collect();
        let keys = Self::draw_keys(random, &doors, &apis);
        let domain = DOMAINS[random.usize(0..DOMAINS.len())];
        Self { doors, apis, keys, domain, accounts: ACCOUNTS[random.usize(0..ACCOUNTS.len())] }
    }

    /// A key of each kind, for some of the APIs at doors that take it.
    fn draw_keys(random: &mut Rng, doors: &[Door], apis: &[Api]) -> Vec<Key> {
        let kinds = [
            (KeyKind::Publishable, Kind::Client),
            (KeyKind::Restricted, Kind::Client),
            (KeyKind::Secret, Kind::Server),
        ];
        let mut all = Vec::new();
        for (kind, door) in kinds {
            let apis: Vec<_> =
                apis.iter().filter(|api| doors[api.door].kind == door && random.bool()).map(|api| api.name).collect();
            if !apis.is_empty() {
                let NewKey { hash, .. } = keys::generate(kind).expect("random numbers");
                all.push(Key { name: format!("a-{kind}-key"), kind, hash, apis });
            }
        }
        all
    }

    pub(super) fn domain(&self) -> &'static str {
        self.domain.unwrap_or("local.vestibule")
    }

    /// Whose name the provider in the box could have.
    pub(super) fn issuer(&self) -> Option<String> {
        issuer(&self.doors)
    }

    /// The server door where programs could get tokens for themselves: it has a name that can be written.
    pub(super) fn machines(&self) -> Option<&Door> {
        let named = |door: &&Door| door.hosts.is_empty() || door.hosts.contains(&"localhost");
        self.doors.iter().filter(|door| door.kind == Kind::Server).find(named)
    }

    pub(super) fn door(&self, name: &str) -> Option<&Door> {
        self.doors.iter().find(|door| door.name == name)
    }

    pub(super) fn api(&self, name: &str) -> Option<&Api> {
        self.apis.iter().find(|api| api.name == name)
    }

    pub(super) fn door_of(&self, api: &Api) -> &Door {
        &self.doors[api.door]
    }

    pub(super) fn operation(&self, api: &str, operation: &str) -> Option<&Operation> {
        self.api(api)?.operations.iter().find(|one| one.name == operation)
    }
}

/// Whose name the provider in the box could have: a host of one client door alone.
fn issuer(doors: &[Door]) -> Option<String> {
    let doors = || doors.iter().filter(|door| door.kind == Kind::Client);
    let local = doors().filter(|door| door.hosts.is_empty() || door.hosts.contains(&"localhost")).count();
    let named = doors().filter(|door| door.hosts.contains(&"*.drawn.test")).count();
    match (local, named) {
        (1, _) => Some("https://localhost:8443".to_owned()),
        (_, 1) => Some("https://login.drawn.test".to_owned()),
        _ => None,
    }
}
