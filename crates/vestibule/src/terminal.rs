//! What is said where: results on standard output, everything else on standard error, colour only on terminals.

use std::fmt;
use std::io::{self, IsTerminal as _, Write as _};

use serde_json::Value;

use crate::cli::{ColourWhen, EveryCommand};
use crate::failure::Failure;

/// How a command speaks.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    command: &'static str,
    json: bool,
    quiet: bool,
    verbose: bool,
    results: Stream,
    messages: Stream,
}

#[derive(Clone, Copy, Debug)]
struct Stream {
    is_terminal: bool,
    colour: bool,
}

/// A colour or weight of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Bold,
    Faint,
    Red,
    Green,
    Yellow,
    Cyan,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Self::Bold => "\x1b[1m",
            Self::Faint => "\x1b[2m",
            Self::Red => "\x1b[1;31m",
            Self::Green => "\x1b[32m",
            Self::Yellow => "\x1b[33m",
            Self::Cyan => "\x1b[36m",
        }
    }
}

impl Terminal {
    /// Looks at the two streams, the flags and `NO_COLOR`.
    pub(crate) fn new(command: &'static str, flags: &EveryCommand) -> Self {
        // https://no-color.org: set and not empty.
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let stream = |is_terminal| Stream {
            is_terminal,
            colour: match flags.color {
                ColourWhen::Auto => is_terminal && !no_colour && !dumb,
                ColourWhen::Always => true,
                ColourWhen::Never => false,
            },
        };
        Self {
            command,
            json: flags.json,
            quiet: flags.quiet,
            verbose: flags.verbose,
            results: stream(io::stdout().is_terminal()),
            messages: stream(io::stderr().is_terminal()),
        }
    }

    /// The command that speaks.
    pub(crate) const fn command(&self) -> &'static str {
        self.command
    }

    /// Whether one JSON object is wanted.
    pub(crate) const fn json(&self) -> bool {
        self.json
    }

    /// Whether more is wanted than usual.
    pub(crate) const fn verbose(&self) -> bool {
        self.verbose
    }

    /// Whether results go to a person.
    pub(crate) const fn results_are_read(&self) -> bool {
        self.results.is_terminal
    }

    /// Whether results may be coloured.
    pub(crate) const fn results_have_colour(&self) -> bool {
        self.results.colour
    }

    /// Whether messages may be coloured.
    pub(crate) const fn messages_have_colour(&self) -> bool {
        self.messages.colour
    }

    /// Prints a line of the result.
    pub(crate) fn result(&self, text: impl fmt::Display) {
        // A reader that has seen enough (`| head`) is no failure of ours.
        writeln!(io::stdout().lock(), "{text}").ok();
    }

    /// Prints the one JSON object of the result.
    pub(crate) fn object(&self, value: &Value) {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{value}").and_then(|()| stdout.flush()).ok();
    }

    /// The same; `false` where nobody reads any more.
    pub(crate) fn try_object(&self, value: &Value) -> bool {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{value}").and_then(|()| stdout.flush()).is_ok()
    }

    /// Says something on the way; not with `--quiet`.
    pub(crate) fn say(&self, text: impl fmt::Display) {
        if !self.quiet {
            self.warn(text);
        }
    }

    /// Says something that nobody may miss.
    pub(crate) fn warn(&self, text: impl fmt::Display) {
        writeln!(io::stderr().lock(), "{text}").ok();
    }

    /// Whether there is somebody to ask.
    pub(crate) fn may_ask(&self) -> bool {
        !self.json && self.messages.is_terminal && io::stdin().is_terminal()
    }

    /// Asks a question of yes and no; anything but a yes is a no.
    pub(crate) fn agrees(&self, question: &str) -> bool {
        let mut stderr = io::stderr().lock();
        let asked = write!(stderr, "{} [y/N] ", self.paint_message(Style::Cyan, question));
        let mut line = String::new();
        asked.and_then(|()| stderr.flush()).and_then(|()| io::stdin().read_line(&mut line)).is_ok()
            && matches!(line.trim(), "y" | "Y" | "yes")
    }

    /// Writes over the last line of messages, where they go to a person.
    pub(crate) fn rewrite(&self, text: impl fmt::Display) {
        if self.messages.is_terminal && !self.quiet && !self.json {
            let mut stderr = io::stderr().lock();
            write!(stderr, "\r\x1b[2K{text}").and_then(|()| stderr.flush()).ok();
        }
    }

    /// Takes that line away.
    pub(crate) fn clear_line(&self) {
        self.rewrite("");
    }

    /// Text of a result in this style, where there is colour.
    pub(crate) fn paint(&self, style: Style, text: impl fmt::Display) -> String {
        paint(self.results.colour, style, text)
    }

    /// Text of a message in this style, where there is colour.
    pub(crate) fn paint_message(&self, style: Style, text: impl fmt::Display) -> String {
        paint(self.messages.colour, style, text)
    }

    /// Tells of a failure: one JSON object, or `error[code]: …` and what to do.
    pub(crate) fn fail(&self, failure: &Failure) {
        if failure.told {
            return;
        }
        if self.json {
            self.object(&failure.to_json(self.command));
            return;
        }
        let head = self.paint_message(Style::Red, format_args!("error[{}]", failure.code));
        self.warn(format_args!("{head}: {}", failure.message));
        if self.verbose {
            for cause in &failure.causes {
                self.warn(format_args!("  caused by: {cause}"));
            }
        }
        if let Some(help) = &failure.help {
            self.warn(format_args!("{}: {help}", self.paint_message(Style::Cyan, "help")));
        }
    }
}

fn paint(colour: bool, style: Style, text: impl fmt::Display) -> String {
    if colour { format!("{}{text}\x1b[0m", style.code()) } else { text.to_string() }
}

/// Lines of cells as columns: aligned and headed for people, tab-separated and bare in a pipe.
pub(crate) fn columns<const N: usize>(terminal: &Terminal, heading: [&str; N], rows: &[[String; N]]) {
    if !terminal.results_are_read() {
        for row in rows {
            terminal.result(row.join("\t"));
        }
        return;
    }
    let mut widths = heading.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[&str; N]| {
        let padded: Vec<String> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    terminal.result(terminal.paint(Style::Bold, line(&heading)));
    for row in rows {
        let cells: [&str; N] = std::array::from_fn(|at| row.get(at).map_or("", String::as_str));
        terminal.result(line(&cells));
    }
}
