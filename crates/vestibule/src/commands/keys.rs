//! `vestibule keys …`: API keys in the file, in the running gateway, and where they should not be.

mod for_file;
mod kept;
mod print;
mod scan;

use super::noun::check_names;
use super::{Outcome, load};
use crate::cli::{EveryCommand, Keys};
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
