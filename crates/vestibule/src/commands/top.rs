//! `vestibule top`: doors, APIs, services and problems of the running gateway, as they are now; a live table, or one frame.

mod frame;
mod rates;
mod screen;
#[cfg(test)]
mod specimen;

use std::path::PathBuf;
use std::time::Duration;

use admin::FiguresAnswer;

use self::rates::{Only, Rates};
use self::screen::{Next, Screen, Signs};
use super::{Outcome, gateway};
use crate::cli::{EveryCommand, Top};
use crate::failure::{Exit, Failure};
use crate::terminal::{Style, Terminal};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);
/// A frame that goes into a file or a pipe is not cut.
const WHOLE: usize = 4_096;

/// Draws until `q`, or once.
pub(super) fn run(arguments: &Top, every: &EveryCommand, terminal: &Terminal) -> Outcome {
    let socket = gateway::socket(every)?;
    let look = Look { socket, timeout: every.timeout };
    let only = Only { door: arguments.door.as_deref(), api: arguments.api.as_deref() };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::ours("no runtime").because(&error))?;
    runtime.block_on(async {
        let first = look.again().await?;
        only.check(&first)?;
        if arguments.once || (!terminal.json() && !screen::is_there()) {
            tokio::time::sleep(EVERY).await;
            let second = look.again().await?;
            return once(&first, &second, only, terminal);
        }
        if terminal.json() {
            lines(&look, first, only, terminal).await
        } else {
            live(&look, first, only, terminal).await
        }
    })
}

/// Where the counters are asked for.
struct Look {
    socket: PathBuf,
    timeout: Duration,
}

impl Look {
    async fn again(&self) -> Result<FiguresAnswer, Failure> {
        let answer = admin::client::request(&self.socket, "GET", "/figures", self.timeout).await;
        let answer = answer.map_err(|error| gateway::failed(&error))?;
        serde_json::from_slice(&answer.body)
            .map_err(|error| Failure::new(Exit::Unreachable, "broken", "the gateway's answer is none").because(&error))
    }
}

impl Only<'_> {
    /// A name that nothing has would show nothing for ever.
    fn check(&self, now: &FiguresAnswer) -> Result<(), Failure> {
        let missing = |what: &str, name: &str, names: &[&str]| {
            let message = format!("there is no {what} `{name}`");
            Failure::new(Exit::NoSuchThing, "no-such-thing", message).help(super::load::instead(name, names))
        };
        let doors: Vec<&str> = now.doors.iter().map(|door| door.name.as_str()).collect();
        let apis: Vec<&str> = now.apis.iter().map(|api| api.name.as_str()).filter(|name| !name.is_empty()).collect();
        if let Some(door) = self.door.filter(|door| !doors.contains(door)) {
            return Err(missing("door", door, &doors));
        }
        match self.api.filter(|api| !apis.contains(api)) {
            Some(api) => Err(missing("API", api, &apis)),
            None => Ok(()),
        }
    }
}

fn object(now: &FiguresAnswer, rates: &Rates) -> Result<serde_json::Value, Failure> {
    let mut object = serde_json::to_value(now).map_err(|error| Failure::ours("an answer").because(&error))?;
    if let Some(members) = object.as_object_mut() {
        members.insert("per_second".to_owned(), rates.to_json());
    }
    Ok(object)
}

fn once(first: &FiguresAnswer, second: &FiguresAnswer, only: Only<'_>, terminal: &Terminal) -> Outcome {
    let rates = Rates::between(first, second, only);
    if terminal.json() {
        terminal.object(&object(second, &rates)?);
        return Ok(());
    }
    let width = if terminal.results_are_read() { screen::size().0 } else { WHOLE };
    for (style, line) in frame::draw(second, &rates, only, width, WHOLE) {
        terminal.result(style.map_or_else(|| line.clone(), |style| terminal.paint(style, &line)));
    }
    Ok(())
}

/// An object a line, for as long as somebody reads.
async fn lines(look: &Look, mut before: FiguresAnswer, only: Only<'_>, terminal: &Terminal) -> Outcome {
    loop {
        tokio::time::sleep(EVERY).await;
        let now = look.again().await?;
        if !terminal.try_object(&object(&now, &Rates::between(&before, &now, only))?) {
            return Ok(());
        }
        before = now;
    }
}

/// A gateway that does not answer for a while, as at an upgrade, is asked again.
async fn live(look: &Look, mut before: FiguresAnswer, only: Only<'_>, terminal: &Terminal) -> Outcome {
    // A key that is pressed meanwhile waits for so long.
    let look = &Look { socket: look.socket.clone(), timeout: look.timeout.min(2 * EVERY) };
    let mut signs = Signs::listen().map_err(|error| screen::unusable(&error))?;
    let screen = Screen::open().map_err(|error| screen::unusable(&error))?;
    let mut now = before.clone();
    let mut lost = None;
    loop {
        let (width, height) = screen::size();
        let mut frame = frame::draw(&now, &Rates::between(&before, &now, only), only, width, height.saturating_sub(1));
        frame.resize(height.saturating_sub(1), (None, String::new()));
        let foot = lost.clone().map_or((Some(Style::Faint), "q quits".to_owned()), |why| (Some(Style::Red), why));
        frame.push((foot.0, foot.1.chars().take(width).collect()));
        screen.draw(&frame, terminal).map_err(|error| screen::unusable(&error))?;
        match signs.next(EVERY).await {
            Next::Frame => match look.again().await {
                Ok(figures) => (before, now, lost) = (now, figures, None),
                Err(failure) => lost = Some(failure.message),
            },
            Next::Resized => {}
            Next::Quit => return Ok(()),
            Next::Ended(exit) => return Err(Failure::told(exit)),
        }
    }
}
