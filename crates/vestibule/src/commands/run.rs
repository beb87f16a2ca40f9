//! `vestibule run`: the gateway in the foreground, until it is told to end.

use std::io;
use std::path::Path;
use std::time::Instant;

use config::{Loaded, Refused};

use super::{Outcome, check, load};
use crate::cli::{EveryCommand, Run};
use crate::failure::Failure;
use crate::handover::Heritage;
use crate::terminal::{Style, Terminal};
use crate::versions::Versions;
use crate::wiring::{House, Opening, Signals};

/// Threads of the control side: admin, signals, reloads. Requests have threads of their own.
const CONTROL_THREADS: usize = 2;

/// Opens the house, says where, and keeps it open.
pub(super) fn run(arguments: &Run, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let began = Instant::now();
    let file = load::find(every)?;
    let (loaded, faults) = match load::load(&file) {
        Ok(loaded) => (loaded, None),
        Err(refused) => (last_good(&file, &refused, arguments.last_good, terminal)?, Some(refused.faults.errors())),
    };
    if !loaded.warnings.is_empty() {
        load::tell(&loaded.warnings, terminal);
    }
    let words = opening_words(&loaded, terminal);
    let heritage = Heritage::receive()
        .map_err(|error| Failure::ours(format!("what was handed over cannot be taken: {error}")).because(&error))?;
    let opening = Opening {
        file,
        watch: arguments.watch,
        log: Box::new(io::stdout()),
        log_is_read: terminal.results_are_read(),
        log_has_colour: terminal.results_have_colour(),
        // As it is called now: what stands there may be another file by the time that it is started.
        program: std::env::current_exe().ok(),
        heritage,
        faults,
    };
    control_runtime()?.block_on(async {
        let mut signals = Signals::listen()?;
        let mut house = House::open(loaded, opening, terminal).await?;
        for line in words {
            terminal.say(line);
        }
        terminal.say(format_args!("ready in {} ms", began.elapsed().as_millis()));
        let end = house.live(&mut signals).await?;
        house.close(end, &mut signals).await
    })
}

/// The configuration that ran last, where the file has faults and somebody wants that. It is never taken unasked: what
/// was changed in the file may be what somebody relies on by now.
///
/// # Errors
/// The faults, which are told: nobody wants it, or it is not there or cannot run any more.
fn last_good(file: &Path, refused: &Refused, wanted: bool, terminal: &Terminal) -> Result<Loaded, Failure> {
    let faulty = load::faulty(file, &refused.faults, terminal);
    let beside = || file.parent().unwrap_or_else(|| Path::new("")).join("vestibule-data");
    let versions = Versions::of(&refused.data_directory.clone().unwrap_or_else(beside));
    let Ok(Some(last)) = versions.find(|_| true) else { return Err(faulty) };
    let (hash, since) = (&last.hash, &last.loaded_at);
    if !wanted {
        terminal.warn(format_args!("help: `vestibule run --last-good` starts with {hash}, which ran since {since}"));
        return Err(faulty);
    }
    let loaded = load::texts(&file.display().to_string(), file, &last.texts()).map_err(|refused| {
        terminal.warn(format_args!("{hash}, which ran last, cannot run any more:"));
        load::faulty(file, &refused.faults, terminal)
    })?;
    terminal.warn(format_args!("starting with {hash}, which ran since {since}, and not with `{}`", file.display()));
    Ok(loaded)
}

/// The runtime of the control side.
///
/// # Errors
/// The system gives no threads.
pub(crate) fn control_runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(CONTROL_THREADS)
        .thread_name("control")
        .enable_all()
        .build()
        .map_err(|error| Failure::ours("the control threads cannot be started").because(&error))
}

/// Addresses, counts, and where the admin socket is.
fn opening_words(loaded: &Loaded, terminal: &Terminal) -> Vec<String> {
    let mut lines = Vec::new();
    for door in &loaded.plan.gateway.doors {
        let scheme = if door.tls.is_some() { "https" } else { "http" };
        let addresses: Vec<String> = door.listen.iter().map(|address| format!("{scheme}://{address}")).collect();
        let name = terminal.paint_message(Style::Bold, &door.door.name);
        let kind = if *door.door.name == *door.door.kind.as_str() {
            String::new()
        } else {
            format!(" ({} door)", door.door.kind)
        };
        lines.push(format!("{name}{kind}  {}", addresses.join(" ")));
    }
    lines.push(format!("admin  unix:{}", loaded.plan.admin_socket.display()));
    lines.push(format!("{}; configuration {}", check::in_words(loaded), loaded.hash));
    lines
}
