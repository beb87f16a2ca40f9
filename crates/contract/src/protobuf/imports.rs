//! A `.proto` file and all that it imports, read before any of it is compiled.

use std::collections::HashMap;
use std::io;
use std::path::{Component, Path, PathBuf};

use document::{Fault, FaultCode, FileId};
use protox::file::{File, FileResolver, GoogleFileResolver};

use super::{depth, place};
use crate::read::{Reader, Wanted};

/// Files of one contract.
const FILES_AT_MOST: usize = 256;

/// The files by the names that imports have for them.
pub(super) struct Imports {
    files: HashMap<String, File>,
    read: HashMap<String, FileId>,
}

impl Imports {
    /// Reads a file and its imports; its name among them. `None` where a fault was told.
    pub(super) fn gather(
        path: &Path,
        text: String,
        wanted: &Wanted<'_>,
        reader: &mut Reader<'_>,
    ) -> Option<(String, Self)> {
        let own = path.parent().unwrap_or_else(|| Path::new(""));
        let folders: Vec<&Path> = wanted.imports.iter().map(PathBuf::as_path).chain([own]).collect();
        let main = folders.iter().find_map(|folder| path.strip_prefix(folder).ok()).unwrap_or(path);
        let main = main.to_string_lossy().into_owned();
        let mut imports = Self { files: HashMap::new(), read: HashMap::new() };
        let mut waiting = imports.take(&main, path, text, reader)?;
        while let Some(name) = waiting.pop() {
            if imports.files.contains_key(&name) || GoogleFileResolver::new().open_file(&name).is_ok() {
                continue;
            }
            if imports.files.len() >= FILES_AT_MOST {
                let message = format!("the contract is made of more than {FILES_AT_MOST} files");
                reader.faults.push(Fault::new(FaultCode::TooLarge, wanted.span, message));
                return None;
            }
            // One that is in no folder is told by the compiler, at the line that imports it.
            if let Some((path, text)) = find(&name, &folders, wanted, reader)? {
                waiting.extend(imports.take(&name, &path, text, reader)?);
            }
        }
        Some((main, imports))
    }

    /// The number of each file that was read.
    pub(super) const fn read(&self) -> &HashMap<String, FileId> {
        &self.read
    }

    /// Takes a file in; the names that it imports.
    fn take(&mut self, name: &str, path: &Path, text: String, reader: &mut Reader<'_>) -> Option<Vec<String>> {
        let source = reader.add(path, text)?;
        self.read.insert(name.to_owned(), source);
        let text = reader.sources.get(source);
        if let Some(at) = depth::too_deep(text.text()) {
            let message = format!("braces stand more than {} deep in one another", depth::AT_MOST);
            reader.faults.push(Fault::new(FaultCode::TooLarge, text.span(at, at + 1), message));
            return None;
        }
        match File::from_source(name, text.text()) {
            Ok(file) => {
                let imported = file.file_descriptor_proto().dependency.clone();
                self.files.insert(name.to_owned(), file);
                Some(imported)
            }
            Err(error) => {
                place::tell(&error, &self.read, text.span(0, 0), reader);
                None
            }
        }
    }
}

/// An import in the first folder that has it; the outer `None` is a fault that was told.
#[expect(clippy::option_option, reason = "a fault and a file that is not there are two things")]
fn find(
    name: &str,
    folders: &[&Path],
    wanted: &Wanted<'_>,
    reader: &mut Reader<'_>,
) -> Option<Option<(PathBuf, String)>> {
    let plain = |component| matches!(component, Component::Normal(_));
    if !Path::new(name).components().all(plain) {
        return Some(None);
    }
    for folder in folders {
        let path = folder.join(name);
        match reader.read_in(folder, &path) {
            Ok(bytes) => return reader.text(&path, bytes).map(|text| Some((path, text))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                let message = format!("the import `{name}` cannot be read: {error}");
                reader.faults.push(Fault::new(FaultCode::MissingFile, wanted.span, message));
                return None;
            }
        }
    }
    Some(None)
}

impl FileResolver for Imports {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match self.files.get(name) {
            Some(file) => Ok(file.clone()),
            None => GoogleFileResolver::new().open_file(name),
        }
    }
}
