//! The keys of a door.

use gateway::Errors;

use super::{Names, Record, Scalar, Shape, Spot};
use crate::defaults::NetworksDefault;
use crate::value::{write_duration, write_size};

pub(super) static DOORS: Names = Names { noun: "door", name: Scalar::Name, value: Shape::Record(&DOOR) };

/// Ranges or their names.
pub(super) const NETWORKS: Shape = list!(one!(Network));

/// How much an answer tells.
pub(super) const ERRORS: Shape = words!("terse", "detailed");

pub(super) const fn errors_word(errors: Errors) -> &'static str {
    match errors {
        Errors::Terse => "`terse`",
        Errors::Detailed => "`detailed`",
    }
}

static DOOR: Record = Record::new(
    "a door",
    "A listening address with one TLS rule and a kind, which decides the defaults of the APIs that name it.",
    keys! {
        /// Who is expected: people's applications, or back ends. Implied by the names `client` and `server`, needed
        /// by all others.
        "kind" => words!("client", "server");
        /// Where it listens. One socket belongs to one door; port 0 lets the system choose.
        "listen" => list!(one!(Listen)), by_door(|d| format!("`{}`", d.listen));
        /// The names served; a request for another gets 421. Without it every name is taken.
        "hosts" => list!(one!(WildcardHost));
        /// The door's certificates: of the local CA, from files, of a public CA, or none. May be left out on loopback only, where
        /// it is `local`.
        "tls" => TLS;
        /// A plain port that only redirects to the door.
        "redirect_from" => one!(Listen);
        /// Whose word on the caller's address is taken. The door takes connections from them alone, and what they
        /// say is judged by `networks`. Without it nobody's word is taken.
        "proxies" => Shape::Record(&PROXIES);
        /// What is spoken. Without TLS HTTP/2 is spoken only where it is written here, on loopback, by prior
        /// knowledge.
        "protocols" => list!(words!("http1", "http2"; "http3" => "write `[http1, http2]`")),
            fixed("`[http1, http2]`");
        /// Who may connect. Those of the API hold as well.
        "networks" => NETWORKS;
        /// Who may not connect, even from `networks`.
        "deny" => NETWORKS;
        /// Limits over the whole door.
        "limits" => super::apis::LIMITS, not_yet("only sizes, times and connections are limited; leave it out");
        /// For the whole answer.
        "deadline" => one!(Duration), by_door(|d| write_duration(d.deadline));
        /// For silence on a body that is under way.
        "idle" => one!(Duration), by_door(|d| write_duration(d.idle));
        /// The largest request body.
        "body" => one!(Size), by_door(|d| write_size(d.body_bytes));
        /// How much a refusal tells. At a client door `detailed` needs the loosening `detailed-errors`.
        "errors" => ERRORS, by_door(|d| errors_word(d.errors).to_owned());
        /// How many may be connected.
        "connections" => Shape::Record(&CONNECTIONS);
        /// What is weaker here than the default, each with its reason.
        "loosen" => Shape::Loosenings(Spot::Door);
    },
);

const TLS: Shape = either!(
    words!("local", "none"; "trust" => "write `local`, or `{ files: [{ certificate: PATH, key: PATH }] }`"),
    alternatives!(
        "the `tls` of a door",
        "Where the door's certificates come from.",
        keys! {
            /// Certificates in files, chosen by the name asked for; the first where none fits.
            "files" => list!(Shape::Record(&CERTIFICATE));
            /// A public CA by ACME (RFC 8555).
            "acme" => Shape::Record(&ACME);
        }
    )
);

pub(super) static CERTIFICATE: Record = Record::new(
    "a certificate",
    "A certificate chain and its key, as PEM files.",
    keys! {
        /// The chain, leaf first.
        "certificate" => one!(Path), needed();
        /// The leaf's key.
        "key" => one!(Path), needed();
    },
);

static ACME: Record = Record::new(
    "`tls.acme`",
    "A certificate of a public CA for the door's `hosts`, had and renewed while the gateway runs.",
    keys! {
        /// Mail address for the CA. Who writes it agrees to the CA's terms.
        "contact" => one!(Text), needed();
        /// URL of the CA's directory, or `letsencrypt`.
        "directory" => one!(Text), fixed("`letsencrypt`");
        /// How the CA checks the names: by a handshake at port 443 of each, or at port 80, where `redirect_from` has
        /// to listen.
        "challenge" => words!("tls-alpn", "http"; "hook" => "write `tls-alpn` or `http`"), fixed("`tls-alpn`");
        /// Binding to an account that the CA knows.
        "account_binding" => Shape::Record(&ACCOUNT_BINDING);
        /// The certificate authorities that vouch for the CA's own server, as a PEM file. Without it those that this
        /// machine believes.
        "ca" => one!(Path);
        /// A program for the challenge `hook`.
        "hook" => one!(Path), not_yet("write `challenge: tls-alpn` or `http`");
    },
);

static ACCOUNT_BINDING: Record = Record::new(
    "`account_binding`",
    "What binds the account to one that the CA knows already (RFC 8555, external account binding).",
    keys! {
        /// The name of the key, as the CA gave it.
        "id" => one!(Text), needed();
        /// A file with the key in base64url, as the CA gave it; not readable by everyone.
        "key" => one!(Path), needed();
    },
);

static PROXIES: Record = Record::new(
    "`proxies`",
    "Proxies in front of the door.",
    keys! {
        /// Where they are.
        "networks" => NETWORKS, needed();
        /// How they tell the caller's address: by the PROXY protocol, before the first byte of each connection; or by
        /// that field, which each request needs then.
        "speak" => words!("proxy-v1", "proxy-v2", "forwarded", "x-forwarded-for"), needed();
    },
);

static CONNECTIONS: Record = Record::new(
    "`connections`",
    "Bounds on open connections.",
    keys! {
        /// In all.
        "at_most" => one!(Count), by_door(|d| d.connections.to_string());
        /// From one address; of IPv6 from one /64.
        "per_address" => one!(Count), by_door(|d| d.connections_per_address.to_string());
    },
);

pub(super) const fn networks_word(networks: NetworksDefault) -> &'static str {
    match networks {
        NetworksDefault::Any => "any",
        NetworksDefault::Private => "`private`, `loopback`",
    }
}
