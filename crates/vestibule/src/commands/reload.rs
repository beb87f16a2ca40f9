//! `vestibule reload`: the running gateway reads its file again, all or nothing.

use admin::ReloadAnswer;

use super::{Outcome, gateway};
use crate::cli::EveryCommand;
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// Asks for it and prints what became of it.
pub(super) fn run(every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let answer = gateway::ask(every, "POST", "/reload")?;
    let answer: ReloadAnswer = serde_json::from_slice(&answer.body)
        .map_err(|error| Failure::new(Exit::Unreachable, "broken", "the gateway's answer is none").because(&error))?;
    if terminal.json() {
        let object = serde_json::to_value(&answer).map_err(|error| Failure::ours("an answer").because(&error))?;
        terminal.object(&object);
    } else if answer.ok {
        terminal.result(loaded(&answer));
    } else {
        terminal.warn(answer.rendered.as_deref().unwrap_or_default().trim_end());
        terminal.warn(format_args!("still running {}", answer.hash));
    }
    if answer.ok { Ok(()) } else { Err(Failure::told(Exit::Faulty)) }
}

fn loaded(answer: &ReloadAnswer) -> String {
    let took = answer.took_ms.unwrap_or_default();
    match &answer.was {
        Some(was) if *was == answer.hash => format!("nothing has changed: running {}", answer.hash),
        was => {
            let was = was.as_ref().map(|was| format!(" (was {was})")).unwrap_or_default();
            let changes = answer.changes.as_ref().map(|changes| format!(": {changes}")).unwrap_or_default();
            format!("loaded {}{was} in {took} ms{changes}", answer.hash)
        }
    }
}
