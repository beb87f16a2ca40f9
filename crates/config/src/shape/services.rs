//! The keys of a service.

use super::{Names, Record, Scalar, Shape, Spot};
use crate::value::write_duration;

pub(super) static SERVICES: Names = Names { noun: "service", name: Scalar::Name, value: Shape::Record(&SERVICE) };

const LEAVE: &str = "leave it out";

const URLS: Shape = list!(one!(ServiceUrl));

static SERVICE: Record = Record::new(
    "a service",
    "What stands behind: one or more replicas that answer alike.",
    keys! {
        /// Where it listens: `http://HOST:PORT` or `unix:PATH`; `https://` is not built yet. Replicas are taken in
        /// turn.
        "urls" => URLS, needed();
        /// The format of its contract.
        "speaks" => words!("json", "xml", "soap", "grpc"), not_yet("bodies pass as they are; leave it out");
        /// The version of HTTP spoken to it.
        "http" => words!("1", "2", "auto"), not_yet("HTTP/1.1 is spoken; leave it out");
        /// How a replica is chosen.
        "balance" => either!(words!("ewma", "round-robin"), record!("`balance`", "Balancing by hash.", keys! {
            /// What is hashed.
            "hash" => one!(Text);
        })), not_yet("replicas are taken in turn; leave it out");
        /// How it is known which replicas work.
        "health" => either!(words!("passive"), Shape::Record(&HEALTH)), not_yet(LEAVE);
        /// For one connection attempt.
        "connect_timeout" => one!(Duration), by_service(|s| write_duration(s.connect_timeout));
        /// For the first byte of an answer.
        "first_byte" => one!(Duration), fixed("the operation's deadline");
        /// For one attempt.
        "attempt" => one!(Duration),
            not_yet("there is one attempt, with the operation's deadline; leave it out");
        /// For an unused connection.
        "idle" => one!(Duration), by_service(|s| write_duration(s.idle));
        /// Further attempts.
        "retries" => Shape::Record(&RETRIES), not_yet("there is one attempt; leave it out");
        /// When it is left alone for a while.
        "breaker" => either!(words!("none"), Shape::Record(&BREAKER)), not_yet(LEAVE);
        /// A share of requests goes to other replicas.
        "canary" => Shape::Record(&CANARY), not_yet(LEAVE);
        /// A copy of requests whose answers are dropped.
        "mirror" => Shape::Record(&MIRROR), not_yet(LEAVE);
        /// The CA of its certificate.
        "ca" => one!(Path), not_yet("`https://` is not built yet; leave it out");
        /// The name in its certificate.
        "server_name" => one!(Host), not_yet("`https://` is not built yet; leave it out");
        /// Hash of its public key.
        "pin" => list!(one!(Text)), not_yet("`https://` is not built yet; leave it out");
        /// How Vestibule shows who it is.
        "authenticate" => Shape::Record(&AUTHENTICATE), not_yet(LEAVE);
        /// How it learns who called.
        "identity" => words!("signed", "headers", "none"), not_yet("it is not told who called; leave it out");
        /// Requests at once.
        "concurrency" => either!(words!("adaptive"), one!(Count)), not_yet(LEAVE);
        /// What is weaker here than the default, each with its reason.
        "loosen" => Shape::Loosenings(Spot::Service);
    },
);

static HEALTH: Record = Record::new(
    "`health`",
    "Probes.",
    keys! {
        /// What is asked.
        "route" => one!(Route), needed();
        /// How often.
        "every" => one!(Duration);
        /// Good answers until it is used.
        "healthy_after" => one!(Count);
        /// Bad answers until it is not.
        "unhealthy_after" => one!(Count);
    },
);

static RETRIES: Record = Record::new(
    "`retries`",
    "Further attempts.",
    keys! {
        /// How many.
        "attempts" => one!(Count);
        /// Share of requests that may be repetitions.
        "budget" => one!(Share);
        /// After what.
        "on" => list!(one!(Text));
    },
);

static BREAKER: Record = Record::new(
    "`breaker`",
    "When a service is left alone.",
    keys! {
        /// Share of requests that failed.
        "failures" => one!(Share);
        /// Over what time.
        "within" => one!(Duration);
        /// For how long it is left alone.
        "open_for" => one!(Duration);
    },
);

static CANARY: Record = Record::new(
    "`canary`",
    "A share of requests goes elsewhere.",
    keys! {
        /// Where it listens.
        "urls" => URLS, needed();
        /// How much.
        "share" => one!(Share), needed();
        /// Who always gets the same.
        "sticky" => words!("caller");
    },
);

static MIRROR: Record = Record::new(
    "`mirror`",
    "A copy of requests.",
    keys! {
        /// Where it listens.
        "urls" => URLS, needed();
        /// How much.
        "share" => one!(Share);
    },
);

/// How Vestibule shows who it is to a service or subscriber.
pub(super) static AUTHENTICATE: Record = Record::new(
    "`authenticate`",
    "How Vestibule shows who it is.",
    keys! {
        /// By the certificate of a workload, or of the `gateway`.
        "workload" => one!(Text);
        /// By an access token.
        "client_credentials" => record!("`client_credentials`", "OAuth client credentials.", keys! {
            /// Where tokens are had.
            "token_url" => one!(Url);
            /// The client's id.
            "id" => one!(Text);
            /// The client's secret.
            "secret" => one!(Secret);
            /// What is asked for.
            "scopes" => list!(one!(Scope));
        });
        /// By a key.
        "key" => one!(Secret);
        /// The header that the key stands in.
        "header" => one!(Text);
        /// What stands before the key.
        "prefix" => one!(Text);
        /// By signatures (RFC 9421).
        "sign" => record!("`sign`", "HTTP message signatures.", keys! {
            /// The signing key.
            "key" => one!(Secret);
            /// The algorithm.
            "algorithm" => one!(Text);
        });
    },
);
