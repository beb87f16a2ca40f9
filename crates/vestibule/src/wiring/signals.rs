//! What the system tells the process: SIGINT and SIGTERM to end, SIGHUP to read the file again.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::failure::{Exit, Failure};

/// The signals that are listened to, from the moment this is made.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
}

/// Which signal ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// SIGINT: Ctrl-C.
    Interrupted,
    /// SIGTERM: a service manager.
    Terminated,
}

impl Ending {
    /// How a process ends that was not let finish.
    pub(crate) const fn exit(self) -> Exit {
        match self {
            Self::Interrupted => Exit::Interrupted,
            Self::Terminated => Exit::Terminated,
        }
    }
}

impl Signals {
    /// Listens from now on; must be called within a runtime.
    ///
    /// # Errors
    /// The system does not let it.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|error| Failure::ours("cannot listen to signals").because(&error));
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// Waits to be told to end.
    pub(crate) async fn end(&mut self) -> Ending {
        tokio::select! {
            _ = self.interrupt.recv() => Ending::Interrupted,
            _ = self.terminate.recv() => Ending::Terminated,
        }
    }

    /// Waits to be told to read the file again, or to end, which is `Some`.
    pub(crate) async fn next(&mut self) -> Option<Ending> {
        tokio::select! {
            biased;
            _ = self.interrupt.recv() => Some(Ending::Interrupted),
            _ = self.terminate.recv() => Some(Ending::Terminated),
            _ = self.hang_up.recv() => None,
        }
    }
}
