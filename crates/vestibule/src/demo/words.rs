//! What the demo prints: where things are, and lines to paste.

use std::path::{Path, PathBuf};

use model::DoorKind;

use super::requests::Try;
use crate::terminal::{Style, Terminal};

/// What there is to say once everything answers.
#[derive(Debug)]
pub(crate) struct Open<'a> {
    pub(crate) client: &'a str,
    pub(crate) server: &'a str,
    pub(crate) ca: &'a Path,
    pub(crate) directory: &'a Path,
    pub(crate) tries: &'a [Try],
}

/// Prints the block for people.
pub(crate) fn print(terminal: &Terminal, open: &Open<'_>) {
    let bold = |text: &str| terminal.paint(Style::Bold, text);
    let faint = |text: &str| terminal.paint(Style::Faint, text);
    let directory = shown(open.directory);
    let file = shown(&open.directory.join("vestibule.yaml"));
    terminal.result("");
    terminal.result(format_args!(
        "{}   {}",
        bold("A shop is open."),
        faint(&format!("Ctrl-C closes it; everything is in {directory}"))
    ));
    let width = open.client.len().max(file.len()) + 1;
    let place = |what: &str, place: &str, note: &str| {
        if note.is_empty() {
            return terminal.result(format_args!("  {what:<9} {place}"));
        }
        terminal.result(format_args!("  {what:<9} {place:<width$} {}", faint(note)));
    };
    place("page", open.client, "open it and order something");
    place(
        "",
        "",
        &format!("your browser does not know the local CA: go on past its warning, or import {}", shown(open.ca)),
    );
    place("server", open.server, "only with a certificate");
    place("file", &file, "change it while the demo runs");
    place("status", &format!("{} status -c {file}", this_program()), "");
    for (kind, heading) in [(DoorKind::Client, "At the client door"), (DoorKind::Server, "At the server door")] {
        terminal.result("");
        terminal.result(format_args!("{} {}", bold(heading), faint("(paste any line)")));
        let shown = |each: &&Try| each.door == kind && (each.shown || terminal.verbose());
        for each in open.tries.iter().filter(shown) {
            terminal.result(format_args!("  {} {}", answer(terminal, each), command(&each.argv)));
        }
    }
    let left = open.tries.iter().filter(|each| !each.shown && !terminal.verbose()).count();
    if left > 0 {
        terminal.result(faint(&format!("\n{left} more with --verbose")));
    }
    terminal.result("");
    terminal.result(format_args!(
        "{} {}",
        bold("Change something"),
        faint("(it is loaded within a second, or refused)")
    ));
    let next = shown(&open.directory.join("next.yaml"));
    terminal.result(format_args!("  {} diff {file} {next}", this_program()));
    terminal.result(format_args!("  cp {next} {file}"));
    if terminal.results_are_read() {
        terminal.result(faint("\nRequests appear below as they come."));
    }
}

/// Status and problem in columns.
fn answer(terminal: &Terminal, each: &Try) -> String {
    let style = if each.expect == 0 || each.problem.is_some() { Style::Yellow } else { Style::Green };
    let status = if each.expect == 0 { " - ".to_owned() } else { each.expect.to_string() };
    let problem = match each.problem {
        Some(code) => code.as_str(),
        None if each.expect == 0 => "no handshake",
        None => "",
    };
    format!("{} {problem:<20} ", terminal.paint(style, status))
}

/// A command line that a shell reads back as this list; paths below the current directory are shortened.
fn command(argv: &[String]) -> String {
    let words: Vec<String> = argv
        .iter()
        .map(|word| match word.strip_prefix('@') {
            Some(path) if path.starts_with('/') => quoted(&format!("@{}", shown(Path::new(path)))),
            _ if word.starts_with('/') => quoted(&shown(Path::new(word))),
            _ => quoted(word),
        })
        .collect();
    words.join(" ")
}

/// A path as one would type it here.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_else(|_| PathBuf::from("/"));
    match path.strip_prefix(&here) {
        Ok(below) if here != Path::new("/") && !below.as_os_str().is_empty() => below.display().to_string(),
        _ => path.display().to_string(),
    }
}

/// This program as it was called, so that the printed line can be pasted.
fn this_program() -> String {
    std::env::args().next().map_or_else(|| "vestibule".to_owned(), |name| quoted(&name))
}

/// A word in single quotes, where a shell would read it otherwise.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:@%+=,".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests;
