//! Who may call: the kinds of caller, each with its condition.

use super::super::doors::NETWORKS;
use super::super::{Record, Scalar, Shape};
use super::LEAVE;

/// Who may call: kind → condition.
pub(in crate::shape) const CALLERS: Shape = record!(
    "`callers`",
    "Kinds of caller, each with its condition. Each key is one way in; any one admits.",
    keys! {
        /// People.
        "users" => either!(words!("any"), Shape::Record(&USERS)), not_yet("`keys` and `workloads` are built");
        /// Holders of an API key that was made for this API: client doors take `publishable` and `restricted`,
        /// server doors `secret`.
        "keys" => either!(list!(KEY_KINDS), Shape::Record(&KEYS));
        /// Applications without a person.
        "apps" => either!(list!(one!(NameOf "apps")), Shape::Record(&APPS)),
            not_yet("`keys` and `workloads` are built");
        /// Back ends by their certificate. Server doors only.
        "workloads" => either!(list!(one!(Workload)), Shape::Record(&WORKLOADS));
        /// Back ends by HTTP message signature.
        "signers" => either!(list!(one!(NameOf "signers")), Shape::Record(&SIGNERS)),
            not_yet("`keys` and `workloads` are built");
    }
);

const KEY_KINDS: Shape = words!("publishable", "restricted", "secret");

pub(super) const SCOPES: Shape = list!(one!(Scope));

static KEYS: Record = Record::new(
    "`callers.keys`",
    "Which API keys admit; all of it must hold.",
    keys! {
        /// Of which kind.
        "kinds" => list!(KEY_KINDS), needed();
        /// Only these; without it every key that was made for this API.
        "names" => list!(one!(NameOf "keys"));
        /// The scopes that the key must carry.
        "scopes" => SCOPES;
        /// From pages of which origin.
        "origins" => list!(one!(Url)), not_yet(LEAVE);
    },
);

static WORKLOADS: Record = Record::new(
    "`callers.workloads`",
    "Which workloads admit; all of it must hold.",
    keys! {
        /// Names, SPIFFE ids, or the beginning of ids.
        "names" => list!(one!(Workload)), needed();
        /// From where.
        "networks" => NETWORKS;
    },
);

static USERS: Record = Record::new(
    "`callers.users`",
    "Which people admit; all of it must hold.",
    keys! {
        /// Whose accounts.
        "issuers" => list!(one!(Text));
        /// By what.
        "via" => list!(words!("session", "token"));
        /// Through which application.
        "apps" => list!(one!(NameOf "apps"));
        /// With which scopes.
        "scopes" => SCOPES;
        /// With which claims.
        "claims" => names!(noun: "claim", name: Scalar::Text, value: one!(Text));
        /// By a token exchanged by which workload.
        "through" => list!(one!(Workload));
        /// Signed in how recently.
        "fresh" => one!(Duration);
        /// By a bound token.
        "bound" => words!("dpop");
    },
);

static APPS: Record = Record::new(
    "`callers.apps`",
    "Which applications admit; all of it must hold.",
    keys! {
        /// Which.
        "names" => list!(one!(NameOf "apps"));
        /// Whose.
        "issuers" => list!(one!(Text));
        /// With which scopes.
        "scopes" => SCOPES;
        /// By a token bound to what.
        "bound" => words!("certificate", "dpop");
    },
);

static SIGNERS: Record = Record::new(
    "`callers.signers`",
    "Which signers admit; all of it must hold.",
    keys! {
        /// Which.
        "names" => list!(one!(NameOf "signers"));
        /// What must be signed.
        "components" => list!(one!(Text));
    },
);
