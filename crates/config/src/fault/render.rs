//! Faults as people read them: the line, the words underlined, and what to write instead.

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use super::{Fault, Faults, Severity};
use crate::source::Span;

impl Faults {
    /// Every fault as text, one after another, without the closing count.
    ///
    /// `colour` is for terminals and decided by the caller.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut out = String::new();
        for fault in &self.faults {
            out.push_str(&renderer.render(&self.report(fault)));
            out.push('\n');
        }
        if self.left_out > 0 {
            out.push_str(&format!("... and {} more\n", self.left_out));
        }
        out
    }

    /// The closing line: how many faults and warnings there are.
    #[must_use]
    pub fn count(&self) -> String {
        let counted = |count: usize, word: &str| match count {
            1 => format!("1 {word}"),
            _ => format!("{count} {word}s"),
        };
        match (self.errors(), self.warnings()) {
            (errors, 0) => counted(errors, "fault"),
            (0, warnings) => counted(warnings, "warning"),
            (errors, warnings) => format!("{}, {}", counted(errors, "fault"), counted(warnings, "warning")),
        }
    }

    fn report<'a>(&'a self, fault: &'a Fault) -> [Group<'a>; 1] {
        let level = match fault.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(fault.message.as_str()).id(fault.code.as_str());
        let mut group = Group::with_title(title);
        if let Some(span) = fault.span {
            group = group.element(self.snippet(fault, span));
        } else if let Some(label) = &fault.label {
            group = group.element(Level::NOTE.message(label.as_str()));
        }
        if let Some(help) = &fault.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        [group]
    }
    /// Only the lines concerned are handed over, so that a large file costs no more than a small one.
    fn snippet<'a>(&'a self, fault: &'a Fault, span: Span) -> Snippet<'a, Annotation<'a>> {
        let all = || fault.related.iter().map(|(span, _)| *span).chain([span]).map(|span| self.source.first_line(span));
        let first = all().map(Span::start).min().unwrap_or_default();
        let last = all().map(Span::end).max().unwrap_or_default();
        let lines = self.source.whole_lines(Span::new(first, last));
        let within = |span: Span| {
            let span = self.source.first_line(span);
            span.start() - lines.start()..span.end() - lines.start()
        };
        let primary = AnnotationKind::Primary.span(within(span)).label(fault.label.as_deref());
        let others =
            fault.related.iter().map(|(span, what)| AnnotationKind::Context.span(within(*span)).label(what.as_str()));
        Snippet::source(self.source.words(lines))
            .line_start(self.source.place(lines).line)
            .path(self.source.name())
            .annotation(primary)
            .annotations(others)
    }
}
