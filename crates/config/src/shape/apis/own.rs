//! The keys of what the house answers itself.

use super::super::Shape;

pub(super) const REDIRECT: Shape = either!(
    one!(Location),
    record!(
        "`redirect`",
        "Where callers are sent instead.",
        keys! {
            /// A web address, or a path of the same host. In its path `{name}` is that segment of the route, and
            /// `{rest}` is what stands in the place of `/**`. The query goes on, unless one is written here.
            "to" => one!(Location), needed();
            /// `308` and `307` keep the method; after `301`, `302` and `303` it becomes GET. What is permanent, `301`
            /// and `308`, may be remembered for an hour.
            "status" => one!(RedirectStatus), fixed("`308`");
        },
    ),
);

pub(super) const RESPOND: Shape = either!(
    one!(Text),
    record!(
        "`respond`",
        "A fixed answer, the same to everybody who may call.",
        keys! {
            /// Its status.
            "status" => one!(AnswerStatus), fixed("`200`");
            /// Its content.
            "body" => one!(Text), fixed("no content");
            /// The media type of its content.
            "type" => one!(MediaType), fixed("`text/plain; charset=utf-8`");
        },
    ),
);
