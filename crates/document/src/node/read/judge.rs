//! What YAML has and the file does not, told at its place and in the words of the file.

use saphyr_parser::ScanError;

use super::super::Dialect;
use super::super::scalar::is_text;
use super::{Builder, Key, Open};
use crate::fault::{Fault, FaultCode};
use crate::source::Span;

impl Builder<'_> {
    pub(super) fn within_bounds(&mut self, span: Span) -> bool {
        let Dialect { depth_at_most, nodes_at_most, .. } = self.dialect;
        let fault = if self.open.len() > *depth_at_most {
            format!("maps and lists stand more than {depth_at_most} deep in one another")
        } else if self.nodes > *nodes_at_most {
            format!("the file has more than {nodes_at_most} values")
        } else {
            return true;
        };
        self.faults.push(Fault::new(FaultCode::TooLarge, span, fault));
        false
    }

    pub(super) fn feature(&mut self, span: Span, what: &str, instead: &str) {
        self.faults.push(Fault::new(FaultCode::YamlFeature, span, format!("{what} of YAML")).label(instead));
    }

    pub(super) fn unplain(&mut self, span: Span, anchor: usize, tagged: bool) {
        if anchor == 0 && !tagged {
            return;
        }
        // The anchor or tag comes first: the words that begin with `&` or `!`.
        let words = self.source.words(self.source.first_line(self.source.span(span.start(), span.start() + 64)));
        let length = words.find([' ', ',', ']', '}']).unwrap_or(words.len());
        let span = self.source.span(span.start(), span.start() + length);
        if anchor != 0 {
            self.feature(span, "an anchor", "leave it out; every value is written where it counts");
        }
        if tagged {
            self.feature(span, "a tag", "leave it out; the key says what the value is");
        }
    }

    /// Says that unquoted text goes on; where a colon follows, it is a key that stands too deep.
    pub(super) fn loose_text(&mut self, span: Span) {
        let words = self.source.words(span);
        let last = words.rfind('\n').map_or(0, |at| at + 1);
        let last_line = words.get(last..).unwrap_or_default();
        let key = last_line.trim_start();
        let at = span.end() - key.len();
        let after = self.source.text().get(span.end()..).unwrap_or_default();
        self.explained = after.trim_start_matches(' ').starts_with(':');
        let fault = if self.explained {
            let message = format!("`{key}` stands deeper than the key above it, which has a value already");
            Fault::new(FaultCode::Indentation, self.source.span(at, span.end()), message)
                .label("begin it in the same column")
                .help("what follows was not read; there may be more faults")
        } else {
            Fault::new(FaultCode::LooseText, span, "unquoted text goes on over several lines")
                .label("write it on one line, or in quotes")
        };
        self.faults.push(fault);
    }

    /// Judges a key; false where it says nothing that could be gone on with.
    pub(super) fn check_key(&mut self, key: &str, plain: bool, span: Span) -> bool {
        if key == "<<" && plain {
            self.feature(span, "a merge key", "write the keys out");
            return false;
        }
        if key.is_empty() || (plain && !self.dialect.foreign && !is_text(key)) {
            let fault = Fault::new(FaultCode::KeyNotText, span, format!("the key `{key}` is not a word"));
            self.faults.push(fault.label("keys are words"));
            return false;
        }
        if !self.source.text().get(span.end()..).unwrap_or_default().trim_start_matches(' ').starts_with(':') {
            let fault = Fault::new(FaultCode::YamlFeature, span, format!("no colon follows the key `{key}`"));
            self.faults.push(fault.label(format!("write `{key}: …`")));
        }
        true
    }

    /// Says that a value is empty, at the key that it belongs to.
    pub(super) fn empty(&mut self, span: Span) {
        let fault = match self.open.last() {
            Some(Open::Map { key: Some(Key { text: key, span: key_span, .. }), .. }) => {
                Fault::new(FaultCode::EmptyValue, *key_span, format!("`{key}` has no value"))
                    .label("write one, or leave the key out")
            }
            _ => Fault::new(FaultCode::EmptyValue, span, "an empty value").label("write one, or leave it out"),
        };
        self.faults.push(fault);
    }

    pub(super) fn syntax(&mut self, error: &ScanError) {
        if self.explained {
            return;
        }
        let at = self.offsets.byte(error.marker().index());
        let before = self.source.text().get(..at).unwrap_or_default();
        let after = self.source.text().get(at..).unwrap_or_default();
        // `{ url: ${env:X} }`: YAML sees a map inside the braces; what was meant is a reference.
        if !self.dialect.foreign && before.ends_with('$') && after.starts_with('{') {
            let length = after.find('}').map_or(1, |end| end + 1);
            let reference = self.source.words(self.source.span(at - 1, at + length));
            let fault = Fault::new(
                FaultCode::UnquotedReference,
                self.source.span(at - 1, at + length),
                "a reference inside `{ }` or `[ ]` needs quotes",
            );
            self.faults.push(fault.label(format!("write `\"{reference}\"`")));
            self.forget_last();
            return;
        }
        if !self.dialect.foreign && before.ends_with('/') && after.starts_with('{') {
            let length = after.find('}').map_or(1, |end| end + 1);
            let message = "a route with a parameter needs quotes inside `{ }` or `[ ]`";
            let fault = Fault::new(FaultCode::Syntax, self.source.span(at, at + length), message);
            self.faults.push(
                fault
                    .label("put quotes around the whole route")
                    .help("what follows was not read; there may be more faults"),
            );
            return;
        }
        let fault =
            Fault::new(FaultCode::Syntax, self.source.span(at, at + 1), format!("this is not YAML: {}", error.info()));
        self.faults.push(fault.help("what follows was not read; there may be more faults"));
    }
}
