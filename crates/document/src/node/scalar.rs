//! Scalars as they are written, and as YAML 1.2's core schema reads them.

use saphyr_parser::ScalarStyle;

/// A scalar without what follows its closing quote; `''` and `\"` close nothing (YAML 1.2 §7.3).
pub(super) fn written(words: &str, style: ScalarStyle) -> &str {
    let quote = match style {
        ScalarStyle::SingleQuoted => '\'',
        ScalarStyle::DoubleQuoted => '"',
        _ => return words,
    };
    let mut characters = words.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        let mut doubled = || characters.peek().is_some_and(|(_, next)| *next == '\'');
        let closes_nothing = match quote {
            '"' => character == '\\',
            _ => character == quote && doubled(),
        };
        if closes_nothing {
            characters.next();
        } else if character == quote {
            return words.get(..=at).unwrap_or(words);
        }
    }
    words
}

/// What YAML 1.2's core schema reads as null.
pub(super) fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// Whether a plain scalar is text by YAML 1.2's core schema, not a number, boolean or null.
#[must_use]
pub fn is_text(text: &str) -> bool {
    let boolean = matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE");
    !boolean && !is_null(text) && text.parse::<f64>().is_err() && !text.starts_with("0x") && !text.starts_with("0o")
}
