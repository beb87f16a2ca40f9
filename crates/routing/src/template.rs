//! Path templates: `/notes/{id}`, `/files/**`.

use std::fmt;

use thiserror::Error;

use crate::segments::decoded;

/// A checked path template.
///
/// `{name}` stands for one segment that is not empty, `**` as the last segment for
/// the rest, also for none: `/files/**` covers `/files`, `/files/` and all below.
/// Everything else is literal, and written as RFC 3986 §3.3 writes a path: what is
/// not allowed there is percent-encoded, or written plainly where it is a letter of
/// another script.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Template {
    text: Box<str>,
    segments: Box<[Segment]>,
}

/// One part of a template between slashes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Segment {
    /// Decoded; empty only as the last one, for a trailing slash.
    Literal(Box<str>),
    /// By name.
    Parameter(Box<str>),
    /// Only as the last one.
    Rest,
}

/// What makes a text not a template.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TemplateError {
    /// It does not begin with a slash.
    #[error("a path begins with `/`")]
    Start,
    /// Longer than [`Template::MAX_BYTES`].
    #[error("a path has at most {} bytes", Template::MAX_BYTES)]
    Long,
    /// More segments than [`Template::MAX_SEGMENTS`].
    #[error("a path has at most {} segments", Template::MAX_SEGMENTS)]
    Deep,
    /// Two slashes together: such a request is refused as ambiguous.
    #[error("a path has no empty segment")]
    Empty,
    /// `.` or `..`: such a request is refused as ambiguous.
    #[error("a path has no segment `{0}`")]
    Dots(Box<str>),
    /// `{` or `}` other than around a whole segment.
    #[error("in `{0}` the braces must be around the whole segment, as in `{{id}}`")]
    Braces(Box<str>),
    /// A parameter name that is not a letter or `_`, then letters, digits, `-`, `_`; 64 characters at most.
    #[error("`{0}` is not a parameter name: letters, digits, `-` and `_`, a letter or `_` first")]
    Parameter(Box<str>),
    /// A parameter name that was used before in the same template.
    #[error("the parameter `{0}` stands twice")]
    Repeated(Box<str>),
    /// `*` other than as the last segment `**`.
    #[error("in `{0}`: `*` is no pattern; write `{{name}}` for one segment, or `/**` at the end for the rest")]
    Star(Box<str>),
    /// A character that no request can have in its path.
    #[error("`{character}` cannot stand in a path as it is{}", encoded_form(*character))]
    Character {
        /// Which one.
        character: char,
    },
    /// A percent-encoding that a request with it would be refused for.
    #[error("in `{segment}`: {source}")]
    Encoding {
        /// Where.
        segment: Box<str>,
        /// What a request with it would be told.
        source: wire::PathError,
    },
}

fn encoded_form(character: char) -> String {
    match character {
        '?' => "; a route has no query".to_owned(),
        '\\' | '\0'..='\x1f' | '\x7f'.. => String::new(),
        _ => format!("; write `%{:02X}`", u32::from(character)),
    }
}

impl Template {
    /// Longest text of a template, in bytes.
    pub const MAX_BYTES: usize = 2048;
    /// Most segments of a template.
    pub const MAX_SEGMENTS: usize = 64;

    /// Reads a template.
    ///
    /// # Errors
    /// The first rule that the text breaks, from the left.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let path = text.strip_prefix('/').ok_or(TemplateError::Start)?;
        if text.len() > Self::MAX_BYTES {
            return Err(TemplateError::Long);
        }
        let count = path.split('/').count();
        if count > Self::MAX_SEGMENTS {
            return Err(TemplateError::Deep);
        }
        let mut segments: Vec<Segment> = Vec::with_capacity(count);
        for (index, part) in path.split('/').enumerate() {
            let is_last = index + 1 == count;
            let segment = match part {
                "**" if is_last => Segment::Rest,
                "" if is_last => Segment::Literal(Box::default()),
                _ => read_segment(part)?,
            };
            if let (Segment::Parameter(name), true) = (&segment, segments.contains(&segment)) {
                return Err(TemplateError::Repeated(name.clone()));
            }
            segments.push(segment);
        }
        Ok(Self { text: text.into(), segments: segments.into() })
    }

    /// The template as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The names of its parameters, from the left.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Parameter(name) => Some(&**name),
            Segment::Literal(_) | Segment::Rest => None,
        })
    }

    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn read_segment(part: &str) -> Result<Segment, TemplateError> {
    if let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        return read_parameter(name);
    }
    if part.contains(['{', '}']) {
        return Err(TemplateError::Braces(part.into()));
    }
    if part.contains('*') {
        return Err(TemplateError::Star(part.into()));
    }
    match part {
        "" => Err(TemplateError::Empty),
        "." | ".." => Err(TemplateError::Dots(part.into())),
        _ => read_literal(part),
    }
}

fn read_parameter(name: &str) -> Result<Segment, TemplateError> {
    let byte_ok = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let starts_ok = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if starts_ok && name.len() <= 64 && name.bytes().all(byte_ok) {
        return Ok(Segment::Parameter(name.into()));
    }
    // `{}` within would be read as two parameters of one segment.
    Err(if name.contains(['{', '}']) {
        TemplateError::Braces(format!("{{{name}}}").into())
    } else {
        TemplateError::Parameter(name.into())
    })
}

/// A literal must be one that a request can have: what the head refuses would publish nothing.
fn read_literal(part: &str) -> Result<Segment, TemplateError> {
    if let Some(character) = part.chars().find(|&character| !stands_in_path(character)) {
        return Err(TemplateError::Character { character });
    }
    // Letters of other scripts may be written plainly; a request has them encoded.
    let ascii: String = part.chars().filter(char::is_ascii).collect();
    let encoding = |source| TemplateError::Encoding { segment: part.into(), source };
    wire::check_path(format!("/{ascii}").as_bytes()).map_err(encoding)?;
    let text = decoded(part).ok_or(encoding(wire::PathError::EncodedUtf8))?;
    Ok(Segment::Literal(text.into()))
}

fn stands_in_path(character: char) -> bool {
    match character {
        '\u{80}'.. => character.is_alphanumeric(),
        _ => character.is_ascii_alphanumeric() || "-._~!$&'()+,;=:@%".contains(character),
    }
}

#[cfg(test)]
mod tests;
