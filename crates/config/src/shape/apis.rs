//! The keys of an API, of its callers and of its operations.

use gateway::UpstreamErrors;

use super::doors::{ERRORS, NETWORKS, errors_word, networks_word};
use super::{Names, Record, Scalar, Shape, Spot};
use crate::value::{write_duration, write_size};

pub(super) static APIS: Names = Names { noun: "api", name: Scalar::Name, value: Shape::Record(&API) };

const LEAVE: &str = "leave it out";
const NO_LIMITS: &str = "only sizes, times and connections are limited; leave it out";
const FORWARDS: &str = "an API forwards to a `service`";

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
        /// Where requests go.
        "service" => one!(NameOf "services"), needed();
        /// A folder served to GET and HEAD.
        "files" => one!(Path), not_yet(FORWARDS);
        /// Where callers are sent.
        "redirect" => one!(Url), not_yet(FORWARDS);
        /// A fixed answer.
        "respond" => one!(Text), not_yet(FORWARDS);
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
        "operations" => Shape::Names(&OPERATIONS), needed_or_contract();
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
        "ask" => Shape::Record(&ASK), not_yet(LEAVE);
        /// Compression of answers.
        "compress" => either!(words!("none"), list!(words!("zstd", "br", "gzip"))),
            not_yet("answers pass as they are; leave it out");
        /// What the audit log keeps.
        "record" => words!("refusals", "changes", "all"), not_yet(LEAVE);
        /// The end of the API.
        "retire" => Shape::Record(&RETIRE);
        /// A shared cache by RFC 9111.
        "cache" => either!(words!("none"), Shape::Record(&CACHE)), not_yet("nothing is cached; leave it out");
        /// Repeating an unsafe request.
        "idempotency" => IDEMPOTENCY, not_yet(LEAVE);
        /// Answering later.
        "async" => ASYNC, not_yet(LEAVE);
        /// What is weaker here than the default, each with its reason.
        "loosen" => Shape::Loosenings(Spot::Api);
    },
);

/// Who may call: kind → condition.
pub(super) const CALLERS: Shape = record!(
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
const SCOPES: Shape = list!(one!(Scope));

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

static OPERATIONS: Names =
    Names { noun: "operation", name: Scalar::OperationKey, value: either!(one!(Route), Shape::Record(&OPERATION)) };

static OPERATION: Record = Record::new(
    "an operation",
    "One published route. A string is short for `{ route: … }`.",
    keys! {
        /// `METHOD /path/{id}`, relative to the API's path: `{name}` is one segment, a last `/**` the rest (also
        /// none), `ANY` every method. The most specific route wins; two that are equal are a fault. Only without a
        /// contract, which has the routes.
        "route" => one!(Route), needed_or_contract();
        /// All of the operation's callers; nothing of the API's is kept.
        "callers" => CALLERS;
        /// Anyone may call it. An operation that writes `callers` or `public` inherits neither.
        "public" => one!(True);
        /// Scopes that the caller must have, whatever the way in.
        "scopes" => SCOPES;
        /// Limits over the operation.
        "limits" => LIMITS, not_yet(NO_LIMITS);
        /// Cedar files.
        "policy" => list!(one!(Path)), not_yet("`callers` decides; leave it out");
        /// For the whole answer.
        "deadline" => one!(Duration), fixed("of the API");
        /// For silence on a body that is under way.
        "idle" => one!(Duration), fixed("of the API");
        /// The largest request body.
        "body" => one!(Size), fixed("of the API");
        /// Detectors of attacks.
        "attacks" => either!(ATTACKS, Shape::Record(&ATTACKS_LONG)), not_yet(LEAVE);
        /// What must be equal in request and caller.
        "match" => names!(noun: "value", name: Scalar::Text, value: one!(Text)),
            not_yet("the service must check whose record it is");
        /// Repeating an unsafe request.
        "idempotency" => IDEMPOTENCY, not_yet(LEAVE);
        /// Answering later.
        "async" => ASYNC, not_yet(LEAVE);
        /// Upgrades to WebSocket.
        "websocket" => one!(Boolean), not_yet("upgrades are refused; leave it out");
        /// Units that a call counts for in limits.
        "cost" => one!(Count), not_yet(LEAVE);
        /// Whether it may be sent twice.
        "retry" => either!(words!("safe"), record!("`retry`", "The author's word.", keys! {
            /// Twice is as good as once, whatever the method.
            "idempotent" => one!(Boolean), needed();
        })), fixed("`safe`: what was sent is sent again only for idempotent methods");
        /// The end of the operation; all of it is said here, nothing of the API's is kept.
        "retire" => Shape::Record(&RETIRE);
        /// What is weaker here than the default.
        "loosen" => Shape::Loosenings(Spot::Operation),
            not_yet("no loosening of an operation is built; loosen the API");
    },
);

/// Limits of a door, API or operation.
pub(super) const LIMITS: Shape = either!(
    words!("none"),
    list!(record!(
        "a limit",
        "So many in so long.",
        keys! {
            /// Of whom.
            "per" => list!(one!(Text)), needed();
            /// An even flow.
            "rate" => BY_TIER;
            /// So many in a calendar period.
            "quota" => BY_TIER;
            /// So many at once.
            "concurrent" => BY_TIER;
            /// So many bytes received.
            "bytes_in" => BY_TIER;
            /// So many bytes sent.
            "bytes_out" => BY_TIER;
            /// At once above the even flow.
            "burst" => one!(Count);
            /// The time zone of the calendar.
            "zone" => one!(Text);
            /// What it is called in headers and problems.
            "name" => one!(Name);
        }
    ))
);
const BY_TIER: Shape = either!(one!(Text), names!(noun: "tier", name: Scalar::Name, value: one!(Text)));
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
const IDEMPOTENCY: Shape = either!(
    IDEMPOTENCY_MODES,
    record!(
        "`idempotency`",
        "Repeating an unsafe request.",
        keys! {
            /// Whether a key is asked for.
            "mode" => IDEMPOTENCY_MODES;
            /// How long an answer is kept.
            "keep" => one!(Duration);
            /// What is done when nobody knows whether it was done.
            "if_unknown" => either!(words!("report"), record!("`if_unknown`", "After a crash.", keys! {
                /// What is asked.
                "ask" => one!(Route);
            }));
        }
    )
);
const IDEMPOTENCY_MODES: Shape = words!("required", "optional", "none");
const ASYNC_MODES: Shape = words!("always", "offered", "none");
const ASYNC: Shape = either!(
    ASYNC_MODES,
    record!(
        "`async`",
        "Answering later. Server doors only.",
        keys! {
            /// Whether the answer comes later.
            "mode" => ASYNC_MODES;
            /// Answer at once if done within.
            "wait" => one!(Duration);
            /// Give up after.
            "deadline" => one!(Duration);
            /// How long the result is readable.
            "keep" => one!(Duration);
            /// Strict order inside.
            "lane" => one!(Text);
            /// How the end is known.
            "done_by" => words!("answer", "callback");
            /// What is sent on completion.
            "event" => one!(Text);
        }
    )
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
static CONTRACT: Record = Record::new(
    "`contract`",
    "What requests and answers look like.",
    keys! {
        /// The contract.
        "file" => one!(Path), needed();
        /// What stands in front of its paths, for callers and service alike.
        "base" => one!(PathPrefix), fixed("the path of its servers");
        /// Folders of protobuf imports, looked through before the contract's own.
        "imports" => list!(one!(Path));
        /// gRPC services to publish, with their package, as in `shop.Orders`.
        "methods" => list!(one!(OperationName)), fixed("all of the file");
        /// What is done about differences.
        "mode" => words!("enforce", "watch"), not_yet(UNCHECKED);
        /// Parameters that it does not have.
        "unknown_query" => UNKNOWN, not_yet(UNCHECKED);
        /// Fields that it does not have.
        "unknown_fields" => UNKNOWN, not_yet(UNCHECKED);
        /// Answers that differ.
        "answers" => words!("trim", "record", "refuse"), not_yet(UNCHECKED);
        /// Only these operations: by name, by pattern with `*`, or `tag:NAME`.
        "publish" => list!(one!(OperationChoice)), fixed("all");
        /// All but these operations, written in the same ways.
        "withhold" => list!(one!(OperationChoice)), fixed("none");
        /// Where the contract is readable.
        "serve" => one!(PathPrefix), not_yet(LEAVE);
    },
);
const UNCHECKED: &str = "a contract gives routes; requests are not compared with it yet; leave it out";
const UNKNOWN: Shape = words!("refuse", "pass", "record");
static SOAP: Record = Record::new(
    "`soap`",
    "SOAP.",
    keys! {
        /// Its version.
        "version" => one!(Text);
        /// Its description.
        "wsdl" => one!(Path);
    },
);
static XML: Record = Record::new(
    "`xml`",
    "XML.",
    keys! {
        /// How it is turned into JSON.
        "without_contract" => words!("badgerfish", "parker");
    },
);
static GRPC: Record = Record::new(
    "`grpc`",
    "gRPC.",
    keys! {
        /// gRPC-Web.
        "web" => one!(Boolean);
        /// Connect.
        "connect" => one!(Boolean);
        /// How streams look as JSON.
        "stream_as" => words!("sse", "ndjson", "array");
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
        /// By HTTP.
        "http" => one!(Url);
        /// By Envoy's ext_authz protocol.
        "grpc" => one!(Url);
        /// Its silence refuses.
        "deadline" => one!(Duration);
        /// Headers that it is sent.
        "headers" => list!(one!(Text));
    },
);
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
        /// How large.
        "size" => one!(Size);
        /// How long an answer is kept.
        "at_most" => one!(Duration);
    },
);
