//! Rules for every text file: white space, paths of one machine, promises to do it later.

use super::Fault;
use crate::repository::File;

const WRITTEN_BY_HAND: [&str; 13] =
    ["rs", "md", "toml", "yaml", "yml", "json", "sh", "html", "css", "js", "py", "cfg", "conf"];

// Put together here, so that this file does not break its own rules.
const LATER: [&str; 5] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("to", "do!("),
    concat!("unimple", "mented!("),
];
const MACHINE_PATHS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/tm", "p/")];

/// Checks one file.
pub(super) fn check(file: &File) -> Vec<Fault> {
    let mut faults = Vec::new();
    // Examples of what is refused are wrong on purpose.
    if file.path.contains("/bad/") {
        return faults;
    }
    let by_hand = WRITTEN_BY_HAND.contains(&file.extension()) || file.path == ".ci/run";
    if !by_hand {
        return faults;
    }
    for (number, line) in (1..).zip(file.text.lines()) {
        let mut fault = |why: &str| faults.push(Fault::of(file, number, why));
        if line.contains('\t') {
            fault("a tab");
        }
        if line.ends_with(' ') || line.ends_with('\r') {
            fault("white space at the end");
        }
        for word in LATER.iter().filter(|word| holds_word(line, word)) {
            fault(&format!("`{word}`: do it, or write down as an issue what is missing"));
        }
        if !file.is_test() {
            for path in MACHINE_PATHS.iter().filter(|path| line.contains(*path)) {
                fault(&format!("`{path}` is a path of one machine"));
            }
        }
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        faults.push(Fault::of(file, 0, "no line feed at the end"));
    }
    faults
}

/// The word with nothing around it that would make it part of a longer one.
fn holds_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|after| after.chars().next());
        let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !joins(before) && (word.ends_with('(') || !joins(after))
    })
}
