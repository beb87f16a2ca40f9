//! The keys of an operation, and of what makes it answer later or be repeated.

use super::super::{Names, Record, Scalar, Shape, Spot};
use super::callers::{CALLERS, SCOPES};
use super::limits::LIMITS;
use super::own::{REDIRECT, RESPOND};
use super::{ATTACKS, ATTACKS_LONG, LEAVE, NO_LIMITS, RETIRE};

pub(super) static OPERATIONS: Names =
    Names { noun: "operation", name: Scalar::OperationKey, value: either!(one!(Route), Shape::Record(&OPERATION)) };

static OPERATION: Record = Record::new(
    "an operation",
    "One published route. A string is short for `{ route: … }`.",
    keys! {
        /// `METHOD /path/{id}`, relative to the API's path: `{name}` is one segment, a last `/**` the rest (also
        /// none), `ANY` every method. Neither takes a segment with `;`, which is written out where it is meant. The
        /// most specific route wins; two that are equal are a fault. Only without a contract, which has the routes.
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
        /// For silence on a body that is under way. Said here, the answer may take longer than `deadline`, which is
        /// for its beginning then; so it is for server-sent events and WebSockets anyway.
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
        /// The operation is a WebSocket, whose route is a GET; `body` bounds each message of a caller. Upgrades
        /// are refused elsewhere.
        "websocket" => one!(Boolean), fixed("`false`");
        /// Answered by the house: callers are sent elsewhere. Nothing reaches the API's service.
        "redirect" => REDIRECT;
        /// Answered by the house: a fixed answer. Nothing reaches the API's service.
        "respond" => RESPOND;
        /// The public keys that assertions to services are checked with, as a JSON Web Key Set.
        "identity_keys" => one!(True);
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

pub(super) const IDEMPOTENCY: Shape = either!(
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

pub(super) const ASYNC: Shape = either!(
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
