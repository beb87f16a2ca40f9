//! Limits: so many of something in so long, of whom.

use super::super::Scalar;
use crate::shape::Shape;

/// Limits of a door, API or operation.
pub(in crate::shape) const LIMITS: Shape = either!(
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
