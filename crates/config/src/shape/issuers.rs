//! The keys of issuers that are not ours: whose tokens are taken, and how they are reached.

use super::doors::NETWORKS;
use super::{Names, Record, Scalar, Shape, Spot};

pub(super) static ISSUERS: Names = Names { noun: "issuer", name: Scalar::Name, value: Shape::Record(&ISSUER) };

static ISSUER: Record = Record::new(
    "an issuer",
    "An issuer that is not ours. Its metadata and keys are fetched and followed.",
    keys! {
        /// Its URL, which `iss` must equal letter for letter. Plain `http` leads to this machine alone.
        "issuer" => one!(Url), needed();
        /// Where its metadata is, if not below its URL.
        "discovery" => one!(Url), fixed("`ISSUER/.well-known/openid-configuration`, then as RFC 8414 has it");
        /// What it is there for.
        "use" => list!(words!("tokens", "sign-in")), needed();
        /// Its name for people.
        "title" => one!(Text), fixed("its name");
        /// For whom its tokens must be: one of these. A token for somebody else is not for us.
        "audience" => list!(one!(Text));
        /// What its keys may sign by.
        "algorithms" => list!(words!(
            "ES256", "ES384", "ES512", "EdDSA", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"
        )), fixed("all of these");
        /// Whether it is asked about tokens that are no JWT (RFC 7662). One issuer of a file may be.
        "opaque" => either!(words!("refuse"), Shape::Record(&OPAQUE)), fixed("`refuse`");
        /// Who we are to it.
        "client" => Shape::Record(&CLIENT);
        /// Which of its claims mean what.
        "claims" => Shape::Record(&CLAIMS);
        /// The authorities that vouch for its servers.
        "ca" => one!(Path), fixed("those of this machine");
        /// How its people meet our accounts: those who linked theirs come in; `create` makes one for whoever comes new.
        "users" => words!("link", "create"; "match" => "`link` is built: an address is a claim"), fixed("`link`");
        /// Where it may be called.
        "networks" => NETWORKS, not_yet("leave it out");
        /// What is weaker here than the default.
        "loosen" => Shape::Loosenings(Spot::Issuer), not_yet("leave it out");
    },
);

static OPAQUE: Record = Record::new(
    "`opaque`",
    "How the issuer is asked about tokens that only it can read.",
    keys! {
        /// Where it is asked.
        "introspect" => one!(Url), needed();
        /// As whom, if not as the issuer's `client`.
        "client" => Shape::Record(&CLIENT);
        /// How long a good answer holds; what it revokes is believed for that long.
        "remember" => one!(Duration), fixed("`30s`");
    },
);

static CLIENT: Record = Record::new(
    "`client`",
    "An OAuth client that we are.",
    keys! {
        /// Its id.
        "id" => one!(Text), needed();
        /// Its secret.
        "secret" => one!(Secret), needed();
    },
);

static CLAIMS: Record = Record::new(
    "`claims`",
    "Which claims of an issuer mean what.",
    keys! {
        /// Who it is, for good.
        "subject" => one!(Text), fixed("`sub`");
        /// What was granted: a text with spaces between, or a list.
        "scopes" => one!(Text), fixed("`scope`");
        /// The application, by its client id.
        "app" => one!(Text), fixed("`client_id`, else `azp`");
        /// Groups or roles.
        "groups" => one!(Text), not_yet("name the claim itself under `callers.users.claims`");
    },
);
