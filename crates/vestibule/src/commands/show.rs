//! `vestibule show`: the file as it is understood, with all defaults filled in.

use serde_json::json;

use super::{Outcome, load};
use crate::cli::{EveryCommand, Show};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// Said above, for whoever sees it for the first time.
const HEADING: &str =
    "# What holds, and where it comes from. A line that begins with # holds too, without being written.";

/// Prints it.
pub(super) fn run(arguments: &Show, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    if !arguments.defaults {
        return Err(Failure::new(Exit::Usage, "not-yet", "only `show --defaults` is built")
            .help("run `vestibule show --defaults`"));
    }
    let loaded = load::required(every, terminal)?;
    let path = arguments.path.as_deref();
    let text = loaded.report.show(path).ok_or_else(|| {
        let message = format!("the file has no `{}`, written or by default", path.unwrap_or_default());
        Failure::new(Exit::NoSuchThing, "unknown-key", message)
            .help("`vestibule show --defaults` prints all keys; name one with dots, as in `apis.shop`")
    })?;
    if terminal.json() {
        terminal.object(&json!({ "format": 1, "command": "show", "ok": true, "yaml": text }));
    } else {
        terminal.result(HEADING);
        terminal.result(text.trim_end());
    }
    Ok(())
}
