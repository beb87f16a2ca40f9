//! What must be known of a `.proto` text before it is parsed: how deep its braces stand, and where comments end.
//!
//! The parser goes down once for each brace; the stack has an end.

/// How deep braces and brackets may stand in one another.
pub(super) const AT_MOST: usize = 64;

/// The text after the comments that it begins with.
pub(super) fn after_comments(text: &str) -> &str {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let after = if let Some(comment) = rest.strip_prefix("//") {
            comment.split_once('\n').map(|(_, after)| after)
        } else if let Some(comment) = rest.strip_prefix("/*") {
            comment.split_once("*/").map(|(_, after)| after)
        } else {
            return rest;
        };
        rest = after.unwrap_or_default().trim_start();
    }
}

/// The offset of the first brace that stands too deep.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' | b'\'' => skip_string(&mut bytes, byte),
            b'/' => skip_comment(&mut bytes),
            b'{' | b'[' | b'<' | b'(' => depth += 1,
            b'}' | b']' | b'>' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > AT_MOST {
            return Some(at);
        }
    }
    None
}

/// A string ends at its quote, or, being none, at the end of its line.
fn skip_string(bytes: &mut impl Iterator<Item = (usize, u8)>, quote: u8) {
    while let Some((_, byte)) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'\n' => return,
            _ if byte == quote => return,
            _ => {}
        }
    }
}

fn skip_comment(bytes: &mut std::iter::Peekable<impl Iterator<Item = (usize, u8)>>) {
    match bytes.peek() {
        Some((_, b'/')) => drop(bytes.find(|(_, byte)| *byte == b'\n')),
        Some((_, b'*')) => {
            bytes.next();
            let mut before = 0;
            for (_, byte) in bytes {
                if before == b'*' && byte == b'/' {
                    return;
                }
                before = byte;
            }
        }
        _ => {}
    }
}
