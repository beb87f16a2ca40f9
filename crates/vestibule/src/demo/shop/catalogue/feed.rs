//! The levels of all shelves as server-sent events: once at the beginning, and again whenever one changes.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream, StreamExt as _};
use serde::Deserialize;

use super::Shelves;

/// A comment after so much silence, so that nobody on the way takes the connection for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

#[derive(Deserialize)]
pub(super) struct Wanted {
    /// The feed ends after so many events, where that is said.
    events: Option<usize>,
}

pub(super) async fn feed(State(shelves): State<Shelves>, Query(wanted): Query<Wanted>) -> impl IntoResponse {
    let events = levels(shelves).take(wanted.events.unwrap_or(usize::MAX));
    Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

fn levels(shelves: Shelves) -> impl Stream<Item = Result<Event, Infallible>> {
    let mut changed = shelves.changed.subscribe();
    changed.mark_changed();
    stream::unfold((shelves, changed), |(shelves, mut changed)| async move {
        // The other end is in `shelves`: there is a next change, or nobody asks any more.
        changed.changed().await.ok()?;
        let levels = shelves.levels().await.to_string();
        Some((Ok(Event::default().event("levels").data(levels)), (shelves, changed)))
    })
}
