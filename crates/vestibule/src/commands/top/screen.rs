//! The terminal while `top` has it: another screen, keys as they come, and all of it given back however the program ends.

use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::time::Duration;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::frame::Line;
use crate::failure::{Exit, Failure};
use crate::terminal::Terminal;

/// Another screen, without a cursor.
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";
/// What a terminal without a size is taken to have.
const USUAL: (usize, usize) = (80, 24);

/// The terminal as it is to be given back.
pub(super) struct Screen {
    before: Termios,
}

/// Why drawing stops, or goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// It is time for another frame.
    Frame,
    /// The window has another size.
    Resized,
    /// Somebody has seen enough.
    Quit,
    /// A signal ended it.
    Ended(Exit),
}

/// Whether there is a person to draw for.
pub(super) fn is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Columns and lines.
pub(super) fn size() -> (usize, usize) {
    let size = tcgetwinsize(io::stdout()).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
    size.map_or(USUAL, |size| (usize::from(size.ws_col), usize::from(size.ws_row)))
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// It cannot be set up.
    pub(super) fn open() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let told = before.clone();
        let hook = std::panic::take_hook();
        // First the terminal, then the words: on the other screen nobody would see them.
        std::panic::set_hook(Box::new(move |panic| {
            give_back(&told);
            hook(panic);
        }));
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(io::stdin(), OptionalActions::Now, &raw)?;
        let screen = Self { before };
        write(ENTER)?;
        Ok(screen)
    }

    /// Draws a frame over the one before.
    ///
    /// # Errors
    /// The terminal is gone.
    pub(super) fn draw(&self, frame: &[Line], terminal: &Terminal) -> io::Result<()> {
        let mut text = "\x1b[H".to_owned();
        for (at, (style, line)) in frame.iter().enumerate() {
            let line = style.map_or_else(|| line.clone(), |style| terminal.paint(style, line));
            // In raw mode a line feed goes down and not back.
            text.push_str(if at == 0 { "" } else { "\r\n" });
            text.push_str(&line);
            text.push_str("\x1b[K");
        }
        text.push_str("\x1b[J");
        write(&text)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back(&self.before);
    }
}

/// Both fail only where the terminal is gone.
fn give_back(before: &Termios) {
    let _ = write(LEAVE);
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, before);
}

fn write(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
}

/// What the person and the system have to say.
pub(super) struct Signs {
    quit: mpsc::Receiver<()>,
    resized: tokio::signal::unix::Signal,
    endings: [(tokio::signal::unix::Signal, Exit); 2],
    hung_up: tokio::signal::unix::Signal,
}

impl Signs {
    /// Listens from now on; within a runtime.
    ///
    /// # Errors
    /// The system does not let it.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            quit: keys()?,
            resized: signal(SignalKind::window_change())?,
            endings: [
                (signal(SignalKind::interrupt())?, Exit::Interrupted),
                (signal(SignalKind::terminate())?, Exit::Terminated),
            ],
            hung_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next of them, or for that time.
    pub(super) async fn next(&mut self, within: Duration) -> Next {
        let [(interrupt, interrupted), (terminate, terminated)] = &mut self.endings;
        tokio::select! {
            biased;
            _ = interrupt.recv() => Next::Ended(*interrupted),
            _ = terminate.recv() => Next::Ended(*terminated),
            _ = self.hung_up.recv() => Next::Quit,
            _ = self.resized.recv() => Next::Resized,
            _ = self.quit.recv() => Next::Quit,
            () = tokio::time::sleep(within) => Next::Frame,
        }
    }
}

/// Tells when a key means the end: `q`, Ctrl-C, Ctrl-D, or that nobody can press one any more. The thread ends with the
/// process.
fn keys() -> io::Result<mpsc::Receiver<()>> {
    let (tell, told) = mpsc::channel(1);
    std::thread::Builder::new().name("keys".to_owned()).spawn(move || {
        let mut bytes = [0; 64];
        while let Ok(count @ 1..) = io::stdin().read(&mut bytes) {
            if bytes.iter().take(count).any(|key| matches!(key, b'q' | b'Q' | 0x03 | 0x04)) {
                break;
            }
        }
        // Dropping it is what tells.
        drop(tell);
    })?;
    Ok(told)
}

/// A terminal that does not do as it is told.
pub(super) fn unusable(error: &io::Error) -> Failure {
    Failure::new(Exit::Unreachable, "terminal", "the terminal cannot be used; `--once` prints one frame").because(error)
}
