//! JSON (RFC 8259) to nodes, for contracts: YAML's readers part from JSON at tabs, surrogates and long keys.

use std::collections::HashMap;

use super::{Dialect, Entry, Node, Text, Tree, Value};
use crate::fault::{Collector, Fault, FaultCode};
use crate::source::{Source, Span};

/// Whether a text begins as a JSON object does.
pub(super) fn begins(text: &str) -> bool {
    text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).starts_with('{')
}

/// Reads a text that begins as an object; `None` with a fault where it is no JSON.
pub(super) fn read(source: &Source, dialect: &Dialect, faults: &mut Collector) -> Option<Tree> {
    let at = if source.text().starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut reader = Reader { source, dialect, faults, at, nodes: 0 };
    let root = reader.value(0)?;
    reader.skip_space();
    if reader.at < source.text().len() {
        return reader.fail("something stands after the end of the object");
    }
    Some(Tree { root, whole: true })
}

struct Reader<'a> {
    source: &'a Source,
    dialect: &'a Dialect,
    faults: &'a mut Collector,
    at: usize,
    nodes: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.source.text().get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.source.text().as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Goes over one byte if it comes next, after space.
    fn take(&mut self, byte: u8) -> bool {
        self.skip_space();
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn fail<T>(&mut self, what: &str) -> Option<T> {
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        let span = self.source.span(self.at, self.at + length);
        let fault = Fault::new(FaultCode::Syntax, span, format!("this is not JSON: {what}"));
        self.faults.push(fault.help("what follows was not read; there may be more faults"));
        None
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        self.skip_space();
        self.nodes += 1;
        let Dialect { depth_at_most, nodes_at_most, .. } = self.dialect;
        if depth > *depth_at_most || self.nodes > *nodes_at_most {
            let what = if depth > *depth_at_most {
                format!("objects and lists stand more than {depth_at_most} deep in one another")
            } else {
                format!("the file has more than {nodes_at_most} values")
            };
            self.faults.push(Fault::new(FaultCode::TooLarge, self.source.span(self.at, self.at + 1), what));
            return None;
        }
        let start = self.at;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.list(depth)?,
            Some(b'"') => Value::Text(Text { text: self.string()?, plain: false, referred: false }),
            _ => self.word()?,
        };
        Some(Node { span: self.source.span(start, self.at), value })
    }

    fn object(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: HashMap<String, Span> = HashMap::new();
        if self.take(b'}') {
            return Some(Value::Map(entries));
        }
        loop {
            self.skip_space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return self.fail("a key in quotes belongs here");
            }
            let key = self.string()?;
            let key_span = self.source.span(start, self.at);
            if !self.take(b':') {
                return self.fail("a colon belongs here");
            }
            let node = self.value(depth + 1)?;
            if let Some(first) = seen.get(&key) {
                let fault = Fault::new(FaultCode::DuplicateKey, key_span, format!("`{key}` stands twice"));
                self.faults.push(fault.label("and again here").related(*first, "first here"));
            } else {
                seen.insert(key.clone(), key_span);
                entries.push(Entry { key, key_span, node });
            }
            if self.take(b'}') {
                return Some(Value::Map(entries));
            }
            if !self.take(b',') {
                return self.fail("a comma or the end of the object belongs here");
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        self.at += 1;
        let mut items = Vec::new();
        if self.take(b']') {
            return Some(Value::List(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            if self.take(b']') {
                return Some(Value::List(items));
            }
            if !self.take(b',') {
                return self.fail("a comma or the end of the list belongs here");
            }
        }
    }

    /// A number, `true`, `false` or `null`, kept as it is written.
    fn word(&mut self) -> Option<Value> {
        let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
        let length = self.rest().bytes().take_while(|byte| part(*byte)).count();
        let word = self.rest().get(..length).unwrap_or_default().to_owned();
        if !matches!(word.as_str(), "true" | "false" | "null") && !is_number(&word) {
            return self.fail("a value belongs here");
        }
        self.at += length;
        Some(Value::Text(Text { text: word, plain: true, referred: false }))
    }

    fn string(&mut self) -> Option<String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let plain = self.rest().find(|c: char| matches!(c, '"' | '\\') || c < ' ').unwrap_or(self.rest().len());
            text.push_str(self.rest().get(..plain).unwrap_or_default());
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Some(text);
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return self.fail("a control character in a string"),
                None => return self.fail("a string does not end"),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        let escaped = self.source.text().as_bytes().get(self.at + 1).copied();
        let character = match escaped {
            Some(b'"' | b'\\' | b'/') => escaped.map(char::from),
            Some(b'b') => Some('\u{8}'),
            Some(b'f') => Some('\u{c}'),
            Some(b'n') => Some('\n'),
            Some(b'r') => Some('\r'),
            Some(b't') => Some('\t'),
            Some(b'u') => return self.unicode(),
            _ => None,
        };
        match character {
            Some(character) => {
                self.at += 2;
                Some(character)
            }
            None => self.fail("an escape that JSON does not have"),
        }
    }

    /// `\uXXXX`, and the pair of surrogates that one beyond 16 bits is written as (RFC 8259 §7).
    fn unicode(&mut self) -> Option<char> {
        let unit = |at: usize| {
            let digits = self.source.text().get(at..at + 6)?.strip_prefix("\\u")?;
            let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
        };
        let units = [unit(self.at), unit(self.at + 6)];
        let first = units.into_iter().take(1).flatten();
        let single = char::decode_utf16(first).next().and_then(Result::ok);
        let pair = char::decode_utf16(units.into_iter().flatten()).next().and_then(Result::ok);
        match (units, single, pair) {
            ([Some(_), _], Some(character), _) => {
                self.at += 6;
                Some(character)
            }
            ([Some(_), Some(_)], None, Some(character)) => {
                self.at += 12;
                Some(character)
            }
            _ => self.fail("half a character"),
        }
    }
}

/// RFC 8259 §6.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let word = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match word.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (word, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}

#[cfg(test)]
mod tests;
