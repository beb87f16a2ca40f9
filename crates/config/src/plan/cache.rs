//! Where answers of an API are kept.

use super::Planner;
use crate::draft::{Api, Operation};

impl Planner<'_> {
    /// How its store is set up; `None` where nothing of it is kept. A WebSocket has no answers.
    pub(super) fn cache(&self, api: &Api, operation: &Operation) -> Option<cache::Settings> {
        let cache = api.cache.as_ref().filter(|cache| cache.none.is_none() && !operation.is_websocket())?;
        let defaults = &self.defaults.service;
        Some(cache::Settings {
            size_bytes: cache.size.as_ref().map_or(defaults.cache_bytes, |said| said.value),
            at_most: cache.at_most.as_ref().map_or(defaults.cache_at_most, |said| said.value),
        })
    }
}
