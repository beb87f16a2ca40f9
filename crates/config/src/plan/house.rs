//! What the house answers itself, as the gateway takes it.

use std::sync::Arc;

use gateway::{Fixed, HouseAnswer, Redirect};

use super::Planner;
use crate::draft::{Api, Operation, Own, OwnAnswer};
use crate::rules::template;

/// The status of a redirect where none is said: the method stays, and it may be remembered.
pub(crate) const REDIRECT_STATUS: u16 = 308;
/// The media type of a fixed answer where none is said.
pub(crate) const MEDIA_TYPE: &str = "text/plain; charset=utf-8";

impl Planner<'_> {
    /// The answer of the house to an operation; `None` where a part of it has its own fault.
    pub(super) fn house(&mut self, api: &Api, operation: &Operation, own: &Own) -> Option<HouseAnswer> {
        match &own.answer {
            OwnAnswer::Respond(respond) => {
                let status = respond.status.as_ref().map_or(200, |said| said.value);
                let media_type = respond.media_type.as_ref().map_or(MEDIA_TYPE, |said| said.value.as_str());
                let content = respond.body.as_ref().map_or("", |said| said.value.as_str());
                Some(HouseAnswer::Fixed(Arc::new(Fixed::new(status, media_type, content))))
            }
            OwnAnswer::Redirect(redirect) => {
                let status = redirect.status.as_ref().map_or(REDIRECT_STATUS, |said| said.value);
                let to = &redirect.to.as_ref()?.value;
                Some(HouseAnswer::Redirect(Arc::new(Redirect::new(to, status, &template(api, operation)?).ok()?)))
            }
            OwnAnswer::Files(folder) => self.folder(folder.as_ref()?),
            OwnAnswer::Identity => Some(HouseAnswer::Builtin(Arc::clone(&self.provider))),
            OwnAnswer::Machines => Some(HouseAnswer::Builtin(Arc::clone(&self.machines))),
            OwnAnswer::Metadata(api) => self.metadata(api),
            OwnAnswer::IdentityKeys => Some(HouseAnswer::IdentityKeys(Arc::clone(&self.assertions))),
        }
    }
}
