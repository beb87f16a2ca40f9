//! What the house answers itself, as the gateway takes it.

use std::path::PathBuf;
use std::sync::Arc;

use gateway::{Fixed, Folder, HouseAnswer, Redirect};

use super::Planner;
use crate::draft::{Api, Operation, Own, OwnAnswer, Said};
use crate::fault::{Fault, FaultCode};
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
        }
    }

    /// A folder that is there: a name that is wrong would be a site without a page.
    fn folder(&mut self, said: &Said<PathBuf>) -> Option<HouseAnswer> {
        let path = self.files.resolve(&said.value);
        let what = match std::fs::metadata(&path) {
            Ok(known) if known.is_dir() => return Some(HouseAnswer::Folder(Arc::new(Folder::new(path)))),
            Ok(_) => "it is a file".to_owned(),
            Err(error) => error.to_string(),
        };
        let message = format!("the folder `{}` cannot be served: {what}", said.value.display());
        self.faults.push(Fault::new(FaultCode::MissingFile, said.span, message).label("is the path right?"));
        None
    }
}
