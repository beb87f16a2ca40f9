//! What a request brings along, made harmless: for JSON by its own rules, and in both forms for the terminal that shows it.
//!
//! Escaped beyond what RFC 8259 §7 demands: delete, the C1 controls (a terminal
//! may take U+009B for the start of a command), the line separators, and the
//! marks that reorder text, with which one path can be shown as another.

use std::io::Write;

/// Appends `text` as a JSON string of at most `limit` bytes before escaping.
pub(super) fn json(text: &str, limit: usize, out: &mut Vec<u8>) {
    out.push(b'"');
    escaped(text, limit, out, |character, out| {
        let _ = match character {
            '"' => out.write_all(b"\\\""),
            '\\' => out.write_all(b"\\\\"),
            '\n' => out.write_all(b"\\n"),
            '\r' => out.write_all(b"\\r"),
            '\t' => out.write_all(b"\\t"),
            other => write!(out, "\\u{:04x}", u32::from(other)),
        };
    });
    out.push(b'"');
}

/// Appends `text`, at most `limit` bytes of it, as a person may read it.
pub(super) fn plain(text: &str, limit: usize, out: &mut Vec<u8>) {
    escaped(text, limit, out, |character, out| {
        let _ = match character {
            '"' => out.write_all(b"\""),
            '\\' => out.write_all(b"\\\\"),
            other => write!(out, "\\u{{{:x}}}", u32::from(other)),
        };
    });
}

fn escaped(text: &str, limit: usize, out: &mut Vec<u8>, mut escape: impl FnMut(char, &mut Vec<u8>)) {
    let kept = text.get(..text.floor_char_boundary(limit)).unwrap_or_default();
    if kept.bytes().all(is_harmless_byte) {
        // Nearly every text of nearly every request.
        out.extend_from_slice(kept.as_bytes());
    } else {
        let mut buffer = [0; 4];
        for character in kept.chars() {
            if is_harmless(character) {
                out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            } else {
                escape(character, out);
            }
        }
    }
    if kept.len() < text.len() {
        out.extend_from_slice("…".as_bytes());
    }
}

const fn is_harmless_byte(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\'
}

fn is_harmless(character: char) -> bool {
    let reorders =
        matches!(character, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    let separates = matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}');
    !character.is_control() && !reorders && !separates && character != '"' && character != '\\'
}

#[cfg(test)]
mod tests;
