//! The keys of an API; what belongs to them stands in the modules below.

mod callers;
mod formats;
mod limits;
mod operations;
mod own;

use gateway::UpstreamErrors;
use wire::coding::{Coding, Codings};

use super::doors::{ERRORS, NETWORKS, errors_word, networks_word};
use super::{Names, Record, Scalar, Shape, Spot};
use crate::value::{write_duration, write_size};
pub(super) use callers::CALLERS;
use formats::{CONTRACT, GRPC, SOAP, XML};
pub(super) use limits::LIMITS;
use operations::{ASYNC, IDEMPOTENCY, OPERATIONS};
use own::{REDIRECT, RESPOND};

pub(super) static APIS: Names = Names { noun: "API", name: Scalar::Name, value: Shape::Record(&API) };

/// Codings as the file has them.
pub(crate) fn codings_word(codings: Codings) -> String {
    let words: Vec<_> = codings.iter().map(Coding::as_str).collect();
    match words.as_slice() {
        [] => "none".to_owned(),
        [one] => (*one).to_owned(),
        several => format!("[{}]", several.join(", ")),
    }
}

const LEAVE: &str = "leave it out";

const NO_LIMITS: &str = "only sizes, times and connections are limited; leave it out";

static API: Record = Record::new(
    "an API",
    "What is published at one door, for whom, and where it goes.",
    keys! {
        /// The door it is published at: `client`, `server`, or one of `doors`.
        "door" => one!(NameOf "doors"), needed();
        /// One of the door's `hosts`; may be left out where it has one, or none.
        "host" => one!(WildcardHost);
        /// The prefix outside; routes are relative to it, and the service sees the path without it.
        "path" => one!(PathPrefix), fixed("`/`");
        /// What the service sees in front of the path.
        "rewrite" => Shape::Record(&REWRITE), not_yet(LEAVE);
        /// Where requests go. In its place an API may have `files`, `redirect`, `respond` or `identity_keys`, never two of
        /// them; it needs none of these where each of its operations says `redirect`, `respond` or `identity_keys`.
        "service" => one!(NameOf "services"), needed_or_own();
        /// A folder, whose files are served to GET and HEAD: nothing outside of it, nothing with a dot in front but
        /// `.well-known`, no listings.
        "files" => one!(Path);
        /// Where callers are sent instead. Text is short for `{ to: … }`.
        "redirect" => REDIRECT;
        /// A fixed answer. Text is short for `{ body: … }`.
        "respond" => RESPOND;
        /// The public keys that assertions to services are checked with, as a JSON Web Key Set.
        "identity_keys" => one!(True);
        /// The contract that says what is published: OpenAPI 3.0 or 3.1, a `.proto` file or a compiled
        /// descriptor set, by content and not by ending.
        "contract" => either!(one!(Path), Shape::Record(&CONTRACT));
        /// Who may call; each key is one way in, and any one admits.
        "callers" => CALLERS;
        /// Anyone may call, without saying who. Client doors only.
        "public" => one!(True);
        /// What is published; what is not listed is not reachable. With a contract, what is said over its operations,
        /// each by its name, or several by a pattern with `*`; the name is nearer than a pattern, and a pattern with
        /// more letters is nearer than one with fewer.
        "operations" => Shape::Names(&OPERATIONS), needed_or_contract(), or_own();
        /// Limits over the API.
        "limits" => LIMITS, not_yet(NO_LIMITS);
        /// From where it may be called; those of the door hold as well. At a server door all of them lie in the
        /// private ranges, unless `any-network` is loosened.
        "networks" => NETWORKS, by_door(|d| networks_word(d.networks).to_owned());
        /// From where it may not be called, even from `networks`.
        "deny" => NETWORKS;
        /// Cedar files.
        "policy" => list!(one!(Path)), not_yet("`callers` decides; leave it out");
        /// For the whole answer.
        "deadline" => one!(Duration), by_door(|d| write_duration(d.deadline));
        /// For silence on a body that is under way.
        "idle" => one!(Duration), by_door(|d| write_duration(d.idle));
        /// The largest request body.
        "body" => one!(Size), by_door(|d| write_size(d.body_bytes));
        /// Formats that callers may have.
        "offers" => list!(words!("json", "xml", "grpc")), not_yet("bodies pass as they are; leave it out");
        /// SOAP.
        "soap" => Shape::Record(&SOAP), not_yet(LEAVE);
        /// XML without a contract.
        "xml" => Shape::Record(&XML), not_yet(LEAVE);
        /// gRPC for callers that do not speak it.
        "grpc" => Shape::Record(&GRPC), not_yet(LEAVE);
        /// Pages of other origins.
        "cors" => Shape::Record(&CORS), not_yet("pages of other origins may not read; leave it out");
        /// Further security headers.
        "headers" => names!(noun: "header", name: Scalar::Text, value: one!(Text)),
            not_yet(LEAVE);
        /// Detectors of attacks.
        "attacks" => either!(ATTACKS, Shape::Record(&ATTACKS_LONG)), not_yet(LEAVE);
        /// How much a refusal tells. At a client door `detailed` needs the loosening `detailed-errors`.
        "errors" => ERRORS, by_door(|d| errors_word(d.errors).to_owned());
        /// What becomes of the service's own 5xx answers. At a client door `pass` needs the loosening
        /// `detailed-errors`.
        "upstream_errors" => words!("replace", "pass"),
            by_door(|d| match d.upstream_errors { UpstreamErrors::Replace => "`replace`".to_owned(), UpstreamErrors::Pass => "`pass`".to_owned() });
        /// An external authorisation service.
        "ask" => Shape::Record(&ASK);
        /// The content codings that answers are given in to callers who accept them, where they gain by it; their order
        /// means nothing. Files that have neighbours in a coding are given so whatever stands here.
        "compress" => either!(words!("none"), list!(words!("zstd", "br", "gzip"))),
            by_door(|d| format!("`{}`", codings_word(d.compress)));
        /// What the audit log keeps.
        "record" => words!("refusals", "changes", "all"), not_yet(LEAVE);
        /// The end of the API.
        "retire" => Shape::Record(&RETIRE);
        /// Whether answers that say they may be kept are kept for others, by RFC 9111. An answer to a caller who is
        /// known is kept only where it says `public`.
        "cache" => either!(words!("none"), Shape::Record(&CACHE)), fixed("`none`");
        /// Repeating an unsafe request.
        "idempotency" => IDEMPOTENCY, not_yet(LEAVE);
        /// Answering later.
        "async" => ASYNC, not_yet(LEAVE);
        /// What is weaker here than the default, each with its reason.
        "loosen" => Shape::Loosenings(Spot::Api);
    },
);

const ATTACKS: Shape = words!("watch", "refuse", "none");

static ATTACKS_LONG: Record = Record::new(
    "`attacks`",
    "Detectors of attacks.",
    keys! {
        /// What is done.
        "mode" => ATTACKS;
        /// What is not looked at.
        "except" => names!(noun: "operation", name: Scalar::OperationName, value: list!(one!(Text)));
    },
);

static REWRITE: Record = Record::new(
    "`rewrite`",
    "What the service sees.",
    keys! {
        /// In front of the path.
        "prefix" => one!(PathPrefix);
        /// As the host.
        "host" => one!(Host);
    },
);

static CORS: Record = Record::new(
    "`cors`",
    "Pages of other origins.",
    keys! {
        /// Which.
        "origins" => list!(one!(Text)), needed();
        /// Methods that they may use.
        "methods" => list!(one!(Text));
        /// Headers that they may send.
        "headers" => list!(one!(Text));
        /// How long a preflight holds.
        "max_age" => one!(Duration);
    },
);

static ASK: Record = Record::new(
    "`ask`",
    "An external authorisation service; it can only refuse.",
    keys! {
        /// By HTTP: a `GET` of this URL for each request; 2xx lets it pass.
        "http" => one!(TargetUrl);
        /// By Envoy's ext_authz protocol, in gRPC over HTTP/2.
        "grpc" => one!(ServiceUrl);
        /// For its answer; silence refuses.
        "deadline" => one!(Duration);
        /// Headers of the request that it is told, beside what it is always told.
        "headers" => list!(one!(HeaderName));
    },
)
.with_one_of(&["http", "grpc"]);

static RETIRE: Record = Record::new(
    "`retire`",
    "An end: since when it should not be used, and from when it is gone.",
    keys! {
        /// Since when it should not be used any more, told by `Deprecation` (RFC 9745).
        "since" => one!(Day), fixed("no day is said: `@0`");
        /// The first day on which it answers 410, told by `Sunset` (RFC 8594) until then; days are in UTC.
        "on" => one!(Day);
        /// Where to read about it, told by `Link`.
        "link" => one!(Url);
    },
);

static CACHE: Record = Record::new(
    "`cache`",
    "A shared cache.",
    keys! {
        /// For all that is kept, in memory; at least 64 KiB. One answer may have an eighth of it.
        "size" => one!(Size), by_service(|s| write_size(s.cache_bytes));
        /// How long an answer is given out without asking the service, whatever it says.
        "at_most" => one!(Duration), by_service(|s| write_duration(s.cache_at_most));
    },
);
