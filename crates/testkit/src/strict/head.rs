//! The request line and the fields.

use super::Fault;

/// Request line and fields of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The method.
    pub method: String,
    /// The target, always in origin form or `*`.
    pub target: String,
    /// Names as they came, values without the white space around them.
    pub fields: Vec<(String, Vec<u8>)>,
    /// How the body is delimited.
    pub framing: Framing,
}

/// How a body is delimited (RFC 9112 §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is none.
    None,
    /// `Content-Length`.
    Length(usize),
    /// `Transfer-Encoding: chunked`.
    Chunked,
}

impl Head {
    /// The value of the field, if it is there exactly once.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&[u8]> {
        let values = self.all(name);
        match values.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The same as text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.field(name).and_then(|value| std::str::from_utf8(value).ok())
    }

    /// Every value of the field.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&[u8]> {
        let named = self.fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_slice()).collect()
    }
}

/// Reads a head at the front: the head and how many bytes it took, or `None` where more bytes are needed.
///
/// # Errors
/// The first rule broken; a line is judged as soon as its line feed is there.
pub fn head(bytes: &[u8]) -> Result<Option<(Head, usize)>, Fault> {
    let Some((first, mut at)) = line(bytes, 0)? else { return Ok(None) };
    let (method, target) = request_line(first)?;
    let mut fields = Vec::new();
    loop {
        let Some((text, next)) = line(bytes, at)? else { return Ok(None) };
        if text.is_empty() {
            at = next;
            break;
        }
        fields.push(field(text).map_err(|why| Fault { at, why })?);
        at = next;
    }
    let framing = framing(&fields).map_err(|why| Fault { at, why })?;
    let hosts = fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case("host")).count();
    if hosts != 1 {
        return Err(Fault { at, why: "there must be exactly one Host" });
    }
    Ok(Some((Head { method, target, fields, framing }, at)))
}

/// One line without its CRLF, and where the next begins.
pub(super) fn line(bytes: &[u8], at: usize) -> Result<Option<(&[u8], usize)>, Fault> {
    let rest = bytes.get(at..).unwrap_or_default();
    for (index, byte) in rest.iter().enumerate() {
        match (byte, rest.get(index + 1)) {
            (b'\r', Some(b'\n')) => return Ok(rest.get(..index).map(|line| (line, at + index + 2))),
            (b'\r', None) => return Ok(None),
            (b'\r', Some(_)) => return Err(Fault { at: at + index, why: "a bare CR" }),
            (b'\n', _) => return Err(Fault { at: at + index, why: "a bare LF" }),
            (0, _) => return Err(Fault { at: at + index, why: "a NUL" }),
            _ => {}
        }
    }
    Ok(None)
}

fn request_line(line: &[u8]) -> Result<(String, String), Fault> {
    let fault = |why| Fault { at: 0, why };
    let text = std::str::from_utf8(line).map_err(|_| fault("a request line of other than ASCII"))?;
    let parts: Vec<&str> = text.split(' ').collect();
    let [method, target, version] = parts.as_slice() else { return Err(fault("a request line is three words")) };
    if method.is_empty() || !method.bytes().all(is_token) {
        return Err(fault("a method is a token"));
    }
    if *version != "HTTP/1.1" {
        return Err(fault("the version is HTTP/1.1"));
    }
    let visible = target.bytes().all(|b| (0x21..=0x7E).contains(&b) && b != b'#' && b != b'\\');
    if !(visible && (target.starts_with('/') || *target == "*")) {
        return Err(fault("a target is visible ASCII in origin form"));
    }
    Ok(((*method).to_owned(), (*target).to_owned()))
}

pub(super) fn field(line: &[u8]) -> Result<(String, Vec<u8>), &'static str> {
    if line.first().is_some_and(|b| matches!(b, b' ' | b'\t')) {
        return Err("a folded line");
    }
    let colon = line.iter().position(|b| *b == b':').ok_or("a field without a colon")?;
    let (name, value) = line.split_at(colon);
    if name.is_empty() || !name.iter().copied().all(is_token) {
        return Err("a field name is a token");
    }
    let value = value.get(1..).unwrap_or_default().trim_ascii();
    if !value.iter().all(|b| matches!(b, b'\t' | 0x20..=0x7E | 0x80..=0xFF)) {
        return Err("a control character in a value");
    }
    Ok((String::from_utf8_lossy(name).into_owned(), value.to_vec()))
}

fn framing(fields: &[(String, Vec<u8>)]) -> Result<Framing, &'static str> {
    let values = |wanted: &str| -> Vec<&[u8]> {
        let named = fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        named.map(|(_, value)| value.as_slice()).collect()
    };
    match (values("content-length").as_slice(), values("transfer-encoding").as_slice()) {
        ([], []) => Ok(Framing::None),
        ([length], []) => {
            let digits = !length.is_empty() && length.len() < 16 && length.iter().all(u8::is_ascii_digit);
            let text = std::str::from_utf8(length).ok().filter(|_| digits).ok_or("a length is 1 to 15 digits")?;
            text.parse().map(Framing::Length).map_err(|_| "a length that is too large")
        }
        ([], [coding]) if coding.eq_ignore_ascii_case(b"chunked") => Ok(Framing::Chunked),
        ([], [_]) => Err("the only transfer coding is chunked"),
        ([_, ..], [_, ..]) => Err("a length beside a transfer coding"),
        _ => Err("a repeated length or transfer coding"),
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
