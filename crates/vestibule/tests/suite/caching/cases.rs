//! What HTTP caches are known to be tested for, through the real program.
//!
//! The subjects are those of the public test suite of HTTP caches (<https://cache-tests.fyi>), whose identifiers the
//! names are, so that both can be laid beside each other; the cases are written anew. Where that suite waits for an
//! answer to become stale, the answer here says an `Age` that it is stale by: nothing sleeps.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use testkit::script::{Script, Step};
use testkit::{Answer, Backend, Connection, Reply, script};

use crate::caching::keeping;

/// What is expected of one request of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expect {
    /// The service is asked without a condition of the store's, and its answer comes.
    Asked,
    /// The service is not asked; the content that came before comes again.
    Kept,
    /// The service is asked whether what is kept holds, and says so; the content that came before comes again.
    Checked,
    /// The service is not asked; this status.
    Told(u16),
    /// The service closes the connection; this status.
    Closes(u16),
}
use Expect::{Asked, Checked, Closes, Kept, Told};

/// One request: its fields, the answer's fields, what is expected, and what the caller sees: `name: value`, `name`
/// for a field with any value, `!name` for none. A field `method` or `status` is the method or the status.
pub(super) type Request = (&'static [&'static str], &'static [&'static str], Expect, &'static [&'static str]);

/// A case: its name, and its requests, all to one path of its own.
pub(super) type Case = (&'static str, &'static [Request]);

const FRESH: &[&str] = &["cache-control: max-age=3600"];
const STALE: &[&str] = &["cache-control: max-age=10", "age: 60", "etag: \"a\""];
const NO: &[&str] = &[];

/// Two plain requests: the first is answered so, and the second as expected.
macro_rules! twice {
    ($name:literal, [$($line:literal),*], $expect:expr) => {
        ($name, &[(NO, &[$($line),*], Asked, NO), (NO, &[$($line),*], $expect, NO)])
    };
}

/// A fresh answer, and a request with these fields.
macro_rules! then {
    ($name:literal, [$($answer:literal),*], [$($request:literal),*], $expect:expr) => {
        ($name, &[(NO, &[$($answer),*], Asked, NO), (&[$($request),*], &[$($answer),*], $expect, NO)])
    };
}

const FRESHNESS: &[Case] = &[
    twice!("freshness-none", [], Asked),
    twice!("freshness-max-age", ["cache-control: max-age=3600"], Kept),
    twice!("freshness-max-age-stale", ["cache-control: max-age=10", "age: 60"], Asked),
    twice!("freshness-max-age-0", ["cache-control: max-age=0"], Asked),
    twice!("freshness-max-age-max-minus-1", ["cache-control: max-age=2147483647"], Kept),
    twice!("freshness-max-age-max", ["cache-control: max-age=2147483648"], Kept),
    twice!("freshness-max-age-max-plus-1", ["cache-control: max-age=2147483649"], Kept),
    twice!("freshness-max-age-max-plus", ["cache-control: max-age=99999999999"], Kept),
    twice!("freshness-max-age-age", ["date: {0}", "cache-control: max-age=3600", "age: 7200"], Asked),
    twice!("freshness-max-age-date", ["date: {-7200}", "cache-control: max-age=3600"], Asked),
    twice!("freshness-max-age-expires", ["cache-control: max-age=3600", "expires: {-7200}", "date: {0}"], Kept),
    twice!("freshness-max-age-expires-invalid", ["cache-control: max-age=3600", "expires: 0", "date: {0}"], Kept),
    twice!("freshness-max-age-0-expires", ["cache-control: max-age=0", "expires: {3600}", "date: {0}"], Asked),
    twice!("freshness-max-age-extension", ["cache-control: foobar, max-age=3600"], Kept),
    twice!("freshness-max-age-case-insenstive", ["cache-control: MaX-aGe=3600"], Kept),
    twice!("freshness-max-age-negative", ["cache-control: max-age=-3600"], Asked),
    twice!("freshness-s-maxage-shared", ["cache-control: s-maxage=3600"], Kept),
    twice!("freshness-max-age-s-maxage-shared-longer", ["cache-control: max-age=3600, s-maxage=1", "age: 5"], Asked),
    twice!(
        "freshness-max-age-s-maxage-shared-longer-reversed",
        ["cache-control: s-maxage=1, max-age=3600", "age: 5"],
        Asked
    ),
    twice!(
        "freshness-max-age-s-maxage-shared-longer-multiple",
        ["cache-control: max-age=3600", "cache-control: s-maxage=1", "age: 5"],
        Asked
    ),
    twice!("freshness-max-age-s-maxage-shared-shorter", ["cache-control: max-age=1, s-maxage=3600", "age: 5"], Kept),
    twice!(
        "freshness-max-age-s-maxage-shared-shorter-expires",
        ["expires: {-10}", "cache-control: max-age=0, s-maxage=3600"],
        Kept
    ),
    twice!("freshness-expires-future", ["expires: {2592000}", "date: {0}"], Kept),
    twice!("freshness-expires-past", ["expires: {-2592000}", "date: {0}"], Asked),
    twice!("freshness-expires-present", ["expires: {0}", "date: {0}"], Asked),
    twice!("freshness-expires-old-date", ["expires: {300}", "date: {400}"], Asked),
    twice!("freshness-expires-invalid", ["expires: 0", "date: {0}"], Asked),
    twice!("freshness-expires-invalid-date", ["date: foo", "expires: {60}"], Kept),
    twice!("freshness-expires-age-slow-date", ["date: {-10}", "expires: {10}", "age: 25"], Asked),
    twice!("freshness-expires-age-fast-date", ["date: {10}", "expires: {20}", "age: 15"], Asked),
    twice!("heuristic-public", ["cache-control: public", "last-modified: {-864000}", "date: {0}"], Kept),
    twice!("freshness-expires-32bit", ["expires: Tue, 19 Jan 2038 14:14:08 GMT", "date: {0}"], Kept),
    twice!("freshness-expires-far-future", ["expires: Sun, 21 Nov 2286 04:46:39 GMT", "date: {0}"], Kept),
    twice!("freshness-expires-rfc850", ["expires: Thursday, 18-Aug-50 02:01:18 GMT", "date: {0}"], Kept),
    twice!("freshness-expires-ansi-c", ["expires: Mon Aug  8 02:01:18 2050", "date: {0}"], Kept),
];

const PARSING: &[Case] = &[
    twice!("age-parse-nonnumeric", ["cache-control: max-age=3600", "age: abc"], Kept),
    twice!("age-parse-negative", ["cache-control: max-age=3600", "age: -7200"], Kept),
    twice!("age-parse-float", ["cache-control: max-age=3600", "age: 7200.0"], Kept),
    twice!("age-parse-large", ["cache-control: max-age=3600", "age: 2147483648"], Asked),
    twice!("age-parse-prefix", ["cache-control: max-age=3600", "age: 7200, 0"], Asked),
    twice!("age-parse-suffix", ["cache-control: max-age=3600", "age: 0, 7200"], Kept),
    twice!("age-parse-prefix-twoline", ["cache-control: max-age=3600", "age: 7200", "age: 0"], Asked),
    twice!("age-parse-suffix-twoline", ["cache-control: max-age=3600", "age: 0", "age: 7200"], Kept),
    twice!("age-parse-dup-0", ["cache-control: max-age=3600", "age: 0, 0"], Kept),
    twice!("age-parse-dup-old", ["cache-control: max-age=10000", "age: 3600", "age: 3600"], Kept),
    twice!("freshness-max-age-two-fresh-stale-sameline", ["cache-control: max-age=1800, max-age=1", "age: 5"], Asked),
    twice!(
        "freshness-max-age-two-stale-fresh-sepline",
        ["cache-control: max-age=1", "cache-control: max-age=1800", "age: 5"],
        Asked
    ),
    twice!("freshness-max-age-quoted", ["cache-control: max-age=\"3600\""], Kept),
    twice!(
        "freshness-max-age-ignore-quoted",
        ["cache-control: extension=\"max-age=3600\", max-age=1", "age: 5"],
        Asked
    ),
    twice!(
        "freshness-max-age-ignore-quoted-rev",
        ["cache-control: max-age=1, extension=\"max-age=3600\"", "age: 5"],
        Asked
    ),
    twice!("freshness-max-age-space-before-equals", ["cache-control: max-age =3600"], Asked),
    twice!("freshness-max-age-space-after-equals", ["cache-control: max-age= 3600"], Asked),
    twice!("freshness-max-age-leading-zero", ["cache-control: max-age=003600"], Kept),
    twice!("freshness-max-age-single-quoted", ["cache-control: max-age='3600'"], Asked),
    twice!("freshness-max-age-decimal-five", ["cache-control: max-age=3600.5"], Asked),
    twice!("freshness-max-age-a100", ["cache-control: max-age=a3600"], Asked),
    twice!("freshness-max-age-100a", ["cache-control: max-age=3600a"], Asked),
    twice!("freshness-expires-invalid-utc", ["expires: Thu, 18 Aug 2050 02:01:18 UTC", "date: {0}"], Asked),
    twice!("freshness-expires-invalid-aest", ["expires: Thu, 18 Aug 2050 02:01:18 AEST", "date: {0}"], Asked),
    twice!("freshness-expires-invalid-2-digit-year", ["expires: Thu, 18 Aug 50 02:01:18 GMT", "date: {0}"], Asked),
    twice!("freshness-expires-invalid-no-comma", ["expires: Thu 18 Aug 2050 02:01:18 GMT", "date: {0}"], Asked),
    twice!(
        "freshness-expires-invalid-multiple-spaces",
        ["expires: Thu, 18  Aug  2050 02:01:18 GMT", "date: {0}"],
        Asked
    ),
    twice!("freshness-expires-invalid-date-dashes", ["expires: Thu, 18-Aug-2050 02:01:18 GMT", "date: {0}"], Asked),
    twice!("freshness-expires-invalid-time-periods", ["expires: Thu, 18 Aug 2050 02.01.18 GMT", "date: {0}"], Asked),
    twice!("freshness-expires-invalid-1-digit-hour", ["expires: Thu, 18 Aug 2050 2:01:18 GMT", "date: {0}"], Asked),
    twice!(
        "freshness-expires-invalid-multiple-lines",
        ["expires: Thu, 18 Aug 2050 02:01:18 GMT", "expires: Thu, 18 Aug 2050 02:01:19 GMT"],
        Asked
    ),
    twice!("vary-syntax-star", ["cache-control: max-age=3600", "vary: *"], Asked),
    twice!("vary-syntax-star-star", ["cache-control: max-age=3600", "vary: *, *"], Asked),
    twice!("vary-syntax-star-star-lines", ["cache-control: max-age=3600", "vary: *", "vary: *"], Asked),
    twice!("vary-syntax-empty-star", ["cache-control: max-age=3600", "vary: , *"], Asked),
    twice!("vary-syntax-star-foo", ["cache-control: max-age=3600", "vary: *, Foo"], Asked),
    twice!("vary-syntax-foo-star", ["cache-control: max-age=3600", "vary: Foo, *"], Asked),
];

const DIRECTIVES: &[Case] = &[
    twice!("cc-resp-private-shared", ["cache-control: private, max-age=3600"], Asked),
    twice!("cc-resp-no-store", ["cache-control: no-store"], Asked),
    twice!("cc-resp-no-store-case-insensitive", ["cache-control: nO-StOrE, max-age=3600"], Asked),
    twice!("cc-resp-no-store-fresh", ["cache-control: no-store, max-age=10000", "expires: {10000}"], Asked),
    twice!("cc-resp-no-cache", ["cache-control: no-cache, max-age=10000", "expires: {10000}"], Asked),
    twice!("cc-resp-no-cache-case-insensitive", ["cache-control: No-CaChE, max-age=10000"], Asked),
    twice!("cc-resp-no-cache-revalidate", ["cache-control: no-cache", "etag: \"a\""], Checked),
    twice!(
        "cc-resp-no-cache-revalidate-fresh",
        ["cache-control: no-cache, max-age=10000", "expires: {10000}", "etag: \"a\""],
        Checked
    ),
    twice!("cc-resp-must-revalidate-fresh", ["cache-control: max-age=10000, must-revalidate", "etag: \"a\""], Kept),
    twice!(
        "cc-resp-must-revalidate-stale",
        ["cache-control: max-age=10, must-revalidate", "etag: \"a\"", "age: 60"],
        Checked
    ),
    twice!("status-200-must-understand", ["cache-control: max-age=3600, no-store, must-understand"], Kept),
    (
        "cc-resp-no-store-old-new",
        &[
            (NO, &["cache-control: max-age=10", "age: 60", "etag: \"a\""], Asked, NO),
            (NO, &["cache-control: no-store", "etag: \"b\""], Asked, NO),
            (NO, FRESH, Asked, NO),
        ],
    ),
    then!("ccreq-ma0", ["cache-control: max-age=3600", "age: 1"], ["cache-control: max-age=0"], Asked),
    then!("ccreq-ma1", ["cache-control: max-age=3600", "age: 5"], ["cache-control: max-age=1"], Asked),
    then!("ccreq-magreaterage", ["cache-control: max-age=3600", "age: 1800"], ["cache-control: max-age=600"], Asked),
    then!(
        "ccreq-max-stale",
        ["cache-control: max-age=10", "age: 60", "etag: \"a\""],
        ["cache-control: max-stale=1000"],
        Kept
    ),
    then!("ccreq-min-fresh", ["cache-control: max-age=1500"], ["cache-control: min-fresh=2000"], Asked),
    then!(
        "ccreq-min-fresh-age",
        ["cache-control: max-age=1500", "age: 1000"],
        ["cache-control: min-fresh=1000"],
        Asked
    ),
    then!("ccreq-no-cache", ["cache-control: max-age=3600"], ["cache-control: no-cache"], Asked),
    then!(
        "ccreq-no-cache-lm",
        ["cache-control: max-age=3600", "last-modified: {-3000}"],
        ["cache-control: no-cache"],
        Checked
    ),
    then!("ccreq-no-cache-etag", ["cache-control: max-age=3600", "etag: \"a\""], ["cache-control: no-cache"], Checked),
    (
        "ccreq-no-store",
        &[(&["cache-control: no-store"], FRESH, Asked, NO), (NO, FRESH, Asked, NO), (NO, FRESH, Kept, NO)],
    ),
    ("ccreq-oic", &[(&["cache-control: only-if-cached"], FRESH, Told(504), NO)]),
    then!("pragma-request-extension", ["cache-control: max-age=3600"], ["pragma: foo"], Kept),
    twice!("pragma-response-no-cache", ["cache-control: max-age=3600", "pragma: no-cache"], Kept),
];

const VARY: &[Case] = &[
    ("vary-match", &[(&["foo: 1"], VARIES, Asked, NO), (&["foo: 1"], VARIES, Kept, NO)]),
    ("vary-no-match", &[(&["foo: 1"], VARIES, Asked, NO), (&["foo: 2"], VARIES, Asked, NO)]),
    ("vary-omit-stored", &[(NO, VARIES, Asked, NO), (&["foo: 1"], VARIES, Asked, NO)]),
    ("vary-omit", &[(&["foo: 1"], VARIES, Asked, NO), (NO, VARIES, Asked, NO)]),
    (
        "vary-invalidate",
        &[(&["foo: 1"], VARIES, Asked, NO), (&["foo: 2"], VARIES, Asked, NO), (&["foo: 2"], VARIES, Kept, NO)],
    ),
    ("vary-cache-key", &[(&["foo: 1", "other: 2"], VARIES, Asked, NO), (&["foo: 1", "other: 3"], VARIES, Kept, NO)]),
    (
        "vary-2-match",
        &[(&["foo: 1", "bar: abc"], VARIES_TWICE, Asked, NO), (&["foo: 1", "bar: abc"], VARIES_TWICE, Kept, NO)],
    ),
    (
        "vary-2-no-match",
        &[(&["foo: 1", "bar: abc"], VARIES_TWICE, Asked, NO), (&["foo: 2", "bar: abc"], VARIES_TWICE, Asked, NO)],
    ),
    ("vary-2-match-omit", &[(&["bar: abc"], VARIES_TWICE, Asked, NO), (&["bar: abc"], VARIES_TWICE, Kept, NO)]),
    ("vary-normalise-combine", &[(&["foo: 1, 2"], VARIES, Asked, NO), (&["foo: 1", "foo: 2"], VARIES, Kept, NO)]),
];
const VARIES: &[&str] = &["cache-control: max-age=3600", "vary: Foo"];
const VARIES_TWICE: &[&str] = &["cache-control: max-age=3600", "vary: Foo, Bar"];

const TAGGED: &[&str] = &["cache-control: max-age=3600", "etag: \"abcdef\""];
const WEAK: &[&str] = &["cache-control: max-age=3600", "etag: W/\"abcdef\""];

const CONDITIONS: &[Case] = &[
    (
        "conditional-etag-strong-respond",
        &[
            (NO, TAGGED, Asked, NO),
            (&["if-none-match: \"abcdef\""], TAGGED, Told(304), &["etag: \"abcdef\"", "!content-length"]),
        ],
    ),
    (
        "conditional-etag-precedence",
        &[(NO, TAGGED, Asked, NO), (&["if-none-match: \"abcdef\"", "if-modified-since: {-1}"], TAGGED, Told(304), NO)],
    ),
    (
        "conditional-etag-unquoted-respond-strong",
        &[(NO, TAGGED, Asked, NO), (&["if-none-match: abcdef"], TAGGED, Kept, NO)],
    ),
    (
        "conditional-etag-weak-respond",
        &[(NO, WEAK, Asked, NO), (&["if-none-match: W/\"abcdef\""], WEAK, Told(304), NO)],
    ),
    (
        "conditional-etag-weak-respond-lowercase",
        &[(NO, WEAK, Asked, NO), (&["if-none-match: w/\"abcdef\""], WEAK, Kept, NO)],
    ),
    (
        "conditional-etag-strong-respond-multiple-first",
        &[(NO, TAGGED, Asked, NO), (&["if-none-match: \"abcdef\", \"1\", \"x\""], TAGGED, Told(304), NO)],
    ),
    (
        "conditional-etag-strong-respond-multiple-second",
        &[(NO, TAGGED, Asked, NO), (&["if-none-match: \"1\", \"abcdef\", \"x\""], TAGGED, Told(304), NO)],
    ),
    (
        "conditional-etag-strong-respond-multiple-last",
        &[(NO, TAGGED, Asked, NO), (&["if-none-match: \"1\", \"x\", \"abcdef\""], TAGGED, Told(304), NO)],
    ),
    ("conditional-etag-strong-generate", &[(NO, STALE, Asked, NO), (NO, STALE, Checked, NO)]),
    (
        "conditional-etag-weak-generate-weak",
        &[
            (NO, &["cache-control: max-age=10", "age: 60", "etag: W/\"a\""], Asked, NO),
            (NO, &["cache-control: max-age=10", "age: 60", "etag: W/\"a\""], Checked, NO),
        ],
    ),
    ("conditional-etag-forward", &[(&["if-none-match: \"abcdef\""], FRESH, Asked, NO)]),
    ("conditional-lm-fresh", &[(NO, MODIFIED, Asked, NO), (&["if-modified-since: {-3000}"], MODIFIED, Told(304), NO)]),
    (
        "conditional-lm-fresh-earlier",
        &[(NO, MODIFIED, Asked, NO), (&["if-modified-since: {-2000}"], MODIFIED, Told(304), NO)],
    ),
    ("conditional-lm-newer", &[(NO, MODIFIED, Asked, NO), (&["if-modified-since: {-4000}"], MODIFIED, Kept, NO)]),
    (
        "conditional-lm-stale",
        &[
            (NO, &["cache-control: max-age=10", "age: 60", "last-modified: {-3000}"], Asked, NO),
            (NO, &["cache-control: max-age=10", "age: 60", "last-modified: {-3000}"], Checked, NO),
        ],
    ),
    ("conditional-etag-stale-client", &[(NO, STALE, Asked, NO), (&["if-none-match: \"a\""], STALE, Told(304), NO)]),
    (
        "partial-store-complete-reuse-partial",
        &[(NO, TAGGED, Asked, NO), (&["range: bytes=0-0"], TAGGED, Told(206), &["content-range"])],
    ),
    (
        "partial-store-complete-reuse-partial-suffix",
        &[(NO, TAGGED, Asked, NO), (&["range: bytes=-1"], TAGGED, Told(206), &["content-range"])],
    ),
    ("head-from-get", &[(NO, TAGGED, Asked, NO), (&["method: HEAD"], TAGGED, Told(200), &["age", "content-length"])]),
];
const MODIFIED: &[&str] = &["cache-control: max-age=3600", "last-modified: {-3000}"];

const UPDATES: &[Case] = &[
    (
        "304-etag-update-response-Test-Header",
        &[(NO, OLD, Asked, NO), (NO, NEW, Checked, &["test-header: b"]), (NO, NEW, Kept, &["test-header: b"])],
    ),
    (
        "304-etag-update-response-Cache-Control",
        &[(NO, OLD, Asked, NO), (NO, NEW, Checked, &["cache-control: max-age=3600"]), (NO, NEW, Kept, NO)],
    ),
    (
        "304-etag-update-response-Content-Encoding",
        &[
            (NO, OLD, Asked, NO),
            (
                NO,
                &["cache-control: max-age=3600", "etag: \"a\"", "content-encoding: x"],
                Checked,
                &["!content-encoding"],
            ),
        ],
    ),
    (
        "304-etag-update-response-Content-Type",
        &[
            (NO, OLD, Asked, NO),
            (NO, &["cache-control: max-age=3600", "etag: \"a\"", "content-type: b/b"], Checked, &["content-type: a/a"]),
        ],
    ),
    (
        "304-etag-update-response-X-Frame-Options",
        &[
            (NO, OLD, Asked, NO),
            (
                NO,
                &["cache-control: max-age=3600", "etag: \"a\"", "x-frame-options: sameorigin"],
                Checked,
                &["x-frame-options: sameorigin"],
            ),
        ],
    ),
    (
        "304-etag-update-response-Connection",
        &[
            (NO, OLD, Asked, NO),
            (NO, &["cache-control: max-age=3600", "etag: \"a\"", "connection: x-a", "x-a: 1"], Checked, &["!x-a"]),
        ],
    ),
    ("partial-store-partial-complete-header-preserve", &[(NO, OLD, Asked, NO), (NO, NEW, Checked, &["x-old: 1"])]),
    ("headers-omit-headers-listed-in-Connection", &[(NO, HOPS, Asked, NO), (NO, HOPS, Kept, &["!a", "!b", "c: 3"])]),
    ("headers-store-Test-Header", &[(NO, NEW, Asked, NO), (NO, NEW, Kept, &["test-header: b"])]),
    (
        "headers-store-Keep-Alive",
        &[
            (NO, &["cache-control: max-age=3600", "keep-alive: timeout=5"], Asked, NO),
            (NO, FRESH, Kept, &["!keep-alive"]),
        ],
    ),
    (
        "headers-store-Proxy-Authenticate",
        &[
            (NO, &["cache-control: max-age=3600", "proxy-authenticate: Basic"], Asked, NO),
            (NO, FRESH, Kept, &["!proxy-authenticate"]),
        ],
    ),
    (
        "headers-store-Clear-Site-Data",
        &[
            (NO, &["cache-control: max-age=3600", "clear-site-data: cookies"], Asked, NO),
            (NO, FRESH, Kept, &["clear-site-data"]),
        ],
    ),
    ("other-age-gen", &[(NO, FRESH, Asked, NO), (NO, FRESH, Kept, &["age"])]),
    (
        "other-age-update-max-age",
        &[(NO, &["cache-control: max-age=3600", "age: 30"], Asked, NO), (NO, FRESH, Kept, &["age"])],
    ),
    (
        "other-date-update",
        &[
            (NO, &["cache-control: max-age=3600", "date: Mon, 02 Nov 2026 08:00:00 GMT", "expires: {3600}"], Asked, NO),
            (NO, FRESH, Asked, NO),
        ],
    ),
    (
        "query-args-different",
        &[(NO, FRESH, Asked, NO), (&["query: a=1"], FRESH, Asked, NO), (&["query: a=1"], FRESH, Kept, NO)],
    ),
    (
        "other-fresh-content-disposition-attachment",
        &[(NO, &["cache-control: max-age=3600", "content-disposition: attachment"], Asked, NO), (NO, FRESH, Kept, NO)],
    ),
    ("interim-102", &[(NO, &["interim: 102", "cache-control: max-age=3600"], Asked, NO), (NO, FRESH, Kept, NO)]),
    (
        "interim-103",
        &[(NO, &["interim: 103", "cache-control: max-age=3600"], Asked, NO), (NO, FRESH, Kept, &["!link"])],
    ),
];
const OLD: &[&str] =
    &["cache-control: max-age=10", "age: 60", "etag: \"a\"", "test-header: a", "x-old: 1", "content-type: a/a"];
const NEW: &[&str] = &["cache-control: max-age=3600", "etag: \"a\"", "test-header: b"];
const HOPS: &[&str] = &["cache-control: max-age=3600", "connection: a, b", "a: 1", "b: 2", "c: 3"];

const CHANGES: &[Case] = &[
    ("invalidate-POST", &[(NO, FRESH, Asked, NO), (&["method: POST"], NO, Asked, NO), (NO, FRESH, Asked, NO)]),
    (
        "invalidate-PUT",
        &[(NO, FRESH, Asked, NO), (&["method: PUT"], &["status: 204"], Told(204), NO), (NO, FRESH, Asked, NO)],
    ),
    ("invalidate-DELETE", &[(NO, FRESH, Asked, NO), (&["method: DELETE"], NO, Asked, NO), (NO, FRESH, Asked, NO)]),
    ("invalidate-M-SEARCH", &[(NO, FRESH, Asked, NO), (&["method: M-SEARCH"], NO, Asked, NO), (NO, FRESH, Asked, NO)]),
    (
        "invalidate-POST-failed",
        &[(NO, FRESH, Asked, NO), (&["method: POST"], &["status: 404"], Told(404), NO), (NO, FRESH, Kept, NO)],
    ),
    (
        "invalidate-DELETE-failed",
        &[(NO, FRESH, Asked, NO), (&["method: DELETE"], &["status: 500"], Told(502), NO), (NO, FRESH, Kept, NO)],
    ),
    ("stale-close", &[(NO, STALE, Asked, NO), (NO, NO, Closes(502), NO)]),
    ("stale-503", &[(NO, STALE, Asked, NO), (NO, &["status: 503"], Told(502), NO)]),
    ("stale-sie-close", &[(NO, STANDS_IN, Asked, NO), (NO, NO, Closes(200), &["age"])]),
    ("stale-sie-503", &[(NO, STANDS_IN, Asked, NO), (NO, &["status: 503"], Told(200), &["age"])]),
    (
        "stale-close-must-revalidate",
        &[
            (
                NO,
                &["cache-control: max-age=10, stale-if-error=600, must-revalidate", "age: 60", "etag: \"a\""],
                Asked,
                NO,
            ),
            (NO, NO, Closes(502), NO),
        ],
    ),
    (
        "stale-while-revalidate-window",
        &[
            (NO, &["cache-control: max-age=10, stale-while-revalidate=5", "age: 60", "etag: \"a\""], Asked, NO),
            (NO, &["cache-control: max-age=10", "etag: \"a\""], Checked, NO),
        ],
    ),
    (
        "stale-close-proxy-revalidate",
        &[
            (
                NO,
                &["cache-control: max-age=10, stale-if-error=600, proxy-revalidate", "age: 60", "etag: \"a\""],
                Asked,
                NO,
            ),
            (NO, NO, Closes(502), NO),
        ],
    ),
    (
        "stale-close-no-cache",
        &[
            (NO, &["cache-control: max-age=10, stale-if-error=600, no-cache", "etag: \"a\""], Asked, NO),
            (NO, NO, Closes(502), NO),
        ],
    ),
    (
        "stale-close-s-maxage=2",
        &[
            (NO, &["cache-control: s-maxage=2, stale-if-error=600", "age: 60", "etag: \"a\""], Asked, NO),
            (NO, NO, Closes(502), NO),
        ],
    ),
];
const STANDS_IN: &[&str] = &["cache-control: max-age=10, stale-if-error=600", "age: 60"];

/// Where Vestibule keeps less than that suite calls optimal, or asks more; each with its reason.
const CLOSER: &[(&str, Case)] = &[
    (
        "a credential that the house does not know is refused; those that it knows are in the tests beside these",
        ("other-authorization", &[(&["authorization: FOO"], FRESH, Told(401), NO)]),
    ),
    (
        "a date on another day of the week is none",
        twice!("freshness-expires-wrong-weekday", ["expires: Thu Aug  8 02:01:18 2050", "date: {0}"], Asked),
    ),
    (
        "a cookie is for one caller",
        twice!("other-set-cookie", ["cache-control: max-age=3600", "set-cookie: a=b"], Asked),
    ),
    (
        "an answer to a cookie may be for its caller; `public` says that it is not",
        ("other-cookie", &[(&["cookie: a=b"], FRESH, Asked, NO), (&["cookie: a=b"], FRESH, Asked, NO)]),
    ),
    (
        "one caller's odd request must not become everyone's error",
        (
            "status-400-fresh",
            &[(NO, &["status: 400", "cache-control: max-age=3600"], Told(400), NO), (NO, FRESH, Asked, NO)],
        ),
    ),
    (
        "a client door replaces a service's failure, and keeps no replacement",
        (
            "status-503-fresh",
            &[(NO, &["status: 503", "cache-control: max-age=3600"], Told(502), NO), (NO, FRESH, Asked, NO)],
        ),
    ),
    (
        "parts are not kept",
        (
            "partial-store-partial-reuse-partial",
            &[
                (
                    &["range: bytes=0-1"],
                    &["status: 206", "cache-control: max-age=3600", "content-range: bytes 0-1/9"],
                    Told(206),
                    NO,
                ),
                (&["range: bytes=0-0"], FRESH, Asked, NO),
            ],
        ),
    ),
    (
        "a date of the wrong case is none",
        twice!("freshness-expires-wrong-case-month", ["expires: Thu, 18 AUG 2050 02:01:18 GMT", "date: {0}"], Asked),
    ),
    (
        "languages are compared as they are written",
        (
            "vary-normalise-lang-order",
            &[
                (&["accept-language: en, de"], &["cache-control: max-age=3600", "vary: accept-language"], Asked, NO),
                (&["accept-language: de, en"], FRESH, Asked, NO),
            ],
        ),
    ),
    (
        "what may be kept is said; `Last-Modified` alone does not say it",
        twice!("heuristic-200-cached", ["last-modified: {-864000}", "date: {0}"], Asked),
    ),
    (
        "an answer to POST is not kept",
        ("method-POST", &[(&["method: POST"], FRESH, Asked, NO), (NO, FRESH, Asked, NO)]),
    ),
];

/// What the service answers next on a path, and what it was asked.
#[derive(Default)]
struct Turn {
    answer: Vec<(String, String)>,
    closes: bool,
    asked: usize,
    conditions: usize,
}

type Turns = Arc<Mutex<HashMap<String, Turn>>>;

fn lines(lines: &[&str], now: SystemTime) -> Vec<(String, String)> {
    lines
        .iter()
        .map(|line| line.split_once(": ").expect("a field"))
        .map(|(name, value)| (name.into(), filled(value, now)))
        .collect()
}

/// `{seconds}` is the date so many seconds from now.
fn filled(value: &str, now: SystemTime) -> String {
    let Some(seconds) = value.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return value.to_owned();
    };
    let seconds: i64 = seconds.parse().expect("seconds");
    let by = Duration::from_secs(seconds.unsigned_abs());
    httpdate::fmt_http_date(if seconds < 0 { now - by } else { now + by })
}

fn is_said(turn: &Turn, name: &str, value: Option<&str>) -> bool {
    value.is_some() && turn.answer.iter().any(|(field, said)| field == name && Some(said.as_str()) == value)
}

/// The service: answers as the turn says, and 304 where what is asked for is what it has.
fn service(turns: &Turns) -> Backend {
    let turns = Arc::clone(turns);
    Backend::choosing(move |head, _| -> Script {
        let path = head.target.split('?').next().unwrap_or_default().to_owned();
        let mut turns = turns.lock().expect("no panic");
        let turn = turns.get_mut(&path).expect("a case of this path");
        turn.asked += 1;
        let (tag, since) = (head.text("if-none-match"), head.text("if-modified-since"));
        turn.conditions += usize::from(tag.is_some() || since.is_some());
        if turn.closes {
            return script::close();
        }
        let held = is_said(turn, "etag", tag) || (tag.is_none() && is_said(turn, "last-modified", since));
        let said = |name: &str| turn.answer.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
        let status = said("status").map_or(200, |status| status.parse().expect("a status"));
        let mut reply = Reply::status(if held { 304 } else { status }, format!("content {}", turn.asked));
        for (name, value) in turn.answer.iter().filter(|(name, _)| !matches!(name.as_str(), "status" | "interim")) {
            reply = reply.field(name, value);
        }
        let mut script = vec![Step::ReadBody];
        script.extend(
            said("interim").map(|status| Step::Send(format!("HTTP/1.1 {status} \r\nlink: <x>\r\n\r\n").into_bytes())),
        );
        script.push(Step::Reply(reply));
        script
    })
}

fn send(connection: &mut Connection, path: &str, fields: &[(String, String)]) -> Answer {
    let said = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str());
    let query = said("query").map_or(String::new(), |query| format!("?{query}"));
    let method = said("method").unwrap_or("GET");
    let mut text = format!("{method} {path}{query} HTTP/1.1\r\nHost: shop.example\r\n");
    for (name, value) in fields.iter().filter(|(name, _)| !matches!(name.as_str(), "query" | "method")) {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    connection.exchange(text + "\r\n")
}

/// What is wrong with this request of a case, if anything.
fn judge(
    before: &Option<Answer>,
    (asked, conditions): (usize, usize),
    answer: &Answer,
    request: &Request,
) -> Option<String> {
    let (_, _, expect, sees) = request;
    let same = before.as_ref().is_some_and(|before| before.body == answer.body);
    let right = match expect {
        Asked => asked == 1 && answer.status == 200 && !same,
        Kept => asked == 0 && answer.status == 200 && same && answer.field("age").is_some(),
        Checked => (asked, conditions) == (1, 1) && answer.status == 200 && same,
        Told(status) | Closes(status) => answer.status == *status,
    };
    if !right {
        return Some(format!(
            "expected {expect:?}: asked {asked}, conditions {conditions}, same {same}, {}",
            answer.status
        ));
    }
    let unseen = sees.iter().find(|line| !match line.split_once(": ") {
        Some((name, value)) => answer.field(name) == Some(value),
        None => match line.strip_prefix('!') {
            Some(name) => !answer.fields.iter().any(|(field, _)| field == name),
            None => answer.fields.iter().any(|(field, _)| field == *line),
        },
    });
    unseen.map(|line| format!("does not see {line}: {:?}", answer.fields))
}

fn run<'a>(cases: impl Iterator<Item = &'a Case>) {
    let turns = Turns::default();
    let service = service(&turns);
    let house = keeping(&service);
    let mut connection = house.connect();
    let now = SystemTime::now();
    let mut wrong = Vec::new();
    for (name, requests) in cases {
        let path = format!("/{name}");
        let mut before = None;
        assert!(turns.lock().expect("no panic").insert(path.clone(), Turn::default()).is_none(), "{name} twice");
        for (number, request) in requests.iter().enumerate() {
            let earlier = {
                let mut turns = turns.lock().expect("no panic");
                let turn = turns.get_mut(&path).expect("just made");
                turn.answer = lines(request.1, now);
                turn.closes = matches!(request.2, Closes(_));
                (turn.asked, turn.conditions)
            };
            let answer = send(&mut connection, &path, &lines(request.0, now));
            let seen = {
                let turns = turns.lock().expect("no panic");
                let turn = turns.get(&path).expect("just made");
                (turn.asked - earlier.0, turn.conditions - earlier.1)
            };
            wrong.extend(judge(&before, seen, &answer, request).map(|why| format!("{name} {}: {why}", number + 1)));
            if !request.0.iter().any(|line| line.starts_with("method")) {
                before = Some(answer);
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_public_test_suite_of_http_caches_finds_what_it_asks_for() {
    let all = [FRESHNESS, PARSING, DIRECTIVES, VARY, CONDITIONS, UPDATES, CHANGES];
    assert!(all.iter().map(|cases| cases.len()).sum::<usize>() > 140);
    run(all.into_iter().flatten());
}

#[test]
fn where_that_suite_would_keep_more_what_is_kept_is_less() {
    run(CLOSER.iter().map(|(_, case)| case));
}
