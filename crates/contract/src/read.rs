//! From a path to a contract, by its content and never by its ending.

use std::io;
use std::path::{Component, Path, PathBuf};

use document::{Collector, Dialect, Fault, FaultCode, FileId, Sources, Span, Tree, node};

use crate::contract::Contract;
use crate::documents::Documents;
use crate::{openapi, protobuf};

/// Reads the files that a contract is made of, on behalf of whoever keeps watch over them.
pub trait Files {
    /// The content of a file of at most so many bytes.
    ///
    /// # Errors
    /// When it cannot be read, or is larger.
    fn read(&mut self, path: &Path, bytes_at_most: u64) -> io::Result<Vec<u8>>;

    /// Where a path really leads, whatever links stand in it.
    ///
    /// # Errors
    /// When nothing stands there.
    fn real(&self, path: &Path) -> io::Result<PathBuf>;

    /// What people know the file by.
    fn name(&self, path: &Path) -> String;
}

/// What is asked of a contract.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'w> {
    /// Where it is named: the place of what has no lines of its own.
    pub span: Span,
    /// Folders in which protobuf imports are looked for, before the contract's own.
    pub imports: &'w [PathBuf],
    /// The gRPC services to publish, each with where it is named; all of the contract's file where it is not said.
    pub methods: Option<Vec<(&'w str, Span)>>,
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
    wanted: &Wanted<'_>,
    files: &mut dyn Files,
    sources: &mut Sources,
    faults: &mut Collector,
) -> Result<Contract, Unread> {
    let bytes = files.read(path, Dialect::CONTRACT.bytes_at_most as u64).map_err(Unread::File)?;
    let mut reader = Reader { files, sources, faults };
    if let Some(pool) = protobuf::descriptor_set(&bytes) {
        return Ok(protobuf::of_descriptors(pool, wanted, &mut reader));
    }
    let text = reader.text(path, bytes).ok_or(Unread::Faults)?;
    if protobuf::is_source(&text) {
        return protobuf::of_source(path, text, wanted, &mut reader).ok_or(Unread::Faults);
    }
    if let Some((_, span)) = wanted.methods.iter().flatten().next() {
        let fault = Fault::new(FaultCode::BadContract, *span, "`methods` chooses services of protobuf");
        reader.faults.push(fault.label("leave it out; `publish` chooses operations"));
    }
    let (file, tree) = reader.parse(path, text).ok_or(Unread::Faults)?;
    if !tree.whole || !openapi::is_openapi(&tree.root, reader.sources.get(file), reader.faults) {
        return Err(Unread::Faults);
    }
    let documents = Documents::gather(path, tree, &mut reader);
    Ok(openapi::contract(documents, reader.faults))
}

/// Reads files into nodes.
pub(crate) struct Reader<'a> {
    pub(crate) files: &'a mut dyn Files,
    pub(crate) sources: &'a mut Sources,
    pub(crate) faults: &'a mut Collector,
}

impl Reader<'_> {
    /// A file in the folder of the contract, or below it.
    pub(crate) fn beside(&mut self, folder: &Path, path: &Path) -> io::Result<Option<Tree>> {
        let bytes = self.read_in(folder, path)?;
        let text = self.text(path, bytes);
        Ok(text.and_then(|text| self.parse(path, text)).map(|(_, tree)| tree))
    }

    /// The content of a file in a folder or below it, also where links lead to it.
    pub(crate) fn read_in(&mut self, folder: &Path, path: &Path) -> io::Result<Vec<u8>> {
        // Somebody else may have written the contract: a link in their folder opens no other one.
        if !self.files.real(path)?.starts_with(self.files.real(folder)?) {
            return Err(io::Error::other("it leads out of its folder"));
        }
        self.files.read(path, Dialect::CONTRACT.bytes_at_most as u64)
    }

    /// Bytes as the text that they should be.
    pub(crate) fn text(&mut self, path: &Path, bytes: Vec<u8>) -> Option<String> {
        let text = String::from_utf8(bytes).ok();
        if text.is_none() {
            let message = format!("`{}` is not UTF-8", self.files.name(path));
            self.faults.push(Fault::of_file(FaultCode::NotText, message));
        }
        text
    }

    /// Takes a text in among those that faults can point into.
    pub(crate) fn add(&mut self, path: &Path, text: String) -> Option<FileId> {
        let name = self.files.name(path);
        let file = self.sources.add(&name, text);
        if file.is_none() {
            let message = format!("`{name}` is one file too many: {} may belong together", FileId::AT_MOST);
            self.faults.push(Fault::of_file(FaultCode::TooLarge, message));
        }
        file
    }

    fn parse(&mut self, path: &Path, text: String) -> Option<(FileId, Tree)> {
        let file = self.add(path, text)?;
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
