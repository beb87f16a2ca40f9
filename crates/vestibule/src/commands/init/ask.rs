//! What `init` asks a person, where flags leave it open and there is a terminal to ask at.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use crate::cli::{Door, Init};
use crate::failure::{Exit, Failure};
use crate::terminal::{Style, Terminal};

/// Tries before it gives up.
const TRIES: usize = 3;

/// Door and service, from flags or from whoever sits at the terminal.
///
/// # Errors
/// Nobody to ask, or no answer that can be understood.
pub(super) fn what_is_missing(
    arguments: &Init,
    standing: &str,
    terminal: &Terminal,
) -> Result<(Door, String), Failure> {
    if let Some(door) = arguments.door {
        return Ok((door, arguments.service.clone().unwrap_or_else(|| standing.to_owned())));
    }
    if !io::stdin().is_terminal() || terminal.json() {
        return Err(Failure::new(Exit::Usage, "door-missing", "who will call is not said")
            .help("write `--door client` for people's applications, or `--door server` for other back ends"));
    }
    let door = which_door(terminal)?;
    let service = match &arguments.service {
        Some(service) => service.clone(),
        None => {
            let answer = prompt(terminal, &format!("Where does your service listen? [{standing}] "))?;
            if answer.is_empty() { standing.to_owned() } else { answer }
        }
    };
    Ok((door, service))
}

fn which_door(terminal: &Terminal) -> Result<Door, Failure> {
    terminal.warn(terminal.paint_message(Style::Bold, "Who will call?"));
    terminal.warn("  1  people's applications: browsers, mobile, desktop");
    terminal.warn("  2  other back ends, which show a certificate");
    for _ in 0..TRIES {
        match prompt(terminal, "1 or 2? [1] ")?.as_str() {
            "" | "1" | "client" => return Ok(Door::Client),
            "2" | "server" => return Ok(Door::Server),
            other => terminal.warn(format_args!("`{}` is neither 1 nor 2", other.escape_debug())),
        }
    }
    Err(Failure::new(Exit::Usage, "door-missing", "who will call is not said")
        .help("write `--door client` or `--door server`"))
}

fn prompt(terminal: &Terminal, question: &str) -> Result<String, Failure> {
    let failed = |error: io::Error| Failure::new(Exit::Usage, "no-answer", format!("no answer: {error}"));
    let mut stderr = io::stderr().lock();
    stderr
        .write_all(terminal.paint_message(Style::Cyan, question).as_bytes())
        .and_then(|()| stderr.flush())
        .map_err(failed)?;
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line).map_err(failed)? == 0 {
        return Err(Failure::new(Exit::Usage, "no-answer", "the input ended without an answer"));
    }
    Ok(line.trim().to_owned())
}
