//! From a path to a contract, by its content and never by its ending.

use std::io;
use std::path::{Component, Path, PathBuf};

use document::{Collector, Dialect, Fault, FaultCode, FileId, Sources, Tree, node};

use crate::contract::Contract;
use crate::documents::Documents;
use crate::openapi;

/// Reads the files that a contract is made of, on behalf of whoever keeps watch over them.
pub trait Files {
    /// The content of a file of at most so many bytes.
    ///
    /// # Errors
    /// When it cannot be read, or is larger.
    fn read(&mut self, path: &Path, bytes_at_most: u64) -> io::Result<Vec<u8>>;

    /// What people know the file by.
    fn name(&self, path: &Path) -> String;
}

/// Why there is no contract.
#[derive(Debug)]
pub enum Unread {
    /// The file itself cannot be read.
    File(io::Error),
    /// Its faults were told.
    Faults,
}

/// Reads the contract at a path, and all that it refers to.
///
/// # Errors
/// [`Unread`]; all faults but that of a file that cannot be read are in `faults`.
pub fn read(
    path: &Path,
    files: &mut dyn Files,
    sources: &mut Sources,
    faults: &mut Collector,
) -> Result<Contract, Unread> {
    let bytes = files.read(path, Dialect::CONTRACT.bytes_at_most as u64).map_err(Unread::File)?;
    let mut reader = Reader { files, sources, faults };
    let (file, tree) = reader.parse(path, bytes).ok_or(Unread::Faults)?;
    if !tree.whole || !openapi::is_openapi(&tree.root, reader.sources.get(file), reader.faults) {
        return Err(Unread::Faults);
    }
    let documents = Documents::gather(path, tree, &mut reader);
    Ok(openapi::contract(documents, reader.faults))
}

/// Reads files into nodes.
pub(crate) struct Reader<'a> {
    files: &'a mut dyn Files,
    pub(crate) sources: &'a mut Sources,
    pub(crate) faults: &'a mut Collector,
}

impl Reader<'_> {
    /// A file beside the contract.
    pub(crate) fn beside(&mut self, path: &Path) -> io::Result<Option<Tree>> {
        let bytes = self.files.read(path, Dialect::CONTRACT.bytes_at_most as u64)?;
        Ok(self.parse(path, bytes).map(|(_, tree)| tree))
    }

    fn parse(&mut self, path: &Path, bytes: Vec<u8>) -> Option<(FileId, Tree)> {
        let name = self.files.name(path);
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => {
                self.faults.push(Fault::of_file(FaultCode::NotText, format!("`{name}` is not UTF-8")));
                return None;
            }
        };
        let Some(file) = self.sources.add(&name, text) else {
            let message = format!("`{name}` is one file too many: {} may belong together", FileId::AT_MOST);
            self.faults.push(Fault::of_file(FaultCode::TooLarge, message));
            return None;
        };
        let tree = node::read(self.sources.get(file), &Dialect::CONTRACT, self.faults)?;
        Some((file, tree))
    }
}

/// A path from the folder of one file, as long as it stays within a folder; `None` where it leaves it.
pub(crate) fn within(folder: &Path, from: &Path, relative: &str) -> Option<PathBuf> {
    let mut parts: Vec<_> = from.parent()?.strip_prefix(folder).ok()?.components().collect();
    for component in Path::new(relative).components() {
        match component {
            Component::Normal(_) => parts.push(component),
            Component::CurDir => {}
            Component::ParentDir => drop(parts.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(folder.join(parts.iter().collect::<PathBuf>()))
}
