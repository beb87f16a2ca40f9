//! A folder whose files are served: one that is there, and that has nothing of the house's own in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gateway::{Folder, HouseAnswer};

use super::{Planner, data_directory};
use crate::draft::Said;
use crate::fault::{Fault, FaultCode};

impl Planner<'_> {
    /// A folder that is there: a name that is wrong would be a site without a page.
    pub(super) fn folder(&mut self, said: &Said<PathBuf>) -> Option<HouseAnswer> {
        let path = self.files.resolve(&said.value);
        let what = match std::fs::metadata(&path) {
            Ok(known) if known.is_dir() => {
                return self.is_of_its_own(&path, said).then(|| HouseAnswer::Folder(Arc::new(Folder::new(path))));
            }
            Ok(_) => "it is a file".to_owned(),
            Err(error) => error.to_string(),
        };
        let message = format!("the folder `{}` cannot be served: {what}", said.value.display());
        self.faults.push(Fault::new(FaultCode::MissingFile, said.span, message).label("is the path right?"));
        None
    }

    /// INVARIANT: no folder is served that holds the file, the data directory, or a file that the file names; or that
    /// lies in the data directory. Links are resolved; those that a folder holds itself never lead out of it.
    fn is_of_its_own(&mut self, folder: &Path, said: &Said<PathBuf>) -> bool {
        let (folder, data) = (really(folder), really(&self.files.resolve(&data_directory(self.draft))));
        let within = folder.starts_with(&data);
        let held = within || data.starts_with(&folder);
        let held = held.then(|| data_directory(self.draft)).or_else(|| {
            let held = self.files.private().find(|path| really(path).starts_with(&folder));
            held.map(Path::to_owned)
        });
        let Some(held) = held else { return true };
        let (written, held) = (said.value.display(), held.display());
        let message = match within {
            true => format!("the folder `{written}` lies in the data directory `{held}`"),
            false => format!("the folder `{written}` holds `{held}`, which callers would be given"),
        };
        let fault = Fault::new(FaultCode::ExposedSecret, said.span, message);
        self.faults.push(fault.label("serve a folder with nothing else in it"));
        false
    }
}

/// The path with every link resolved, as far as there is anything yet.
fn really(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let there = absolute.ancestors().find_map(|part| part.canonicalize().ok().map(|real| (part, real)));
    match there {
        Some((part, real)) => real.join(absolute.strip_prefix(part).unwrap_or_else(|_| Path::new(""))),
        None => absolute,
    }
}

#[cfg(test)]
mod tests;
