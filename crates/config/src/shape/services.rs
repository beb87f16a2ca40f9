//! The keys of a service.

use super::doors::CERTIFICATE;
use super::{Names, Record, Scalar, Shape, Spot};
use crate::value::write_duration;

pub(super) static SERVICES: Names = Names { noun: "service", name: Scalar::Name, value: Shape::Record(&SERVICE) };

const LEAVE: &str = "leave it out";

const URLS: Shape = list!(one!(ServiceUrl));

static SERVICE: Record = Record::new(
    "a service",
    "What stands behind: one or more replicas that answer alike.",
    keys! {
        /// Where it listens: `http://HOST:PORT`, `https://HOST:PORT` or `unix:PATH`. A name is looked up every 30
        /// seconds and when connections fail; each of its addresses is a replica.
        "urls" => URLS, needed();
        /// The format of its contract.
        "speaks" => words!("json", "xml", "soap", "grpc"), not_yet("bodies pass as they are; leave it out");
        /// The version of HTTP spoken to it.
        /// With `https://`, `auto` takes what both speak and HTTP/2 before HTTP/1.1; without TLS it is HTTP/1.1, and `2`
        /// is spoken without asking. gRPC needs `2`, or `auto` with `https://`.
        "http" => words!("1", "2", "auto"), fixed("`auto`");
        /// Each connection begins with the caller's address, by this version of the PROXY protocol, and is for one
        /// request alone, over HTTP/1.1. Without it the service is told in `X-Forwarded-For`.
        "proxy_protocol" => words!("v1", "v2");
        /// How a replica is chosen: the less loaded of two (`ewma`), each in turn, or the same for the same key.
        "balance" => either!(words!("ewma", "round-robin"), record!("`balance`", "Balancing by hash.", keys! {
            /// What requests that go together have in common: `header:NAME`, `path.PARAMETER`, `caller` or
            /// `address`.
            "hash" => one!(Affinity), needed();
        })), fixed("`ewma`");
        /// How it is known which replicas work: by the requests that fail alone (`passive`), or by probes as well.
        "health" => either!(words!("passive"), Shape::Record(&HEALTH)), fixed("`passive`");
        /// For one connection attempt.
        "connect_timeout" => one!(Duration), by_service(|s| write_duration(s.connect_timeout));
        /// For the first byte of an answer.
        "first_byte" => one!(Duration), fixed("the operation's deadline");
        /// For one attempt, to the first byte of its answer.
        "attempt" => one!(Duration), fixed("the operation's deadline");
        /// For an unused connection.
        "idle" => one!(Duration), by_service(|s| write_duration(s.idle));
        /// Further attempts, where nothing can happen twice.
        "retries" => Shape::Record(&RETRIES);
        /// When it is left alone for a while.
        "breaker" => either!(words!("none"), Shape::Record(&BREAKER));
        /// A share of requests goes to other replicas.
        "canary" => Shape::Record(&CANARY);
        /// A copy of requests whose answers are dropped.
        "mirror" => Shape::Record(&MIRROR), not_yet(LEAVE);
        /// The certificate authorities that its certificate must be of, as a PEM file. Without it and without `pin`
        /// those that this machine believes.
        "ca" => one!(Path);
        /// The name that its certificate must be for, and that it is asked for (SNI).
        "server_name" => one!(Host), fixed("the host of its URL");
        /// The hash of its public key. Without `ca` the key alone is believed, whatever its certificate says; with
        /// `ca` both must hold. Several where keys are changed: one of them must be its key.
        "pin" => list!(one!(Pin));
        /// How Vestibule shows who it is.
        "authenticate" => Shape::Record(&AUTHENTICATE);
        /// How it learns who called: `signed`, by a token in `Vestibule-Identity` that is good for a minute and for this
        /// service alone; `none`, not at all.
        "identity" => words!("signed", "none"; "headers" => "write `signed`: plain fields are believed from everybody who reaches the service"),
            fixed("`signed`");
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
        /// What is asked: `GET` or `HEAD` and a path. A status from 200 to 399 is good.
        "route" => one!(Route), needed();
        /// How often, at least every second.
        "every" => one!(Duration), by_service(|s| write_duration(s.probe_every));
        /// Good answers in a row until it is used.
        "healthy_after" => one!(Count), by_service(|s| s.probe_healthy_after.to_string());
        /// Bad answers in a row until it is not.
        "unhealthy_after" => one!(Count), by_service(|s| s.probe_unhealthy_after.to_string());
    },
);

static RETRIES: Record = Record::new(
    "`retries`",
    "Further attempts.",
    keys! {
        /// How many, at most 9; or `none`.
        "attempts" => either!(words!("none"), one!(Count)), fixed("1 at client doors, 3 at server doors");
        /// Share of requests that may be repetitions.
        "budget" => one!(Share), by_service(|s| format!("{}%", s.retry_budget));
        /// After what, besides a connection that could not be opened: the connection broke, `attempt` was over, the
        /// answer was 503.
        "on" => list!(words!("broken", "timeout", "unavailable")), fixed("all of them");
    },
);

static BREAKER: Record = Record::new(
    "`breaker`",
    "When a service is left alone.",
    keys! {
        /// Share of requests that failed: no answer, or 502, 503 or 504.
        "failures" => one!(Share), by_service(|s| format!("{}%", s.breaker_failures));
        /// Over what time.
        "within" => one!(Duration), by_service(|s| write_duration(s.breaker_within));
        /// For how long it is left alone.
        "open_for" => one!(Duration), by_service(|s| write_duration(s.breaker_open_for));
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
        /// Who always goes the same way; otherwise it is drawn for each request.
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
        /// By a certificate in files, shown to a service with `https://` that asks for one.
        "files" => Shape::Record(&CERTIFICATE);
        /// By the certificate of a workload, or of the `gateway`.
        "workload" => one!(Text), not_yet("write `files: { certificate: PATH, key: PATH }`");
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
        }), not_yet("keys and tokens are not sent yet; leave it out");
        /// By a key.
        "key" => one!(Secret), not_yet("keys and tokens are not sent yet; leave it out");
        /// The header that the key stands in.
        "header" => one!(Text), not_yet("keys and tokens are not sent yet; leave it out");
        /// What stands before the key.
        "prefix" => one!(Text), not_yet("keys and tokens are not sent yet; leave it out");
        /// By signatures (RFC 9421).
        "sign" => record!("`sign`", "HTTP message signatures.", keys! {
            /// The signing key.
            "key" => one!(Secret);
            /// The algorithm.
            "algorithm" => one!(Text);
        }), not_yet("nothing is signed yet; leave it out");
    },
);
