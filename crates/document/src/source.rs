//! The texts of files, and places in them: offsets inside, line and column for people.

use std::fmt;

/// Which of the files that were read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u16);

impl FileId {
    /// The file that everything begins with; others are named by it.
    pub const FIRST: Self = Self(0);
    /// So many files may be read together.
    pub const AT_MOST: usize = 1024;
}

/// A stretch of bytes of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    file: FileId,
    start: usize,
    end: usize,
}

impl Span {
    /// From the first byte up to, not including, the last; of the first file.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { file: FileId::FIRST, start, end: end.max(start) }
    }

    /// The same bytes of another file.
    #[must_use]
    pub const fn of(self, file: FileId) -> Self {
        Self { file, ..self }
    }

    /// The file.
    #[must_use]
    pub const fn file(self) -> FileId {
        self.file
    }

    /// The offset of its first byte.
    #[must_use]
    pub const fn start(self) -> usize {
        self.start
    }

    /// The offset after its last byte.
    #[must_use]
    pub const fn end(self) -> usize {
        self.end
    }
}

/// A place as people and editors count it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The name of the file, as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The length of the words meant, in characters, at least 1, within the line.
    pub length: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// Bytes between two places whose characters are counted beforehand.
const STRIDE: usize = 1024;

/// How many characters begin among these bytes of UTF-8: all but continuation bytes (RFC 3629 §3).
fn characters_begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

/// One file that was read: its name as people know it, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    file: FileId,
    name: String,
    text: String,
    line_starts: Vec<usize>,
    /// Characters before every `STRIDE`th byte.
    characters: Vec<usize>,
}

impl Source {
    /// Takes the text in and finds its lines.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let line_starts = std::iter::once(0).chain(breaks).collect();
        let mut before = 0;
        let counted = text.as_bytes().chunks(STRIDE).map(|chunk| {
            let so_far = before;
            before += characters_begun(chunk);
            so_far
        });
        let characters = counted.collect();
        Self { file: FileId::FIRST, name: name.into(), text, line_starts, characters }
    }

    /// A span of this file.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Span {
        Span::new(start, end).of(self.file)
    }

    /// The name of the file, as it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many lines there are; a text without a break is one line.
    #[must_use]
    pub fn lines(&self) -> usize {
        self.line_starts.len()
    }

    /// The words of a span; empty where the span is not on character borders.
    #[must_use]
    pub fn words(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The part of a span that lies on its first line, held within the text and on character borders.
    #[must_use]
    pub fn first_line(&self, span: Span) -> Span {
        let start = self.border(span.start);
        let end = self.border(span.end);
        let words = self.text.get(start..end).unwrap_or_default();
        let line = words.get(..words.find(['\n', '\r']).unwrap_or(words.len())).unwrap_or_default();
        // Spaces at the end belong to nobody.
        self.span(start, start + line.trim_end_matches(' ').len())
    }

    /// The span widened to whole lines, without the last line break.
    #[must_use]
    pub fn whole_lines(&self, span: Span) -> Span {
        let before = self.text.get(..self.border(span.start)).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let end = self.border(span.end);
        let after = self.text.get(end..).unwrap_or_default();
        self.span(start, end + after.find('\n').unwrap_or(after.len()))
    }

    /// Where some words stand in a line, which counts from 0.
    #[must_use]
    pub fn in_line(&self, line: usize, words: &str) -> Option<Span> {
        let start = *self.line_starts.get(line)?;
        let end = self.line_starts.get(line + 1).copied().unwrap_or(self.text.len());
        let at = start + self.text.get(start..end)?.find(words)?;
        Some(self.span(at, at + words.len()))
    }

    /// Line, column and length of a span.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        let span = self.first_line(span);
        let line = self.line_starts.partition_point(|start| *start <= span.start).max(1);
        let line_start = self.line_starts.get(line - 1).copied().unwrap_or_default();
        let characters = |from, to| self.characters_before(to).saturating_sub(self.characters_before(from));
        Place {
            file: self.name.clone(),
            line,
            column: characters(line_start, span.start) + 1,
            length: characters(span.start, span.end).max(1),
        }
    }

    /// How many characters begin before an offset, without counting from the start of a file that may be one long line.
    fn characters_before(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        let (stride, start) = (offset / STRIDE, offset - offset % STRIDE);
        let rest = self.text.as_bytes().get(start..offset).unwrap_or_default();
        match self.characters.get(stride) {
            Some(before) => before + characters_begun(rest),
            None => self.text.chars().count(),
        }
    }

    fn border(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        (0..=offset).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0)
    }
}

/// All files that were read for one configuration.
#[derive(Clone, Debug)]
pub struct Sources {
    first: Source,
    others: Vec<Source>,
}

impl Sources {
    /// Begins with the file that names the others.
    #[must_use]
    pub const fn new(first: Source) -> Self {
        Self { first, others: Vec::new() }
    }

    /// Takes one more in; `None` where there are too many.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> Option<FileId> {
        let at = self.others.len() + 1;
        let file = FileId(u16::try_from(at).ok().filter(|_| at < FileId::AT_MOST)?);
        self.others.push(Source { file, ..Source::new(name, text) });
        Some(file)
    }

    /// The file that everything began with.
    #[must_use]
    pub const fn first(&self) -> &Source {
        &self.first
    }

    /// A file by its number; one that is not known is the first.
    #[must_use]
    pub fn get(&self, file: FileId) -> &Source {
        let at = usize::from(file.0).checked_sub(1);
        at.and_then(|at| self.others.get(at)).unwrap_or(&self.first)
    }

    /// The file that a span belongs to.
    #[must_use]
    pub fn of(&self, span: Span) -> &Source {
        self.get(span.file)
    }

    /// File, line, column and length of a span.
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        self.of(span).place(span)
    }
}

impl From<Source> for Sources {
    fn from(first: Source) -> Self {
        Self::new(first)
    }
}

#[cfg(test)]
mod tests;
