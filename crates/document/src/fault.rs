//! A fault of a file: what is wrong, where, and what to write instead.
//!
//! Faults are collected, never thrown: a file is read to its end, and all of
//! its faults are told at once, in the order of the file. Messages are lower
//! case; what was written stands in backticks.

mod code;
mod json;
mod render;

use crate::source::{Place, Source, Sources, Span};
pub use code::FaultCode;

/// Whether a file with this fault may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// It may not.
    Error,
    /// It may; somebody should know.
    Warning,
}

impl Severity {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing that is wrong with the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Whether it stops the file from running.
    pub severity: Severity,
    /// Its stable name.
    pub code: FaultCode,
    /// What is wrong, in one sentence.
    pub message: String,
    /// The offending words; none where there is no text to point at.
    pub span: Option<Span>,
    /// Said right under the words: the shortest way out.
    pub label: Option<String>,
    /// Said below: what to write or run.
    pub help: Option<String>,
    /// What the offending words could be replaced with, as they stand.
    pub replace: Option<String>,
    /// Other places that belong to it, each with what it is.
    pub related: Vec<(Span, String)>,
    /// The dotted key, found when all faults are together.
    pub path: String,
}

impl Fault {
    /// A fault at these words.
    #[must_use]
    pub fn new(code: FaultCode, span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::of_file(code, message) }
    }

    /// A fault of the file as a whole.
    #[must_use]
    pub fn of_file(code: FaultCode, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            span: None,
            label: None,
            help: None,
            replace: None,
            related: Vec::new(),
            path: String::new(),
        }
    }

    /// Makes it one that does not stop the file.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// Says the shortest way out, under the words.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Says what to write or run.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Offers words to stand in place of the offending ones.
    #[must_use]
    pub fn replace(mut self, words: impl Into<String>) -> Self {
        self.replace = Some(words.into());
        self
    }

    /// Shows another place that belongs to it.
    #[must_use]
    pub fn related(mut self, span: Span, what: impl Into<String>) -> Self {
        self.related.push((span, what.into()));
        self
    }
}

/// All faults of a file and of those that it names, in their order, with the texts to show them in.
#[derive(Clone, Debug)]
pub struct Faults {
    sources: Sources,
    faults: Vec<Fault>,
    left_out: usize,
}

/// More than this are counted, not kept: nobody reads them, and memory has bounds.
pub(crate) const FAULTS_AT_MOST: usize = 200;

impl Faults {
    /// Puts faults in order; `left_out` more were too many to keep.
    #[must_use]
    pub fn new(sources: impl Into<Sources>, mut faults: Vec<Fault>, left_out: usize) -> Self {
        faults.sort_by_key(|fault| (fault.span, fault.severity));
        faults.dedup_by(|later, earlier| later.span == earlier.span && later.message == earlier.message);
        Self { sources: sources.into(), faults, left_out }
    }

    /// Makes faults of the warnings for which this says so: where they fail a command that others go on from.
    pub fn promote(&mut self, which: impl Fn(FaultCode) -> bool) {
        for fault in self.faults.iter_mut().filter(|fault| which(fault.code)) {
            fault.severity = Severity::Error;
        }
    }

    /// Each fault and warning.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.faults.iter()
    }

    /// How many faults stop the file, counting those that were too many to keep.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.faults.iter().filter(|fault| fault.severity == Severity::Error).count() + self.left_out
    }

    /// How many do not stop it.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.faults.iter().filter(|fault| fault.severity == Severity::Warning).count()
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.faults.is_empty() && self.left_out == 0
    }

    /// The file that they are faults of, or that names those that they are faults of.
    #[must_use]
    pub const fn source(&self) -> &Source {
        self.sources.first()
    }

    /// Where a fault is, where it is anywhere.
    #[must_use]
    pub fn place(&self, fault: &Fault) -> Option<Place> {
        fault.span.map(|span| self.sources.place(span))
    }
}

/// Takes faults in while the file is read.
#[derive(Debug, Default)]
pub struct Collector {
    faults: Vec<Fault>,
    left_out: usize,
}

impl Collector {
    /// Takes one in, up to the bound.
    pub fn push(&mut self, fault: Fault) {
        let known = |kept: &Fault| kept.span == fault.span && kept.message == fault.message;
        if self.faults.len() < FAULTS_AT_MOST {
            if !self.faults.iter().any(known) {
                self.faults.push(fault);
            }
        } else if fault.severity == Severity::Error {
            self.left_out += 1;
        }
    }

    /// Whether further faults are only counted: then nothing costly is worth finding out for them.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.faults.len() >= FAULTS_AT_MOST
    }

    /// Whether anything so far stops the file.
    #[must_use]
    pub fn any_error(&self) -> bool {
        self.left_out > 0 || self.faults.iter().any(|fault| fault.severity == Severity::Error)
    }

    /// Whether a fault points into these words.
    #[must_use]
    pub fn touches(&self, span: Span) -> bool {
        let within = |at: Span| {
            at.file() == span.file() && at.start() >= span.start() && at.start() < span.end().max(span.start() + 1)
        };
        self.left_out > 0 || self.faults.iter().any(|fault| fault.span.is_some_and(within))
    }

    /// All of them; `path_of` tells the dotted key of a place.
    pub fn finish(self, sources: impl Into<Sources>, path_of: impl Fn(Span) -> String) -> Faults {
        let mut faults = self.faults;
        for fault in &mut faults {
            if let Some(span) = fault.span {
                fault.path = path_of(span);
            }
        }
        Faults::new(sources, faults, self.left_out)
    }
}

#[cfg(test)]
mod tests;
