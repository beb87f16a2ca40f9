//! Finding and reading the file, for every command that needs it.

use std::path::{Path, PathBuf};

use config::{Defaults, Environment, Faults, Loaded, Refused, Texts};

use crate::cli::EveryCommand;
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

const BESIDE: &str = "vestibule.yaml";
const SYSTEM: &str = "/etc/vestibule/vestibule.yaml";

/// The file that is meant: `--config`, `$VESTIBULE_CONFIG`, the one here, or the system's.
///
/// # Errors
/// There is none (6), for every command alike.
pub(crate) fn find(every: &EveryCommand) -> Result<PathBuf, Failure> {
    match said(every) {
        Some(path) => named(path),
        None => standing().ok_or_else(|| {
            Failure::new(Exit::NoSuchThing, "no-file", format!("there is neither `./{BESIDE}` nor `{SYSTEM}`"))
                .help("write one with `vestibule init`, or name one with `--config`")
        }),
    }
}

/// A file that somebody named, which has to be there; what it holds is judged later.
///
/// # Errors
/// It is not there (6).
pub(crate) fn named(path: PathBuf) -> Result<PathBuf, Failure> {
    match path.try_exists() {
        Ok(false) => Err(Failure::new(Exit::NoSuchThing, "no-file", format!("there is no file `{}`", path.display()))
            .help("write one with `vestibule init`, or name another with `--config`")),
        Ok(true) | Err(_) => Ok(path),
    }
}

/// The file that `--config` or `$VESTIBULE_CONFIG` names, whether it is there or not.
pub(super) fn said(every: &EveryCommand) -> Option<PathBuf> {
    let named = every.config.clone().or_else(|| std::env::var_os("VESTIBULE_CONFIG").map(PathBuf::from));
    named.filter(|path| !path.as_os_str().is_empty())
}

/// The file that is there without being named.
pub(super) fn standing() -> Option<PathBuf> {
    [BESIDE, SYSTEM].into_iter().map(PathBuf::from).find(|path| path.exists())
}

/// Reads a file with the standing defaults and the variables of this process.
///
/// # Errors
/// All faults of the file.
pub(crate) fn load(path: &Path) -> Result<Loaded, Box<Refused>> {
    config::load(path, &Defaults::standard(), &Environment::of_process())
}

/// The same of texts, as if they stood at that path; faults call them `name`.
///
/// # Errors
/// All faults of the texts.
pub(crate) fn texts(name: &str, path: &Path, texts: &Texts) -> Result<Loaded, Box<Refused>> {
    config::load_texts(name, path, texts, &Defaults::standard(), &Environment::of_process())
}

/// Reads the file that is meant; its faults end the command with 3.
///
/// # Errors
/// As [`find`] and [`load`]; the faults are told.
pub(super) fn required(every: &EveryCommand, terminal: &Terminal) -> Result<Loaded, Failure> {
    let path = find(every)?;
    load(&path).map_err(|refused| faulty(&path, &refused.faults, terminal))
}

/// Tells the faults of a file; the failure that is left needs no more words, but an object where JSON is wanted.
pub(crate) fn faulty(path: &Path, faults: &Faults, terminal: &Terminal) -> Failure {
    if terminal.json() {
        let message = format!("`{}` has {}", path.display(), faults.count());
        return Failure::new(Exit::Faulty, "faults", message).help("`vestibule check --json` tells them all");
    }
    tell(faults, terminal);
    Failure::told(Exit::Faulty)
}

/// All faults in the order of the file, then their count.
pub(crate) fn tell(faults: &Faults, terminal: &Terminal) {
    terminal.warn(faults.render(terminal.messages_have_colour()).trim_end());
    terminal.warn(faults.count());
}

/// What could be meant by a name that nothing has: the nearest, or all that there are.
pub(super) fn instead(asked: &str, names: &[&str]) -> String {
    if let Some(near) = config::nearest(asked, names.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    let mut all: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    all.sort_unstable();
    all.dedup();
    match all.as_slice() {
        [] => "there is none yet".to_owned(),
        [only] => format!("there is {only}"),
        _ => format!("there are {}", all.join(", ")),
    }
}
