//! `vestibule status`: what the running gateway does; 0 only if it is ready.

use admin::{DeprecatedUse, ReplicaStatus, Status, StatusAnswer};

use super::{Outcome, gateway};
use crate::cli::EveryCommand;
use crate::failure::{Exit, Failure};
use crate::terminal::{Style, Terminal};

/// Deprecated operations that are printed; `--json` has more.
const DEPRECATED_SHOWN: usize = 10;

/// Asks it and prints the answer.
pub(super) fn run(every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let answer = gateway::ask(every, "GET", "/status")?;
    let answer: StatusAnswer = serde_json::from_slice(&answer.body).map_err(|error| {
        Failure::new(Exit::Unreachable, "broken", "the gateway's answer is not a status").because(&error)
    })?;
    if terminal.json() {
        let object = serde_json::to_value(&answer).map_err(|error| Failure::ours("a status").because(&error))?;
        terminal.object(&object);
    } else {
        print(&answer.status, terminal);
        print_deprecated(&answer.deprecated, terminal);
    }
    if answer.status.ready { Ok(()) } else { Err(Failure::told(Exit::No)) }
}

fn print(status: &Status, terminal: &Terminal) {
    let line = |name: &str, text: String| terminal.result(format_args!("{name:<9} {text}"));
    let (word, style) = if status.ready { ("ready", Style::Green) } else { ("not ready", Style::Yellow) };
    let since = format!("vestibule {}, process {}, since {}", status.version, status.pid, status.started_at);
    terminal.result(format_args!("{} {since}", terminal.paint(style, format_args!("{word:<9}"))));
    let configuration = &status.configuration;
    line("file", format!("{}, {} since {}", configuration.file, configuration.hash, configuration.loaded_at));
    if let Some(refused) = &configuration.last_refused {
        let said = format!("a change was refused at {}: {} (vestibule check)", refused.at, faults(refused.faults));
        line("", terminal.paint(Style::Yellow, said));
    }
    if let Some(waits) = &configuration.waits {
        let said = format!("goes back to {} at {} (vestibule confirm keeps it)", waits.was, waits.until);
        line("", terminal.paint(Style::Yellow, said));
    }
    for door in &status.doors {
        let kind = if door.kind == door.name { String::new() } else { format!(" ({} door)", door.kind) };
        line("door", format!("{}{kind} at {}", door.name, door.listen.join(", ")));
        for certificate in &door.certificates {
            let until = certificate.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
            let said = format!("certificate for {}{until}", certificate.name);
            match &certificate.note {
                Some(note) => line("", terminal.paint(Style::Yellow, format!("{said}: it {note}"))),
                None => line("", said),
            }
        }
    }
    for service in &status.services {
        let of = |healthy: usize| format!("{healthy} of {} replicas healthy", service.total);
        let replicas = service.healthy.map_or_else(|| super::check::counted(service.total, "replica"), of);
        let breaker = service.breaker.as_deref().filter(|state| *state != "closed");
        let left = breaker.map(|state| terminal.paint(Style::Yellow, format_args!(", breaker {state}")));
        line("service", format!("{}, {replicas}{}", service.name, left.unwrap_or_default()));
        for replica in service.replicas.iter().filter(|replica| replica.state != "healthy") {
            line("", terminal.paint(Style::Yellow, out(replica)));
        }
    }
}

/// Those who should know that somebody still asks for what is going or gone; the metrics have all of them.
fn print_deprecated(all: &[DeprecatedUse], terminal: &Terminal) {
    for (number, used) in all.iter().take(DEPRECATED_SHOWN).enumerate() {
        let name = if number == 0 { "retiring" } else { "" };
        let DeprecatedUse { door, api, operation, deprecated, retired } = used;
        let parts = [(*deprecated, "while deprecated"), (*retired, "since it is gone")];
        let parts: Vec<_> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(n, when)| format!("{n} {when}")).collect();
        let said = format!("{api}.{operation} at {door}: requests {}", parts.join(", "));
        terminal.result(format_args!("{name:<9} {}", terminal.paint(Style::Yellow, said)));
    }
    if all.len() > DEPRECATED_SHOWN {
        terminal.result(format_args!("{:<9} and others (vestibule_deprecated_requests_total)", ""));
    }
}

/// A replica that gets no requests, and why.
fn out(replica: &ReplicaStatus) -> String {
    let canary = if replica.canary { " (canary)" } else { "" };
    let back = replica.back_in_s.map(|seconds| format!(": requests failed; tried again in {seconds} s"));
    format!("{}{canary} is {}{}", replica.address, replica.state, back.unwrap_or_default())
}

fn faults(count: usize) -> String {
    super::check::counted(count, "fault")
}
