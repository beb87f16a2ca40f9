//! The keys of those who call: API keys, workloads, trust; and of issuers and signers to come.

use super::doors::NETWORKS;
use super::{Names, Record, Scalar, Shape, Spot};

const LEAVE: &str = "leave it out";

pub(super) static KEYS: Names = Names { noun: "key", name: Scalar::Name, value: Shape::Record(&KEY) };
pub(super) static WORKLOADS: Names = Names { noun: "workload", name: Scalar::Name, value: Shape::Record(&WORKLOAD) };
pub(super) static SIGNERS: Names = Names { noun: "signer", name: Scalar::Name, value: Shape::Record(&SIGNER) };

static KEY: Record = Record::new(
    "a key",
    "An API key, known by its hash; it opens the named APIs and no other.",
    keys! {
        /// What it may be used for: `secret` at server doors, the others at client doors.
        "kind" => words!("publishable", "restricted", "secret"), needed();
        /// What `keys create NAME --for-file` prints.
        "hash" => one!(Hash), needed();
        /// The APIs that it opens.
        "apis" => list!(one!(NameOf "apis")), needed();
        /// The scopes that it carries.
        "scopes" => list!(one!(Scope)), fixed("none");
        /// From pages of which origins, as browsers write them. Publishable keys need it; secret keys have none.
        "origins" => list!(one!(PageOrigin));
        /// From where; from elsewhere the key is not taken.
        "networks" => NETWORKS;
        /// Which limits.
        "tier" => one!(NameOf "tiers"), not_yet(LEAVE);
        /// The last day on which it is taken (UTC).
        "expires" => one!(Day), fixed("never");
        /// Whom to ask about it.
        "owner" => one!(Text), not_yet("write a comment");
    },
);

static WORKLOAD: Record = Record::new(
    "a workload",
    "A back end, known by its certificate.",
    keys! {
        /// The SPIFFE id in its certificate.
        "id" => one!(SpiffeId), fixed("`spiffe://TRUST DOMAIN/NAME`");
        /// Names in its certificate, for certificates without a SPIFFE id.
        "dns" => list!(one!(Host));
        /// The foreign CA of its certificate.
        "authority" => one!(Text), not_yet("its certificate comes from `trust.root`; leave it out");
        /// From where it calls; from elsewhere its certificate is not taken.
        "networks" => NETWORKS;
        /// Groups for policies.
        "groups" => list!(one!(Name)), not_yet("name the workloads under `callers`");
        /// Which limits.
        "tier" => one!(NameOf "tiers"), not_yet(LEAVE);
    },
);

pub(super) static TRUST: Record = Record::new(
    "`trust`",
    "Whose certificates are believed at server doors.",
    keys! {
        /// The SPIFFE trust domain. It is in every identity: choose it once.
        "domain" => one!(TrustDomain), fixed("`local.vestibule`");
        /// The root that alone is the anchor for callers at server doors. Needed by them; `vestibule init` makes
        /// one.
        "root" => either!(words!(; "embedded" => "write `{ certificate: PATH, key: PATH }`; `vestibule init` makes both files"), Shape::Record(&ROOT));
        /// How long a workload certificate lives.
        "leaf_life" => one!(Duration), not_yet(LEAVE);
        /// When it is renewed.
        "renew_at" => one!(Share), not_yet(LEAVE);
        /// Where workloads get certificates.
        "enrol" => Shape::Record(&ENROL), not_yet(LEAVE);
        /// Foreign trust domains.
        "federated" => Shape::Names(&FEDERATED), not_yet(LEAVE);
        /// Plain CAs for named workloads.
        "authorities" => names!(noun: "authority", name: Scalar::Name, value: one!(Path)),
            not_yet(LEAVE);
        /// What is weaker here than the default.
        "loosen" => Shape::Loosenings(Spot::Trust), not_yet(LEAVE);
    },
);

static ROOT: Record = Record::new(
    "`trust.root`",
    "The workload root, as PEM files.",
    keys! {
        /// Its certificate.
        "certificate" => one!(Path), needed();
        /// Its key; may be left out where it is kept offline.
        "key" => one!(Path);
    },
);

static ENROL: Record = Record::new(
    "`trust.enrol`",
    "Where workloads get certificates.",
    keys! {
        /// At which door.
        "door" => one!(NameOf "doors");
        /// By ACME.
        "acme" => one!(Boolean);
    },
);

static FEDERATED: Names = Names {
    noun: "trust domain",
    name: Scalar::TrustDomain,
    value: record!(
        "a foreign trust domain",
        "Whose workloads are believed as well.",
        keys! {
            /// Its roots: URL or file.
            "bundle" => one!(Text);
            /// How often they are read.
            "refresh" => one!(Duration);
        }
    ),
};

static SIGNER: Record = Record::new(
    "a signer",
    "A back end known by HTTP message signature (RFC 9421).",
    keys! {
        /// Its public key.
        "key" => either!(one!(Path), record!("the key of a signer", "A shared key.", keys! {
            /// The key.
            "hmac" => one!(Secret);
        })), needed();
        /// Its algorithm.
        "algorithm" => one!(Text);
        /// What must be signed.
        "components" => list!(one!(Text));
        /// How old a signature may be.
        "within" => one!(Duration);
        /// From where.
        "networks" => NETWORKS;
    },
);
