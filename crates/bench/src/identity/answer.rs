//! An answer of a provider, read whole: its status, its fields and its body (RFC 9112 §6).

use crate::load::fault::Fault;

/// Longest head and longest body that a provider is expected to send.
const AT_MOST: usize = 256 * 1024;

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The answer at the front of what was read, and how long it is; `None` if more is to come.
    ///
    /// # Errors
    /// It is too long, or no answer.
    pub(super) fn read(read: &[u8]) -> Result<Option<(Self, usize)>, Fault> {
        if read.len() > AT_MOST {
            return Err(Fault::LongHead(AT_MOST));
        }
        let Some(end) = memchr::memmem::find(read, b"\r\n\r\n").map(|end| end + 4) else { return Ok(None) };
        let (head, rest) = read.split_at(end);
        let mut lines = str::from_utf8(head).unwrap_or_default().split("\r\n");
        let first = lines.next().unwrap_or_default();
        let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| Fault::Status(first.chars().take(60).collect()))?;
        let split = lines.filter_map(|line| line.split_once(':'));
        let fields = split.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
        let mut answer = Self { status, fields, body: Vec::new() };
        let taken =
            if answer.field("transfer-encoding").is_some() { answer.chunks(rest) } else { answer.content(rest) };
        Ok(taken.map(|taken| (answer, end + taken)))
    }

    /// The first field of this name, in lower case.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All fields of this name, in lower case.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap_or_default()
    }

    /// The value of a hidden field of the page.
    pub(crate) fn hidden(&self, name: &str) -> Option<&str> {
        let begin = format!("name=\"{name}\" value=\"");
        self.text().split(&begin).nth(1)?.split('"').next()
    }

    fn content(&mut self, rest: &[u8]) -> Option<usize> {
        let length = self.field("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        self.body = rest.get(..length)?.to_vec();
        Some(length)
    }

    /// RFC 9112 §7.1, without extensions and trailers.
    fn chunks(&mut self, rest: &[u8]) -> Option<usize> {
        let mut at = 0;
        loop {
            let line = rest.get(at..)?;
            let end = memchr::memmem::find(line, b"\r\n")?;
            let size = usize::from_str_radix(str::from_utf8(line.get(..end)?).ok()?, 16).ok()?;
            let begin = at + end + 2;
            self.body.extend_from_slice(rest.get(begin..begin + size)?);
            at = begin + size + 2;
            rest.get(..at)?;
            if size == 0 {
                return Some(at);
            }
        }
    }
}
