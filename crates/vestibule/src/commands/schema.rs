//! `vestibule schema`: the JSON Schema of the file, for editors.

use super::Outcome;
use crate::terminal::Terminal;

/// Prints it; it is one JSON object in any case.
pub(super) fn run(terminal: &Terminal) -> Outcome {
    terminal.result(text().trim_end());
    Ok(())
}

/// The schema as `init` and `demo` write it beside a file.
pub(crate) fn text() -> String {
    format!("{:#}\n", config::shape::schema())
}
