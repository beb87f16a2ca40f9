//! The keys of the engines, of observation and of administration.

use super::doors::NETWORKS;
use super::{Record, Scalar, Shape, Spot};

const LEAVE: &str = "leave it out";

pub(super) static STORE: Record = Record::new(
    "`store`",
    "Where data is kept.",
    keys! {
        /// The data directory.
        "sqlite" => record!("`store.sqlite`", "The data directory.", keys! {
            /// The folder for what Vestibule keeps: the local CA, the admin socket, versions, and the store in a folder of its own.
            "directory" => one!(Path), fixed("`./vestibule-data`"), needed();
        });
        /// A database.
        "postgres" => Shape::Record(&POSTGRES), not_yet(LEAVE);
        /// The master key that secrets in the store are sealed under. Further lines of it are keys from before, which only open.
        "seal" => one!(MasterKey), fixed("a file `store/seal.key` in the data directory, made with the store");
    },
);

static POSTGRES: Record = Record::new(
    "`store.postgres`",
    "A database.",
    keys! {
        /// Where it is.
        "url" => one!(Secret), needed();
        /// Connections.
        "pool" => one!(Count);
        /// The CA of its certificate.
        "ca" => one!(Path);
    },
);

pub(super) const COUNTER_WORDS: Shape = words!("memory");

pub(super) static COUNTERS: Record = Record::new(
    "`counters`",
    "Where limits are counted.",
    keys! {
        /// Limits over several machines.
        "valkey" => record!(
            "`counters.valkey`",
            "Limits over several machines.",
            keys! {
            /// Where it is.
            "url" => one!(Secret);
            /// How exactly.
            "mode" => words!("exact", "fast");
            /// What is done without it.
            "away" => words!("refuse", "share");
        });
    },
);

pub(super) static NODES: Record = Record::new(
    "`nodes`",
    "Several machines.",
    keys! {
        /// What this one is called.
        "name" => one!(Text);
        /// Where the configuration comes from.
        "configuration" => words!("file", "store");
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

pub(super) static OBSERVE: Record = Record::new(
    "`observe`",
    "Log and metrics.",
    keys! {
        /// The access log; `none` writes nothing, and metrics are kept all the same.
        "log" => either!(words!("none"), Shape::Record(&LOG));
        /// Where metrics are read.
        "metrics" => either!(words!(; "none" => "leave it out"), Shape::Record(&LISTEN)),
            not_yet("they are on the admin socket; leave it out");
        /// Traces.
        "traces" => either!(words!("none"), Shape::Record(&TRACES)), not_yet(LEAVE);
        /// What `why` knows.
        "decisions" => Shape::Record(&DECISIONS), not_yet(LEAVE);
        /// The audit log.
        "audit" => Shape::Record(&AUDIT), not_yet(LEAVE);
        /// Where probes ask.
        "health" => Shape::Record(&LISTEN), not_yet("health is on the admin socket; leave it out");
    },
);

static LOG: Record = Record::new(
    "`observe.log`",
    "The access log.",
    keys! {
        /// Where it is written.
        "to" => words!("stdout"; "file" => "write `stdout`, and send that to a file", "otlp" => "write `stdout`"),
            fixed("`stdout`");
        /// JSON lines, or columns for people.
        "format" => words!("json", "text"; "ecs" => "write `json`"), fixed("`text` on a terminal, else `json`");
        /// When a new file begins.
        "rotate" => one!(Size), not_yet(LEAVE);
        /// What is not shown.
        "mask" => list!(one!(Text)),
            not_yet("query values and secrets are never logged; leave it out");
        /// What is logged.
        "only" => list!(one!(Text)), not_yet(LEAVE);
    },
);

static LISTEN: Record = Record::new(
    "a listener",
    "An address of its own.",
    keys! {
        /// Where.
        "listen" => one!(Socket), needed();
    },
);

static TRACES: Record = Record::new(
    "`observe.traces`",
    "Traces.",
    keys! {
        /// Where they go.
        "otlp" => one!(Url);
        /// How many.
        "sample" => one!(Share);
        /// Headers that are sent.
        "headers" => names!(noun: "header", name: Scalar::Text, value: one!(Secret));
    },
);

static DECISIONS: Record = Record::new(
    "`observe.decisions`",
    "What `why` knows.",
    keys! {
        /// How many of the good.
        "sample" => one!(Share);
        /// How much is kept.
        "keep" => Shape::Record(&KEEP);
    },
);

static AUDIT: Record = Record::new(
    "`observe.audit`",
    "The audit log.",
    keys! {
        /// How long it is kept.
        "keep" => one!(Duration);
        /// Where checkpoints go.
        "checkpoint_to" => one!(Url);
        /// Who keeps a copy.
        "mirror_with" => one!(Text);
        /// What is weaker here than the default.
        "loosen" => Shape::Loosenings(Spot::Audit);
    },
);

pub(super) static DETECT: Record = Record::new(
    "`detect`",
    "Detections and responses.",
    keys! {
        /// What is done.
        "mode" => words!("watch", "refuse", "none");
        /// Further rules.
        "rules" => list!(one!(Path));
        /// Where addresses are.
        "geoip" => one!(Path);
        /// Who is never blocked.
        "never_block" => NETWORKS;
        /// What is done about a finding.
        "respond" => names!(noun: "rule", name: Scalar::Name, value: Shape::Record(&RESPOND));
    },
);

static RESPOND: Record = Record::new(
    "a response",
    "What is done about a finding.",
    keys! {
        /// What.
        "do" => words!("alert", "slow", "challenge", "limit", "block");
        /// How long.
        "for" => one!(Duration);
        /// After how long of watching.
        "after_dry_run" => one!(Duration);
    },
);

pub(super) static ADMIN: Record = Record::new(
    "`admin`",
    "The admin API.",
    keys! {
        /// The Unix socket that commands talk to, for the same user.
        "listen" => one!(Socket), fixed("`unix:admin.sock` in the data directory");
        /// Who may sign in.
        "sign_in" => record!("`admin.sign_in`", "Who may sign in.", keys! {
            /// Whose accounts.
            "issuer" => one!(NameOf "issuers");
            /// Who may what.
            "roles" => names!(noun: "role", name: Scalar::Name, value: one!(Text));
        }), not_yet(LEAVE);
        /// What is weaker here than the default.
        "loosen" => Shape::Loosenings(Spot::Admin), not_yet(LEAVE);
    },
);
