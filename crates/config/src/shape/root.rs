//! The keys of the file itself.

use super::{Names, Record, Scalar, Shape, apis, doors, identity, issuers, observation, provider, relay, services};

const WAIT: &str = "leave it out";

/// The map that the whole file is.
#[must_use]
pub const fn root() -> &'static Record {
    &FILE
}

static FILE: Record = Record::new(
    "the file",
    "One file is one configuration.",
    keys! {
        /// The format of the file: `1`, on the first line.
        "vestibule" => one!(Format), needed();
        /// Further files.
        "include" => INCLUDE, not_yet("leave it out; one file holds everything");
        /// Where connections come in. `client` and `server` exist by name; a door that no API names is not opened.
        "doors" => Shape::Names(&doors::DOORS);
        /// What stands behind.
        "services" => Shape::Names(&services::SERVICES);
        /// What is published, at which door, for whom.
        "apis" => Shape::Names(&apis::APIS);
        /// Names for ranges of addresses.
        "networks" => Shape::Names(&NETWORKS);
        /// Classes of callers for limits; the first is the default.
        "tiers" => NAMES, not_yet(WAIT);
        /// Cedar files that hold for every API.
        "policies" => PATHS, not_yet("`callers` decides; leave it out");
        /// The built-in OpenID provider.
        "identity" => Shape::Record(&provider::IDENTITY);
        /// Issuers of tokens that are not ours.
        "issuers" => Shape::Names(&issuers::ISSUERS);
        /// OAuth clients.
        "apps" => Shape::Names(&provider::APPS);
        /// API keys pinned in the file, as hashes.
        "keys" => Shape::Names(&identity::KEYS);
        /// Back ends known by certificate.
        "workloads" => Shape::Names(&identity::WORKLOADS);
        /// Back ends known by HTTP message signature.
        "signers" => Shape::Names(&identity::SIGNERS), not_yet("`workloads` and `keys` are built");
        /// The trust domain, and the root that workload certificates are checked against.
        "trust" => Shape::Record(&identity::TRUST);
        /// Events received and sent.
        "webhooks" => Shape::Record(&relay::WEBHOOKS), not_yet(WAIT);
        /// Durable logs.
        "feeds" => Shape::Names(&relay::FEEDS), not_yet(WAIT);
        /// Keyed records with changes.
        "datasets" => Shape::Names(&relay::DATASETS), not_yet(WAIT);
        /// Where data is kept.
        "store" => Shape::Record(&observation::STORE);
        /// Where limits are counted.
        "counters" => COUNTERS, not_yet(WAIT);
        /// Several machines.
        "nodes" => Shape::Record(&observation::NODES), not_yet("leave it out; one machine runs");
        /// Detections and responses.
        "detect" => Shape::Record(&observation::DETECT), not_yet(WAIT);
        /// Log and metrics.
        "observe" => Shape::Record(&observation::OBSERVE);
        /// The admin API.
        "admin" => Shape::Record(&observation::ADMIN);
    },
);

const NAMES: Shape = list!(one!(Name));
const PATHS: Shape = list!(one!(Path));
const COUNTERS: Shape = either!(observation::COUNTER_WORDS, Shape::Record(&observation::COUNTERS));

const INCLUDE: Shape = list!(either!(
    one!(Path),
    record!(
        "an included file",
        "Files that may loosen what is named.",
        keys! {
            /// Patterns of files.
            "files" => PATHS, needed();
            /// Loosenings that they may use.
            "may_loosen" => list!(one!(Text));
        }
    )
));

static NETWORKS: Names = Names { noun: "network", name: Scalar::Name, value: list!(one!(Range)) };
