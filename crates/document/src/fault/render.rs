//! Faults as people read them: the line, the words underlined, and what to write instead.

use std::borrow::Cow;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Fault, Faults, Severity};
use crate::source::Span;

/// Bytes of the lines between a fault and what belongs to it; with more between them places are told, not shown.
const SHOWN_AT_MOST: usize = 16 * 1024;

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
        let note = |text: String| Level::NOTE.message(text);
        match fault.span {
            Some(span) if self.lines_of(span, &fault.related).is_some() => {
                group = group.element(self.snippet(fault, span));
                let elsewhere = fault.related.iter().filter(|(at, _)| at.file() != span.file());
                let told = elsewhere.map(|(at, what)| format!("{what}: {}", self.sources.place(*at)));
                group = group.elements(told.map(note));
            }
            Some(span) => {
                let place = self.sources.place(span);
                let name = self.sources.of(span).name();
                group = group.element(Origin::path(name).line(place.line).char_column(place.column));
                let related = fault.related.iter().map(|(at, what)| format!("{what}: {}", self.sources.place(*at)));
                group = group.elements(fault.label.iter().cloned().chain(related).map(note));
            }
            None => group = group.elements(fault.label.iter().cloned().map(note)),
        }
        if let Some(help) = &fault.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        [group]
    }

    /// The lines that a fault is shown in; `None` where they are too long to be shown.
    ///
    /// Only they are handed over, so that a fault of a large file costs no more than one of a small file.
    fn lines_of(&self, span: Span, related: &[(Span, String)]) -> Option<Span> {
        let source = self.sources.of(span);
        let here = |at: &Span| at.file() == span.file();
        let all =
            || related.iter().map(|(span, _)| *span).filter(here).chain([span]).map(|span| source.first_line(span));
        let first = all().map(Span::start).min().unwrap_or_default();
        let last = all().map(Span::end).max().unwrap_or_default();
        let lines = source.whole_lines(source.span(first, last));
        (lines.end() - lines.start() <= SHOWN_AT_MOST).then_some(lines)
    }

    fn snippet<'a>(&'a self, fault: &'a Fault, span: Span) -> Snippet<'a, Annotation<'a>> {
        let lines = self.lines_of(span, &fault.related).unwrap_or(span);
        let source = self.sources.of(span);
        let within = |span: Span| {
            let span = source.first_line(span);
            span.start() - lines.start()..span.end() - lines.start()
        };
        let primary = AnnotationKind::Primary.span(within(span)).label(fault.label.as_deref());
        let here = fault.related.iter().filter(|(at, _)| at.file() == span.file());
        let others = here.map(|(span, what)| AnnotationKind::Context.span(within(*span)).label(what.as_str()));
        Snippet::source(without_c1(masked(source.words(lines))))
            .line_start(source.place(lines).line)
            .path(source.name())
            .annotation(primary)
            .annotations(others)
    }
}

/// The lines of a file as they may be shown: an API key that stands where its hash belongs is not, since what is
/// printed here ends in terminals and logs. As many bytes as before, so that places stay true.
fn masked(lines: &str) -> Cow<'_, str> {
    const PREFIX: &str = "vst_";
    /// Longer than any word that only talks of keys.
    const KEY_LEN: usize = 24;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let mut shown = String::with_capacity(lines.len());
    let mut rest = lines;
    while let Some((before, from)) = rest.find(PREFIX).and_then(|at| rest.split_at_checked(at)) {
        let len = from.bytes().take_while(is_part).count();
        let (word, after) = from.split_at_checked(len).unwrap_or((from, ""));
        shown.push_str(before);
        if len < KEY_LEN {
            shown.push_str(word);
        } else {
            shown.push_str(PREFIX);
            shown.extend(std::iter::repeat_n('*', len - PREFIX.len()));
        }
        rest = after;
    }
    if shown.is_empty() {
        return Cow::Borrowed(lines);
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}

/// C1 controls begin sequences that terminals obey, in their way around the ones that are looked for. As many bytes as
/// before, so that places stay true.
fn without_c1(lines: Cow<'_, str>) -> Cow<'_, str> {
    const C1: std::ops::RangeInclusive<char> = '\u{80}'..='\u{9f}';
    if lines.contains(|character| C1.contains(&character)) {
        return Cow::Owned(lines.replace(|character| C1.contains(&character), "\u{b7}"));
    }
    lines
}

#[cfg(test)]
mod tests;
