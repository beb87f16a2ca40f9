//! What request and answer heads have in common: bounds, versions, and how a head is read as it arrives.

use crate::HeadError;
use crate::fields::{Fields, Line, read_line};

/// No bound may be set higher: offsets into a head have 32 bits.
const MAX_HEAD_BYTES: usize = 1 << 24;

/// How large a head may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadLimits {
    /// Octets of the whole head with its line ends (16 MiB at most). HTTP/2 counts as if written as HTTP/1.1.
    pub head_bytes: usize,
    /// Octets of the request target.
    pub target_bytes: usize,
    /// Field lines.
    pub fields: usize,
}

impl Default for HeadLimits {
    /// 16 KiB, of which 8 KiB for the target; 100 fields.
    fn default() -> Self {
        Self { head_bytes: 16 * 1024, target_bytes: 8 * 1024, fields: 100 }
    }
}

impl HeadLimits {
    /// As much of the input as a head may have.
    pub(crate) fn window<'a>(&self, input: &'a [u8]) -> &'a [u8] {
        input.get(..self.most()).unwrap_or(input)
    }

    /// Whether a head that has not ended within this window never will.
    pub(crate) fn is_full(&self, window: &[u8]) -> bool {
        window.len() >= self.most()
    }

    fn most(&self) -> usize {
        self.head_bytes.min(MAX_HEAD_BYTES)
    }
}

/// The version of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// HTTP/1.0.
    Http10,
    /// HTTP/1.1.
    Http11,
    /// HTTP/2.
    Http2,
}

/// The first line with its line end; `None` while that has not come.
pub(crate) fn start_line(window: &[u8]) -> Option<&[u8]> {
    memchr::memchr(b'\n', window).and_then(|len| window.get(..=len))
}

/// The line without its CR LF.
pub(crate) fn without_end(line: &[u8]) -> Result<&[u8], HeadError> {
    match line {
        [line @ .., b'\r', b'\n'] => Ok(line),
        _ => Err(HeadError::LineEnd),
    }
}

/// A part of a head's text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Part {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Part {
    /// Appends to the text and remembers where.
    pub(crate) fn push(text: &mut String, part: &str) -> Self {
        let start = text.len() as u32;
        text.push_str(part);
        Self { start, len: part.len() as u32 }
    }

    /// The part itself.
    pub(crate) fn of(self, text: &str) -> &str {
        let start = self.start as usize;
        text.get(start..start + self.len as usize).unwrap_or_default()
    }
}

/// How far an arriving head has been read, so that no octet is looked at more than twice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    /// Where the next unread line starts.
    at: usize,
    /// How much had been looked at when the head was incomplete last.
    seen: usize,
    /// Whether the first line has been read.
    has_start_line: bool,
    /// Whether the head is whole.
    is_whole: bool,
}

impl Progress {
    /// Nothing read yet.
    pub(crate) const fn new() -> Self {
        Self { at: 0, seen: 0, has_start_line: false, is_whole: false }
    }

    /// Whether the head was read to its end, and the next reading begins anew.
    pub(crate) const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Whether the first line was read.
    pub(crate) const fn has_start_line(&self) -> bool {
        self.has_start_line
    }

    /// Whether anything came that can end the line at which reading stopped.
    pub(crate) fn has_news(&self, window: &[u8]) -> bool {
        self.seen == 0 || window.get(self.seen..).is_some_and(|news| memchr::memchr(b'\n', news).is_some())
    }

    /// Notes that all of the window was looked at in vain.
    pub(crate) const fn wait(&mut self, window: &[u8]) {
        self.seen = window.len();
    }

    /// Notes that the first line, of this length with its CR LF, was read.
    pub(crate) const fn pass_start_line(&mut self, len: usize) {
        self.at = len;
        self.has_start_line = true;
    }

    /// Reads field lines to the end of the section: the length of the whole head, or `None` if there is more to come.
    pub(crate) fn fields(
        &mut self,
        window: &[u8],
        fields: &mut Fields,
        most: usize,
    ) -> Result<Option<usize>, HeadError> {
        while let Some(line) = read_line(window, self.at)? {
            match line {
                Line::Field { known, name, value, next } => {
                    if fields.len() >= most {
                        return Err(HeadError::TooManyFields);
                    }
                    fields.record(known, window.get(name).unwrap_or_default(), value)?;
                    self.at = next;
                }
                Line::End { next } => {
                    fields.keep(window.get(..next).unwrap_or_default());
                    self.is_whole = true;
                    return Ok(Some(next));
                }
            }
        }
        Ok(None)
    }
}
