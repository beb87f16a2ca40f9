//! An upgrade: the listening sockets go to a new process, which serves before the old one stops.
//!
//! ```text
//! old                                   new
//! starts it, with one end of a pair
//!   of Unix sockets as standard input
//! sends each listening socket      →    reads the file, serves from these sockets
//!                                  ←    says that it serves, or ends
//! stops its admin server, lets go  →    opens the admin server
//! drains, ends
//! ```
//!
//! Both hold the same sockets in between, with the same queues: no connection
//! that the kernel has taken is lost. A socket that is closed while another of
//! its group lives would take its queue with it, so there are as many of them
//! after as before. Where the new process does not come to serve, nothing has
//! happened. Descriptors travel as SCM_RIGHTS (unix(7)), one with each message.

mod descriptors;
mod notify;

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gateway::Inherited;
use thiserror::Error;
use tokio::io::AsyncReadExt as _;

pub(crate) use notify::tell_manager;

/// Names the process that hands over, so that a variable that was left somewhere is not taken for a hand-over.
const VARIABLE: &str = "VESTIBULE_HANDED_OVER_BY";
/// How long the new process may take until it serves.
const PATIENCE: Duration = Duration::from_secs(30);
/// What it says then.
const SERVING: u8 = b'+';

/// Why there is no new process that serves.
#[derive(Debug, Error)]
pub(crate) enum HandoverError {
    /// It could not be started.
    #[error("`{}` cannot be started: {source}", path.display())]
    Start {
        /// The program.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The sockets could not be handed over.
    #[error("the sockets cannot be handed over: {0}")]
    Sockets(#[from] io::Error),
    /// It ended before it served.
    #[error("the new process ended before it served; standard error says why")]
    Ended,
    /// It took too long.
    #[error("the new process did not serve within {} s, and was ended", PATIENCE.as_secs())]
    Late,
}

/// A new process that serves, and waits to be alone.
#[derive(Debug)]
pub(crate) struct Successor {
    pid: u32,
    /// Its closing is the sign that the old process has let go.
    _line: tokio::net::UnixStream,
}

impl Successor {
    /// Its process id.
    pub(crate) const fn pid(&self) -> u32 {
        self.pid
    }
}

/// Starts a process with the arguments of this one, gives it the sockets, and waits until it serves.
///
/// # Errors
/// It does not serve; it has been ended then.
pub(crate) async fn hand_over(program: &Path, sockets: Vec<(SocketAddr, OwnedFd)>) -> Result<Successor, HandoverError> {
    let (ours, theirs) = UnixStream::pair()?;
    let mut child = start(program, theirs)?;
    let pid = child.id();
    match wait_until_serving(ours, sockets).await {
        Ok(line) => Ok(Successor { pid, _line: line }),
        Err(error) => {
            end(&mut child);
            Err(error)
        }
    }
}

fn start(program: &Path, line: UnixStream) -> Result<Child, HandoverError> {
    Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(VARIABLE, std::process::id().to_string())
        .stdin(Stdio::from(OwnedFd::from(line)))
        .spawn()
        .map_err(|source| HandoverError::Start { path: program.to_owned(), source })
}

async fn wait_until_serving(
    line: UnixStream,
    sockets: Vec<(SocketAddr, OwnedFd)>,
) -> Result<tokio::net::UnixStream, HandoverError> {
    line.set_write_timeout(Some(PATIENCE))?;
    let sent = tokio::task::spawn_blocking(move || descriptors::send(&line, &sockets).map(|()| line)).await;
    let line = sent.map_err(io::Error::other)?.map_err(while_sending)?;
    line.set_nonblocking(true)?;
    let mut line = tokio::net::UnixStream::from_std(line)?;
    let mut said = [0];
    match tokio::time::timeout(PATIENCE, line.read(&mut said)).await {
        Err(_) => Err(HandoverError::Late),
        Ok(Ok(1)) if said == [SERVING] => Ok(line),
        Ok(_) => Err(HandoverError::Ended),
    }
}

/// Nobody at the other end: it ended before it had taken them all.
fn while_sending(error: io::Error) -> HandoverError {
    match error.kind() {
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset => HandoverError::Ended,
        _ => HandoverError::Sockets(error),
    }
}

/// Both fail only where it has ended already.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// What a process was handed that follows another one.
#[derive(Debug)]
pub(crate) struct Heritage {
    /// To the process before.
    pub(crate) line: Line,
    /// Its listening sockets.
    pub(crate) sockets: Inherited,
}

/// The line to the process before.
#[derive(Debug)]
pub(crate) struct Line(UnixStream);

impl Heritage {
    /// Receives it, where this process was started to follow another one.
    ///
    /// # Errors
    /// It was, and what it was handed is not a hand-over.
    pub(crate) fn receive() -> io::Result<Option<Self>> {
        let parent = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get().to_string());
        let named = std::env::var(VARIABLE).ok();
        if named.is_none() || named != parent {
            return Ok(None);
        }
        let line = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        line.set_read_timeout(Some(PATIENCE))?;
        let sockets = descriptors::receive(&line)?;
        Ok(Some(Self { line: Line(line), sockets }))
    }
}

impl Line {
    /// Says that this process serves, and waits until the other one has let go of what only one can have.
    ///
    /// # Errors
    /// The line is broken.
    pub(crate) async fn serving(self) -> io::Result<()> {
        self.0.set_nonblocking(true)?;
        let mut line = tokio::net::UnixStream::from_std(self.0)?;
        tokio::io::AsyncWriteExt::write_all(&mut line, &[SERVING]).await?;
        // The end of the line is the sign, however it came: also where the other process was ended.
        let mut nothing = [0];
        let _ = tokio::time::timeout(PATIENCE, line.read(&mut nothing)).await;
        Ok(())
    }
}
