//! `vestibule upgrade`: another process takes the doors over from the running one, and no request is lost.

use std::time::Duration;

use admin::UpgradeAnswer;

use super::{Outcome, gateway};
use crate::cli::{EveryCommand, Upgrade};
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// The new process may take 30 s until it serves; the answer is waited for a little longer.
const PATIENCE: Duration = Duration::from_secs(40);

/// Asks for it and prints what became of it.
pub(super) fn run(arguments: &Upgrade, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let every = EveryCommand { timeout: every.timeout.max(PATIENCE), ..every.clone() };
    let target = match &arguments.binary {
        None => "/upgrade".to_owned(),
        Some(path) => {
            let path = std::path::absolute(path).map_err(|error| Failure::file("find", path, &error))?;
            format!("/upgrade?binary={}", gateway::encoded(path.as_os_str().as_encoded_bytes()))
        }
    };
    let answer = gateway::ask(&every, "POST", &target)?;
    let answer: UpgradeAnswer = serde_json::from_slice(&answer.body)
        .map_err(|error| Failure::new(Exit::Unreachable, "broken", "the gateway's answer is none").because(&error))?;
    if terminal.json() {
        let object = serde_json::to_value(&answer).map_err(|error| Failure::ours("an answer").because(&error))?;
        terminal.object(&object);
        return if answer.ok { Ok(()) } else { Err(Failure::told(Exit::No)) };
    }
    match (answer.pid, answer.was, answer.error) {
        (Some(pid), Some(was), None) => {
            terminal.result(format_args!("process {pid} serves; process {was} finishes what is under way"));
            Ok(())
        }
        (_, _, error) => {
            let why = error.map(|error| error.message).unwrap_or_default();
            Err(Failure::new(Exit::No, admin::CODE_NOT_UPGRADED, why).help("the running process goes on as before"))
        }
    }
}
