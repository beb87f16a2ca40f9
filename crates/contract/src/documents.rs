//! The files of a contract: the one that is named, and those beside it that `$ref` leads to.
//!
//! All of them are read before anything is made of them. References stay within the folder of the contract; nothing is
//! fetched. A reference may lead back to what it stands in, as schemas do; one that leads to nothing but references is
//! a fault.

mod cursor;
mod gather;
mod pointer;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use document::{Collector, Fault, FaultCode, Node, Span};

pub(crate) use cursor::Cursor;

/// References that follow one another without anything between.
const CHAIN_AT_MOST: usize = 32;

/// The files of a contract as nodes.
#[derive(Clone, Debug)]
pub struct Documents {
    /// The folder that references stay in.
    folder: PathBuf,
    list: Vec<Document>,
}

#[derive(Clone, Debug)]
struct Document {
    path: PathBuf,
    root: Node,
    /// What stands three keys deep, such as `/components/schemas/Order`: nearly every reference leads there.
    shelf: HashMap<String, [usize; 3]>,
    /// Names that schemas have given themselves with `$anchor` or `$dynamicAnchor`.
    anchors: HashSet<String>,
}

/// Where a value stands: which document, and the JSON pointer (RFC 6901) in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct At {
    document: usize,
    pointer: String,
}

impl At {
    /// The JSON pointer within its document, or the full name of a protobuf method.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// A protobuf method.
    pub(crate) fn named(name: &str) -> Self {
        Self { document: 0, pointer: name.to_owned() }
    }
}

impl Documents {
    /// The value that stands there.
    #[must_use]
    pub fn node(&self, at: &At) -> Option<&Node> {
        self.list.get(at.document)?.find(&at.pointer)
    }

    /// Where a reference that stands in some place leads.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn follow(&self, from: &At, reference: &str) -> Result<At, String> {
        let (document, pointer) = self.target(from.document, reference)?;
        let at = At { document, pointer };
        if self.node(&at).is_none() { Err(format!("nothing stands at `{reference}`")) } else { Ok(at) }
    }

    /// The root of the contract.
    pub(crate) fn root(&self) -> Cursor<'_> {
        let node = self.list.first().map_or(cursor::nothing(), |document| &document.root);
        Cursor::new(node, At { document: 0, pointer: String::new() })
    }

    /// The document and pointer of a reference; nothing needs to stand there.
    fn target(&self, from: usize, reference: &str) -> Result<(usize, String), String> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let document = if file.is_empty() {
            from
        } else {
            let from = self.list.get(from).map(|document| document.path.as_path()).unwrap_or(&self.folder);
            let path = pointer::file(&self.folder, from, file)?;
            let read = self.list.iter().position(|document| document.path == path);
            read.ok_or_else(|| format!("`{file}` was not read"))?
        };
        Ok((document, pointer::decoded(fragment)?))
    }

    /// Follows references until something else stands there.
    ///
    /// `None` where that is nothing; the reference has its fault then.
    pub(crate) fn resolve<'d>(&'d self, cursor: Cursor<'d>) -> Option<Cursor<'d>> {
        let mut cursor = cursor;
        for _ in 0..CHAIN_AT_MOST {
            let Some(reference) = cursor.reference() else { return Some(cursor) };
            let (document, pointer) = self.target(cursor.at().document, reference).ok()?;
            let node = self.list.get(document)?.find(&pointer)?;
            cursor = Cursor::new(node, At { document, pointer });
        }
        None
    }

    /// Tells every reference that leads nowhere.
    fn check(&self, references: &[(usize, Span, String)], faults: &mut Collector) {
        for (document, span, reference) in references {
            if let Some(fault) = self.wrong(*document, *span, reference) {
                faults.push(fault);
            }
        }
    }

    fn wrong(&self, document: usize, span: Span, reference: &str) -> Option<Fault> {
        let unknown = |label: String| {
            Fault::new(FaultCode::UnknownRef, span, format!("the reference `{reference}` leads nowhere")).label(label)
        };
        let (mut document, mut pointer) = match self.target(document, reference) {
            Ok(target) => target,
            Err(label) => return Some(unknown(label)),
        };
        let mut passed = HashSet::new();
        for _ in 0..CHAIN_AT_MOST {
            if !passed.insert((document, pointer.clone())) {
                let message = format!("the reference `{reference}` leads to references only, in a circle");
                let fault = Fault::new(FaultCode::CircularRef, span, message);
                return Some(fault.label("let one of them say something"));
            }
            let holder = self.list.get(document)?;
            let Some(node) = holder.find(&pointer) else {
                let named = pointer.is_empty() || pointer.starts_with('/') || !holder.anchors.contains(&pointer);
                return named.then(|| unknown(format!("nothing stands at `{pointer}`")));
            };
            let next = node.get("$ref").and_then(Node::text)?;
            // What is wrong with the next one is told there.
            (document, pointer) = self.target(document, next).ok()?;
        }
        let message = format!("the reference `{reference}` leads to more than {CHAIN_AT_MOST} others, one by one");
        Some(Fault::new(FaultCode::BadContract, span, message).label("let it lead to the thing itself"))
    }
}

impl Document {
    fn new(path: PathBuf, root: Node) -> Self {
        let shelf = pointer::shelf(&root);
        Self { path, root, shelf, anchors: HashSet::new() }
    }

    fn find(&self, pointer: &str) -> Option<&Node> {
        if let Some([first, second, third]) = self.shelf.get(pointer) {
            let first = &self.root.map()?.get(*first)?.node;
            let second = &first.map()?.get(*second)?.node;
            return second.map()?.get(*third).map(|entry| &entry.node);
        }
        pointer::find(&self.root, pointer)
    }
}
