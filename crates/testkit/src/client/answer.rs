//! Reads one HTTP/1.1 answer strictly; written apart from the house's own codec.

use std::ops::Range;

/// One answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The final status.
    pub status: u16,
    /// Names in lower case, values without the white space around them.
    pub fields: Vec<(String, String)>,
    /// The content, without its framing.
    pub body: Vec<u8>,
    /// Statuses of interim answers that came before.
    pub interim: Vec<u16>,
    /// Every byte of it, interim answers apart.
    pub raw: Vec<u8>,
}

impl Answer {
    /// The value of the field, if it is there exactly once.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        let mut values = self.fields.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str());
        match (values.next(), values.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    }

    /// The body as text, for messages of assertions.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, if it is.
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The problem code, if this is a problem document of the house (RFC 9457) whose `status` agrees.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        let kind = self.field("content-type")?;
        let document = self.json().filter(|_| kind == "application/problem+json")?;
        let code = document.get("type")?.as_str()?.strip_prefix("urn:vestibule:problem:")?;
        let agrees = document.get("status")?.as_u64()? == u64::from(self.status);
        agrees.then(|| code.to_owned())
    }
}

/// An answer at the front and how many bytes it took; `None` where more bytes are needed.
pub(super) fn read(bytes: &[u8], method: &str, ended: bool) -> Result<Option<(Answer, usize)>, String> {
    let mut interim = Vec::new();
    let mut start = 0;
    loop {
        let rest = bytes.get(start..).unwrap_or_default();
        let Some((mut answer, body)) = head(rest)? else { return Ok(None) };
        if (100..200).contains(&answer.status) && answer.status != 101 {
            interim.push(answer.status);
            start += body;
            continue;
        }
        let Some((content, used)) = content(&answer, rest, body, method, ended)? else { return Ok(None) };
        answer.body = content;
        answer.interim = interim;
        answer.raw = rest.get(..used).unwrap_or_default().to_vec();
        return Ok(Some((answer, start + used)));
    }
}

fn head(bytes: &[u8]) -> Result<Option<(Answer, usize)>, String> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let text = std::str::from_utf8(bytes.get(..end).unwrap_or_default()).map_err(|e| e.to_string())?;
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let status = status.ok_or_else(|| format!("not a status line: {first:?}"))?;
    let mut answer = Answer { status, ..Answer::default() };
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| format!("a field without a colon: {line:?}"))?;
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_!#$%&'*+.^`|~".contains(&b)) {
            return Err(format!("not a field name: {name:?}"));
        }
        if value.bytes().any(|b| b.is_ascii_control() && b != b'\t') {
            return Err(format!("a control character in a value: {line:?}"));
        }
        answer.fields.push((name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned()));
    }
    Ok(Some((answer, end + 4)))
}

/// The content and where it ends.
fn content(
    answer: &Answer,
    bytes: &[u8],
    start: usize,
    method: &str,
    ended: bool,
) -> Result<Option<(Vec<u8>, usize)>, String> {
    let count = |name: &str| answer.fields.iter().filter(|(field, _)| field == name).count();
    let (length, coding) = (answer.field("content-length"), answer.field("transfer-encoding"));
    if count("content-length") + count("transfer-encoding") > 1 {
        return Err("more than one length".to_owned());
    }
    if method == "HEAD" || matches!(answer.status, 101 | 204 | 304) {
        return Ok(Some((Vec::new(), start)));
    }
    match (length, coding) {
        (Some(length), _) => {
            let length: usize = length.parse().map_err(|_| format!("not a length: {length:?}"))?;
            Ok(bytes.get(start..start + length).map(|content| (content.to_vec(), start + length)))
        }
        (None, Some("chunked")) => chunked(bytes, start),
        (None, Some(other)) => Err(format!("an unknown transfer coding: {other:?}")),
        (None, None) if ended => Ok(bytes.get(start..).map(|content| (content.to_vec(), bytes.len()))),
        (None, None) => Ok(None),
    }
}

fn chunked(bytes: &[u8], mut at: usize) -> Result<Option<(Vec<u8>, usize)>, String> {
    let mut content = Vec::new();
    loop {
        let Some(line) = line(bytes, at) else { return Ok(None) };
        let text = std::str::from_utf8(bytes.get(line.clone()).unwrap_or_default()).map_err(|e| e.to_string())?;
        let size = usize::from_str_radix(text, 16).map_err(|_| format!("not a chunk size: {text:?}"))?;
        let start = line.end + 2;
        if size == 0 {
            return Ok(end_of_trailers(bytes, start).map(|end| (content, end)));
        }
        let Some(chunk) = bytes.get(start..start + size + 2) else { return Ok(None) };
        let chunk = chunk.strip_suffix(b"\r\n").ok_or("a chunk that does not end in CRLF")?;
        content.extend_from_slice(chunk);
        at = start + size + 2;
    }
}

fn end_of_trailers(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let line = line(bytes, at)?;
        at = line.end + 2;
        if line.is_empty() {
            return Some(at);
        }
    }
}

fn line(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let length = bytes.get(at..)?.windows(2).position(|two| two == b"\r\n")?;
    Some(at..at + length)
}
