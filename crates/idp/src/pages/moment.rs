//! Times as people read them.

use std::time::SystemTime;

use maud::{Markup, html};
use time::OffsetDateTime;

/// Day and minute, in UTC: a page without scripts does not know where it is read.
pub(super) fn moment(at: SystemTime) -> Markup {
    let at = OffsetDateTime::from(at);
    let (year, day, hour, minute) = (at.year(), at.day(), at.hour(), at.minute());
    let month = at.month().to_string();
    let month = month.get(..3).unwrap_or(&month);
    html! {
        time datetime=(format!("{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}Z", u8::from(at.month()))) {
            (day) " " (month) " " (year) ", " (format!("{hour:02}:{minute:02}")) " UTC"
        }
    }
}
