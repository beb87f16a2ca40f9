//! From a path to what runs, or to everything that stands against it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::defaults::Defaults;
use crate::draft::{self, Draft};
use crate::environment::Environment;
use crate::fault::{Collector, Fault, FaultCode, Faults};
use crate::files::Files;
use crate::node::{self, Dialect, Node};
use crate::plan::{Certificates, Plan, Planner};
use crate::report::{PublishedApi, Report, Summary};
use crate::rules::{self, Index};
use crate::source::{FileId, Source, Sources, Span};
use crate::texts::Texts;
use crate::value::Day;
use crate::{contracts, plan, reference, shape};

/// A configuration without faults.
pub struct Loaded {
    /// What runs.
    pub plan: Plan,
    /// What people ask about it: routes, loosenings, counts, every value with its origin.
    pub report: Report,
    /// What does not stop it, and somebody should know.
    pub warnings: Faults,
    /// Every file that was named; a change of one is a change of the configuration.
    pub files: Vec<PathBuf>,
    /// Seven digits of the hash over all that was read.
    pub hash: String,
    /// Its APIs.
    pub apis: Vec<PublishedApi>,
    /// With which the same can be loaded again.
    pub texts: Texts,
}

/// A configuration that may not run.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub faults: Faults,
    /// Every file that was named; a change of one may be the remedy.
    pub files: Vec<PathBuf>,
    /// How much there is in it, as far as it could be read.
    pub summary: Summary,
    /// Its APIs; `None` where it could not be read so far.
    pub apis: Option<Vec<PublishedApi>>,
    /// Its data directory; `None` where it could not be read so far.
    pub data_directory: Option<PathBuf>,
}

/// Loads the file at a path.
///
/// # Errors
/// [`Refused`], with every fault of the file.
pub fn load(path: &Path, defaults: &Defaults, environment: &Environment) -> Result<Loaded, Box<Refused>> {
    let mut files = Files::new(path.parent().unwrap_or_else(|| Path::new("")));
    match text_of(path, &mut files) {
        Ok(text) => Loading::new(Source::new(path.display().to_string(), text), files, defaults, environment).run(),
        Err(faults) => {
            let (files, summary) = (files.finish().0, Summary::default());
            Err(Box::new(Refused { faults: *faults, files, summary, apis: None, data_directory: None }))
        }
    }
}

/// The text of a file, with the bounds of a configuration and without a look at what it says.
///
/// # Errors
/// Why it cannot be one: it is not there, no file, too large, or no text.
pub fn read(path: &Path) -> Result<String, Box<Faults>> {
    text_of(path, &mut Files::new(path.parent().unwrap_or_else(|| Path::new(""))))
}

fn text_of(path: &Path, files: &mut Files) -> Result<String, Box<Faults>> {
    let name = path.display().to_string();
    match files.read(path.file_name().map_or(path, Path::new), Dialect::FILE.bytes_at_most as u64) {
        Ok(content) => String::from_utf8(content.bytes).map_err(|error| Box::new(not_text(&name, &error))),
        Err(error) => Err(Box::new(unreadable(&name, &error))),
    }
}

/// Loads a text as if it stood in a file of this name in this folder.
///
/// # Errors
/// [`Refused`], with every fault of the text.
pub fn load_text(
    name: &str,
    text: &str,
    folder: &Path,
    defaults: &Defaults,
    environment: &Environment,
) -> Result<Loaded, Box<Refused>> {
    load_texts(name, &folder.join(name), &Texts::of_file(text), defaults, environment)
}

/// Loads texts as if the first stood in the file at `path`; faults call that file `name`.
///
/// # Errors
/// [`Refused`], with every fault of the texts.
pub fn load_texts(
    name: &str,
    path: &Path,
    texts: &Texts,
    defaults: &Defaults,
    environment: &Environment,
) -> Result<Loaded, Box<Refused>> {
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let mut files = Files::again(folder, texts.contracts.clone());
    files.know(path.file_name().map_or(path, Path::new), &texts.file);
    Loading::new(Source::new(name, texts.file.as_str()), files, defaults, environment).run()
}

struct Loading<'a> {
    sources: Sources,
    files: Files,
    faults: Collector,
    defaults: &'a Defaults,
    environment: &'a Environment,
}

impl<'a> Loading<'a> {
    fn new(source: Source, files: Files, defaults: &'a Defaults, environment: &'a Environment) -> Self {
        Self { sources: Sources::new(source), files, faults: Collector::default(), defaults, environment }
    }

    /// The steps up to the draft; each goes on as far as what came before lets it.
    fn read(&mut self) -> (Option<Node>, Option<Draft>) {
        let Some(tree) = node::read(self.sources.first(), &Dialect::FILE, &mut self.faults) else {
            return (None, None);
        };
        let (mut root, whole) = (tree.root, tree.whole);
        reference::resolve(&mut root, self.environment, &mut self.files, &mut self.faults);
        shape::check(&root, whole, &mut self.faults);
        // What the unread part would have said is not known: rules between parts would tell what is not so.
        if !whole {
            return (Some(root), None);
        }
        let mut draft = draft::read(&root, &mut self.faults);
        contracts::publish(&mut draft, &mut self.files, &mut self.sources, &mut self.faults);
        rules::check(&draft, self.defaults, Day::of(self.environment.now()), &mut self.faults);
        (Some(root), Some(draft))
    }

    fn certificates(&mut self, draft: &Draft) -> Certificates {
        Certificates::read(draft, &mut self.files, &mut self.faults, self.environment.now())
    }

    fn run(mut self) -> Result<Loaded, Box<Refused>> {
        let (tree, draft) = self.read();
        let made = draft.as_ref().and_then(|draft| self.plan(draft));
        let path_of = path_of(tree.as_ref());
        let texts = Texts { file: self.sources.first().text().to_owned(), contracts: self.files.take_contracts() };
        let warnings = self.faults.finish(self.sources, path_of);
        let data_directory = draft.as_ref().map(|draft| self.files.resolve(&plan::data_directory(draft)));
        let (files, hash) = self.files.finish();
        let summary = draft.as_ref().map(Summary::new).unwrap_or_default();
        let apis = draft.as_ref().map(PublishedApi::all);
        match made.filter(|_| warnings.errors() == 0) {
            Some((mut plan, report)) => {
                plan.gateway.hash = Arc::from(hash.as_str());
                Ok(Loaded { plan, report, warnings, files, hash, apis: apis.unwrap_or_default(), texts })
            }
            None => Err(Box::new(Refused { faults: warnings, files, summary, apis, data_directory })),
        }
    }

    fn plan(&mut self, draft: &Draft) -> Option<(Plan, Report)> {
        let certificates = self.certificates(draft);
        if self.faults.any_error() {
            return None;
        }
        let index = Index::new(draft);
        let mut planner = Planner {
            provider: Arc::new(gateway::Builtin::new("the provider in the box")),
            machines: Arc::new(gateway::Builtin::new("the provider in the box, for programs")),
            draft,
            index: &index,
            defaults: self.defaults,
            sources: &self.sources,
            files: &mut self.files,
            certificates,
            faults: &mut self.faults,
            now: self.environment.now(),
            assertions: std::sync::Arc::default(),
        };
        let plan = planner.plan()?;
        let report = Report::new(&planner, &plan);
        Some((plan, report))
    }
}

fn path_of(tree: Option<&Node>) -> impl Fn(Span) -> String {
    move |span| {
        let tree = tree.filter(|_| span.file() == FileId::FIRST);
        tree.map(|tree| tree.path_at(span.start())).unwrap_or_default()
    }
}

fn unreadable(name: &str, error: &std::io::Error) -> Faults {
    let fault = Fault::of_file(FaultCode::UnreadableFile, format!("`{name}` cannot be read: {error}"));
    let fault = fault.help("name another with `--config FILE`, or write one with `vestibule init`");
    Faults::new(Source::new(name, ""), vec![fault], 0)
}

/// The first byte that is not UTF-8 is shown after the text before it.
fn not_text(name: &str, error: &std::string::FromUtf8Error) -> Faults {
    let valid = error.utf8_error().valid_up_to();
    let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
    let span = Span::new(valid, valid + char::REPLACEMENT_CHARACTER.len_utf8());
    let fault = Fault::new(FaultCode::NotText, span, format!("`{name}` is not UTF-8"));
    Faults::new(Source::new(name, text), vec![fault.label("this byte is part of no character")], 0)
}

#[cfg(test)]
mod tests;
