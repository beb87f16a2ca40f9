//! Reading: the contract, then each file that a reference names, until no reference names another.

use std::path::{Path, PathBuf};

use document::{Fault, FaultCode, Node, Span, Tree, Value};

use super::{Document, Documents, pointer};
use crate::read::Reader;

/// Files of one contract.
const DOCUMENTS_AT_MOST: usize = 256;

impl Documents {
    /// Reads all that a contract refers to, and tells the references that lead nowhere.
    pub(crate) fn gather(path: &Path, tree: Tree, reader: &mut Reader<'_>) -> Self {
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let mut documents = Self { folder, list: vec![Document::new(path.to_owned(), tree.root)] };
        let mut references = Vec::new();
        // Files that could not be read: their faults are told once.
        let mut lost: Vec<PathBuf> = Vec::new();
        let mut at = 0;
        while let Some(document) = documents.list.get_mut(at) {
            let mut scan = Scan::default();
            scan.value(&document.root, false);
            document.anchors.extend(scan.anchors);
            let from = document.path.clone();
            for (span, reference) in scan.references {
                let readable = documents.read_target(&from, span, &reference, &mut lost, reader);
                if readable {
                    references.push((at, span, reference));
                }
            }
            at += 1;
        }
        documents.check(&references, reader.faults);
        documents
    }

    /// Makes sure that the file of a reference is read; false where that has its own fault.
    fn read_target(
        &mut self,
        from: &Path,
        span: Span,
        reference: &str,
        lost: &mut Vec<PathBuf>,
        reader: &mut Reader<'_>,
    ) -> bool {
        let file = reference.split('#').next().unwrap_or_default();
        if file.is_empty() {
            return true;
        }
        // What is no file of ours is told when the reference is checked.
        let Ok(path) = pointer::file(&self.folder, from, file) else { return true };
        if self.list.iter().any(|document| document.path == path) {
            return true;
        }
        if lost.contains(&path) {
            return false;
        }
        if self.list.len() >= DOCUMENTS_AT_MOST {
            let message = format!("the contract is made of more than {DOCUMENTS_AT_MOST} files");
            reader.faults.push(Fault::new(FaultCode::TooLarge, span, message));
            return false;
        }
        match reader.beside(&self.folder, &path) {
            Ok(Some(tree)) => {
                self.list.push(Document::new(path, tree.root));
                true
            }
            Ok(None) => {
                lost.push(path);
                false
            }
            Err(error) => {
                let message = format!("the file `{file}` of a reference cannot be read: {error}");
                reader.faults.push(Fault::new(FaultCode::MissingFile, span, message).label("is the path right?"));
                lost.push(path);
                false
            }
        }
    }
}

/// What a document refers to, and what it can be referred to by.
#[derive(Default)]
struct Scan {
    references: Vec<(Span, String)>,
    anchors: Vec<String>,
}

impl Scan {
    /// `named` is true where the keys are names that the author gave, so that `example` is no example.
    fn value(&mut self, node: &Node, named: bool) {
        match &node.value {
            Value::Map(entries) => {
                for entry in entries {
                    match (entry.key.as_str(), entry.node.text()) {
                        ("$ref", Some(reference)) if !named => {
                            self.references.push((entry.node.span, reference.to_owned()));
                        }
                        ("$anchor" | "$dynamicAnchor", Some(anchor)) if !named => self.anchors.push(anchor.to_owned()),
                        // What is not a schema but a value may hold anything.
                        ("example" | "examples" | "default" | "const" | "enum", _) if !named => {}
                        (key, _) if !named && key.starts_with("x-") => {}
                        (key, _) => self.value(&entry.node, !named && holds_names(key)),
                    }
                }
            }
            Value::List(items) => items.iter().for_each(|item| self.value(item, false)),
            Value::Text(_) | Value::Missing => {}
        }
    }
}

/// Maps whose keys are names.
fn holds_names(key: &str) -> bool {
    matches!(
        key,
        "properties"
            | "patternProperties"
            | "dependentSchemas"
            | "definitions"
            | "$defs"
            | "paths"
            | "webhooks"
            | "callbacks"
            | "schemas"
            | "responses"
            | "parameters"
            | "requestBodies"
            | "headers"
            | "securitySchemes"
            | "links"
            | "pathItems"
            | "content"
            | "variables"
    )
}
