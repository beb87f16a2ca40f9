//! `vestibule apply`, `confirm`, `rollback` and `versions`: another file for the running gateway, which goes back where nobody says that it is good.

use std::path::Path;
use std::time::{Duration, Instant};

use admin::{ChangeAnswer, StatusAnswer};

use super::gateway::{self, encoded};
use super::{Outcome, load};
use crate::cli::{Apply, EveryCommand, Rollback};
use crate::failure::{Exit, Failure};
use crate::terminal::{Style, Terminal, columns};

/// The gateway has what was asked for to do before it answers.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is asked whether somebody has confirmed.
const LOOK: Duration = Duration::from_millis(250);

/// What the running gateway says of a file.
///
/// # Errors
/// No gateway (4), or faults of the file (3), which are told.
pub(super) fn compare(new: &Path, every: &EveryCommand, terminal: &Terminal) -> Result<ChangeAnswer, Failure> {
    let path = load::named(new.to_owned())?;
    let text = read(&path, terminal)?;
    let target = format!("/diff?name={}", encoded(path.as_os_str().as_encoded_bytes()));
    done(ask(every, &target, text)?, terminal)
}

/// Shows the difference, loads the file, and waits until it is confirmed or taken back.
pub(super) fn apply(arguments: &Apply, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let path = load::named(arguments.file.clone())?;
    let compared = compare(&path, every, terminal)?;
    let shown = compared.rendered.unwrap_or_default();
    if !terminal.json() {
        terminal.result(shown.trim_end());
    }
    if arguments.confirm.is_none() && !arguments.yes {
        if !terminal.may_ask() {
            return Err(Failure::new(Exit::Usage, "not-sure", "nobody is there to be asked").help(
                "write `--confirm 60s`, which goes back by itself unless `vestibule confirm` follows, or `--yes`",
            ));
        }
        if !terminal.agrees("run this now, and write it to the file?") {
            return Err(Failure::new(Exit::No, "not-applied", "nothing was changed"));
        }
    }
    let name = encoded(path.as_os_str().as_encoded_bytes());
    let within = arguments.confirm.map(|within| format!("&confirm_s={}", within.as_secs())).unwrap_or_default();
    let target = format!("/apply?name={name}&over={}{within}", compared.hash);
    let answer = done(ask(every, &target, read(&path, terminal)?)?, terminal)?;
    let Some(seconds) = answer.back_in_s else {
        return told(&answer, &format!("applied {}{}", answer.hash, was(&answer)), terminal);
    };
    if !terminal.json() {
        let keep = "`vestibule confirm` keeps it, `vestibule rollback` takes it back at once";
        terminal.say(format_args!("running {}{}, for {seconds} s: {keep}", answer.hash, was(&answer)));
    }
    let outcome = wait(&answer.hash, Duration::from_secs(seconds), every, terminal)?;
    let mut answer = answer;
    answer.ok = outcome == "confirmed";
    if answer.ok {
        return told(&answer, "confirmed", terminal);
    }
    if terminal.json() {
        let said = Failure::new(Exit::TakenBack, "taken-back", "nobody confirmed it in time, or somebody took it back");
        return Err(said);
    }
    terminal.result(format_args!("taken back; {} runs again", answer.was.unwrap_or_default()));
    Err(Failure::told(Exit::TakenBack))
}

/// Keeps what was applied.
pub(super) fn confirm(every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let answer = done(ask(every, "/confirm", String::new())?, terminal)?;
    told(&answer, &format!("confirmed {}: it is the file now", answer.hash), terminal)
}

/// Runs what ran before.
pub(super) fn roll_back(arguments: &Rollback, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let to = arguments.version.as_deref().map(|hash| format!("?to={}", encoded(hash.as_bytes())));
    let target = format!("/rollback{}", to.unwrap_or_default());
    let answer = done(ask(every, &target, String::new())?, terminal)?;
    told(&answer, &format!("running {}{}", answer.hash, was(&answer)), terminal)
}

/// Lists what ran, the latest first.
pub(super) fn versions(every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let every = patient(every);
    let answer = parsed(&gateway::ask(&every, "GET", "/versions")?)?;
    let answer = done(answer, terminal)?;
    if terminal.json() {
        return object(&answer, terminal);
    }
    let versions = answer.versions.unwrap_or_default();
    let rows: Vec<[String; 4]> = versions
        .iter()
        .map(|one| {
            let running = if one.running { "running" } else { "" };
            [one.hash.clone(), one.loaded_at.clone(), one.by.clone(), running.to_owned()]
        })
        .collect();
    columns(terminal, ["version", "since", "by", ""], &rows);
    Ok(())
}

/// Asks again and again what became of a change, with the seconds that are left on a terminal.
fn wait(hash: &str, within: Duration, every: &EveryCommand, terminal: &Terminal) -> Result<String, Failure> {
    let until = Instant::now() + within;
    loop {
        let answer = gateway::ask(every, "GET", "/status")?;
        let status: StatusAnswer = serde_json::from_slice(&answer.body).map_err(|error| broken(&error))?;
        let configuration = status.status.configuration;
        if configuration.waits.is_none() {
            terminal.clear_line();
            // Where it does not know of the change, another process has followed, which began with the file.
            let settled = configuration.settled.filter(|settled| settled.hash == hash);
            return Ok(settled.map_or_else(|| "taken-back".to_owned(), |settled| settled.outcome));
        }
        let left = until.saturating_duration_since(Instant::now());
        terminal.rewrite(format_args!("goes back in {} s", left.as_millis().div_ceil(1_000)));
        #[expect(clippy::disallowed_methods, reason = "another process is asked, which tells of nothing by itself")]
        std::thread::sleep(LOOK);
    }
}

/// The text of a file, as far as a configuration may be long: the gateway reads no more either.
fn read(path: &Path, terminal: &Terminal) -> Result<String, Failure> {
    config::read(path).map_err(|faults| load::faulty(path, &faults, terminal))
}

fn patient(every: &EveryCommand) -> EveryCommand {
    EveryCommand { timeout: every.timeout.max(PATIENCE), ..every.clone() }
}

fn ask(every: &EveryCommand, target: &str, text: String) -> Result<ChangeAnswer, Failure> {
    parsed(&gateway::send(&patient(every), "POST", target, text.into())?)
}

fn parsed(answer: &admin::client::Answer) -> Result<ChangeAnswer, Failure> {
    serde_json::from_slice(&answer.body).map_err(|error| broken(&error))
}

fn broken(error: &serde_json::Error) -> Failure {
    Failure::new(Exit::Unreachable, "broken", "the gateway's answer is none").because(error)
}

/// An answer that is a yes; a no becomes the failure that it means.
fn done(answer: ChangeAnswer, terminal: &Terminal) -> Result<ChangeAnswer, Failure> {
    if answer.ok {
        return Ok(answer);
    }
    let error = answer.error.clone().unwrap_or_else(|| admin::AnswerError {
        code: "not-done".to_owned(),
        message: "the gateway did not do it, and does not say why".to_owned(),
    });
    if answer.is_faulty() {
        if terminal.json() {
            object(&answer, terminal)?;
        } else {
            terminal.warn(answer.rendered.as_deref().unwrap_or_default().trim_end());
            terminal.warn(format_args!("still running {}", answer.hash));
        }
        return Err(Failure::told(Exit::Faulty));
    }
    let code = admin::CODES.into_iter().find(|code| *code == error.code).unwrap_or("not-done");
    let exit = match code {
        admin::CODE_NO_VERSION | admin::CODE_NOTHING_WAITS => Exit::NoSuchThing,
        "bad-time" => Exit::Usage,
        _ => Exit::Conflict,
    };
    Err(Failure::new(exit, code, error.message))
}

fn told(answer: &ChangeAnswer, words: &str, terminal: &Terminal) -> Outcome {
    if terminal.json() {
        return object(answer, terminal);
    }
    terminal.result(words);
    for note in &answer.notes {
        terminal.warn(terminal.paint_message(Style::Yellow, note));
    }
    Ok(())
}

fn object(answer: &ChangeAnswer, terminal: &Terminal) -> Outcome {
    let object = serde_json::to_value(answer).map_err(|error| Failure::ours("an answer").because(&error))?;
    terminal.object(&object);
    Ok(())
}

fn was(answer: &ChangeAnswer) -> String {
    answer.was.as_ref().map(|was| format!(" (was {was})")).unwrap_or_default()
}
