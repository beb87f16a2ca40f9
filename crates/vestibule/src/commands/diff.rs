//! `vestibule diff`: what a change means for callers; 1 where anything is different, or where `--fail-on` says so.

use std::path::{Path, PathBuf};

use config::Difference;
use serde_json::Value;

use super::{Outcome, change, load};
use crate::cli::{Diff, DiffFailOn, EveryCommand};
use crate::difference::{self, Side};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// Stands for what the running gateway runs.
const LIVE: &str = "live";

/// Compares two files; with one, the file of `--config` with that one; with `live`, what runs with a file.
pub(super) fn run(arguments: &Diff, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    match arguments.files.as_slice() {
        [live] if live.as_os_str() == LIVE => with_live(&load::find(every)?, arguments, every, terminal),
        [live, new] if live.as_os_str() == LIVE => with_live(new, arguments, every, terminal),
        [old, new] => of_files(old.clone(), new.clone(), arguments, terminal),
        [new] => of_files(load::find(every)?, new.clone(), arguments, terminal),
        _ => Err(Failure::new(Exit::Usage, "usage", "name one file, or two")),
    }
}

fn of_files(old: PathBuf, new: PathBuf, arguments: &Diff, terminal: &Terminal) -> Outcome {
    let (old, new) = (load::named(old)?, load::named(new)?);
    let read = |path: &Path| load::load(path).map_err(|refused| load::faulty(path, &refused.faults, terminal));
    let (before, after) = (read(&old)?, read(&new)?);
    let difference = config::diff(&before, &after);
    let failed = fails(arguments.fail_on, &difference);
    if terminal.json() {
        let side = |path: &Path, hash| Side { hash, source: path.display().to_string() };
        terminal.object(&difference::object(&difference, &side(&old, &before.hash), &side(&new, &after.hash), !failed));
    } else {
        for line in difference::lines(&difference, |style, text| terminal.paint(style, text)) {
            terminal.result(line);
        }
    }
    end(failed)
}

/// The gateway compares: what it runs may stand nowhere any more, and its variables are its own.
fn with_live(new: &Path, arguments: &Diff, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let answer = change::compare(new, every, terminal)?;
    let mut object = answer.difference.unwrap_or_default();
    let is = |member: &str| object.get(member).and_then(Value::as_bool).unwrap_or(true);
    let failed = match arguments.fail_on {
        DiffFailOn::Any => is("differs"),
        DiffFailOn::Opens => is("opens"),
        DiffFailOn::Loosenings => is("loosens"),
    };
    if terminal.json() {
        if let Some(members) = object.as_object_mut() {
            members.insert("ok".to_owned(), (!failed).into());
        }
        terminal.object(&object);
    } else {
        terminal.result(answer.rendered.unwrap_or_default().trim_end());
    }
    end(failed)
}

fn fails(on: DiffFailOn, difference: &Difference) -> bool {
    match on {
        DiffFailOn::Any => !difference.is_empty(),
        DiffFailOn::Opens => difference.opens(),
        DiffFailOn::Loosenings => difference.loosens(),
    }
}

fn end(failed: bool) -> Outcome {
    if failed { Err(Failure::told(Exit::No)) } else { Ok(()) }
}
