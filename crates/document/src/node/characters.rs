//! Characters that no configuration needs: refused before YAML is read, because readers disagree about them.

use super::Dialect;
use crate::fault::{Collector, Fault, FaultCode};
use crate::source::Source;

/// Tells every tab, control character, hidden direction mark and directive; false if reading on makes no sense.
pub(super) fn check(source: &Source, dialect: &Dialect, faults: &mut Collector) -> bool {
    let mut readable = true;
    let mut offset = 0;
    for line in source.text().split_inclusive('\n') {
        readable &= check_line(source, line, offset, dialect, faults);
        offset += line.len();
    }
    readable
}

fn check_line(source: &Source, line: &str, offset: usize, dialect: &Dialect, faults: &mut Collector) -> bool {
    let body = line.strip_suffix('\n').unwrap_or(line);
    let body = body.strip_suffix('\r').unwrap_or(body);
    if body.starts_with('%') {
        let span = source.span(offset, offset + body.len());
        faults.push(
            Fault::new(FaultCode::YamlFeature, span, "a YAML directive")
                .label("leave it out; the file is always YAML 1.2"),
        );
        return false;
    }
    // One tab or hidden character is told for each line: one is as good as all.
    let Some((at, character)) = body.char_indices().find(|(_, character)| unwanted(*character, dialect)) else {
        return true;
    };
    // INVARIANT: a byte order mark is read over at the very start only.
    if character == '\u{feff}' && offset + at == 0 {
        return true;
    }
    let span = source.span(offset + at, offset + at + character.len_utf8());
    if character == '\t' {
        faults.push(Fault::new(FaultCode::Tab, span, "a tab").label("write spaces"));
    } else {
        let message = format!("the character U+{:04X} stands in the file", u32::from(character));
        faults.push(Fault::new(FaultCode::NotText, span, message).label("it cannot be seen; take it out"));
    }
    false
}

/// Control characters, and those that make a line look different from what it says (CVE-2021-42574).
///
/// Descriptions of a foreign file may have all but control characters: what of it becomes a name or a path is judged there.
fn unwanted(character: char, dialect: &Dialect) -> bool {
    if dialect.foreign {
        return character.is_control() && character != '\t';
    }
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
