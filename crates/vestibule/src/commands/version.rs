//! `vestibule --version`: what this is, and which formats of the file it reads.

use serde_json::json;

use super::Outcome;
use crate::terminal::Terminal;

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The formats of the file that this program reads.
const FORMATS: [u32; 1] = [1];

/// Prints it.
pub(super) fn print(terminal: &Terminal) -> Outcome {
    if terminal.json() {
        terminal.object(&json!({
            "format": 1, "command": "version", "ok": true, "version": VERSION, "file_formats": FORMATS,
        }));
    } else {
        terminal.result(format_args!("vestibule {VERSION}"));
    }
    Ok(())
}
