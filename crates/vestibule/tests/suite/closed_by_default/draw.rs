//! A random file, drawn by walking the whole grammar: a key that is built tomorrow is drawn tomorrow.
//!
//! At each key a coin is tossed whether it is written, and among forms and
//! words one is taken, unless the [`Cast`] has decided it. What is drawn is
//! remembered by its place, so that a test can tell what never was.

use std::collections::BTreeSet;

use config::shape::{Key, Names, Record, Scalar, Shape, Spot, State, root};
use fastrand::Rng;
use model::KeyKind;

use super::cast::{Api, Cast, Door, Kind, NETWORKS, SERVICES, Tls, WORKLOADS};
use super::elements;
use super::tree::Tree;
use super::{issuers, provider};

/// Where services are asked how they are: a path that no operation has.
pub(super) const HEALTH: &str = "/health";

/// What stands in files and addresses around the drawn file.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    /// URLs of the services that count.
    pub(super) urls: [Vec<String>; 2],
    /// Who says yes to everything that it is asked.
    pub(super) asked: String,
    /// The same by gRPC.
    pub(super) called: String,
}

/// A drawn file.
pub(super) struct Drawn {
    pub(super) tree: Tree,
    pub(super) cast: Cast,
    /// The places of everything that it has.
    pub(super) elements: BTreeSet<String>,
}

/// Draws a file.
pub(super) fn draw(random: &mut Rng, surroundings: &Surroundings) -> Drawn {
    let cast = Cast::draw(random);
    let mut artist =
        Artist { random, cast: &cast, surroundings, at: Vec::new(), places: Vec::new(), elements: BTreeSet::new() };
    let tree = artist.record(root());
    let elements = artist.elements;
    Drawn { tree, cast, elements }
}

struct Artist<'a> {
    random: &'a mut Rng,
    cast: &'a Cast,
    surroundings: &'a Surroundings,
    /// Where we are, by keys and names.
    at: Vec<String>,
    /// The same with `*` for names.
    places: Vec<String>,
    elements: BTreeSet<String>,
}

/// What is done about a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    Write,
    Leave,
    /// As the coin falls.
    Toss,
}

use Choice::{Leave, Toss, Write};

const fn write_if(condition: bool) -> Choice {
    if condition { Write } else { Leave }
}

impl Artist<'_> {
    fn coin(&mut self, one_in: u8) -> bool {
        self.random.u8(0..one_in) == 0
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.random.usize(0..from.len())].clone()
    }

    fn note(&mut self, suffix: &str) {
        let place = format!(".{}{suffix}", self.places.join("."));
        self.elements.insert(place);
    }

    fn inside<T>(&mut self, name: &str, place: &str, draw: impl FnOnce(&mut Self) -> T) -> T {
        self.at.push(name.to_owned());
        self.places.push(place.to_owned());
        let drawn = draw(self);
        self.at.pop();
        self.places.pop();
        drawn
    }

    fn shape(&mut self, shape: &Shape) -> Tree {
        match shape {
            Shape::Scalar(scalar) => self.scalar(*scalar),
            Shape::Words(words) => {
                let built: Vec<_> =
                    words.iter().filter(|word| word.state == State::Built).map(|word| word.text).collect();
                let word = self.word(&built);
                self.note(&format!("={word}"));
                Tree::text(word)
            }
            Shape::Record(record) => self.record(record),
            Shape::Names(names) => self.names(names),
            Shape::List(item) => self.list(item),
            Shape::Either(shapes) => {
                let built: Vec<&Shape> = shapes.iter().filter(|shape| elements::is_built(shape)).collect();
                let forced = self.form();
                let fitting: Vec<&Shape> = built
                    .iter()
                    .copied()
                    .filter(|shape| forced.is_none_or(|form| elements::form(shape) == form))
                    .collect();
                let shape = self.pick(if fitting.is_empty() { &built } else { &fitting });
                self.note(&format!(" ({})", elements::form(shape)));
                self.shape(shape)
            }
            Shape::Loosenings(spot) => self.loosenings(*spot),
        }
    }

    fn record(&mut self, record: &Record) -> Tree {
        let mut entries = Vec::new();
        let built: Vec<&Key> =
            record.keys.iter().filter(|key| key.state == State::Built && elements::is_built(&key.shape)).collect();
        let built = if record.alternatives { vec![self.alternative(&built)] } else { built };
        let chosen = if record.one_of.is_empty() { "" } else { self.pick(record.one_of) };
        let built = built.into_iter().filter(|key| key.name == chosen || !record.one_of.contains(&key.name));
        for key in built {
            let before = self.elements.clone();
            let tree = self.inside(key.name, key.name, |artist| {
                let written = match artist.choice() {
                    Write => true,
                    Leave => false,
                    Toss => key.needed || record.alternatives || key.name == chosen || artist.random.bool(),
                };
                written.then(|| {
                    artist.note("");
                    artist.shape(&key.shape)
                })
            });
            match tree {
                // A key above nothing is a fault: it was not drawn.
                Some(tree) if tree.is_empty() => self.elements = before,
                Some(tree) => entries.push((key.name.to_owned(), tree)),
                None => {}
            }
        }
        self.mend(&mut entries);
        Tree::Map(entries)
    }

    /// The one of several keys that the cast has decided, or any.
    fn alternative<'k>(&mut self, keys: &[&'k Key]) -> &'k Key {
        let wanted = match self.path().as_slice() {
            ["doors", _, "tls"] if self.door_here().is_some_and(|door| door.tls == Tls::Acme) => "acme",
            ["doors", _, "tls"] => "files",
            _ => "",
        };
        keys.iter().copied().find(|key| key.name == wanted).unwrap_or_else(|| self.pick(keys))
    }

    fn names(&mut self, names: &Names) -> Tree {
        let entries = self.cast_names().into_iter().map(|name| {
            let mut tree = Tree::Map(Vec::new());
            // A name above nothing is a fault.
            while tree.is_empty() {
                tree = self.inside(&name, "*", |artist| artist.shape(&names.value));
            }
            (name, tree)
        });
        Tree::Map(entries.collect())
    }

    fn list(&mut self, item: &Shape) -> Tree {
        let mut items: Vec<Tree> = match self.cast_items() {
            Some(items) => items.into_iter().map(Tree::Text).collect(),
            None => (0..self.random.usize(1..=2)).map(|_| self.shape(item)).collect(),
        };
        for item in items.iter().filter_map(Tree::value).map(str::to_owned).collect::<Vec<_>>() {
            if matches!(self.at.last().map(String::as_str), Some("protocols" | "keys" | "kinds" | "use")) {
                self.note(&format!("={item}"));
            }
            // A word or a name of an issuer.
            if self.at.last().is_some_and(|key| key == "sign_in") {
                self.note(" (text)");
                self.note(&format!("={item}"));
            }
        }
        let mut seen = Vec::new();
        items.retain(|item| {
            let first = !seen.contains(item);
            seen.push(item.clone());
            first
        });
        match items.as_slice() {
            // A single value may stand alone.
            [one] if one.value().is_some() && self.form() != Some("list") && self.random.bool() => one.clone(),
            _ => Tree::List(items),
        }
    }

    fn loosenings(&mut self, spot: Spot) -> Tree {
        let cast: Vec<&str> = match self.path().as_slice() {
            ["doors", door, _] => self.cast.door(door).map(|door| door.loosen.clone()).unwrap_or_default(),
            ["apis", api, _] => self.cast.api(api).map(|api| api.loosen.clone()).unwrap_or_default(),
            ["identity", _] => {
                let optional = self.cast.machines().is_some_and(|door| door.is_loosened("certificate-optional"));
                ["any-network"].into_iter().chain(optional.then_some("no-certificate")).collect()
            }
            ["services", ..] => vec!["public-plaintext"],
            _ => elements::loosenings(spot).collect(),
        };
        let entries = cast.into_iter().map(|name| {
            self.note(&format!(".{name}"));
            let why = Tree::text("this test wants it");
            let reason = match self.random.u8(0..3) {
                0 => Tree::Map(vec![("why".into(), why)]),
                1 => Tree::Map(vec![("why".into(), why), ("until".into(), Tree::text("2099-12-31"))]),
                _ => why,
            };
            (name.to_owned(), reason)
        });
        Tree::Map(entries.collect())
    }

    fn path(&self) -> Vec<&str> {
        self.at.iter().map(String::as_str).collect()
    }

    fn door_here(&self) -> Option<&Door> {
        match self.path().as_slice() {
            ["doors", door, ..] => self.cast.door(door),
            ["apis", api, ..] => self.cast.api(api).map(|api| self.cast.door_of(api)),
            _ => None,
        }
    }

    fn api_here(&self) -> Option<&Api> {
        match self.path().as_slice() {
            ["apis", api, ..] => self.cast.api(api),
            _ => None,
        }
    }

    /// What the cast says of the key that we are at.
    fn choice(&mut self) -> Choice {
        let at = self.at.clone();
        let path: Vec<&str> = at.iter().map(String::as_str).collect();
        match path.as_slice() {
            // Without these there is nothing to try.
            ["doors" | "services" | "apis" | "trust" | "networks" | "workloads"] => Write,
            ["keys"] => write_if(!self.cast.keys.is_empty()),
            // The provider stands at a host of one client door; apps come to it.
            ["identity" | "apps"] => write_if(self.cast.issuer().is_some()),
            ["identity", "machines" | "loosen"] => write_if(self.cast.machines().is_some()),
            // Whoever signs in at one of them does so from the sign-in page.
            ["issuers"] if self.cast.issuer().is_some() => Write,
            ["issuers", issuers::READ, "client" | "users"] => write_if(self.cast.issuer().is_some()),
            ["identity", "sign_in" | "accounts"] => Write,
            ["identity", "mail" | "tokens" | "sessions"] | ["identity", "mail", _] => Write,
            ["apps", app, key] => write_if(provider::app_key(app, key)),
            ["issuers", issuer, .., key] => issuers::choice(issuer, self.at.len(), key).map_or(Toss, write_if),
            // Without it the file would mean a real CA.
            ["doors", _, "tls", "acme", "directory"] => Write,
            ["doors", _, key] => self.door_choice(key),
            // Those that count expect plain HTTP.
            ["services", name, "proxy_protocol"] => write_if(*name == "elsewhere").max_toss(self.random),
            ["services", name, "loosen"] => write_if(*name == "elsewhere"),
            // Where the URLs are `http` these would do nothing, which is a fault.
            ["services", name, "ca" | "pin" | "server_name" | "authenticate"] => {
                write_if(*name == "vault").max_toss(self.random)
            }
            // What it says is in another file: see `elements`.
            ["apis", _, "contract"] => Leave,
            ["apis", api, key @ ("service" | "files" | "redirect" | "respond" | "identity_keys")] => {
                let own = self.cast.api(api).and_then(|api| api.own);
                write_if(own.unwrap_or("service") == *key)
            }
            // A media type of no content would be a fault.
            ["apis", .., "respond", "body"] => Write,
            ["apis", _, key] => self.api_choice(key),
            ["apis", api, "operations", operation, key] => {
                let Some(operation) = self.cast.operation(api, operation) else { return Leave };
                match *key {
                    "public" => write_if(operation.access.is_some_and(|access| access.public)),
                    "callers" => {
                        let any = |access: super::cast::Access| access.keys || access.workloads || access.tokens;
                        write_if(operation.access.is_some_and(any))
                    }
                    "scopes" => write_if(operation.scopes),
                    "redirect" | "respond" | "identity_keys" => write_if(operation.own == Some(*key)),
                    _ => Toss,
                }
            }
            ["apis", .., "callers", way @ ("keys" | "workloads")] => {
                let access = self.access_here();
                write_if(if *way == "keys" { access.keys } else { access.workloads })
            }
            ["apis", .., "callers", way @ ("users" | "apps")] => {
                let kind = self.door_here().map(|door| door.kind);
                let wanted = if *way == "users" { Kind::Client } else { Kind::Server };
                write_if(self.access_here().tokens && kind == Some(wanted))
            }
            // What is said to be unbound is not said to be bound.
            ["apis", api, .., "callers", "apps", "bound"] => {
                let loosened = self.cast.api(api).is_some_and(|api| api.loosen.contains(&"unbound-tokens"));
                let plain = self.door_here().is_some_and(Door::is_plain);
                // Always where it may be: there are few such places, and two words for them.
                write_if(!loosened && !plain)
            }
            ["apis", .., "callers", "keys", "names"] => write_if(!self.key_names().is_empty()).max_toss(self.random),
            // A publishable key needs them, and a secret one may have none.
            ["keys", key, "origins"] => match self.cast.keys.iter().find(|one| one.name == *key).map(|key| key.kind) {
                Some(KeyKind::Publishable) => Write,
                Some(KeyKind::Restricted) => Toss,
                _ => Leave,
            },
            ["trust", "domain"] => write_if(self.cast.domain.is_some()),
            ["trust", "root"] => Write,
            // Keys with others below them: tossed at each step, the lowest would be seldom.
            ["store" | "observe" | "admin"] => write_if(!self.coin(4)),
            ["store" | "observe", _] => Write,
            _ => Toss,
        }
    }

    fn door_choice(&mut self, key: &str) -> Choice {
        let plain_to_named = self.door_here().is_some_and(|door| door.is_loosened("plaintext"));
        let rare = self.coin(4);
        let Some(door) = self.door_here() else { return Toss };
        match key {
            "kind" if matches!(door.name, "client" | "server") => Toss,
            "kind" | "listen" => Write,
            "hosts" => write_if(!door.hosts.is_empty()),
            "tls" => write_if(door.tls != Tls::Unsaid),
            "redirect_from" if door.is_plain() => Leave,
            // One of the challenges is answered there.
            "redirect_from" if door.tls == Tls::Acme => Write,
            "protocols" => write_if(door.protocols.is_some()),
            "networks" if plain_to_named => Write,
            // Nothing that is tried comes through a proxy: such a door is closed to all of it.
            "networks" | "deny" | "proxies" => write_if(rare),
            "loosen" => write_if(!door.loosen.is_empty()),
            _ => Toss,
        }
    }

    fn api_choice(&mut self, key: &str) -> Choice {
        let rare = self.coin(4);
        let Some((door, api)) = self.door_here().zip(self.api_here()) else { return Toss };
        match key {
            "host" => match door.hosts.len() {
                0 => Leave,
                1 => Toss,
                _ => Write,
            },
            "public" => write_if(api.access.public),
            "callers" => write_if(api.access.keys || api.access.workloads || api.access.tokens),
            "networks" | "deny" | "ask" => write_if(rare),
            "loosen" => write_if(!api.loosen.is_empty()),
            "upstream_errors" if door.kind == Kind::Client && !is_detailed(door, api) => write_if(rare),
            _ => Toss,
        }
    }

    /// What is written of callers in the place that we are at.
    fn access_here(&self) -> super::cast::Access {
        match self.path().as_slice() {
            ["apis", api, "operations", operation, ..] => {
                self.cast.operation(api, operation).and_then(|operation| operation.access).unwrap_or_default()
            }
            ["apis", api, ..] => self.cast.api(api).map(|api| api.access).unwrap_or_default(),
            _ => super::cast::Access::default(),
        }
    }

    /// The keys that open the API that we are at.
    fn key_names(&self) -> Vec<String> {
        let Some(api) = self.api_here() else { return Vec::new() };
        self.cast.keys.iter().filter(|key| key.apis.contains(&api.name)).map(|key| key.name.clone()).collect()
    }

    /// The names of a map of things.
    fn cast_names(&mut self) -> Vec<String> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        match self.path().as_slice() {
            ["doors"] => self.cast.doors.iter().map(|door| door.name.to_owned()).collect(),
            ["services"] => owned(&SERVICES),
            ["apis"] => self.cast.apis.iter().map(|api| api.name.to_owned()).collect(),
            ["apis", api, "operations"] => {
                let api = self.cast.api(api);
                api.map(|api| api.operations.iter().map(|operation| operation.name.clone()).collect())
                    .unwrap_or_default()
            }
            ["keys"] => self.cast.keys.iter().map(|key| key.name.clone()).collect(),
            ["workloads"] => owned(&WORKLOADS),
            ["networks"] => owned(&NETWORKS),
            ["apps"] => owned(&provider::APPS),
            ["issuers"] => owned(&[self.pick(&issuers::ASKED), issuers::READ]),
            _ => owned(&["first", "second"]),
        }
    }

    /// The parts of a list that the cast knows.
    fn cast_items(&mut self) -> Option<Vec<String>> {
        let owned = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect();
        match self.path().as_slice() {
            ["doors", _, "listen"] => Some(self.door_here()?.listen.iter().map(ToString::to_string).collect()),
            ["doors", _, "hosts"] => Some(owned(&self.door_here()?.hosts)),
            ["doors", _, "protocols"] => Some(owned(self.door_here()?.protocols?)),
            ["services", "shop", "urls"] => Some(self.surroundings.urls[0].clone()),
            ["services", "ledger", "urls"] => Some(self.surroundings.urls[1].clone()),
            ["services", "vault", .., "urls"] => Some(owned(&["https://192.0.2.8:8443"])),
            ["services", "elsewhere", "canary", "urls"] => Some(owned(&["http://192.0.2.7:8080"])),
            ["services", _, "canary", "urls"] => Some(self.surroundings.urls[1].clone()),
            ["services", _, "urls"] => Some(owned(&["http://192.0.2.7:8080"])),
            ["keys", key, "apis"] => {
                let key = self.cast.keys.iter().find(|one| one.name == *key)?;
                Some(owned(&key.apis))
            }
            ["issuers", issuer, "use"] => Some(issuers::uses(issuer, self.cast.issuer().is_some())),
            ["identity", "sign_in"] => Some(owned(&["password", issuers::READ])),
            ["apps", app, key] => provider::app_items(app, key, &self.cast.issuer()?),
            ["workloads", workload, "dns"] => Some(vec![format!("{workload}.test")]),
            ["apis", .., "callers", "users" | "apps", "issuers"] => Some(owned(&["own"])),
            ["apis", .., "callers", "users", "apps"] => Some(owned(&["session", "native"])),
            ["apis", .., "callers", "apps"] | ["apis", .., "callers", "apps", "names"] => Some(owned(&["machine"])),
            ["apis", .., "callers", "keys", "names"] => {
                let names = self.key_names();
                Some(vec![self.pick(&names)])
            }
            ["apis", .., "keys"] | ["apis", .., "keys", "kinds"] => {
                let kinds: &[&str] = match self.door_here()?.kind {
                    Kind::Client => &["publishable", "restricted"],
                    Kind::Server => &["secret"],
                };
                let one = self.pick(kinds);
                Some(if self.random.bool() { vec![one.to_owned()] } else { owned(kinds) })
            }
            ["apis", .., "workloads"] | ["apis", .., "workloads", "names"] => {
                let domain = self.cast.domain();
                let id = format!("spiffe://{domain}/{}", self.pick(&["batch/*", "stranger", "a/b/*"]));
                Some(vec![self.pick(&WORKLOADS).to_owned(), id])
            }
            _ => None,
        }
    }

    /// The form that a value has to have where there are several.
    fn form(&self) -> Option<&'static str> {
        match self.path().as_slice() {
            ["doors", _, "tls"] => {
                Some(if matches!(self.door_here()?.tls, Tls::Files | Tls::Acme) { "map" } else { "text" })
            }
            ["apis", api, "operations", operation] => {
                let operation = self.cast.operation(api, operation)?;
                (operation.access.is_some() || operation.scopes).then_some("map")
            }
            ["issuers", issuer, "opaque"] => Some(if *issuer == issuers::READ { "text" } else { "map" }),
            _ => None,
        }
    }

    /// One of these words.
    fn word(&mut self, words: &[&'static str]) -> &'static str {
        let wanted: &str = match self.path().as_slice() {
            ["doors", _, "kind"] => match self.door_here().map(|door| door.kind) {
                Some(Kind::Client) => "client",
                _ => "server",
            },
            ["doors", _, "tls"] if self.door_here().is_some_and(Door::is_plain) => "none",
            ["doors", _, "tls"] => "local",
            ["identity", "accounts"] => self.cast.accounts,
            // None is made for whoever comes new where accounts are not open to everybody.
            ["issuers", _, "users"] if self.cast.accounts != "open" => "link",
            ["doors", _, "errors"] => match self.door_here() {
                Some(door) if door.kind == Kind::Client && door.is_loosened("detailed-errors") => "detailed",
                Some(door) if door.kind == Kind::Client => "terse",
                _ => "",
            },
            ["apis", _, "errors"] => match self.door_here().zip(self.api_here()) {
                Some((_, api)) if api.loosen.contains(&"detailed-errors") => "detailed",
                Some((door, api)) if door.kind == Kind::Client && !is_detailed(door, api) => "terse",
                _ => "",
            },
            ["apis", _, "upstream_errors"] => match self.door_here().zip(self.api_here()) {
                Some((door, api)) if door.kind == Kind::Client && !is_detailed(door, api) => "replace",
                _ => "",
            },
            // Two are there, and speak HTTP/1.1; one may have a connection for each request.
            ["services", "shop" | "ledger" | "elsewhere", "http"] => self.pick(&["1", "auto"]),
            ["keys", key, "kind"] => match self.cast.keys.iter().find(|one| one.name == *key).map(|key| key.kind) {
                Some(KeyKind::Publishable) => "publishable",
                Some(KeyKind::Restricted) => "restricted",
                _ => "secret",
            },
            ["apps", app, "type"] => app,
            ["apps", "server", "authenticate"] => "secret",
            ["apps", _, "authenticate"] => "private_key_jwt",
            _ => "",
        };
        words.iter().copied().find(|word| *word == wanted).unwrap_or_else(|| self.pick(words))
    }

    /// A single value, sometimes by way of a variable.
    fn scalar(&mut self, scalar: Scalar) -> Tree {
        let value = self.value(scalar);
        // What a secret's place holds is a reference already.
        if scalar.takes_reference() && scalar != Scalar::Secret && self.coin(12) {
            let name = format!("DRAWN_{}", self.at.join("_").to_uppercase().replace(['-', '.'], "_"));
            return Tree::Referred(format!("{name}_{}", self.random.u16(..)), value);
        }
        Tree::Text(value)
    }

    fn value(&mut self, scalar: Scalar) -> String {
        let known: Option<String> = match self.path().as_slice() {
            ["doors", _, "redirect_from"] => self.door_here().map(|door| door.redirect.to_string()),
            ["doors", _, "tls", "files", "certificate"] => Some("door.pem".into()),
            ["doors", _, "tls", "files", "key"] => Some("door-key.pem".into()),
            ["doors", _, "tls", "acme", "contact"] => Some("ops@drawn.test".into()),
            ["doors", _, "tls", "acme", "directory"] => Some("https://127.0.0.1:1/directory".into()),
            ["doors", _, "tls", "acme", "account_binding", "key"] => Some("binding.key".into()),
            ["doors", _, "tls", "acme", "ca"] => Some("workloads.pem".into()),
            ["services", "vault", "ca"] => Some("workloads.pem".into()),
            ["services", "vault", "authenticate", "files", "certificate"] => Some("door.pem".into()),
            ["services", "vault", "authenticate", "files", "key"] => Some("door-key.pem".into()),
            ["store", "seal"] => Some("${file:seal}".into()),
            ["trust", "domain"] => self.cast.domain.map(str::to_owned),
            ["trust", "root", "certificate"] => Some("workloads.pem".into()),
            ["trust", "root", "key"] => Some("workloads-key.pem".into()),
            ["apis", _, "door"] => self.door_here().map(|door| door.name.to_owned()),
            ["apis", _, "files"] => Some("site".into()),
            ["apis", _, "service"] => Some(self.pick(&SERVICES[..2]).to_owned()),
            ["apis", _, "host"] => self.api_host(),
            ["apis", api, "operations", operation] | ["apis", api, "operations", operation, "route"] => {
                let own = self.cast.operation(api, operation).and_then(|operation| operation.own);
                let segment = self.cast.operation(api, operation).map(|operation| operation.segment.clone());
                segment.map(|segment| {
                    let own = own.or_else(|| self.api_here().and_then(|api| api.own));
                    let only_get = matches!(own, Some("files" | "identity_keys"));
                    let method = if only_get { "GET" } else { self.pick(&["GET", "POST", "ANY", "PUT"]) };
                    format!("{method} /{segment}{}", self.pick(&["", "/{id}", "/{id}/parts", "/**"]))
                })
            }
            ["keys", key, "hash"] => self.cast.keys.iter().find(|one| one.name == *key).map(|key| key.hash.clone()),
            ["workloads", workload, "id"] => Some(format!("spiffe://{}/known/{workload}", self.cast.domain())),
            ["services", _, "balance", "hash"] => {
                Some(self.pick(&["caller", "address", "header:x-session"]).to_owned())
            }
            ["apis", _, "ask", "grpc"] => Some(self.surroundings.called.clone()),
            ["apis", _, "ask", "http"] => Some(format!("{}/check", self.surroundings.asked)),
            ["services", _, "health", "route"] => Some(format!("GET {HEALTH}")),
            ["services", _, "health", "every"] => Some("5s".into()),
            // A request that does not ask for one would get 426; `websocket` tries those that do.
            ["apis", _, "operations", _, "websocket"] => Some("false".into()),
            ["apis", _, "cache", "size"] => Some("1MiB".into()),
            ["services", _, "health", "healthy_after" | "unhealthy_after"] | ["services", _, "retries", "attempts"] => {
                Some("2".into())
            }
            ["identity", "machines"] => self.cast.machines().map(|door| door.name.to_owned()),
            ["identity", key] | ["identity", _, key] => provider::value(key, self.cast.issuer().as_deref()),
            ["apps", _, "public_keys"] => Some("app.json".into()),
            ["issuers", issuer, .., key] => issuers::value(issuer, key),
            ["store", "sqlite", "directory"] => Some("data".into()),
            ["admin", "listen"] => Some("unix:admin.sock".into()),
            _ => None,
        };
        known.unwrap_or_else(|| match scalar {
            Scalar::Network | Scalar::Range => self.network(scalar),
            scalar => self.pick(scalar.examples()).to_owned(),
        })
    }

    fn api_host(&mut self) -> Option<String> {
        let hosts = self.door_here()?.hosts.clone();
        let host = self.pick(&hosts);
        let below_wildcard = host.starts_with("*.") && self.random.bool();
        Some(if below_wildcard { host.replacen('*', "api", 1) } else { host.to_owned() })
    }

    /// A range of addresses; those that hold this machine more often than not, or there would be little to see.
    fn network(&mut self, scalar: Scalar) -> String {
        let denied = self.at.last().is_some_and(|key| key == "deny");
        let near = ["127.0.0.0/8", "127.0.0.1"];
        let far = ["10.0.0.0/16", "fd00::/8", "192.168.7.7"];
        let named = ["private", "loopback", NETWORKS[0]];
        match (self.random.u8(0..6), denied) {
            (0, _) | (1..5, true) => self.pick(&far).to_owned(),
            (1 | 2, false) if scalar == Scalar::Network => self.pick(&named).to_owned(),
            _ => self.pick(&near).to_owned(),
        }
    }

    /// What must hold between the keys of one record.
    fn mend(&mut self, entries: &mut [(String, Tree)]) {
        if !matches!(self.path().as_slice(), ["apis", .., "callers", "keys"]) {
            return;
        }
        let names: Vec<String> = entries
            .iter()
            .filter(|(key, _)| key == "names")
            .flat_map(|(_, names)| names.items().into_iter().map(str::to_owned))
            .collect();
        let Some(named) = self.cast.keys.iter().find(|key| names.contains(&key.name)) else { return };
        if let Some((_, kinds)) = entries.iter_mut().find(|(key, _)| key == "kinds") {
            *kinds = Tree::text(named.kind.as_str());
        }
    }
}

impl Choice {
    /// Written only if the coin says so too.
    fn max_toss(self, random: &mut Rng) -> Self {
        if self == Write && random.bool() { Write } else { Leave }
    }
}

/// Whether answers at this API may be detailed.
fn is_detailed(door: &Door, api: &Api) -> bool {
    door.is_loosened("detailed-errors") || api.loosen.contains(&"detailed-errors")
}
