//! `vestibule keys …`: API keys in the file, in the running gateway, and where they should not be.

mod for_file;
mod kept;
mod print;
mod scan;

use super::{Outcome, load};
use crate::cli::{EveryCommand, Keys};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// Does what the command says.
pub(super) fn run(keys: &Keys, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    match keys {
        Keys::Create(arguments) if arguments.for_file => for_file::create(arguments, every, terminal),
        Keys::Create(arguments) => kept::create(arguments, every, terminal),
        Keys::List => kept::list(every, terminal),
        Keys::Show(arguments) => kept::show(&arguments.name, every, terminal),
        Keys::Update(arguments) => kept::update(arguments, every, terminal),
        Keys::Rotate(arguments) => kept::rotate(arguments, every, terminal),
        Keys::Revoke(arguments) => kept::revoke(&arguments.name, every, terminal),
        Keys::Delete(arguments) => kept::delete(&arguments.name, every, terminal),
        Keys::Scan(arguments) => scan::run(arguments, terminal),
    }
}

/// Names of keys and APIs are those of the file.
fn check_names<'n>(names: impl Iterator<Item = &'n String>) -> Outcome {
    for name in names {
        if !is_name(name) {
            let message = format!("`{name}` is not a name");
            return Err(Failure::new(Exit::Usage, "bad-name", message)
                .help("a name starts with a letter of `a-z` and has up to 63 of `a-z`, `0-9` and `-`"));
        }
    }
    Ok(())
}

/// The names of the file: `[a-z][a-z0-9-]{0,62}`.
fn is_name(text: &str) -> bool {
    text.len() <= 63
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}
