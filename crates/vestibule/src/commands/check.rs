//! `vestibule check`: every fault of the file at once, and a line that says what it publishes when there is none.

use std::path::{Path, PathBuf};

use config::{FaultCode, Faults, Loaded, LooseningLine, Refused, Summary};
use serde_json::{Value, json};

use super::{Outcome, load};
use crate::cli::{Check, EveryCommand};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// Checks the file; 1 if it has faults.
pub(super) fn run(arguments: &Check, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let path = match &arguments.file {
        Some(path) => load::named(path.clone())?,
        None => load::find(every)?,
    };
    match load::load(&path) {
        Ok(loaded) => good(&loaded, &path, arguments.strict, terminal),
        Err(refused) => bad(&refused, terminal),
    }
}

fn good(loaded: &Loaded, path: &Path, strict: bool, terminal: &Terminal) -> Outcome {
    let mut told = loaded.warnings.clone();
    // What is past its day fails a check; a gateway that runs or starts goes on and warns.
    let out_of_date = [FaultCode::LooseningExpired, FaultCode::CertificateExpired];
    told.promote(|code| strict || out_of_date.contains(&code));
    let ok = told.errors() == 0;
    if terminal.json() {
        terminal.object(&answer(ok, &told, &loaded.files, &loaded.report.summary, Some(loaded)));
    } else {
        if !told.is_empty() {
            load::tell(&told, terminal);
        }
        if ok {
            terminal.result(format_args!("{}: {}", path.display(), in_words(loaded)));
        }
    }
    if ok { Ok(()) } else { Err(Failure::told(Exit::No)) }
}

fn bad(refused: &Refused, terminal: &Terminal) -> Outcome {
    if terminal.json() {
        terminal.object(&answer(false, &refused.faults, &refused.files, &refused.summary, None));
    } else {
        load::tell(&refused.faults, terminal);
    }
    Err(Failure::told(Exit::No))
}

fn answer(ok: bool, faults: &Faults, files: &[PathBuf], summary: &Summary, loaded: Option<&Loaded>) -> Value {
    let loosenings = loaded.map(|loaded| loaded.report.loosenings.as_slice()).unwrap_or_default();
    json!({
        "format": 1, "command": "check", "ok": ok,
        "files": files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>(),
        "summary": {
            "apis": summary.apis, "operations": summary.operations, "errors": faults.errors(),
            "warnings": faults.warnings(), "loosenings": summary.loosenings,
        },
        "faults": faults.to_json(),
        "loosenings": loosenings.iter().map(LooseningLine::to_json).collect::<Vec<_>>(),
    })
}

/// `3 APIs, 41 operations at 2 doors; 2 loosenings (vestibule loosenings)`.
pub(crate) fn in_words(loaded: &Loaded) -> String {
    let line = loaded.report.summary.line();
    match loaded.report.summary.loosenings {
        0 => line,
        count => format!("{line}; {} (vestibule loosenings)", counted(count, "loosening")),
    }
}

/// A number and its noun.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
