//! Who may call: the kinds of caller, each with its condition.

use super::super::doors::NETWORKS;
use super::super::{Record, Scalar, Shape};
use super::LEAVE;

/// Who may call: kind → condition.
pub(in crate::shape) const CALLERS: Shape = record!(
    "`callers`",
    "Kinds of caller, each with its condition. Each key is one way in; any one admits.",
    keys! {
        /// People, by a session or an access token; `any` is anyone of our own accounts. Client doors only.
        "users" => either!(words!("any"), Shape::Record(&USERS));
        /// Holders of an API key that was made for this API: client doors take `publishable` and `restricted`,
        /// server doors `secret`.
        "keys" => either!(list!(KEY_KINDS), Shape::Record(&KEYS));
        /// Applications without a person, by an access token of their own: names, or `any` for all of ours. Server
        /// doors only.
        "apps" => either!(list!(one!(NameOf "apps")), Shape::Record(&APPS));
        /// Back ends by their certificate. Server doors only.
        "workloads" => either!(list!(one!(Workload)), Shape::Record(&WORKLOADS));
        /// Back ends by HTTP message signature.
        "signers" => either!(list!(one!(NameOf "signers")), Shape::Record(&SIGNERS)),
            not_yet("`keys`, `users`, `apps` and `workloads` are built");
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
        /// Whose accounts: names of issuers, `own` for our own.
        "issuers" => list!(one!(NameOf "issuers")), fixed("`own`");
        /// By what; without it by either.
        "via" => list!(words!("session", "token"));
        /// Through which applications; without it through any.
        "apps" => list!(one!(NameOf "apps"));
        /// The scopes that must have been granted.
        "scopes" => SCOPES;
        /// Claims that the token must have, each with this value.
        "claims" => names!(noun: "claim", name: Scalar::Text, value: one!(Text));
        /// By a token exchanged by which workload.
        "through" => list!(one!(Workload)), not_yet(LEAVE);
        /// How long ago the person may have signed in.
        "fresh" => one!(Duration);
        /// What a token must be bound to; a session is bound to nothing.
        "bound" => words!("dpop");
    },
);

static APPS: Record = Record::new(
    "`callers.apps`",
    "Which applications admit; all of it must hold.",
    keys! {
        /// Which; without it all of these issuers.
        "names" => list!(one!(NameOf "apps"));
        /// Whose: names of issuers, `own` for our own.
        "issuers" => list!(one!(NameOf "issuers")), fixed("`own`");
        /// The scopes that the token must have.
        "scopes" => SCOPES;
        /// What the token must be bound to; without it to one of the two.
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
