//! The keys of webhooks, feeds and datasets: words of the format whose capabilities are to come.

use super::apis::CALLERS;
use super::doors::NETWORKS;
use super::services::AUTHENTICATE;
use super::{Names, Record, Scalar, Shape, Spot};

pub(super) static WEBHOOKS: Record = Record::new(
    "`webhooks`",
    "Events received and sent.",
    keys! {
        /// Events that others send us.
        "incoming" => Shape::Names(&INCOMING);
        /// Events that we send.
        "outgoing" => Shape::Record(&OUTGOING);
    },
);

static INCOMING: Names = Names {
    noun: "webhook",
    name: Scalar::Name,
    value: record!(
        "an incoming webhook",
        "Verified, stored, delivered; nothing else.",
        keys! {
            /// Where the sender posts.
            "door" => one!(NameOf "doors"), needed();
            /// Where the sender posts.
            "host" => one!(Host);
            /// Where the sender posts.
            "path" => one!(PathPrefix), needed();
            /// How it is signed.
            "scheme" => either!(words!("stripe", "github", "slack", "standard"), Shape::Record(&SCHEME)), needed();
            /// The secret of the signatures.
            "secret" => list!(one!(Secret)), needed();
            /// Tolerance on time.
            "within" => one!(Duration);
            /// How long an event is remembered.
            "once_for" => one!(Duration);
            /// Events with equal value stay in order.
            "lane" => one!(Text);
            /// Where events go.
            "to" => Shape::Record(&TO), needed();
            /// Limits.
            "limits" => super::apis::LIMITS;
            /// From where.
            "networks" => NETWORKS;
            /// The largest event.
            "body" => one!(Size);
        }
    ),
};

static SCHEME: Record = Record::new(
    "`scheme`",
    "How events are signed.",
    keys! {
        /// Signatures by a shared key.
        "hmac" => record!(
            "`hmac`",
            "Signatures by a shared key.",
            keys! {
            /// Where the signature stands.
            "header" => one!(Text);
            /// The hash.
            "algorithm" => one!(Text);
            /// How it is written.
            "encoding" => one!(Text);
            /// What is signed.
            "over" => one!(Text);
            /// Where the time stands.
            "timestamp" => one!(Text);
        });
    },
);

static TO: Record = Record::new(
    "`to`",
    "Where events go.",
    keys! {
        /// To which service.
        "service" => one!(NameOf "services"), needed();
        /// To which route.
        "route" => one!(Route), needed();
    },
);

static OUTGOING: Record = Record::new(
    "`webhooks.outgoing`",
    "Events that we send.",
    keys! {
        /// Types of event.
        "events" => Shape::Names(&EVENTS);
        /// Where services post events.
        "publish" => Shape::Record(&PUBLISH);
        /// Where subscribers help themselves.
        "subscribe" => Shape::Record(&SUBSCRIBE);
        /// Fixed subscribers.
        "subscribers" => Shape::Names(&SUBSCRIBERS);
        /// How events are signed.
        "sign" => words!("hmac", "ed25519");
        /// What they are wrapped in.
        "envelope" => words!("plain", "cloudevents");
        /// How long delivery is tried.
        "retries" => Shape::Record(&RETRIES);
        /// For one attempt.
        "timeout" => one!(Duration);
        /// When a subscriber is left alone.
        "pause_after" => one!(Duration);
    },
);

static EVENTS: Names = Names {
    noun: "event",
    name: Scalar::OperationName,
    value: either!(
        words!("any"),
        record!(
            "an event",
            "A type of event.",
            keys! {
                /// Its schema.
                "schema" => one!(Path);
            }
        )
    ),
};

static PUBLISH: Record = Record::new(
    "`publish`",
    "Where services post events.",
    keys! {
        /// At which door.
        "door" => one!(NameOf "doors");
        /// Under which path.
        "path" => one!(PathPrefix);
        /// Who may.
        "callers" => CALLERS;
        /// A table that events are read from.
        "outbox" => record!("`outbox`", "A table of events.", keys! {
            /// Where the table is.
            "postgres" => one!(Secret);
            /// Its name.
            "table" => one!(Text);
        });
    },
);

static SUBSCRIBE: Record = Record::new(
    "`subscribe`",
    "Where subscribers help themselves.",
    keys! {
        /// At which door.
        "door" => one!(NameOf "doors");
        /// Who may.
        "callers" => CALLERS;
    },
);

static SUBSCRIBERS: Names = Names {
    noun: "subscriber",
    name: Scalar::Name,
    value: record!(
        "a subscriber",
        "Who gets events.",
        keys! {
            /// Where they are sent.
            "url" => one!(Url), needed();
            /// Which.
            "events" => list!(one!(Text)), needed();
            /// What stays in order.
            "order_by" => one!(Text);
            /// How many.
            "rate" => one!(Rate);
            /// How many at once.
            "concurrent" => one!(Count);
            /// How we show who we are.
            "authenticate" => Shape::Record(&AUTHENTICATE);
            /// Where it may be called.
            "networks" => NETWORKS;
            /// What is weaker here than the default.
            "loosen" => Shape::Loosenings(Spot::Subscriber);
        }
    ),
};

static RETRIES: Record = Record::new(
    "`webhooks.outgoing.retries`",
    "How long delivery is tried.",
    keys! {
        /// In all.
        "for" => one!(Duration);
        /// How often.
        "attempts" => one!(Count);
    },
);

static KEEP: Record = Record::new(
    "`keep`",
    "How much is kept.",
    keys! {
        /// How long.
        "for" => one!(Duration);
        /// How much.
        "size" => one!(Size);
    },
);

pub(super) static FEEDS: Names = Names {
    noun: "feed",
    name: Scalar::Name,
    value: record!(
        "a feed",
        "A durable log.",
        keys! {
            /// At which door.
            "door" => one!(NameOf "doors"), needed();
            /// Under which path.
            "path" => one!(PathPrefix);
            /// How much is kept.
            "keep" => Shape::Record(&KEEP);
            /// Who may write.
            "append" => CALLERS;
            /// Who may read.
            "read" => CALLERS;
        }
    ),
};

pub(super) static DATASETS: Names = Names {
    noun: "dataset",
    name: Scalar::Name,
    value: record!(
        "a dataset",
        "Keyed records with changes.",
        keys! {
            /// At which door.
            "door" => one!(NameOf "doors"), needed();
            /// Under which path.
            "path" => one!(PathPrefix);
            /// Who may write.
            "write" => CALLERS;
            /// Who may read.
            "read" => CALLERS;
            /// What is done when two wrote.
            "conflicts" => either!(words!("refuse", "last-writer", "keep-both"), record!("`conflicts`", "Who decides.", keys! {
                /// What is asked.
                "resolver" => one!(Route);
            }));
            /// A copy of another.
            "mirror" => record!("`mirror`", "A copy of another.", keys! {
                /// Of which.
                "from" => one!(Url);
                /// As whom.
                "as" => one!(Text);
            });
        }
    ),
};
