//! References as they are written: the file, and the JSON pointer (RFC 6901) in its fragment.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use document::{Node, Value};

use crate::read::within;

/// The file that a reference names, from the file that it stands in.
pub(super) fn file(folder: &Path, from: &Path, written: &str) -> Result<PathBuf, String> {
    if written.contains(':') || written.starts_with("//") {
        return Err("nothing is fetched; save it beside the contract and refer to the file".to_owned());
    }
    if written.contains(['%', '?', '\\']) {
        return Err("write the path of a file, without encodings".to_owned());
    }
    within(folder, from, written).ok_or_else(|| "only files in the folder of the contract are read".to_owned())
}

/// A fragment without its percent-encodings (RFC 3986 §2.1).
pub(super) fn decoded(fragment: &str) -> Result<String, String> {
    if !fragment.contains('%') {
        return Ok(fragment.to_owned());
    }
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let hex = rest.get(..2).filter(|hex| hex.iter().all(u8::is_ascii_hexdigit));
        let byte = hex.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.ok_or("a `%` that two hexadecimal digits do not follow")?);
        rest = rest.get(2..).unwrap_or_default();
    }
    String::from_utf8(bytes).map_err(|_| "encodings that are not UTF-8".to_owned())
}

/// One more key behind a pointer.
pub(super) fn push(pointer: &mut String, key: &str) {
    pointer.push('/');
    for character in key.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            _ => pointer.push(character),
        }
    }
}

/// What stands at a pointer.
pub(super) fn find<'n>(root: &'n Node, pointer: &str) -> Option<&'n Node> {
    if pointer.is_empty() {
        return Some(root);
    }
    pointer.strip_prefix('/')?.split('/').try_fold(root, |node, token| match &node.value {
        Value::Map(_) => node.get(&token.replace("~1", "/").replace("~0", "~")),
        Value::List(items) => items.get(token.parse::<usize>().ok()?),
        Value::Text(_) | Value::Missing => None,
    })
}

/// Each pointer of three keys, as the places of the keys in their maps.
pub(super) fn shelf(root: &Node) -> HashMap<String, [usize; 3]> {
    let mut shelf = HashMap::new();
    for (first, outer) in root.map().unwrap_or_default().iter().enumerate() {
        for (second, middle) in outer.node.map().unwrap_or_default().iter().enumerate() {
            for (third, inner) in middle.node.map().unwrap_or_default().iter().enumerate() {
                let mut pointer = String::new();
                [&outer.key, &middle.key, &inner.key].into_iter().for_each(|key| push(&mut pointer, key));
                shelf.insert(pointer, [first, second, third]);
            }
        }
    }
    shelf
}
